"""What a person decides about a promise that was not kept: try again, or drop it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.foundation import audit, clock
from outreach.foundation.operation import operation
from outreach.foundation.outbox.kinds import is_long
from outreach.foundation.outbox.ledger import (
    STUCK,
    OutboxMessage,
    State,
    attempt_row,
    note_attempts,
)
from outreach.foundation.permissions import Actor, May


class NothingToMend(Exception):
    """The promise was kept, taken up or dropped meanwhile."""


class NoSuchPromise(Exception):
    """No promise has this number."""


def find(session: Session, promise_id: int, *, to_change: bool = False) -> OutboxMessage:
    """One promise. Raises `NoSuchPromise`."""
    question = select(OutboxMessage).where(OutboxMessage.id == promise_id)
    found = session.scalars(question.with_for_update() if to_change else question).one_or_none()
    if found is None:
        raise NoSuchPromise("There is no such promise")
    return found


@operation("outbox.retried", needs=May.RETRY)
def retry(session: Session, actor: Actor, message: OutboxMessage) -> None:
    """Try again now, from the foot of the ladder. Raises `NothingToMend`."""
    if message.state not in (*STUCK, State.RETRY):
        raise NothingToMend("This is no longer waiting. Open the page again to see where it stands.")
    message.state, message.run_after, message.attempts = State.READY, clock.now(), 0
    message.done_at = message.last_error = None
    session.info.setdefault("outbox_ids", []).append(message.id)
    _note(session, actor, message, "retried by hand", "outbox.retried")


@operation("outbox.dropped", needs=May.RETRY)
def drop(session: Session, actor: Actor, message: OutboxMessage) -> None:
    """Give it up. Raises `NothingToMend`, also for long work: half done, it can only be gone on with."""
    if is_long(message.kind):
        raise NothingToMend("This cannot be left half done: retry it.")
    if message.state not in (*STUCK, State.RETRY, State.READY):
        raise NothingToMend("This can no longer be dropped. Open the page again to see where it stands.")
    message.state, message.done_at = State.CANCELLED, clock.now()
    _note(session, actor, message, "dropped by hand", "outbox.dropped")


def _note(session: Session, actor: Actor, message: OutboxMessage, phase: str, operation: str) -> None:
    note_attempts(session, [attempt_row(message.id, actor.name, phase)])
    audit.write(session, [audit.entry(session, actor, audit.Action.ALTERATION, operation, "outbox",
                                      message.id, fields=["state"])])
