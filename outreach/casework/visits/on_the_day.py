"""On the day: visitors check in and out, ask for longer, or are vouched for by somebody who spoke to them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.visits import escalation, lateness, mine
from outreach.casework.visits.record import CrewMember, Visit, VisitLog
from outreach.foundation import clock, times
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

LONGEST = timedelta(hours=2)        # after the planned end
SAME_DAY = timedelta(hours=12)      # after the planned end; later the log says what happened
LONGER = (15, 30)                   # minutes that can be asked for at once
SHORTEST_WHY = 5                    # letters that say whom somebody spoke to
_SLIP = timedelta(minutes=5)        # between the phone's moments and ours


class CannotCheck(ValueError):
    """This cannot be, or not now; the text says what to do."""


def earliest() -> timedelta:
    """How long before the planned start somebody may check in. Not long: whoever is in is asked after by the
    planned end."""
    return timedelta(minutes=current().visits.check_in_minutes_before)


@operation("visit.checked_in", needs=May.GO_ON_VISITS)
def check_in(session: Session, actor: Actor, visit_id: int, *, at: datetime | None = None,
             sent_at: datetime | None = None) -> CrewMember:
    """Somebody goes in. A repeat gives the first moment again. `at` and `sent_at` are by the phone's clock
    (`put_right`); now, where they are not given. Raises `NoSuchVisit`, `CannotCheck`."""
    member = mine.part(session, actor, visit_id)
    if member.checked_in_at:
        return member
    moment, visit = put_right(member, at, sent_at), member.visit
    if moment < visit.planned_start_at - earliest():
        raise CannotCheck(f"Your visit begins {times.said(visit.planned_start_at)}: check in from "
                          f"{current().visits.check_in_minutes_before} minutes before")
    if moment > visit.planned_end_at + SAME_DAY:
        raise CannotCheck(f"This visit was to end {times.said(visit.planned_end_at)}: write its log instead")
    if member.checked_out_at and moment > member.checked_out_at:
        raise CannotCheck(f"You checked out {times.said(member.checked_out_at)}. If you are still there, say "
                          "so below")
    member.checked_in_at = moment
    return member


@operation("visit.checked_out", needs=May.GO_ON_VISITS)
def check_out(session: Session, actor: Actor, visit_id: int, *, at: datetime | None = None,
              sent_at: datetime | None = None) -> CrewMember:
    """Somebody is out, and nobody asks after them any more. Whoever forgot to check in may check out once the
    visit was to begin. A repeat gives the first moment again. Raises `NoSuchVisit`, `CannotCheck`."""
    member = mine.part(session, actor, visit_id)
    if member.checked_out_at:
        return member
    moment, since = put_right(member, at, sent_at), member.checked_in_at
    if since and moment < since:
        if moment < since - _SLIP:
            raise CannotCheck(f"You checked in {times.said(since)}: check out after that")
        moment = since
    if since is None and moment < member.visit.planned_start_at:
        raise CannotCheck(f"Check in first: your visit begins {times.said(member.visit.planned_start_at)}")
    member.checked_out_at = moment
    escalation.forget(session, member)
    return member


@operation("visit.check_out_undone", needs=May.GO_ON_VISITS)
def still_here(session: Session, actor: Actor, visit_id: int) -> CrewMember:
    """They checked out by mistake: they are asked after again. Raises `NoSuchVisit`, `CannotCheck`."""
    member = mine.part(session, actor, visit_id)
    if member.checked_out_at is None:
        return member
    now = clock.now()
    if _has_log(session, member) or now > member.visit.planned_end_at + SAME_DAY:
        raise CannotCheck("This visit is over: its log says when you were out")
    member.checked_out_at = member.vouched_by_id = None
    member.vouched_why = ""
    if lateness.out_by(member) < now:
        member.out_by_at = now
    escalation.promise(session, member)
    return member


@operation("visit.longer", needs=May.GO_ON_VISITS)
def need_longer(session: Session, actor: Actor, visit_id: int, minutes: int) -> CrewMember:
    """They stay for so many minutes more, from the end that stands or from now where that has passed.
    Raises `NoSuchVisit`, `CannotCheck`."""
    member = mine.part(session, actor, visit_id)
    if minutes not in LONGER:
        raise CannotCheck("Choose 15 or 30 minutes")
    if member.checked_out_at or _has_log(session, member):
        raise CannotCheck("You have checked out. If you are still there, say so below")
    if member.checked_in_at is None:
        raise CannotCheck("Check in first: then you can say that you need longer")
    until = max(lateness.out_by(member), clock.now()) + timedelta(minutes=minutes)
    if until > member.visit.planned_end_at + LONGEST:
        raise CannotCheck("Two hours longer is the most that can be asked for here: ring your contact")
    member.out_by_at = until
    escalation.promise(session, member)
    return member


@operation("visit.vouched", needs=May.SEE_VISITS)
def vouch(session: Session, actor: Actor, visit: Visit, *, why: str) -> Sequence[CrewMember]:
    """Somebody has spoken to all of the crew who are still in, and they are safe: nobody asks after them any
    more. `visit` was loaded in this person's scope. Raises `CannotCheck`."""
    crew = to_vouch_for(session, actor, visit)
    if not crew:
        raise CannotCheck("Nobody else is in there. Whoever is out checks out under My visits")
    if len(why.strip()) < SHORTEST_WHY:
        raise CannotCheck("Say whom you spoke to and what they said")
    for member in crew:
        member.checked_out_at, member.vouched_by_id, member.vouched_why = clock.now(), actor.id, why.strip()
        escalation.forget(session, member)
    return crew


def to_vouch_for(session: Session, actor: Actor, visit: Visit) -> Sequence[CrewMember]:
    """Those who may be in there now, without whoever asks: nobody vouches for themselves."""
    begun = visit.planned_start_at <= clock.now()
    return [member for member in lateness.still_in(session, visit.id)
            if member.account_id != actor.id and (begun or member.checked_in_at)]


def put_right(member: CrewMember, at: datetime | None, sent_at: datetime | None) -> datetime:
    """A moment by the phone's clock, as ours has it: that clock is off by as much as when it sent this. Never
    after now, nor before somebody was asked to go."""
    now = clock.now()
    try:
        moment = at + (now - sent_at) if at and sent_at else at or now
    except OverflowError:      # no clock is thousands of years off
        moment = now
    return min(max(moment, member.offered_at), now)


def _has_log(session: Session, member: CrewMember) -> bool:
    log = select(VisitLog.id).where(VisitLog.visit_id == member.visit_id,
                                    VisitLog.account_id == member.account_id)
    return session.scalar(log) is not None
