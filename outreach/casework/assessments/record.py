"""A vulnerability assessment as it was made, and the factors and bands in force on a day."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from outreach.casework.need import Band
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class Tells(StrEnum):
    """What the assessor answers: yes, no, or not sure."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Factor(Audited, Base):
    """One thing that makes people vulnerable, and what it counts from one day to another. Points change by a
    new row, so that every assessment can be read by the list of its day."""

    __tablename__ = "vulnerability_factor"
    __table_args__ = (Index("uq_vulnerability_factor_code", "code", "effective_from", unique=True),
                      {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    words: Mapped[str]
    points: Mapped[int]
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]           # the last day on which it counts
    place: Mapped[int] = mapped_column(default=0)

    def counts_on(self, day: date) -> bool:
        """Whether this row is in force on a day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class Thresholds(Audited, Base):
    """The scores at which a band begins, from a day on."""

    __tablename__ = "vulnerability_band"

    id: Mapped[int] = mapped_column(primary_key=True)
    effective_from: Mapped[date] = mapped_column(unique=True)
    medium_from: Mapped[int]
    high_from: Mapped[int]

    def band_of(self, score: int) -> Band:
        """The band in which a score falls."""
        if score >= self.high_from:
            return Band.HIGH
        return Band.MEDIUM if score >= self.medium_from else Band.STANDARD


class Assessment(Audited, Base):
    """One judgement of how vulnerable somebody is to fraud, and whether they are an adult at risk: two
    questions, kept apart. Rows are never changed; the database refuses it (but for whose they are, when two
    records are made one). A correction is a new assessment that supersedes this one."""

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_victim", "victim_id", "assessed_on"),
                      {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    assessed_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    factors: Mapped[list[Any]]                  # as they were: code, words, points, note
    score: Mapped[int]
    scored_band: Mapped[Band]                   # what the points say
    override: Mapped[Band | None]               # what the assessor says
    override_reason: Mapped[str] = mapped_column(default="")
    # Care Act 2014, s.42(1)(a), (b) and (c)
    needs_care: Mapped[Tells | None]
    faces_abuse: Mapped[Tells | None]
    cannot_protect: Mapped[Tells | None]
    adult_at_risk: Mapped[Tells]
    council: Mapped[str] = mapped_column(default="")
    capacity_concern: Mapped[bool] = mapped_column(default=False)
    capacity_note: Mapped[str] = mapped_column(default="")
    views: Mapped[str] = mapped_column(default="")          # what the person themselves wants
    next_review_on: Mapped[date]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"))
    superseding_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def band(self) -> Band:
        """The band that stands: the assessor's where they overrode the points."""
        return self.override or self.scored_band
