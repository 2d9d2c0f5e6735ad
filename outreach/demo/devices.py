"""Equipment of the demonstration: units in every state, loans from consent to return, and who waits."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework import devices
from outreach.casework.devices import (
    Condition,
    Consent,
    ConsentBy,
    Decision,
    DeviceLoan,
    Feelings,
    Figures,
    Line,
    Panel,
    Profile,
    Standing,
    Telephone,
    call_stats,
    waiting,
)
from outreach.casework.devices.lending import settle_planned
from outreach.casework.devices.stock import with_serial
from outreach.casework.safe_contact import Answer
from outreach.demo.people import Cast
from outreach.foundation.clock import at, today
from outreach.foundation.operation import acting
from outreach.foundation.permissions import Actor, Role


def tell(session: Session, cast: Cast, facts: Mapping[str, Any]) -> None:
    """Do everything as the file has it, then date it back."""
    officer = cast.one(Role.OFFICER)
    for batch in facts["batch"]:
        known = dict(batch)
        devices.add(session, officer, cost=Decimal(known.pop("cost")), **known)
    for one in facts["standing"]:
        devices.change_standing(session, officer, with_serial(session, one["serial"]),
                                Standing(one["standing"]), reason=one["reason"])
    for loan in facts["loan"]:
        _loan(session, officer, cast, loan)
    for wait in facts["wait"]:
        _wait(session, officer, cast, wait)


def _wait(session: Session, officer: Actor, cast: Cast, facts: Mapping[str, Any]) -> None:
    entry = waiting.wait(session, officer, cast.victims[facts["victim"]], kind=facts["kind"],
                         note=facts.get("note", ""))
    if facts.get("reserve"):
        waiting.reserve(session, officer, entry)
    with acting(session, officer, "demo.loaded"):
        entry.since_at = at(_ago(facts["days"]), time(10))


def _loan(session: Session, officer: Actor, cast: Cast, facts: Mapping[str, Any]) -> None:
    consent = Consent(ConsentBy(facts["consent_by"]), _ago(facts["days"]), facts.get("consent_name", ""),
                      facts.get("consent_relationship", ""))
    panel = [Panel(name, relationship, consent.on) for name, relationship in facts.get("panel", ())]
    victim, device = cast.victims[facts["victim"]], with_serial(session, facts["serial"])
    loan = devices.lend(session, officer, victim, device, consent=consent,
                        agreement_signed=facts.get("agreement", False), panel=panel,
                        telephone=_telephone(facts), before=_feelings(facts.get("before")),
                        note=facts.get("note", ""))
    if "installed_days" in facts:
        devices.install(session, officer, loan, on=_ago(facts["installed_days"]),
                        by=facts.get("installed_by", ""), telephone=_telephone(facts))
    _use(session, officer, loan, facts)
    _end(session, officer, loan, facts)
    with acting(session, officer, "demo.loaded"):
        loan.lent_at = at(_ago(facts["days"]), time(14))


def _use(session: Session, officer: Actor, loan: DeviceLoan, facts: Mapping[str, Any]) -> None:
    if "callers" in facts:
        devices.trust(session, officer, loan, facts["callers"])
    for first, last, *counted in facts.get("stats", ()):
        call_stats.enter(session, officer, loan, Figures(_ago(first), _ago(last), *counted))
    if review := facts.get("review"):
        devices.review(session, officer, loan, on=_ago(review["days"]), decision=Decision.EXTEND,
                       until=today() + timedelta(days=1), after=_feelings(review["after"]))


def _end(session: Session, officer: Actor, loan: DeviceLoan, facts: Mapping[str, Any]) -> None:
    """How it came back, or what is late: that was planned in the past, and is not planned any more."""
    if back := facts.get("returned"):
        devices.take_back(session, officer, loan, on=_ago(back["days"]), reason=back["reason"],
                          condition=Condition(back["condition"]), after=_feelings(back.get("after")))
    if "asked_back_days" in facts:
        devices.ask_back(session, officer, loan)
    if "asked_back_days" in facts or "review_due_days" in facts:
        with acting(session, officer, "demo.loaded"):
            settle_planned(session, officer, loan)
            if "asked_back_days" in facts:
                loan.asked_back_on = _ago(facts["asked_back_days"])
            else:
                loan.review_due_on = _ago(facts["review_due_days"])


def _telephone(facts: Mapping[str, Any]) -> Telephone:
    if "line" not in facts:
        return Telephone()
    return Telephone(Line(facts["line"]), Answer(facts["caller_display"]), Answer(facts["pendant_alarm"]),
                     Profile(facts["profile"]))


def _feelings(answers: Any) -> Feelings | None:
    return Feelings(answers[0], answers[1], Decimal(answers[2])) if answers else None


def _ago(days: int) -> date:
    return today() - timedelta(days=days)
