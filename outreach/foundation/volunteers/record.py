"""Volunteers and ambassadors: people who go on visits and give talks, whatever kind of person they are."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.foundation.accounts import Account
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class Volunteer(Audited, Base):
    """What is kept of somebody who helps, beside their account (UK GDPR). Their vetting is in `vetting`."""

    __tablename__ = "volunteer"
    __unaudited__ = frozenset({"version"})

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    mobile: Mapped[str] = mapped_column(default="")                      # E.164; texts about visits go there
    emergency_name: Mapped[str] = mapped_column(default="")
    emergency_phone: Mapped[str] = mapped_column(default="")             # E.164
    emergency_relationship: Mapped[str] = mapped_column(default="")
    districts: Mapped[list[str]] = mapped_column(default=list)           # where they go; none: anywhere
    languages: Mapped[list[str]] = mapped_column(default=list)           # besides English
    free: Mapped[list[str]] = mapped_column(default=list)                # "mon am", "mon pm", "mon eve" …
    started_on: Mapped[date | None]
    left_on: Mapped[date | None]
    notes: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}


class Training(Audited, Base):
    """One course somebody has done. The codes of `course` are the force's own."""

    __tablename__ = "training"
    __table_args__ = (Index("ix_training_volunteer", "volunteer_id", "course"),
                      {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"))
    course: Mapped[str]
    done_on: Mapped[date]
    expires_on: Mapped[date | None]           # the last day on which it counts


class Away(Audited, Base):
    """Days on which somebody is not free: the first and the last of them."""

    __tablename__ = "volunteer_away"

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]


class Work(StrEnum):
    """What volunteers' hours went into."""

    VISIT = "visit"
    EVENT = "event or talk"
    CALLS = "calls and letters"
    TRAINING = "training"
    OFFICE = "office"
    OTHER = "other"


class Hours(Audited, Base):
    """Time given, travel and miles on one day. From a visit's log where `log_id` is set, else typed in."""

    __tablename__ = "volunteer_hours"
    __table_args__ = (Index("ix_volunteer_hours_account_on", "account_id", "on"),
                      Index("ix_volunteer_hours_on", "on"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    on: Mapped[date]
    work: Mapped[Work]
    minutes: Mapped[int]
    travel_minutes: Mapped[int] = mapped_column(default=0)
    miles: Mapped[Decimal] = mapped_column(default=Decimal(0))           # to two places
    note: Mapped[str] = mapped_column(default="")
    log_id: Mapped[int | None] = mapped_column(unique=True)              # of a visit's log, in another room
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None]
