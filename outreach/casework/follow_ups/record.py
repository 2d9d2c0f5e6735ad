"""Follow-ups: the dated promises to contact somebody, each of them kept or accounted for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.casework.safe_contact import Channel
from outreach.casework.victims.record import Victim
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class Status(StrEnum):
    """Where a follow-up stands (design: answers 13)."""

    PLANNED = "planned"
    DUE = "due"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


OPEN = (Status.PLANNED, Status.DUE)


class Step(StrEnum):
    """What a follow-up is for in the cadence (domain.md §1)."""

    ATTEMPT = "attempt"      # to reach somebody who did not answer yet
    CHECK = "check"          # on somebody who was reached: two weeks, three months, a year later
    DECISION = "decision"    # the attempts are used up: a person decides what next
    DETAILS = "details"      # to find the right telephone number or address
    REVIEW = "review"        # of a vulnerability assessment: only a new one answers it
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The next follow-up as the cadence would have it; a person may change every part before saving."""

    due_at: datetime
    reason: str
    assignee_id: int | None = None
    step: Step = Step.OTHER


class FollowUp(Audited, Base):
    __tablename__ = "follow_up"
    __table_args__ = (Index("ix_follow_up_status_due", "status", "due_at"),
                      Index("ix_follow_up_assignee_status_due", "assignee_id", "status", "due_at"),
                      Index("ix_follow_up_victim_status", "victim_id", "status"),
                      {"sqlite_autoincrement": True})
    __unaudited__ = frozenset({"version"})

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    due_at: Mapped[datetime]
    reason: Mapped[str]
    step: Mapped[Step] = mapped_column(default=Step.OTHER, server_default=Step.OTHER.value)
    assignee_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    status: Mapped[Status] = mapped_column(default=Status.PLANNED)
    remind_by: Mapped[Channel | None]       # how the victim is reminded of the appointment, if at all
    remind_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]     # done or cancelled
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    victim: Mapped[Victim] = relationship()

    __mapper_args__ = {"version_id_col": version}
