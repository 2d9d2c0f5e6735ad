"""Feelings before and after: the same few questions at the start of a loan and at its review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework.devices.loans import DeviceLoan
from outreach.casework.devices.refused import BadFigures
from outreach.foundation.audit import Audited
from outreach.foundation.db import Base
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor


class Moment(StrEnum):
    """When they were asked."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Feelings:
    """What somebody answered; None where they were not asked. `lost` is money lost to fraud by telephone or
    at the door: ever (before), or since the loan began (after)."""

    worried: int | None = None
    safe: int | None = None
    lost: Decimal | None = None

    def __bool__(self) -> bool:
        return any(answer is not None for answer in (self.worried, self.safe, self.lost))


class DeviceAnswers(Audited, Base):
    """The answers of one asking. None is ever changed: a later asking is another row."""

    __tablename__ = "device_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("device_loan.id"), index=True)
    moment: Mapped[Moment]
    asked_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    worried: Mapped[int | None]
    safe: Mapped[int | None]
    lost: Mapped[Decimal | None]


def keep(session: Session, actor: Actor, loan: DeviceLoan, moment: Moment, on: date,
         feelings: Feelings) -> None:
    """Write down what was answered, within the operation that calls this; nothing where nothing was.

    Raises `BadFigures` for an answer that is not on the scale.
    """
    highest = len(current().devices.answers)
    for about in ("worried", "safe"):
        answer = getattr(feelings, about)
        if answer is not None and not 1 <= answer <= highest:
            raise BadFigures(f"Choose an answer from 1 to {highest}", about)
    if feelings.lost is not None and feelings.lost < 0:
        raise BadFigures("Enter the money lost, 0 if none", "lost")
    if feelings:
        session.add(DeviceAnswers(loan_id=loan.id, moment=moment, asked_on=on, by_id=actor.id,
                                  worried=feelings.worried, safe=feelings.safe, lost=feelings.lost))


def answers_of(session: Session, loan: DeviceLoan) -> Sequence[DeviceAnswers]:
    """Every asking of a loan, the first first."""
    return session.scalars(select(DeviceAnswers).where(DeviceAnswers.loan_id == loan.id)
                           .order_by(DeviceAnswers.asked_on, DeviceAnswers.id)).all()


def was_asked_before(session: Session, loan: DeviceLoan) -> bool:
    """Whether the questions were asked at the start."""
    return session.scalar(select(DeviceAnswers.id).where(
        DeviceAnswers.loan_id == loan.id, DeviceAnswers.moment == Moment.BEFORE).limit(1)) is not None


def scale() -> list[tuple[int, str]]:
    """The answers that may be chosen: (1, "1 not at all"), …"""
    return [(number, f"{number} {words}") for number, words in enumerate(current().devices.answers, 1)]
