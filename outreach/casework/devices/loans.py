"""Loans: one unit with one person for a time, consented to, installed, reviewed and brought back."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from outreach.casework.devices.refused import LoanEnded, NotOnLoan, StillToCome
from outreach.casework.devices.stock import Device, with_serial
from outreach.casework.safe_contact import Answer
from outreach.casework.victims.record import NotFound, Victim, open_victim
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now, today
from outreach.foundation.dates import spoken
from outreach.foundation.db import Base
from outreach.foundation.permissions import Actor, May


class ConsentBy(StrEnum):
    """Who consented to the loan."""

    SELF = "themselves"
    ATTORNEY = "attorney"
    FAMILY = "family"
    CARER = "carer"
    DEPUTY = "Court of Protection deputy"


class Line(StrEnum):
    """What the telephone runs on; landlines are moving to digital voice, with alarms the known risk [S62]."""

    ANALOGUE = "analogue"
    DIGITAL_VOICE = "digital voice"
    SIM = "SIM"


class Profile(StrEnum):
    """A call blocker's mode (domain.md §5)."""

    FILTER = "filter"
    FILTER_INTERNATIONAL = "filter-international"
    TRUSTED_ONLY = "trusted only"
    CARER_CHECK = "carer check"


class Condition(StrEnum):
    """How a unit came back, or did not."""

    GOOD = "good"
    FAULTY = "faulty"
    LOST = "lost"


class DeviceLoan(Audited, Base):
    __tablename__ = "device_loan"
    __table_args__ = (
        Index("uq_device_loan_open", "device_id", unique=True, sqlite_where=text("ended_on IS NULL"),
              postgresql_where=text("ended_on IS NULL")),
        Index("ix_device_loan_victim", "victim_id", "ended_on"),
        Index("ix_device_loan_review", "ended_on", "review_due_on"),
        {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), index=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    lent_at: Mapped[datetime] = mapped_column(default=now)
    lent_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    consent_by: Mapped[ConsentBy]
    consent_name: Mapped[str] = mapped_column(default="")
    relationship_to_them: Mapped[str] = mapped_column(default="")
    consent_on: Mapped[date]
    agreement_signed: Mapped[bool] = mapped_column(default=False)
    line: Mapped[Line | None]
    caller_display: Mapped[Answer] = mapped_column(default=Answer.UNKNOWN)
    pendant_alarm: Mapped[Answer] = mapped_column(default=Answer.UNKNOWN)
    profile: Mapped[Profile | None]
    installed_on: Mapped[date | None]
    installed_by: Mapped[str] = mapped_column(default="")
    review_due_on: Mapped[date]
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"))
    asked_back_on: Mapped[date | None]              # the day by which it should be back
    ended_on: Mapped[date | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    condition: Mapped[Condition | None]
    end_reason: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")

    device: Mapped[Device] = relationship()
    victim: Mapped[Victim] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether the unit has not come back yet."""
        return self.ended_on is None

    @property
    def has_begun_on(self) -> date:
        """The day from which the person had it."""
        return self.installed_on or self.consent_on


def open_loan(session: Session, actor: Actor, loan_id: int, *, to_change: bool = False) -> DeviceLoan:
    """One loan, and a note that the person's record was looked at; person and loan are locked when it is
    opened `to_change`. Raises `NotFound`, also where this actor may not see whose it is; `ReasonNeeded`."""
    actor.must(May.SEE_STOCK)
    victim_id = session.scalar(select(DeviceLoan.victim_id).where(DeviceLoan.id == loan_id))
    if victim_id is None:
        raise NotFound("There is no such loan")
    open_victim(session, actor, victim_id, to_change=to_change)
    return session.get_one(DeviceLoan, loan_id, with_for_update=True if to_change else None)


def open_loan_of(session: Session, actor: Actor, serial: str) -> DeviceLoan:
    """The loan of the unit with this serial, to be changed. Raises `NoSuchUnit`, `NotOnLoan`."""
    device = with_serial(session, serial)
    loan_id = session.scalar(select(DeviceLoan.id).where(DeviceLoan.device_id == device.id,
                                                         DeviceLoan.ended_on.is_(None)))
    if loan_id is None:
        raise NotOnLoan(f"{device.serial} is {device.status}: nobody has it on loan", "serial")
    return open_loan(session, actor, loan_id, to_change=True)


def loans_of(session: Session, victim_id: int) -> Sequence[DeviceLoan]:
    """Every loan to a person, those that run first, then the latest."""
    return session.scalars(select(DeviceLoan).where(DeviceLoan.victim_id == victim_id).order_by(
        DeviceLoan.ended_on.is_not(None), DeviceLoan.id.desc())).all()


def refuse_ended(loan: DeviceLoan) -> None:
    """Raises `LoanEnded`."""
    if loan.ended_on is not None:
        raise LoanEnded(f"This loan of {loan.device.serial} is over: it ended on {spoken(loan.ended_on)}")


def refuse_future(day: date, about: str) -> None:
    """Raises `StillToCome`."""
    if day > today():
        raise StillToCome("Enter a date that has come: today or before", about)
