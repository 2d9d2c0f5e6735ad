"""What the worker could not do, and how the ledger stands, in sentences for Today and as figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.foundation import clock, times
from outreach.foundation.db import Database
from outreach.foundation.outbox import lives
from outreach.foundation.outbox.kinds import KINDS, Lane
from outreach.foundation.outbox.ledger import IN_HAND, STUCK, WAITING, OutboxMessage, State

LATE = timedelta(minutes=2)    # due for longer than this and still waiting: nobody is working


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something the worker could not do, for Today, and how many promises it holds up."""

    title: str
    words: str
    count: int


def troubles(session: Session) -> list[Trouble]:
    """Everything a person should know about: no worker, no mail, promises that failed. Names nobody."""
    return [*_nobody_works(session), *_relay_away(session), *_stuck(session)]


def status(database: Database) -> dict[str, Any]:
    """Counts by kind and state, the oldest that is due and what is stuck, ready for JSON."""
    with database.reading() as session:
        counted = session.execute(select(OutboxMessage.kind, OutboxMessage.state, func.count())
                                  .group_by(OutboxMessage.kind, OutboxMessage.state)).all()
        counts: dict[str, dict[str, int]] = {}
        for kind, state, number in counted:
            counts.setdefault(kind, {})[state.value] = number
        late = _late(session)
        return {"counts": counts, "due": late[0], "oldest_due": late[1] and late[1].isoformat(),
                "in_hand": sum(number for _, state, number in counted if state in IN_HAND),
                "stuck": sum(number for _, state, number in counted if state in STUCK),
                "worker_alive": lives.somebody_works(session)}


def waiting(session: Session) -> list[tuple[str, int, datetime]]:
    """What waits, by kind: its name, how many, and when the first of them is due."""
    question = select(OutboxMessage.kind, func.count(), func.min(OutboxMessage.run_after)).where(
        OutboxMessage.state.in_(WAITING)).group_by(OutboxMessage.kind).order_by(OutboxMessage.kind)
    return [(kind, number, first) for kind, number, first in session.execute(question)]


def _late(session: Session) -> tuple[int, Any]:
    due = select(func.count(), func.min(OutboxMessage.run_after)).where(
        OutboxMessage.state.in_(WAITING), OutboxMessage.run_after <= clock.now())
    number, oldest = session.execute(due).one()
    return number, oldest


def _nobody_works(session: Session) -> list[Trouble]:
    number, oldest = _late(session)
    if lives.somebody_works(session) or not number or oldest > clock.now() - LATE:
        return []
    seen = lives.last_seen(session)
    since = f"It was last heard of {times.said(seen)}." if seen else "It has never been started."
    waits = f"Start it again: {_things(number)} overdue."
    return [Trouble("The worker is not running", f"{since} {waits}", number)]


def _relay_away(session: Session) -> list[Trouble]:
    posts = [kind.name for kind in KINDS.values() if kind.lane is Lane.POST]
    waiting = select(func.count(), func.min(OutboxMessage.run_after)).where(
        OutboxMessage.state == State.RETRY, OutboxMessage.kind.in_(posts))
    number, again_at = session.execute(waiting).one()
    if not number:
        return []
    why = session.scalars(select(OutboxMessage.last_error).where(
        OutboxMessage.state == State.RETRY, OutboxMessage.kind.in_(posts)).order_by(OutboxMessage.run_after)
        .limit(1)).one()
    waits = "1 message waits" if number == 1 else f"{number} messages wait"
    return [Trouble("The worker cannot send mail",
                    f"It {why}. {waits}; it will try again {times.said(again_at)}.", number)]


def _stuck(session: Session) -> list[Trouble]:
    number = session.scalar(select(func.count()).where(OutboxMessage.state.in_(STUCK))) or 0
    if not number:
        return []
    return [Trouble(f"The worker could not do {_things(number)}", "See why, then retry or drop.", number)]


def _things(number: int) -> str:
    return "1 thing" if number == 1 else f"{number} things"
