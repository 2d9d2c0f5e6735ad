"""The list of the equipment: each unit, where it stands, and with whom it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from outreach.casework.devices.kinds import kind_of
from outreach.casework.devices.loans import DeviceLoan
from outreach.casework.devices.stock import Device, Standing, tidy_serial
from outreach.casework.devices.waiting import DeviceWait
from outreach.casework.victims.record import Victim, name_of, scope
from outreach.foundation import audit
from outreach.foundation.permissions import Actor, May

PAGE = 50
MOST = 10_000


class Order(StrEnum):
    """What the list may be sorted by."""

    SERIAL = "serial"
    KIND = "kind"
    STATUS = "status"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which units are wanted; what is left empty leaves none out. `q` is part of a serial or asset tag."""

    kind: str = ""
    status: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One unit. `who` has it, or it is kept for them; "" where nobody may know."""

    id: int
    serial: str
    asset_tag: str
    kind: str
    model: str
    status: Standing
    reason: str
    cost: Decimal | None
    funder: str
    who: str = ""
    loan_id: int | None = None
    next_on: date | None = None

    @property
    def kind_words(self) -> str:
        """What it is, in words."""
        return kind_of(self.kind).words


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `earlier` and `later` say whether there is more on either side."""

    lines: list[Line]
    earlier: bool
    later: bool


_KEYS: dict[Order, tuple[Any, ...]] = {
    Order.SERIAL: (Device.serial, Device.id), Order.KIND: (Device.kind, Device.serial, Device.id),
    Order.STATUS: (Device.status, Device.serial, Device.id), Order.NEWEST: (Device.id,)}


def list_devices(session: Session, actor: Actor, filters: Filters, sort: str = "serial", *,
                 after: int | None = None, before: int | None = None) -> Page:
    """A page of the stock, from a unit's place in the list on (its id), or back from it. The look at whoever
    has a unit is noted. Raises `NotAllowed`."""
    actor.must(May.SEE_STOCK)
    order, down = _order(sort)
    backwards = before is not None
    question = _question(actor, filters)
    start = before if backwards else after
    if start is not None and (place := session.execute(
            select(*_KEYS[order]).where(Device.id == start)).one_or_none()):
        keys = tuple_(*_KEYS[order])
        question = question.where(keys < tuple(place) if down != backwards else keys > tuple(place))
    by = [key.desc() if down != backwards else key for key in _KEYS[order]]
    rows = session.execute(question.order_by(*by).limit(PAGE + 1)).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    found = list(reversed(rows)) if backwards else rows
    _note(session, actor, found)
    return Page([_line(row) for row in found], more if backwards else after is not None, backwards or more)


def export_devices(session: Session, actor: Actor, filters: Filters, sort: str = "serial") -> list[Line]:
    """The whole list with these filters, without anybody's name. Raises `NotAllowed`."""
    actor.must(May.SEE_STOCK)
    order, down = _order(sort)
    by = [key.desc() if down else key for key in _KEYS[order]]
    return [_line(row, with_names=False)
            for row in session.execute(_question(actor, filters).order_by(*by).limit(MOST))]


def line_of(session: Session, actor: Actor, device: Device) -> Line:
    """One unit as the list shows it. The look at whoever has it is noted. Raises `NotAllowed`."""
    actor.must(May.SEE_STOCK)
    row = session.execute(_question(actor, Filters()).where(Device.id == device.id)).one()
    _note(session, actor, [row])
    return _line(row)


def count(session: Session, filters: Filters) -> int:
    """How many units there are with these filters."""
    return session.scalar(select(func.count(Device.id)).where(*_conditions(filters))) or 0


def counts(session: Session) -> dict[Standing, int]:
    """How many units stand where; nought where none does."""
    rows = session.execute(select(Device.status, func.count().label("number")).group_by(Device.status))
    return dict.fromkeys(Standing, 0) | {row.status: row.number for row in rows}


def _order(sort: str) -> tuple[Order, bool]:
    name = sort.removeprefix("-")
    return (Order(name), sort.startswith("-")) if name in list(Order) else (Order.SERIAL, False)


def _question(actor: Actor, filters: Filters) -> Select[*tuple[Any, ...]]:
    """Each unit with the loan it is on, or the place on the waiting list that it is kept for."""
    whose = func.coalesce(DeviceLoan.victim_id, DeviceWait.victim_id)
    return (select(Device.id, Device.serial, Device.asset_tag, Device.kind, Device.model, Device.status,
                   Device.status_reason, Device.cost, Device.funder, DeviceLoan.id.label("loan_id"),
                   DeviceLoan.asked_back_on, DeviceLoan.review_due_on, Victim.id.label("victim_id"),
                   Victim.title, Victim.first_name, Victim.last_name)
            .outerjoin(DeviceLoan, and_(DeviceLoan.device_id == Device.id, DeviceLoan.ended_on.is_(None)))
            .outerjoin(DeviceWait, and_(DeviceWait.device_id == Device.id, DeviceWait.settled_at.is_(None)))
            .outerjoin(Victim, and_(Victim.id == whose, *scope(actor)))
            .where(*_conditions(filters)))


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.kind:
        found.append(Device.kind == filters.kind)
    if filters.status in list(Standing):
        found.append(Device.status == Standing(filters.status))
    if part := tidy_serial(filters.q):
        found.append(or_(Device.serial.contains(part, autoescape=True),
                         func.upper(func.replace(Device.asset_tag, " ", "")).contains(part, autoescape=True)))
    return found


def _line(row: Any, *, with_names: bool = True) -> Line:
    name = name_of(row)
    return Line(row.id, row.serial, row.asset_tag, row.kind, row.model, row.status, row.status_reason,
                row.cost, row.funder, name if with_names else "", row.loan_id,
                row.asked_back_on or row.review_due_on)


def _note(session: Session, actor: Actor, rows: Sequence[Any]) -> None:
    if shown := sorted({row.victim_id for row in rows if row.victim_id}):
        audit.consulted(session, actor, "victim", operation="device.listed", shown=shown)
