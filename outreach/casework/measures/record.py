"""A measure for one person as it stands now, and each step that brought it there."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class Status(StrEnum):
    """How far a measure has come (domain.md, data dictionary)."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMPLETED = "completed"


OUTSTANDING = (Status.OFFERED, Status.ACCEPTED)


class Measure(Audited, Base):
    """One measure for one person. It stands as its steps left it; none may stand, where all were taken back.
    Two records made one can bring the same measure twice: both stay."""

    __tablename__ = "measure"
    __table_args__ = (Index("ix_measure_victim", "victim_id"),
                      Index("ix_measure_standing", "status", "since_on"), {"sqlite_autoincrement": True})
    __unaudited__ = frozenset({"since_on", "changed_at"})

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    code: Mapped[str]
    status: Mapped[Status | None]
    since_on: Mapped[date | None]               # since when it stands like this
    offered_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    declined_on: Mapped[date | None]
    completed_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))     # who took the last step
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    steps: Mapped[list["MeasureStep"]] = relationship(back_populates="measure", order_by="MeasureStep.id")

    @property
    def standing(self) -> list["MeasureStep"]:
        """The steps that were not taken back, in the order in which they were taken."""
        return [step for step in self.steps if step.taken_back_at is None]


class MeasureStep(Audited, Base):
    """One step: offered, accepted, declined or completed, on a day, by somebody. A step that was taken back
    stays, and says so."""

    __tablename__ = "measure_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    status: Mapped[Status]
    on: Mapped[date]
    at: Mapped[datetime]                        # its place in time: the first instant of a day gone by
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(default="")
    entered_at: Mapped[datetime] = mapped_column(default=now)
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    measure: Mapped[Measure] = relationship(back_populates="steps")
