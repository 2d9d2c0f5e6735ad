"""Handing a visit back: somebody cannot go after all, or may not since their vetting ended."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.visits import crew_told, offering, planning
from outreach.casework.visits.record import (
    ASKED,
    CrewMember,
    CrewState,
    NoSuchVisit,
    Visit,
    VisitLog,
    VisitState,
)
from outreach.foundation import clock, outbox, walls
from outreach.foundation.accounts import ENDED, Account
from outreach.foundation.operation import acting, operation
from outreach.foundation.outbox import OutboxMessage, Words
from outreach.foundation.permissions import WORKER, Actor, May
from outreach.foundation.volunteers.clearing import may_visit


class CannotHandBack(Exception):
    """The visit cannot be given back; the text says what to do."""


@operation("visit.handed_back", needs=May.GO_ON_VISITS)
def hand_back(session: Session, actor: Actor, visit_id: int, *, why: str) -> CrewMember:
    """Give a visit back that one accepted, up to its start; whoever planned it is told.

    Raises `NoSuchVisit`, `CannotHandBack`.
    """
    with walls.standing_as(session, WORKER):     # the officer is told, and the person perhaps
        return _handed_back(session, actor, visit_id, why)


def _handed_back(session: Session, actor: Actor, visit_id: int, why: str) -> CrewMember:
    visit = planning.locked(session, visit_id)
    member = next((one for one in visit.crew if one.account_id == actor.id), None)
    if member is None or member.state is not CrewState.ACCEPTED or visit.state is not VisitState.PLANNED:
        raise NoSuchVisit("There is no such visit")
    if len(why.strip()) < 3:
        raise CannotHandBack("Say why in a few words, so that somebody else can be found")
    if member.checked_in_at or visit.planned_start_at <= clock.now():
        raise CannotHandBack("The visit has begun: ring the officer if you cannot go")
    _give_back(session, member, why.strip()[:300])
    return member


def _who(session: Session, message: OutboxMessage) -> str:
    return session.get_one(Account, message.subject_id).name


@outbox.handles(ENDED, who=_who, words=Words(
    "Will hand back the visits of {who}", "Handed back the visits of {who}, who may not go any more",
    "Could not hand back the visits of {who}"))
def hand_all_back(session: Session, message: OutboxMessage) -> None:
    """Somebody's vetting ended: the visits that they have not logged go back to whoever planned them. What
    they were under way on stays theirs: they are asked to check out, and the log goes to the supervisor."""
    account = session.get_one(Account, message.subject_id, populate_existing=True)
    if may_visit(session, account):
        return
    ids = session.scalars(
        select(CrewMember.visit_id).join(Visit, Visit.id == CrewMember.visit_id).where(
            CrewMember.account_id == account.id, CrewMember.state.in_(ASKED),
            CrewMember.checked_in_at.is_(None), Visit.state == VisitState.PLANNED)
        .order_by(CrewMember.visit_id))
    with acting(session, WORKER, "visit.handed_back"):
        for visit_id in ids.all():
            _take_back(session, account, planning.locked(session, visit_id))


def _take_back(session: Session, account: Account, visit: Visit) -> None:
    logged = session.scalar(select(VisitLog.id).where(
        VisitLog.visit_id == visit.id, VisitLog.account_id == account.id).limit(1))
    for member in visit.crew:
        still = member.state in ASKED and member.checked_in_at is None
        if member.account_id == account.id and still and not logged:
            _give_back(session, member, crew_told.VETTING)


def _give_back(session: Session, member: CrewMember, why: str) -> None:
    going = member.state is CrewState.ACCEPTED
    member.state, member.why, member.answered_at = CrewState.HANDED_BACK, why, clock.now()
    crew_told.forget(session, member)
    crew_told.tell_planner(session, member)
    if going:
        offering.released(session, member)
