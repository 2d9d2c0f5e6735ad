"""What the facts of a call must say to one another, whoever enters them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from outreach.casework.calls.record import MONEY, NOTHING_WRONG, Outcome
from outreach.casework.fraud_types import fraud_types
from outreach.foundation import clock

_SLIP = timedelta(minutes=5)     # clocks differ a little
MOST = Decimal(100_000_000)


class BadCall(ValueError):
    """The facts of a call do not fit together; `troubles` says of each field what to do."""

    def __init__(self, troubles: Mapping[str, str]) -> None:
        super().__init__(". ".join(troubles.values()))
        self.troubles = dict(troubles)


def refuse(facts: Mapping[str, Any]) -> None:
    """Raise `BadCall` unless the facts of a call fit together (domain.md §4). `facts` holds columns of `Call`
    by name; one that is missing counts as not known."""
    troubles: dict[str, str] = {}
    for field, sentence in (*_moments(facts), *_money(facts), *_outcome(facts), *_words(facts)):
        troubles.setdefault(field, sentence)
    if troubles:
        raise BadCall(troubles)


def _moments(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    latest = clock.now() + _SLIP
    received, attended = facts.get("received_at"), facts.get("attended_at")
    if received and received > latest:
        yield "received_at", "Enter when the bank rang: a date and time that have passed"
    if attended and attended > latest:
        yield "attended_at", "Enter when officers attended: a date and time that have passed"
    if received and attended and attended < received:
        yield "attended_at", f"They cannot have attended before the bank rang, {_spoken(received)}"


def _money(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    odd = [name for name in MONEY if (amount := facts.get(name)) is not None and not 0 <= amount <= MOST]
    if odd:
        yield from ((name, "Enter an amount in pounds from 0 to 100,000,000") for name in odd)
        return
    prevented, lost, recovered = (facts.get(name) or Decimal(0) for name in MONEY[1:])
    if facts.get("attempted") is not None:
        yield from _more_than(facts["attempted"], prevented, lost)
    if recovered > lost:
        yield "recovered", f"No more than was lost (£{lost:,}) can have been recovered"


def _more_than(attempted: Decimal, prevented: Decimal, lost: Decimal) -> Iterator[tuple[str, str]]:
    for name, amount in (("prevented", prevented), ("lost", lost)):
        if amount > attempted:
            yield name, f"No more than was attempted (£{attempted:,}) can have been {name}"
    if prevented <= attempted and lost <= attempted < prevented + lost:
        yield "lost", f"Prevented and lost together are more than was attempted (£{attempted:,})"


def _outcome(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    outcome, lost, prevented = facts.get("outcome"), facts.get("lost"), facts.get("prevented")
    if outcome is Outcome.NOT_ATTENDED and facts.get("attended_at"):
        yield "outcome", "Officers attended at the time entered: take it out, or choose another outcome"
    if outcome is Outcome.PREVENTED and lost:
        yield "outcome", "Something was lost: choose “Partly lost”"
    if outcome is Outcome.PARTLY_LOST and lost == 0:
        yield "lost", "Enter what was lost, or choose “Fraud prevented”"
    if outcome in NOTHING_WRONG and (lost or prevented):
        yield "outcome", (f"Where there was {_none(outcome)}, nothing was prevented or lost: take the "
                          "amounts out")
    if outcome in NOTHING_WRONG and facts.get("arrests"):
        yield "arrests", f"Nobody is arrested where there was {_none(outcome)}: choose another outcome"


def _words(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not str(facts.get("incident_number", "-")).strip():
        yield "incident_number", "Enter the incident number"
    if not 0 <= (facts.get("arrests") or 0) <= 50:
        yield "arrests", "Enter how many were arrested, from 0 to 50"
    if (kind := facts.get("fraud_type")) and kind not in fraud_types():
        yield "fraud_type", "Choose the kind of fraud from the list"


def _none(outcome: Outcome) -> str:
    return "a false alarm" if outcome is Outcome.FALSE_ALARM else "no fraud"


def _spoken(moment: datetime) -> str:
    local = clock.local(moment)
    return f"{local.day} {local:%B} at {local:%H:%M}"
