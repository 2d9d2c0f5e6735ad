"""How a promise ended, written only by the worker that still has it in hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, update
from sqlalchemy.orm import Session

from outreach.foundation import clock
from outreach.foundation.outbox.ledger import OutboxMessage, State, attempt_row, note_attempts

_OUTBOX: Table = OutboxMessage.__table__  # type: ignore[assignment]


class TakenAway(Exception):
    """A promise in hand was cancelled, or its lease ran out and another worker has it."""


def write(session: Session, worker: str, messages: Sequence[OutboxMessage], token: str, state: State, *,
          code: str | None = None, words: str | None = None, again_at: datetime | None = None) -> None:
    """Say how these ended. Raises `TakenAway` when they are not all in our hand any more: then nothing of
    this transaction may stand. `words` name nobody; `again_at` is when a failed one is tried again."""
    values: dict[str, Any] = {"state": state, "token": None, "owner": None, "lease_until": None,
                              "done_at": None if again_at else clock.now(),
                              "last_error": None if state is State.DONE else words}
    if again_at:
        values["run_after"] = again_at
    _fenced(session, messages, token, values)
    note_attempts(session, [attempt_row(m.id, worker, state.value, code, words) for m in messages])


def write_leaving(session: Session, worker: str, message: OutboxMessage, token: str,
                  lease: timedelta) -> None:
    """Say that a message's body is about to leave; from here on nobody can be sure. Raises `TakenAway`."""
    _fenced(session, [message], token, {"state": State.DATA, "lease_until": clock.now() + lease})
    note_attempts(session, [attempt_row(message.id, worker, State.DATA.value)])


def _fenced(session: Session, messages: Sequence[OutboxMessage], token: str, values: dict[str, Any]) -> None:
    ours = [message.id for message in messages]
    done = session.connection().execute(
        update(_OUTBOX).where(_OUTBOX.c.id.in_(ours), _OUTBOX.c.token == token).values(**values))
    if done.rowcount != len(ours):
        raise TakenAway
