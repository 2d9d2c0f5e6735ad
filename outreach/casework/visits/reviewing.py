"""Reviewing a log whose writer had no access when it came: the supervisor passes it on, or sets it aside."""

from sqlalchemy.orm import Session

from outreach.casework.visits.accepting import NothingSaid, NotWaiting, OpenLog, finish_if_all_in
from outreach.casework.visits.record import LogState, VisitLog
from outreach.foundation import clock
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May


@operation("visit_log.passed_on", needs=May.REVIEW_LOG)
def pass_on(session: Session, actor: Actor, found: OpenLog) -> VisitLog:
    """Let the officer decide about it as about any other log. Raises `NotWaiting`."""
    _must_be_reviewed(found.log)
    found.log.state = LogState.RECEIVED
    return found.log


@operation("visit_log.set_aside", needs=May.REVIEW_LOG)
def set_aside(session: Session, actor: Actor, found: OpenLog, *, why: str) -> VisitLog:
    """Keep it, and let nothing come of it. Raises `NotWaiting`, `NothingSaid`."""
    _must_be_reviewed(found.log)
    if len(why.strip()) < 3:
        raise NothingSaid("Say why it is set aside")
    log = found.log
    log.state, log.decided_at, log.decided_by_id = LogState.SET_ASIDE, clock.now(), actor.id
    log.decided_why = why.strip()
    finish_if_all_in(session, found.visit)
    return log


def _must_be_reviewed(log: VisitLog) -> None:
    if log.state is not LogState.REVIEW:
        raise NotWaiting(f"This log is {log.state} and waits for no review: load the page again")
