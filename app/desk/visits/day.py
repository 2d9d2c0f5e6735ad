"""The day of a visit as the desk sees it: who is in, who is out, who should be, and whom to ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.spoken import at_clock, when
from outreach.casework.visits import CrewMember, CrewState, Visit, lateness, on_the_day
from outreach.casework.visits.lateness import Step
from outreach.foundation import audit, clock
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers import Volunteer


@dataclass(frozen=True, slots=True)
class Visitor:
    """One of the crew, in words. `kind` is that of `ui.state`; `emergency` is whom to ring for them, shown
    once the supervisors are told and to whoever may see volunteers."""

    name: str
    mobile: str
    words: str
    kind: str
    told: str
    emergency: str
    emergency_phone: str


@dataclass(frozen=True, slots=True)
class Day:
    """A visit on its day. `out_by` is the latest hour at which somebody should be out."""

    crew: Sequence[Visitor]
    out_by: datetime
    is_late: bool
    may_vouch: bool


def gather(session: Session, me: Actor, visit: Visit) -> Day | None:
    """The day of a visit; None before anybody could be there, and where nobody goes. Whom to ring for a
    volunteer is a look at their record, and is logged so."""
    crew = [one for one in visit.crew if one.state is CrewState.ACCEPTED or one.checked_in_at]
    begun = visit.planned_start_at <= clock.now() or any(one.checked_in_at for one in crew)
    if not crew or not begun:
        return None
    inside = {one.id for one in lateness.still_in(session, visit.id)}
    records = _records(session, crew)
    return Day([_visitor(session, me, one, one.id in inside, records.get(one.account_id)) for one in crew],
               max(lateness.out_by(one) for one in crew),
               any(one.id in inside and lateness.steps_taken(one) for one in crew),
               bool(on_the_day.to_vouch_for(session, me, visit)))


def _visitor(session: Session, me: Actor, member: CrewMember, is_in: bool,
             record: Volunteer | None) -> Visitor:
    words, kind = _stands(member, is_in)
    grave = is_in and Step.SUPERVISOR in lateness.steps_taken(member) and me.may(May.SEE_VOLUNTEERS)
    emergency = record if record and grave and record.emergency_phone else None
    if emergency:
        audit.consulted(session, me, "volunteer", emergency.id, operation="volunteer.emergency_shown",
                        visit_id=member.visit_id)
    whom = [emergency.emergency_name, emergency.emergency_relationship] if emergency else []
    return Visitor(member.account.name, record.mobile if record else "", words, kind,
                   _vouched(session, member), ", ".join(part for part in whom if part),
                   emergency.emergency_phone if emergency else "")


def _stands(member: CrewMember, is_in: bool) -> tuple[str, str]:
    """How somebody stands, and the colour of it."""
    late = is_in and lateness.out_by(member) <= clock.now()
    if is_in:
        since = f"In since {at_clock(member.checked_in_at)}" if member.checked_in_at else "Not checked in"
        return f"{since}{f', should be out since {at_clock(lateness.out_by(member))}' if late else ''}", (
            "wrong" if late else "going" if member.checked_in_at else "waiting")
    if member.checked_out_at:
        return f"Out {when(member.checked_out_at)}", "done"
    return "Has written the log", "done"


def _vouched(session: Session, member: CrewMember) -> str:
    """Who spoke to them, in place of a check-out."""
    if member.vouched_by_id is None:
        return ""
    return f"{session.get_one(Account, member.vouched_by_id).name} has spoken to them: {member.vouched_why}"


def _records(session: Session, crew: Sequence[CrewMember]) -> dict[int, Volunteer]:
    found = session.scalars(select(Volunteer).where(
        Volunteer.account_id.in_([member.account_id for member in crew])))
    return {record.account_id: record for record in found}
