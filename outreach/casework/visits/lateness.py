"""Who should be out of a visit by now and has not said so: the question behind every call to a visitor."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from outreach.casework.visits.record import CrewMember, CrewState, Visit, VisitLog, VisitState
from outreach.foundation import clock
from outreach.foundation.force import current

_STALE = timedelta(hours=12)     # what somebody asked for before the visit was moved counts no more


class Step(IntEnum):
    """What happens, one after the other, while somebody does not check out."""

    ASK = 1            # the visitor
    CONTACT = 2        # the named contact is told
    SUPERVISOR = 3     # the supervisors are told


def minutes(step: Step) -> int:
    """How long after they should be out (content/force.toml, [visits])."""
    rules = current().visits
    return {Step.ASK: rules.ask_after_minutes, Step.CONTACT: rules.tell_contact_after_minutes,
            Step.SUPERVISOR: rules.tell_supervisor_after_minutes}[step]


def out_by(member: CrewMember) -> datetime:
    """When somebody should be out: by the planned end, or by the later hour that they asked for."""
    return later_of(member.visit.planned_end_at, member.out_by_at)


def later_of(planned: datetime, asked: datetime | None) -> datetime:
    """The end that stands, of the planned one and the one that somebody asked for."""
    return asked if asked and planned < asked <= planned + _STALE else planned


def due(member: CrewMember, step: Step) -> datetime:
    """The moment of a step, to the minute."""
    return out_by(member) + timedelta(minutes=minutes(step))


def steps_taken(member: CrewMember, at: datetime | None = None) -> list[Step]:
    """The steps whose moment has come."""
    moment = at or clock.now()
    return [step for step in Step if due(member, step) <= moment]


def still_in(session: Session, visit_id: int) -> Sequence[CrewMember]:
    """Those of a visit who have neither checked out nor written their log. Whoever has checked in counts
    until they are out, whatever becomes of the visit meanwhile."""
    return session.scalars(expected().where(Visit.id == visit_id)).unique().all()


def is_expected(session: Session, member: CrewMember) -> bool:
    """Whether one of the crew has yet to say that they are out."""
    return session.scalars(expected().where(CrewMember.id == member.id)).unique().one_or_none() is not None


def late(session: Session, visit_id: int, step: Step, at: datetime | None = None) -> list[CrewMember]:
    """Those still in for whom this step's moment has come."""
    moment = at or clock.now()
    return [member for member in still_in(session, visit_id) if due(member, step) <= moment]


def expected() -> Select[CrewMember]:
    """Everybody who has yet to say that they are out, with their visit and account."""
    goes = and_(CrewMember.state == CrewState.ACCEPTED, Visit.state == VisitState.PLANNED)
    return (select(CrewMember).join(CrewMember.visit)
            .outerjoin(VisitLog, and_(VisitLog.visit_id == CrewMember.visit_id,
                                      VisitLog.account_id == CrewMember.account_id))
            .where(CrewMember.checked_out_at.is_(None), VisitLog.id.is_(None),
                   CrewMember.owes_no_log_at.is_(None),     # the officer has settled it without them
                   or_(goes, CrewMember.checked_in_at.is_not(None)))
            .options(contains_eager(CrewMember.visit), joinedload(CrewMember.account))
            .order_by(CrewMember.id))
