"""The outcome pack: what was measured and what people answered about the equipment, nothing more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from outreach.casework.devices.call_stats import CallStats
from outreach.casework.devices.feelings import DeviceAnswers, Moment
from outreach.casework.devices.loans import DeviceLoan
from outreach.casework.devices.stock import Device
from outreach.foundation import audit
from outreach.foundation.clock import today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May

FEW = 5      # a figure about fewer people is marked: it may point at one of them


@dataclass(frozen=True, slots=True)
class Scope:
    """What the pack is about: a kind, a funder, one unit; and a period, both days included."""

    kind: str = ""
    funder: str = ""
    device_id: int | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls that the units counted in periods wholly within the time asked for."""

    units: int
    received: int
    nuisance: int
    blocked: int

    @property
    def nuisance_share(self) -> int | None:
        """Of the calls received, how many of a hundred were a nuisance; None before any came."""
        return round(100 * self.nuisance / self.received) if self.received else None

    @property
    def blocked_share(self) -> int | None:
        """Of the nuisance calls, how many of a hundred were blocked; None before any came."""
        return round(100 * self.blocked / self.nuisance) if self.nuisance else None


@dataclass(frozen=True, slots=True)
class Change:
    """Of those asked both before and after: how many felt so then, and how many do now."""

    asked: int
    before: int
    after: int

    @property
    def is_few(self) -> bool:
        """Whether so few were asked that the figure may point at one of them."""
        return 0 < self.asked < FEW


@dataclass(frozen=True, slots=True)
class Money:
    """Of those asked both times: how many had lost money before and since, and how much."""

    asked: int
    had_lost: int
    lost_before: Decimal
    have_lost: int
    lost_since: Decimal

    @property
    def is_few(self) -> bool:
        """As in `Change`."""
        return 0 < self.asked < FEW


@dataclass(frozen=True, slots=True)
class Pack:
    """The whole of it. `days` is the median length of those loans that ended."""

    calls: Calls
    worried: Change
    safe: Change
    money: Money
    loans: int
    people: int
    out_now: int
    ended: int
    days: int | None


def pack(session: Session, actor: Actor, scope: Scope) -> Pack:
    """The figures of a unit or of the pool. Raises `NotAllowed`. Whole pools name nobody."""
    actor.must(May.SEE_STOCK)
    loans = session.execute(_loans(scope)).all()
    answers = _answers(session, scope)
    lengths = [(row.ended_on - (row.installed_on or row.consent_on)).days for row in loans if row.ended_on]
    audit.consulted(session, actor, "device", scope.device_id, operation="device.outcomes_seen")
    least = current().devices.counts_from
    return Pack(
        calls=_calls(session, scope), worried=_change(answers, "worried", least),
        safe=_change(answers, "safe", least), money=_money(answers), loans=len(loans),
        people=len({row.victim_id for row in loans}), ended=len(lengths),
        out_now=sum(row.ended_on is None for row in loans), days=round(median(lengths)) if lengths else None)


def funders(session: Session) -> list[str]:
    """Whoever paid for a unit."""
    return list(session.scalars(select(Device.funder).where(Device.funder != "").distinct()
                                .order_by(Device.funder)))


def rows_of(found: Pack) -> list[tuple[str, Any, str]]:
    """The pack as a table: what, how many, and how that was reckoned."""
    few = f"fewer than {FEW} people: not for publication"
    both = "of those asked both before and after"
    money = found.money
    return [
        ("Loans", found.loans, "that ran in the period"), ("People", found.people, "with such a loan"),
        ("Out now", found.out_now, "of those loans, not returned yet"),
        ("Loans ended", found.ended, "of those loans"),
        ("Median days on loan", found.days, "from installation to return, of the loans ended"),
        ("Calls received", found.calls.received, f"counted by {found.calls.units} units"),
        ("Nuisance calls", found.calls.nuisance, "as the units counted them"),
        ("Nuisance calls in 100 calls", found.calls.nuisance_share, "measured"),
        ("Nuisance calls blocked", found.calls.blocked, "as the units counted them"),
        ("Blocked in 100 nuisance calls", found.calls.blocked_share, "measured, not promised"),
        ("Asked how worried, before and after", found.worried.asked, few if found.worried.is_few else both),
        ("Worried before", found.worried.before, both), ("Worried after", found.worried.after, both),
        ("Asked how safe, before and after", found.safe.asked, few if found.safe.is_few else both),
        ("Felt safe before", found.safe.before, both), ("Feel safe after", found.safe.after, both),
        ("Asked about money, before and after", money.asked, few if money.is_few else both),
        ("Had lost money before", money.had_lost, both), ("Money lost before (£)", money.lost_before, both),
        ("Lost money since", money.have_lost, both), ("Money lost since (£)", money.lost_since, both)]


