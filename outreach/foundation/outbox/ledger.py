"""The ledger of promises: a row for each thing the system said it would do, written with the change."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
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


class OutboxMessage(Base):
    """One promise. Its payload holds ids only."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_due", "state", "run_after", "priority", "id"),
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
    priority: Mapped[int] = mapped_column(default=5)     # 0 first, 9 last
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
    message = OutboxMessage(kind=kind, dedupe_key=key, subject_type=subject[0], subject_id=subject[1],
                            run_after=run_after or now(), priority=priority, payload=ids)
    session.add(message)
    session.flush()
    session.info.setdefault("outbox_ids", []).append(message.id)
    return message
