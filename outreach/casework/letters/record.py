"""Letters: what is printed and posted to victims, word for word as it left."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.casework.victims.record import Format, Victim
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class State(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"      # to be printed and posted
    POSTED = "posted"
    DROPPED = "dropped"      # not posted, and not to be


class BatchState(StrEnum):
    """Where many letters of one kind stand; `…ing` is the worker's turn."""

    WRITING = "writing"
    READY = "ready"
    POSTING = "posting"
    POSTED = "posted"
    DROPPING = "dropping"
    DROPPED = "dropped"


BUSY = frozenset({BatchState.WRITING, BatchState.POSTING, BatchState.DROPPING})


class LetterBatch(Audited, Base):
    """Letters of one kind to many people, written, printed and posted together."""

    __tablename__ = "letter_batch"
    __unaudited__ = frozenset({"position", "done", "left_out"})

    id: Mapped[int] = mapped_column(primary_key=True)
    template: Mapped[str]
    title: Mapped[str]
    whom: Mapped[dict[str, Any]] = mapped_column(default=dict)      # the filter (`choosing.Whom`)
    state: Mapped[BatchState] = mapped_column(default=BatchState.WRITING)
    total: Mapped[int]                                              # people the present step looks at
    position: Mapped[int] = mapped_column(default=0)                # the last id that this step has done
    done: Mapped[int] = mapped_column(default=0)                    # how many it has done
    written: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[dict[str, Any]] = mapped_column(default=dict)  # why → how many
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    ordered_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]                             # posted or dropped
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Letter(Audited, Base):
    """One letter. Its words and its address are kept, so that a reprint is the same letter."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_victim_id", "victim_id", "id"),
                      Index("ix_letter_state", "state", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("letter_batch.id"), index=True)
    reference: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str]
    title: Mapped[str]                          # what it is called on the desk
    heading: Mapped[str]                        # what stands above it
    format: Mapped[Format]
    address: Mapped[list[str]]
    blocks: Mapped[list[Any]]                   # the words (`templates.Block`)
    written_at: Mapped[datetime] = mapped_column(default=now)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[State] = mapped_column(default=State.WAITING)
    settled_at: Mapped[datetime | None]         # posted or dropped
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))

    victim: Mapped[Victim] = relationship()