def _units(scope: Scope) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if scope.kind:
        found.append(Device.kind == scope.kind)
    if scope.funder:
        found.append(Device.funder == scope.funder)
    if scope.device_id is not None:
        found.append(Device.id == scope.device_id)
    return found


def _loans(scope: Scope) -> Any:
    """Loans that ran on any day of the period."""
    began = func.coalesce(DeviceLoan.installed_on, DeviceLoan.consent_on)
    question = (select(DeviceLoan.id, DeviceLoan.victim_id, DeviceLoan.installed_on, DeviceLoan.consent_on,
                       DeviceLoan.ended_on)
                .join(Device, Device.id == DeviceLoan.device_id)
                .where(*_units(scope), began <= (scope.to_on or today())))
    if scope.from_on:
        question = question.where(func.coalesce(DeviceLoan.ended_on, today()) >= scope.from_on)
    return question


def _calls(session: Session, scope: Scope) -> Calls:
    question = (select(func.count(DeviceLoan.device_id.distinct()), func.sum(CallStats.received),
                       func.sum(CallStats.nuisance), func.sum(CallStats.blocked))
                .join(DeviceLoan, DeviceLoan.id == CallStats.loan_id)
                .join(Device, Device.id == DeviceLoan.device_id).where(*_units(scope)))
    if scope.from_on:
        question = question.where(CallStats.from_on >= scope.from_on)
    if scope.to_on:
        question = question.where(CallStats.to_on <= scope.to_on)
    units, received, nuisance, blocked = session.execute(question).one()
    return Calls(units, int(received or 0), int(nuisance or 0), int(blocked or 0))


def _answers(session: Session, scope: Scope) -> list[tuple[Any, Any]]:
    """Of each loan the first answers before and the last ones after; only of those asked both times."""
    rows = session.execute(
        select(DeviceAnswers.loan_id, DeviceAnswers.moment, DeviceAnswers.worried, DeviceAnswers.safe,
               DeviceAnswers.lost)
        .where(DeviceAnswers.loan_id.in_(_loans(scope).with_only_columns(DeviceLoan.id)))
        .order_by(DeviceAnswers.asked_on, DeviceAnswers.id)).all()
    before: dict[int, Any] = {}
    after: dict[int, Any] = {}
    for row in rows:
        if row.moment is Moment.BEFORE:
            before.setdefault(row.loan_id, row)
        else:
            after[row.loan_id] = row
    return [(before[loan], after[loan]) for loan in before if loan in after]


def _change(answers: Iterable[tuple[Any, Any]], name: str, least: int) -> Change:
    both = [(getattr(one, name), getattr(other, name)) for one, other in answers]
    both = [(one, other) for one, other in both if one is not None and other is not None]
    return Change(len(both), sum(one >= least for one, _ in both), sum(other >= least for _, other in both))


def _money(answers: Iterable[tuple[Any, Any]]) -> Money:
    both = [(one.lost, other.lost) for one, other in answers
            if one.lost is not None and other.lost is not None]
    return Money(len(both), sum(one > 0 for one, _ in both), sum((one for one, _ in both), Decimal(0)),
                 sum(other > 0 for _, other in both), sum((other for _, other in both), Decimal(0)))
