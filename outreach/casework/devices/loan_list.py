"""The list of loans: what is with whom, what is to be reviewed, and what is to be collected from where."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from outreach.casework.devices.kinds import kind_of
from outreach.casework.devices.loans import DeviceLoan
from outreach.casework.devices.stock import Device
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer
from outreach.casework.victims.record import Victim, first_numbers, name_of, scope
from outreach.foundation import audit, clock, times
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May

PAGE = 50


class Show(StrEnum):
    """Which loans."""

    OPEN = "open"
    NOT_INSTALLED = "not installed"
    REVIEW = "review"
    BACK = "back"
    ENDED = "ended"


class Why(StrEnum):
    """Why a unit is to be collected, or its loan looked at."""

    DIED = "has died"
    LATE_BACK = "asked back and not returned"
    BACK = "asked back"
    REVIEW = "review overdue"
    NOT_INSTALLED = "not installed yet"


@dataclass(frozen=True, slots=True)
class Line:
    """One loan. Of a restricted record a line tells the name only. A collection has address and phone too."""

    id: int
    victim_id: int
    name: str
    town: str
    district: str
    band: Band
    serial: str
    kind: str
    model: str
    installed_on: date | None
    review_due_on: date
    asked_back_on: date | None
    ended_on: date | None
    why: Why | None
    restricted: bool
    address: str = ""
    phone: str = ""
    careful: str = ""

    @property
    def kind_words(self) -> str:
        """What it is, in words."""
        return kind_of(self.kind).words

    @property
    def next_on(self) -> date:
        """When something is due."""
        return self.asked_back_on or self.review_due_on


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `later` says whether there is more."""

    lines: list[Line]
    earlier: bool
    later: bool


_next_on = func.coalesce(DeviceLoan.asked_back_on, DeviceLoan.review_due_on)


def list_loans(session: Session, actor: Actor, show: Show = Show.OPEN, *, after: int | None = None,
               before: int | None = None) -> Page:
    """Loans by what is due first (those that ended: the latest first), from a loan's place on or back from
    it. The look is noted. Raises `NotAllowed`."""
    actor.must(May.SEE_STOCK)
    down, backwards = show is Show.ENDED, before is not None
    question = _question(actor).where(*_conditions(show))
    key: Any = DeviceLoan.ended_on if show is Show.ENDED else _next_on
    start = before if backwards else after
    at = session.scalar(select(key).where(DeviceLoan.id == start)) if start else None
    if at is not None:
        beyond = key < at if down != backwards else key > at
        further = DeviceLoan.id < start if down != backwards else DeviceLoan.id > start
        question = question.where(or_(beyond, and_(key == at, further)))
    by = [one.desc() if down != backwards else one for one in (key, DeviceLoan.id)]
    rows = session.execute(question.order_by(*by).limit(PAGE + 1)).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    lines = [_line(row) for row in (reversed(rows) if backwards else rows)]
    _note(session, actor, lines, "device.loans_listed")
    return Page(lines, more if backwards else after is not None, backwards or more)


def count(session: Session, actor: Actor, show: Show) -> int:
    """How many such loans there are."""
    return session.scalar(select(func.count()).select_from(
        _question(actor).where(*_conditions(show)).subquery())) or 0


def collections(session: Session, actor: Actor) -> list[Line]:
    """What is to be collected, by place: asked back, or with the family of somebody who has died. With the
    address and number to ring first, for a printed run. The look is noted. Raises `NotAllowed`."""
    actor.must(May.SEE_STOCK)
    question = _question(actor).where(DeviceLoan.ended_on.is_(None), or_(
        DeviceLoan.asked_back_on.is_not(None), Victim.deceased_on.is_not(None)))
    rows = session.execute(question.order_by(Victim.district, Victim.town, Victim.postcode,
                                             DeviceLoan.id).limit(500)).all()
    numbers = first_numbers(session, [row.victim_id for row in rows])
    lines = [_line(row, *numbers.get(row.victim_id, ("", "")), for_the_road=True) for row in rows]
    _note(session, actor, lines, "device.collections_listed")
    return lines


def _note(session: Session, actor: Actor, lines: list[Line], operation: str) -> None:
    audit.consulted(session, actor, "victim", operation=operation,
                    shown=sorted({line.victim_id for line in lines}))


def late() -> ColumnElement[bool]:
    """What makes an open loan somebody's work today: asked back or to be reviewed before today, not installed
    in time, or the person has died."""
    today = clock.today()
    slow = today - timedelta(days=current().devices.install_within_days)
    return and_(DeviceLoan.ended_on.is_(None), or_(
        _next_on < today, Victim.deceased_on.is_not(None),
        and_(DeviceLoan.installed_on.is_(None), DeviceLoan.lent_at < clock.midnight(slow))))


def _conditions(show: Show) -> list[ColumnElement[bool]]:
    still = DeviceLoan.ended_on.is_(None)
    more: dict[Show, list[ColumnElement[bool]]] = {
        Show.OPEN: [still], Show.NOT_INSTALLED: [still, DeviceLoan.installed_on.is_(None)],
        Show.REVIEW: [still, DeviceLoan.review_due_on <= clock.today(), DeviceLoan.asked_back_on.is_(None)],
        Show.BACK: [still, or_(DeviceLoan.asked_back_on.is_not(None), Victim.deceased_on.is_not(None))],
        Show.ENDED: [DeviceLoan.ended_on.is_not(None)]}
    return more[show]


def _question(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (select(DeviceLoan.id, DeviceLoan.victim_id, DeviceLoan.installed_on, DeviceLoan.review_due_on,
                   DeviceLoan.asked_back_on, DeviceLoan.ended_on, Device.serial, Device.kind, Device.model,
                   Victim.title, Victim.first_name, Victim.last_name, Victim.town, Victim.district,
                   Victim.address_line_1, Victim.address_line_2, Victim.postcode, Victim.band,
                   Victim.restricted, Victim.deceased_on, Victim.may_visit, Victim.safe_from,
                   Victim.safe_until)
            .join(Device, Device.id == DeviceLoan.device_id)
            .join(Victim, Victim.id == DeviceLoan.victim_id).where(*scope(actor)))


def _line(row: Any, phone: str = "", note: str = "", *, for_the_road: bool = False) -> Line:
    name = name_of(row)
    shown = not row.restricted
    address = ", ".join(filter(None, (row.address_line_1, row.address_line_2, row.town, row.postcode)))
    return Line(
        row.id, row.victim_id, name, row.town if shown else "", row.district if shown else "", row.band,
        row.serial, row.kind, row.model, row.installed_on, row.review_due_on, row.asked_back_on,
        row.ended_on, why_of(row), row.restricted, address if shown and for_the_road else "",
        phone if shown else "", _careful(row, note) if shown and for_the_road else "")


def why_of(row: Any) -> Why | None:
    """Why something is to be done about an open loan, if anything is."""
    today = clock.today()
    if row.ended_on:
        return None
    if row.deceased_on:
        return Why.DIED
    if row.asked_back_on:
        return Why.LATE_BACK if row.asked_back_on < today else Why.BACK
    if row.installed_on is None:
        return Why.NOT_INSTALLED
    return Why.REVIEW if row.review_due_on < today else None


def _careful(row: Any, note: str) -> str:
    rules = ["Do not visit" if row.may_visit is Answer.NO else ""]
    if row.safe_from or row.safe_until:
        rules.append(f"Ring {times.between(row.safe_from, row.safe_until)}")
    if row.deceased_on:
        rules.append("Has died: arrange it with the family")
    return ". ".join(filter(None, [*rules, f"Number: {note}" if note else ""]))
