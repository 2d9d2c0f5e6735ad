"""The monthly return of Banking Protocol calls: the month and the year to date, by bank and branch.

What UK Finance publishes are calls, the amount prevented, arrests and age; the form of the return itself was
not found (domain.md §4), so every figure here is to be confirmed by the force.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, func, select
from sqlalchemy.orm import Session

from outreach.casework.calls.banks import Bank, BankBranch
from outreach.casework.calls.listing import COUNTED, NO_BRANCH
from outreach.casework.calls.record import MONEY, Call
from outreach.foundation import audit, clock
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May

COUNTS = ("calls", "attended", "arrests", "crime_recorded", "nothing_wrong", "missed")


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted. Money in pounds; `arrests` are people, not calls; `ages` and `aged` make the mean."""

    calls: int = 0
    attended: int = 0
    attempted: Decimal = Decimal(0)
    prevented: Decimal = Decimal(0)
    lost: Decimal = Decimal(0)
    recovered: Decimal = Decimal(0)
    arrests: int = 0
    crime_recorded: int = 0
    nothing_wrong: int = 0
    missed: int = 0
    ages: int = 0
    aged: int = 0

    @property
    def age(self) -> int | None:
        """The mean age in whole years, None where no age is known."""
        return round(self.ages / self.aged) if self.aged else None


@dataclass(frozen=True, slots=True)
class Row:
    """One bank, or one branch of it ("" and `NO_BRANCH` for calls that named none), in the month and in the
    year."""

    bank_id: int
    bank: str
    branch_id: int | None
    branch: str
    month: Figures
    year: Figures


@dataclass(frozen=True, slots=True)
class Return:
    """The return of one month. `banks` add up their branches; `total` adds up all."""

    month: date             # its first day
    year_from: date
    to: date                # its last day
    banks: Sequence[Row]
    branches: Sequence[Row]
    total: Row


def monthly_return(session: Session, actor: Actor, month: date) -> Return:
    """The figures of the month in which this day lies, and from the beginning of its year. Raises
    `NotAllowed`."""
    actor.must(May.SEE_RETURNS)
    first, last, year_from = month.replace(day=1), _last_of(month), _year_of(month)
    branches = [_row(row) for row in session.execute(_question(first, last, year_from))]
    audit.consulted(session, actor, "banking_protocol_call", operation="call.return_shown",
                    month=first.isoformat())
    banks = [_together(bank_id, [row for row in branches if row.bank_id == bank_id])
             for bank_id in dict.fromkeys(row.bank_id for row in branches)]
    return Return(first, year_from, last, banks, branches, _together(0, branches))


def _question(first: date, last: date, year_from: date) -> Any:
    """One pass over the year: each figure once for the month and once for the year."""
    in_month = Call.received_at >= clock.midnight(first)
    figures = [figure for name in _FIGURES for figure in (
        _sum(name, in_month).label(f"month_{name}"), _sum(name, None).label(f"year_{name}"))]
    return (select(Bank.id.label("bank_id"), Bank.name.label("bank"), BankBranch.id.label("branch_id"),
                   BankBranch.name.label("branch"), *figures)
            .select_from(Call).join(Bank, Bank.id == Call.bank_id)
            .outerjoin(BankBranch, BankBranch.id == Call.branch_id)
            .where(Call.received_at >= clock.midnight(year_from), Call.received_at < clock.end_of(last))
            .group_by(Bank.id, Bank.name, Bank.key, BankBranch.id, BankBranch.name, BankBranch.key)
            .order_by(Bank.key, BankBranch.key.is_not(None), BankBranch.key))


def _sum(name: str, when: ColumnElement[bool] | None) -> ColumnElement[Any]:
    value: Any = {"calls": 1, "arrests": Call.arrests, "ages": Call.age,
                  "aged": case((Call.age.is_not(None), 1), else_=0)}.get(name)
    if value is None:
        value = getattr(Call, name) if name in MONEY else case((COUNTED[name], 1), else_=0)
    chosen = value if when is None else case((when, value), else_=None)
    return func.coalesce(func.sum(chosen, type_=Call.attempted.type if name in MONEY else Integer()), 0)


def _row(row: Any) -> Row:
    month, year = (Figures(**{name: _figure(name, getattr(row, f"{part}_{name}")) for name in _FIGURES})
                   for part in ("month", "year"))
    return Row(row.bank_id, row.bank, row.branch_id or NO_BRANCH, row.branch or "", month, year)


def _figure(name: str, value: Any) -> Any:
    return Decimal(value) if name in MONEY else int(value)


def _together(bank_id: int, rows: Sequence[Row]) -> Row:
    name = rows[0].bank if rows and bank_id else "All banks"
    return Row(bank_id, name, None, "", _added(row.month for row in rows), _added(row.year for row in rows))


def _added(figures: Iterable[Figures]) -> Figures:
    some = list(figures)
    return Figures(**{name: sum((getattr(one, name) for one in some), start=type(getattr(Figures(), name))(0))
                      for name in _FIGURES})


def _year_of(month: date) -> date:
    starts = current().calls.return_year_from_month
    return date(month.year if month.month >= starts else month.year - 1, starts, 1)


def _last_of(month: date) -> date:
    year, follows = (month.year + 1, 1) if month.month == 12 else (month.year, month.month + 1)
    return date.fromordinal(date(year, follows, 1).toordinal() - 1)


_FIGURES = tuple(field.name for field in fields(Figures))
