"""Logs of visits on Today: a concern, a log to decide, one that has not come, those that lie on a phone."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.orm import Session

from outreach.casework.visits import LogState, logs_listed
from outreach.casework.visits.logs_listed import Listed, Unsent
from outreach.foundation import clock, times
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import Kind, Line


def waiting(session: Session, actor: Actor) -> Iterable[Line]:
    """Logs that wait for this person: for the officer to accept, for the supervisor to review."""
    state = LogState.RECEIVED if actor.may(May.ACCEPT_LOG) else LogState.REVIEW
    if not (actor.may(May.ACCEPT_LOG) or actor.may(May.REVIEW_LOG)):
        return []
    return [_decide(one) for one in logs_listed.in_state(session, actor, state)]


def not_come(session: Session, actor: Actor) -> Iterable[Line]:
    """Visits that are over and of which somebody has said nothing yet."""
    if not actor.may(May.SEE_VISITS):
        return []
    weight = current().today.visit_unlogged
    return [Line(weight, Kind.VISIT, one.who, _owed(one), "visit_logs", place=one.place)
            for one in logs_listed.not_come(session, actor)]


def on_phones(session: Session, actor: Actor) -> Iterable[Line]:
    """Logs that have lain on somebody's phone for longer than a phone keeps visits to read."""
    if not actor.may(May.SEE_VOLUNTEERS):
        return []
    long_ago = clock.now() - timedelta(hours=current().visits.key_hours)
    return [_unsent(one) for one in logs_listed.on_phones(session) if one.since and one.since < long_ago]


def _owed(one: Listed) -> str:
    if one.log_id:
        return (f"{one.writer} was asked to put their log right, and it has not come back. Ring them, or "
                "accept it as it stands.")
    return (f"{one.writer} was there {times.said(one.began_at)}, and their log has not come. Ring them, or "
            "say that none is needed.")


def _decide(one: Listed) -> Line:
    weights, review = current().today, one.state is LogState.REVIEW
    deed = "Review it: they had no access any more when it came" if review else "Accept it or return it"
    why = (f"{one.writer} raised a concern on a visit. Read it now." if one.concern_now
           else f"The log of {one.writer}’s visit waits. {deed}.")
    weight = weights.visit_concern if one.concern_now else weights.visit_log_waits
    return Line(weight, Kind.VISIT, one.who, why, "visit_log", one.log_id, due_at=one.received_at,
                place=one.place)


def _unsent(one: Unsent) -> Line:
    logs = "1 log waits" if one.number == 1 else f"{one.number} logs wait"
    since = f" since {times.said(one.since).removeprefix('at ')}" if one.since else ""
    return Line(current().today.visit_logs_on_phone, Kind.VISIT, one.name,
                f"{logs} on their phone{since}. Ring them: it sends once it has a signal and they are signed "
                "in.",
                "visit_logs")
