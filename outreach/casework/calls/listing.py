"""The list of calls: by month, bank, outcome and place, and the very rows behind a figure of the return."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from outreach.casework.calls.banks import Bank, BankBranch
from outreach.casework.calls.record import NOTHING_WRONG, Call, Outcome
from outreach.casework.victims.record import Victim, name_of, scope
from outreach.foundation import audit, clock
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

PAGE = 50
MOST_EXPORTED = 20_000
UNKNOWN = "unknown"
NO_BRANCH = 0


class Order(StrEnum):
    """By when they came, or by what was at stake."""

    RECEIVED = "received"
    ATTEMPTED = "attempted"


# What a figure of the return counts: name in the address → condition on a call.
COUNTED: dict[str, ColumnElement[bool]] = {
    "attended": Call.attended_at.is_not(None), "arrests": Call.arrests > 0,
    "crime_recorded": Call.crime_recorded.is_(True), "missed": Call.missed_opportunity.is_(True),
    "nothing_wrong": Call.outcome.in_(NOTHING_WRONG), "attempted": Call.attempted > 0,
    "prevented": Call.prevented > 0, "lost": Call.lost > 0, "recovered": Call.recovered > 0,
    "age": Call.age.is_not(None)}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which calls. Days are British days, both included; `outcome` may be `UNKNOWN`, and
    `branch_id` be `NO_BRANCH`."""

    from_on: date | None = None
    to_on: date | None = None
    bank_id: int | None = None
    branch_id: int | None = None
    outcome: str = ""
    district: str = ""
    counted: str = ""       # a key of `COUNTED`


class Line(NamedTuple):
    """One call in the list. A restricted record tells no name, no place and no story."""

    id: int
    received_at: datetime
    incident_number: str
    bank: str
    branch: str
    name: str
    place: str
    outcome: str
    attempted: Decimal | None
    prevented: Decimal | None
    lost: Decimal | None
    recovered: Decimal | None
    victim_id: int
    restricted: bool


class Page(NamedTuple):
    """One page; `earlier` and `later` say whether there is more on either side."""

    lines: Sequence[Line]
    earlier: bool
    later: bool
    number: int


def list_calls(session: Session, actor: Actor, filters: Filters, *, order: Order = Order.RECEIVED,
               rising: bool = False, after: int | None = None, before: int | None = None) -> Page:
    """Calls about the people this person works with, 50 a page from the call with this id on (or back),
    and how many there are in all. The look is logged. Raises `NotAllowed`."""
    actor.must(May.SEE_VICTIM)
    backwards = before is not None
    question = _wanted(_lines(), actor, filters)
    if start := _place(session, order, before if backwards else after):
        question = question.where(_beyond(order, start, up=rising != backwards))
    keys = _KEYS[order]
    question = question.order_by(*(keys if rising != backwards else [key.desc() for key in keys]))
    rows = session.execute(question.limit(PAGE + 1)).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    lines = [_line(row) for row in (reversed(rows) if backwards else rows)]
    number = session.scalar(_wanted(_counting(), actor, filters)) or 0
    audit.consulted(session, actor, "banking_protocol_call", operation="call.listed",
                    shown=[line.id for line in lines])
    return Page(lines, more if backwards else after is not None, backwards or more, number)


@operation("call.exported", needs=May.EXPORT)
def export_calls(session: Session, actor: Actor, filters: Filters, *, recipient: str,
                 reason: str) -> list[Line]:
    """Every call of the list, at most 20,000, with a note of who receives them and why."""
    rows = session.execute(_wanted(_lines(), actor, filters).order_by(Call.received_at.desc(), Call.id.desc())
                           .limit(MOST_EXPORTED)).all()
    audit.disclosed(session, actor, "victim", operation="call.exported", recipient=recipient, reason=reason,
                    shown=sorted({row.victim_id for row in rows}))
    return [_line(row) for row in rows]


def _lines() -> Select[*tuple[Any, ...]]:
    return (select(Call.id, Call.received_at, Call.incident_number, Bank.name.label("bank"),
                   BankBranch.name.label("branch"), Victim.title, Victim.first_name, Victim.last_name,
                   Victim.town, Call.outcome, Call.attempted, Call.prevented, Call.lost, Call.recovered,
                   Call.victim_id, Victim.restricted)
            .join(Victim, Victim.id == Call.victim_id).join(Bank, Bank.id == Call.bank_id)
            .outerjoin(BankBranch, BankBranch.id == Call.branch_id))


def _counting() -> Select[int]:
    return select(func.count(Call.id)).join(Victim, Victim.id == Call.victim_id)


def _wanted(question: Select[Any], actor: Actor, filters: Filters) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [*scope(actor)]
    if filters.from_on:
        conditions.append(Call.received_at >= clock.midnight(filters.from_on))
    if filters.to_on:
        conditions.append(Call.received_at < clock.end_of(filters.to_on))
    for column, value in ((Call.bank_id, filters.bank_id), (Victim.district, filters.district)):
        if value:
            conditions.append(column == value)
    if filters.branch_id is not None:
        conditions.append(Call.branch_id.is_(None) if filters.branch_id == NO_BRANCH
                          else Call.branch_id == filters.branch_id)
    if filters.outcome:
        conditions.append(Call.outcome.is_(None) if filters.outcome == UNKNOWN
                          else Call.outcome == Outcome(filters.outcome))
    if filters.counted in COUNTED:
        conditions.append(COUNTED[filters.counted])
    return question.where(*conditions)


_KEYS: dict[Order, list[Any]] = {Order.RECEIVED: [Call.received_at, Call.id],
                                 Order.ATTEMPTED: [func.coalesce(Call.attempted, literal(-1)), Call.id]}


def _place(session: Session, order: Order, call_id: int | None) -> Any:
    return session.execute(select(*_KEYS[order]).where(Call.id == call_id)).one_or_none() if call_id else None


def _beyond(order: Order, start: Any, *, up: bool) -> ColumnElement[bool]:
    keys = tuple_(*_KEYS[order])
    return keys > tuple(start) if up else keys < tuple(start)


def _line(row: Any) -> Line:
    name = name_of(row)
    return Line(row.id, row.received_at, row.incident_number, row.bank, row.branch or "",
                "Restricted" if row.restricted else name, "" if row.restricted else row.town,
                str(row.outcome or ""), row.attempted, row.prevented, row.lost, row.recovered, row.victim_id,
                row.restricted)
