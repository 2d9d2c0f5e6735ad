"""The waiting list: who needs a unit most, and which one is kept for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, case, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from outreach.casework.devices import as_measure
from outreach.casework.devices.kinds import kind_of, kinds
from outreach.casework.devices.refused import (
    HasDied,
    NoLongerWaiting,
    NoneInStock,
    NotFirst,
    NotLendable,
    Refused,
    WaitsAlready,
)
from outreach.casework.devices.stock import Device, Standing, lock
from outreach.casework.measures import Status
from outreach.casework.need import Band
from outreach.casework.victims.record import NotFound, Victim, name_of, open_victim, scope
from outreach.foundation import audit
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May


class WaitOutcome(StrEnum):
    """How a wait ended."""

    LENT = "lent"
    CANCELLED = "cancelled"


class DeviceWait(Audited, Base):
    __tablename__ = "device_wait"
    __table_args__ = (
        Index("uq_device_wait_reserved", "device_id", unique=True, sqlite_where=text("settled_at IS NULL"),
              postgresql_where=text("settled_at IS NULL")),
        Index("ix_device_wait_victim", "victim_id", "settled_at"),
        Index("ix_device_wait_kind", "settled_at", "kind"),
        {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    kind: Mapped[str]
    since_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(default="")
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    reserved_at: Mapped[datetime | None]
    reserved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reserved_out_of_turn: Mapped[str] = mapped_column(default="")       # why, where others were before them
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[WaitOutcome | None]
    settled_reason: Mapped[str] = mapped_column(default="")

    device: Mapped[Device | None] = relationship()
    victim: Mapped[Victim] = relationship()

    @property
    def kind_words(self) -> str:
        """What they wait for, in words."""
        return kind_of(self.kind).words


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the list. `place` counts from 1 among those who have nothing reserved; 0 for the others.
    Of a restricted record a line tells the name only."""

    wait_id: int
    victim_id: int
    name: str
    town: str
    band: Band
    since_at: datetime
    kind: str
    note: str
    serial: str
    place: int
    died: bool
    restricted: bool


@operation("device.waited_for", needs=May.LEND)
def wait(session: Session, actor: Actor, victim: Victim, *, kind: str, note: str = "") -> DeviceWait:
    """Put somebody on the waiting list for a kind of equipment. Raises `HasDied`, `WaitsAlready`."""
    if kind not in kinds():
        raise Refused("Choose what they need", "kind")
    if victim.deceased_on:
        raise HasDied(f"{victim.spoken_name} is recorded as having died", "kind")
    if any(entry.kind == kind for entry in waits_of(session, victim.id)):
        raise WaitsAlready(f"{victim.spoken_name} is on the waiting list for a {kind_of(kind).words} already",
                           "kind")
    entry = DeviceWait(victim_id=victim.id, kind=kind, note=note.strip(), by_id=actor.id)
    session.add(entry)
    session.flush()
    as_measure.note(session, actor, victim, kind, Status.OFFERED)
    return entry


@operation("device.reserved", needs=May.LEND)
def reserve(session: Session, actor: Actor, entry: DeviceWait, *, device: Device | None = None,
            reason: str = "") -> Device:
    """Keep a unit for somebody who waits: this one, else the first in stock. Out of turn only with a reason.

    Raises `NoLongerWaiting`, `HasDied`, `NotFirst`, `NoneInStock`, `NotLendable`.
    """
    _refuse_settled(entry)
    if entry.device_id is not None:
        raise NoLongerWaiting("A unit is reserved for them already")
    if entry.victim.deceased_on:
        raise HasDied(f"{entry.victim.spoken_name} is recorded as having died: cancel their place")
    if not reason.strip() and _first(session, entry.kind) != entry.id:
        raise NotFirst("Somebody is before them on the list: say why they should have it first", "reason")
    device = device or _any_in_stock(session, entry.kind)
    lock(session, device)
    if device.status is not Standing.IN_STOCK or device.kind != entry.kind:
        raise NotLendable(f"{device.serial} is {device.status}: choose another unit", "device_id")
    device.status = Standing.RESERVED
    entry.device_id, entry.reserved_at, entry.reserved_by_id = device.id, now(), actor.id
    entry.reserved_out_of_turn = reason.strip()
    return device


@operation("device.freed", needs=May.LEND)
def free(session: Session, actor: Actor, entry: DeviceWait) -> DeviceWait:
    """Put a reserved unit back in stock; the person keeps their place. Raises `NoLongerWaiting`."""
    _refuse_settled(entry)
    release(session, entry)
    return entry


@operation("device.wait_cancelled", needs=May.LEND)
def cancel(session: Session, actor: Actor, entry: DeviceWait, *, reason: str = "") -> DeviceWait:
    """Take somebody off the list; what was reserved goes back in stock. Raises `NoLongerWaiting`."""
    _refuse_settled(entry)
    release(session, entry)
    settle(actor, entry, WaitOutcome.CANCELLED, reason)
    return entry


