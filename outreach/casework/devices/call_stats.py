"""Call statistics: what a call blocker measured in a period. Measured figures only, never a promised rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework.devices.loans import DeviceLoan, refuse_future
from outreach.casework.devices.refused import BadFigures, DoesNotHandleCalls, OutsideTheLoan, PeriodTwice
from outreach.casework.devices.refused import TooEarly as EndsBeforeItBegins
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.dates import spoken
from outreach.foundation.db import Base
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

_MOST = 1_000_000


class CallStats(Audited, Base):
    __tablename__ = "call_stats"
    __table_args__ = (Index("ix_call_stats_loan", "loan_id", "from_on"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("device_loan.id"))
    from_on: Mapped[date]
    to_on: Mapped[date]                                      # the last day that counts
    received: Mapped[int]
    nuisance: Mapped[int]
    blocked: Mapped[int]
    entered_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


@dataclass(frozen=True, slots=True)
class Figures:
    """What a unit counted from one day to another, both of them included."""

    from_on: date
    to_on: date
    received: int
    nuisance: int
    blocked: int


@operation("device.stats_entered", needs=May.LEND)
def enter(session: Session, actor: Actor, loan: DeviceLoan, figures: Figures) -> CallStats:
    """Enter the figures of one period. Raises `BadFigures`, `PeriodTwice`, `OutsideTheLoan`, `StillToCome`,
    `DoesNotHandleCalls`."""
    check(loan, figures, stats_of(session, loan))
    entered = CallStats(loan_id=loan.id, by_id=actor.id, from_on=figures.from_on, to_on=figures.to_on,
                        received=figures.received, nuisance=figures.nuisance, blocked=figures.blocked)
    session.add(entered)
    session.flush()
    return entered


@operation("device.stats_removed", needs=May.LEND)
def remove(session: Session, actor: Actor, loan: DeviceLoan, stats_id: int) -> None:
    """Take out figures that were entered wrongly; the log keeps that they were there."""
    for entered in stats_of(session, loan):
        if entered.id == stats_id:
            session.delete(entered)


def check(loan: DeviceLoan, figures: Figures, before: Sequence[CallStats | Figures]) -> None:
    """Every rule for a period's figures; `before` are those of the same loan that stand already."""
    if not loan.device.handles_calls:
        raise DoesNotHandleCalls(f"A {loan.device.kind_words} counts no calls", "serial")
    if figures.to_on < figures.from_on:
        raise EndsBeforeItBegins("Enter a last day that is not before the first", "to_on")
    refuse_future(figures.to_on, "to_on")
    _refuse_impossible(figures)
    if loan.installed_on is None:
        raise OutsideTheLoan("It has not been installed yet: record that first", "from_on")
    if figures.from_on < loan.installed_on:
        raise OutsideTheLoan(f"It was installed on {spoken(loan.installed_on)}: enter figures from then on",
                             "from_on")
    if loan.ended_on and figures.to_on > loan.ended_on:
        raise OutsideTheLoan(f"The loan ended on {spoken(loan.ended_on)}: enter figures up to then", "to_on")
    for other in before:
        if figures.from_on <= other.to_on and other.from_on <= figures.to_on:
            raise PeriodTwice(f"Figures from {spoken(other.from_on)} to {spoken(other.to_on)} were entered "
                              "already: these overlap", "from_on")


def stats_of(session: Session, loan: DeviceLoan) -> Sequence[CallStats]:
    """Every period of a loan, the first first."""
    return session.scalars(select(CallStats).where(CallStats.loan_id == loan.id)
                           .order_by(CallStats.from_on)).all()


def _refuse_impossible(figures: Figures) -> None:
    if min(figures.received, figures.nuisance, figures.blocked) < 0 or figures.received > _MOST:
        raise BadFigures(f"Enter numbers from 0 to {_MOST:,}", "received")
    if figures.nuisance > figures.received:
        raise BadFigures("More nuisance calls than calls received: check both", "nuisance")
    if figures.blocked > figures.nuisance:
        raise BadFigures("More calls blocked than nuisance calls: check both", "blocked")
