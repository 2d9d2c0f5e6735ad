"""Entering a victim and changing what is known of one; whatever follows from a change follows at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework import need, search
from outreach.casework.victims import home, look_alikes
from outreach.casework.victims.record import Victim, VictimPhone
from outreach.foundation import stale
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

# What may be entered and changed by hand; everything else on a record follows from something done.
DETAILS = frozenset({
    "kind", "title", "first_name", "last_name", "named_business_contact", "gender", "born_on", "age_estimate",
    "address_line_1", "address_line_2", "town", "postcode", "district", "email", "preferred_channel",
    "may_leave_message", "may_post", "may_text", "may_email", "may_visit", "safe_from", "safe_until",
    "who_may_answer", "language", "interpreter", "format", "lives_alone", "vulnerability", "supporter_name",
    "supporter_phone", "supporter_relationship", "supporter_consent", "power_of_attorney", "enhanced_rights",
    "enhanced_rights_basis"})
Phones = Sequence[tuple[str, str]]      # (number in E.164, note such as "daughter")


@operation("victim.entered", needs=May.EDIT_VICTIM)
def enter(session: Session, actor: Actor, /, *, phones: Phones = (), **details: Any) -> Victim:
    """Enter a new victim; `details` are columns of the record by name (`DETAILS`), and phones.

    Whether they are known already is asked beforehand (`look_alikes.find`): this enters them all the same.
    """
    _refuse_odd(details)
    victim = Victim(**details)
    victim.phones = [VictimPhone(number=number, note=note) for number, note in phones]
    session.add(victim)
    settled_in(session, victim)
    return victim


@operation("victim.changed", needs=May.EDIT_VICTIM)
def change(session: Session, actor: Actor, /, victim: Victim, *, seen: Mapping[str, Any],
           **wanted: Any) -> list[str]:
    """Change details from what was `seen` when the form was opened to what is `wanted`.

    Gives the names of those that changed.

    What we left as we saw it is left as it is now. Raises `stale.ChangedMeanwhile` where somebody else has
    changed the very detail that we change: a stale save overwrites nothing.
    """
    _refuse_odd({name: value for name, value in wanted.items() if name != "phones"})
    ours = stale.ours(lambda name: value_of(victim, name), seen, wanted)
    for name, value in ours.items():
        _set(victim, name, value)
    settled_in(session, victim)
    return list(ours)


def settled_in(session: Session, victim: Victim) -> None:
    """Bring everything that follows from a victim's details up to date: the household at their address, the
    keys under which matching files them, their need, and search. Whoever changes a detail calls this."""
    session.flush()
    left = victim.household_id
    home.settle(session, victim)
    session.flush()
    need.reckon_for(victim)
    if left != victim.household_id:
        need.reckon_beside(victim, left)
    session.flush()
    look_alikes.file(session, victim)
    search.index_victim(session, victim)


def value_of(victim: Victim, name: str) -> Any:
    """A detail as it stands on the record; phones as (number, note) pairs."""
    return phones_of(victim) if name == "phones" else getattr(victim, name)


def phones_of(victim: Victim) -> list[tuple[str, str]]:
    """A victim's telephones as (number in E.164, note) pairs, in the order they were entered."""
    return [(phone.number, phone.note) for phone in victim.phones]


def _set(victim: Victim, name: str, value: Any) -> None:
    if name != "phones":
        setattr(victim, name, value)
        return
    kept = {phone.number: phone for phone in victim.phones}
    victim.phones = [kept.get(number) or VictimPhone(number=number) for number, _ in value]
    for phone, (_, note) in zip(victim.phones, value, strict=True):
        phone.note = note


def _refuse_odd(details: Mapping[str, Any]) -> None:
    if odd := details.keys() - DETAILS:
        raise TypeError(f"not a detail of a victim: {', '.join(sorted(odd))}")