def release(session: Session, entry: DeviceWait) -> None:
    """Put what is reserved for this place back in stock, within the operation that calls this."""
    if entry.device is not None:
        lock(session, entry.device)
        entry.device.status = Standing.IN_STOCK
    entry.device_id = entry.reserved_at = entry.reserved_by_id = None
    entry.reserved_out_of_turn = ""


def settle(actor: Actor, entry: DeviceWait, outcome: WaitOutcome, reason: str = "") -> None:
    """End a wait, within the operation that calls this."""
    entry.settled_at, entry.settled_by_id = now(), actor.id
    entry.outcome, entry.settled_reason = outcome, reason.strip()


def open_wait(session: Session, actor: Actor, wait_id: int) -> DeviceWait:
    """One place on the list, to be changed; the person is locked with it. Raises `NotFound`."""
    actor.must(May.LEND)
    victim_id = session.scalar(select(DeviceWait.victim_id).where(DeviceWait.id == wait_id))
    if victim_id is None:
        raise NotFound("There is no such place on the waiting list")
    open_victim(session, actor, victim_id, to_change=True)
    return session.get_one(DeviceWait, wait_id, with_for_update=True)


def waits_of(session: Session, victim_id: int) -> Sequence[DeviceWait]:
    """What a person still waits for."""
    return session.scalars(select(DeviceWait).where(
        DeviceWait.victim_id == victim_id, DeviceWait.settled_at.is_(None)).order_by(DeviceWait.id)).all()


def kept_for(session: Session, device: Device) -> DeviceWait | None:
    """The place on the list that this unit is reserved for."""
    return session.scalars(select(DeviceWait).where(
        DeviceWait.device_id == device.id, DeviceWait.settled_at.is_(None))).one_or_none()


def waiting_list(session: Session, actor: Actor, kind: str = "") -> list[Waiting]:
    """Everybody who waits, the greatest need first: by band, then score, then since when. The look is noted.

    Raises `NotAllowed`.
    """
    actor.must(May.SEE_STOCK)
    question = (select(DeviceWait.id, DeviceWait.victim_id, DeviceWait.kind, DeviceWait.since_at,
                       DeviceWait.note, Device.serial, Victim.title, Victim.first_name, Victim.last_name,
                       Victim.town, Victim.band, Victim.restricted, Victim.deceased_on)
                .join(Victim, Victim.id == DeviceWait.victim_id)
                .outerjoin(Device, Device.id == DeviceWait.device_id)
                .where(DeviceWait.settled_at.is_(None), *scope(actor)))
    if kind:
        question = question.where(DeviceWait.kind == kind)
    lines = _placed(session.execute(question.order_by(*_by_need())).all())
    audit.consulted(session, actor, "victim", operation="device.waiting_listed",
                    shown=[line.victim_id for line in lines])
    return lines


def _placed(rows: Sequence[Any]) -> list[Waiting]:
    places: dict[str, int] = {}
    lines = []
    for row in rows:
        counts = row.serial is None and row.deceased_on is None
        places[row.kind] = places.get(row.kind, 0) + counts
        name = name_of(row)
        lines.append(Waiting(
            row.id, row.victim_id, name, "" if row.restricted else row.town, row.band, row.since_at,
            row.kind, "" if row.restricted else row.note, row.serial or "",
            places[row.kind] if counts else 0, row.deceased_on is not None, row.restricted))
    return lines


def _by_need() -> tuple[Any, ...]:
    band = case({Band.HIGH: 0, Band.MEDIUM: 1}, value=Victim.band, else_=2)
    return band, Victim.need_score.desc(), DeviceWait.since_at, DeviceWait.id


def _first(session: Session, kind: str) -> int | None:
    """Whose turn it is: of everybody who waits, whoever looks."""
    return session.scalar(select(DeviceWait.id).join(Victim, Victim.id == DeviceWait.victim_id).where(
        DeviceWait.settled_at.is_(None), DeviceWait.device_id.is_(None), DeviceWait.kind == kind,
        Victim.deceased_on.is_(None)).order_by(*_by_need()).limit(1))


def _any_in_stock(session: Session, kind: str) -> Device:
    device = session.scalars(select(Device).where(
        Device.kind == kind, Device.status == Standing.IN_STOCK).order_by(Device.id).limit(1)
        .with_for_update(skip_locked=True)).one_or_none()
    if device is None:
        raise NoneInStock(f"There is no {kind_of(kind).words} in stock")
    return device


def _refuse_settled(entry: DeviceWait) -> None:
    if entry.settled_at is not None:
        raise NoLongerWaiting(f"This place on the list was {entry.outcome} meanwhile")
