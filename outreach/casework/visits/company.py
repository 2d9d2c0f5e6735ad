"""Who goes along on a visit, and whom its crew rings when in doubt. Names of those who work here only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.visits.record import CrewMember, CrewState, Visit, VisitState
from outreach.foundation.accounts import Account
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor
from outreach.foundation.volunteers import Volunteer


@dataclass(frozen=True, slots=True)
class Company:
    """For one of the crew: who else goes ("Dev M."), and whom to ring on which number (E.164, or short)."""

    others: Sequence[str]
    contact: str
    telephone: str


def of(session: Session, actor: Actor, visit_ids: Sequence[int]) -> Mapping[int, Company]:
    """The company on each of somebody's own visits."""
    others = _others(session, actor, visit_ids)
    contacts = session.execute(
        select(Visit.id, Account.name, Volunteer.mobile).where(Visit.id.in_(visit_ids))
        .join(Account, Account.id == Visit.named_contact_id)
        .outerjoin(Volunteer, Volunteer.account_id == Account.id))
    return {row.id: Company(others.get(row.id, []), row.name, row.mobile or force_number())
            for row in contacts}


def under_way(session: Session, actor: Actor) -> list[Company]:
    """Whom somebody rings who is in somebody's home while their access ends: they cannot check out."""
    inside = session.scalars(select(CrewMember.visit_id).join(Visit, Visit.id == CrewMember.visit_id).where(
        CrewMember.account_id == actor.id, CrewMember.state == CrewState.ACCEPTED,
        CrewMember.checked_in_at.is_not(None), CrewMember.checked_out_at.is_(None),
        Visit.state == VisitState.PLANNED)).all()
    return list(of(session, actor, inside).values())


def mobile_of(session: Session, account_id: int) -> str:
    """The mobile of somebody who works here, in E.164; "" where none is known."""
    return session.scalar(select(Volunteer.mobile).where(Volunteer.account_id == account_id)) or ""


def ring(session: Session, account_id: int) -> str:
    """The number on which somebody who works here is rung: their mobile, else the force's own."""
    return mobile_of(session, account_id) or force_number()


def in_danger() -> str:
    """What visitors are told of danger: the force's own line that names the emergency number."""
    force = current()
    number = force.numbers["emergency"]
    return next((line for line in force.visits.safety if number in line),
                f"In danger ring {number}. Nobody watches this page: it is not an emergency service.")


def force_number() -> str:
    """The number of the force's own switchboard."""
    return current().numbers["police"]


def _others(session: Session, actor: Actor, visit_ids: Sequence[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(CrewMember.visit_id, Account.name).join(Account, Account.id == CrewMember.account_id)
        .where(CrewMember.visit_id.in_(visit_ids), CrewMember.account_id != actor.id,
               CrewMember.state == CrewState.ACCEPTED).order_by(CrewMember.id))
    found: dict[int, list[str]] = {}
    for visit_id, name in rows:
        found.setdefault(visit_id, []).append(short_name(name))
    return found


def short_name(name: str) -> str:
    """First name and initial, a rank before them kept: "Una F.", "PCSO Ben M."."""
    *before, last = name.split() or [""]
    whole = not before or (len(before) == 1 and before[0].isupper())     # "Una", "PC Cole"
    return name if whole else " ".join([*before, f"{last[:1]}."])
