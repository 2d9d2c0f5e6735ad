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
    """One of the crew: how they stand (`state`, its `kind` as of `ui.state`) and since when. `emergency` is
    whom to ring for them, once the supervisors are told, for whoever may see volunteers."""

    name: str
    mobile: str
    state: str
    kind: str
    since: str
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
    grave = is_in and Step.SUPERVISOR in lateness.steps_taken(member) and me.may(May.SEE_VOLUNTEERS)
    emergency = record if record and grave and record.emergency_phone else None
    if emergency:
        audit.consulted(session, me, "volunteer", emergency.id, operation="volunteer.emergency_shown",
                        visit_id=member.visit_id)
    whom = [emergency.emergency_name, emergency.emergency_relationship] if emergency else []
    return Visitor(member.account.name, record.mobile if record else "", *_stands(member, is_in),
                   _vouched(session, member), ", ".join(part for part in whom if part),
                   emergency.emergency_phone if emergency else "")


def _stands(member: CrewMember, is_in: bool) -> tuple[str, str, str]:
    """How somebody stands, the colour of it, and since when."""
    if member.checked_out_at:
        return "Out", "done", when(member.checked_out_at)
    if not is_in:
        return "Out", "done", "the log is written"
    since = f"in since {at_clock(member.checked_in_at)}" if member.checked_in_at else "not checked in"
    if lateness.out_by(member) <= clock.now():
        return "Late", "wrong", f"{since}, to be out by {at_clock(lateness.out_by(member))}"
    return ("In", "going", since[3:]) if member.checked_in_at else ("Expected", "waiting", since)


def _vouched(session: Session, member: CrewMember) -> str:
    """Who spoke to them, in place of a check-out."""
    if member.vouched_by_id is None:
        return ""
    return f"{session.get_one(Account, member.vouched_by_id).name} has spoken to them: {member.vouched_why}"


def _records(session: Session, crew: Sequence[CrewMember]) -> dict[int, Volunteer]:
    found = session.scalars(select(Volunteer).where(
        Volunteer.account_id.in_([member.account_id for member in crew])))
    return {record.account_id: record for record in found}
