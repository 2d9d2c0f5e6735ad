"""The ledger of promises: a row for each thing the system said it would do, written with the change."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.foundation.clock import now
from outreach.foundation.db import Base


class State(StrEnum):
    """Where a promise stands."""

    READY = "ready"          # waits for its time, or for a worker
    CLAIMED = "claimed"      # a worker has it in hand
    DATA = "data"            # a message's body is about to leave: from here on nobody can be sure
    DONE = "done"
    RETRY = "retry"          # failed, will be tried again at `run_after`
    FAILED = "failed"        # the ladder is used up, or it can never succeed: a person decides
    UNKNOWN = "unknown"      # a crash between `data` and `done`: a person decides
    SUPPRESSED = "suppressed"  # not done, and rightly: it would have been unsafe
    CANCELLED = "cancelled"  # no longer wanted


WAITING = (State.READY, State.RETRY)
IN_HAND = (State.CLAIMED, State.DATA)
STUCK = (State.FAILED, State.UNKNOWN)    # a person decides: retry or drop


class OutboxMessage(Base):
    """One promise. Its payload holds ids only."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_kind_due", "state", "kind", "run_after", "id"),
                      Index("ix_outbox_subject", "subject_type", "subject_id"),
                      Index("ix_outbox_state_lease", "state", "lease_until"),
                      {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True, default=lambda: uuid.uuid4().hex)
    kind: Mapped[str]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[State] = mapped_column(default=State.READY)
    priority: Mapped[int] = mapped_column(default=5)     # among kinds that are due: 0 first, 9 last
    run_after: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]


class OutboxAttempt(Base):
    """What happened each time a promise was taken in hand. Append-only."""

    __tablename__ = "outbox_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    worker: Mapped[str]
    phase: Mapped[str]
    code: Mapped[str | None]
    reply: Mapped[str | None]


class ScheduleFire(Base):
    """One tick of the timetable that has been taken: it happens once however many workers there are."""

    __tablename__ = "schedule_fire"

    task: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    fired_at: Mapped[datetime] = mapped_column(default=now)


def put(session: Session, kind: str, *, key: str, subject: tuple[str, int], run_after: datetime | None = None,
        priority: int = 5, **ids: int) -> OutboxMessage:
    """Promise something. It happens if, and only if, this transaction commits; the same key is promised once.

    The ids that were put are kept in `session.info["outbox_ids"]`, so that whoever owns the transaction can
    ring the worker's bell after the commit.
    """
    if known := session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == key)).one_or_none():
        return known
    message = OutboxMessage(kind=kind, dedupe_key=key, subject_type=subject[0], subject_id=subject[1],
                            run_after=run_after or now(), priority=priority, payload=ids)
    session.add(message)
    session.flush()
    session.info.setdefault("outbox_ids", []).append(message.id)
    return message


def put_many(session: Session, kind: str, subject_type: str,
             promises: Sequence[tuple[str, int, datetime]]) -> None:
    """Promise one thing for many subjects: (key, subject id, run after). For lists of people brought in at
    once; nobody is rung, the worker finds them when they are due."""
    rows = [{"uuid": uuid.uuid4().hex, "kind": kind, "dedupe_key": key, "subject_type": subject_type,
             "subject_id": subject_id, "payload": {}, "state": State.READY, "priority": 5,
             "run_after": run_after, "attempts": 0, "created_at": now()}
            for key, subject_id, run_after in promises]
    if rows:
        session.connection().execute(insert(OutboxMessage), rows)


def cancel(session: Session, subject: tuple[str, int], *kinds: str, unsure: bool = True) -> None:
    """Take back what was promised about a subject (all of it, or only these kinds). Not `unsure`: a message
    of which nobody knows whether it left stays as it stands, for a person to decide.

    Works on whatever has not begun to leave: a worker that has the promise in hand finds its token gone and
    undoes what it did.
    """
    session.flush()
    open_ones = [OutboxMessage.subject_type == subject[0], OutboxMessage.subject_id == subject[1],
                 OutboxMessage.state.in_((*WAITING, State.CLAIMED, State.FAILED, *[State.UNKNOWN] * unsure))]
    if kinds:
        open_ones.append(OutboxMessage.kind.in_(kinds))
    session.execute(update(OutboxMessage).where(*open_ones).values(
        state=State.CANCELLED, token=None, owner=None, lease_until=None, done_at=now()))


def attempt_row(outbox_id: int, worker: str, phase: str, code: str | None = None,
                reply: str | None = None) -> dict[str, Any]:
    """What happened, as plain values, for those who write many at once."""
    return {"outbox_id": outbox_id, "at": now(), "worker": worker, "phase": phase, "code": code,
            "reply": reply}


def note_attempts(session: Session, rows: Collection[dict[str, Any]]) -> None:
    """Add attempts to this transaction."""
    if rows:
        session.connection().execute(insert(OutboxAttempt), list(rows))
