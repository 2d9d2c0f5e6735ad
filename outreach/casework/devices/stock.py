"""Stock: every unit the force owns, where it stands, and how new ones are entered by the dozen."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, Index, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework.devices.kinds import kind_of, kinds
from outreach.casework.devices.refused import CannotStand, NoSuchUnit, Refused
from outreach.casework.victims.record import NotFound
from outreach.foundation import telephones
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May
from outreach.foundation.telephones import NotATelephone

MOST_AT_ONCE = 500
_SERIAL = re.compile(r"[A-Z0-9][A-Z0-9./_-]{2,39}")


class Standing(StrEnum):
    """Where a unit is (domain.md, data dictionary)."""

    IN_STOCK = "in stock"
    RESERVED = "reserved"
    ON_LOAN = "on loan"
    DUE_BACK = "due back"
    FAULTY = "faulty"
    LOST = "lost"
    RETIRED = "retired"


OUT = (Standing.ON_LOAN, Standing.DUE_BACK)
_BY_HAND: dict[Standing, tuple[Standing, ...]] = {
    Standing.IN_STOCK: (Standing.FAULTY, Standing.LOST, Standing.RETIRED),
    Standing.FAULTY: (Standing.IN_STOCK, Standing.LOST, Standing.RETIRED),
    Standing.LOST: (Standing.IN_STOCK, Standing.FAULTY, Standing.RETIRED),
    Standing.RETIRED: (Standing.IN_STOCK,)}


class Device(Audited, Base):
    __tablename__ = "device"
    __table_args__ = (Index("ix_device_kind_status", "kind", "status"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(unique=True)
    asset_tag: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    model: Mapped[str] = mapped_column(default="")
    status: Mapped[Standing] = mapped_column(default=Standing.IN_STOCK)
    status_reason: Mapped[str] = mapped_column(default="")
    cost: Mapped[Decimal | None]
    funder: Mapped[str] = mapped_column(default="")
    sim_number: Mapped[str] = mapped_column(default="")      # E.164
    note: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def kind_words(self) -> str:
        """What it is, in words."""
        return kind_of(self.kind).words

    @property
    def handles_calls(self) -> bool:
        """Whether it has a profile, trusted callers and call statistics."""
        return kind_of(self.kind).handles_calls


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of serials that cannot be added, and why."""

    number: int
    line: str
    sentence: str


class BadSerials(Refused):
    """Some lines cannot be added; none was. `good` says how many others could be."""

    def __init__(self, problems: Sequence[Problem], good: int) -> None:
        lines = "1 line" if len(problems) == 1 else f"{len(problems)} lines"
        super().__init__(f"Nothing was added: {lines} cannot be. Correct them, or leave them out"
                         if problems else "Scan or paste at least one serial", "serials")
        self.problems, self.good = problems, good


@operation("device.added", needs=May.LEND)
def add(session: Session, actor: Actor, *, kind: str, serials: str, model: str = "",
        cost: Decimal | None = None, funder: str = "", leave_out: bool = False) -> list[Device]:
    """Add units, one to a line: serial, then if known its asset tag and SIM number after commas.

    All of them or none: raises `BadSerials`, which names each line that is wrong, doubled or known already.
    With `leave_out` the others are added, if there are any.
    """
    if kind not in kinds():
        raise Refused("Choose what kind of equipment it is", "kind")
    good, problems = _read(session, serials)
    if not good or (problems and not leave_out):
        raise BadSerials(problems, len(good))
    devices = [Device(kind=kind, model=model.strip(), cost=cost, funder=funder.strip(), **unit)
               for unit in good]
    try:
        with session.begin_nested():
            session.add_all(devices)
            session.flush()
    except IntegrityError as twice:
        raise Refused("Somebody added one of these just now: look at the stock and try again",
                      "serials") from twice
    return devices


@operation("device.changed", needs=May.LEND)
def change(session: Session, actor: Actor, device: Device, *, serial: str, model: str = "",
           asset_tag: str = "", cost: Decimal | None = None, funder: str = "", sim_number: str = "",
           note: str = "") -> Device:
    """Put right what is written down about a unit. Raises `Refused` for a serial another unit has."""
    wanted = tidy_serial(serial)
    if not _SERIAL.fullmatch(wanted):
        raise Refused("Enter the serial as it stands on the unit", "serial")
    if wanted != device.serial and wanted in _known(session, [wanted]):
        raise Refused(f"{wanted} is another unit’s serial", "serial")
    device.serial, device.model, device.asset_tag = wanted, model.strip(), asset_tag.strip()
    device.cost, device.funder, device.note = cost, funder.strip(), note.strip()
    device.sim_number = sim_number
    return device


@operation("device.standing_changed", needs=May.LEND)
def change_standing(session: Session, actor: Actor, device: Device, standing: Standing, *,
                    reason: str = "") -> Device:
    """Put a unit aside as faulty, lost or retired, or back in stock. Raises `CannotStand`."""
    lock(session, device)
    if device.status in OUT:
        raise CannotStand(f"{device.serial} is {device.status}: log its return first", "standing")
    if device.status is Standing.RESERVED:
        raise CannotStand(f"{device.serial} is reserved: free it on the waiting list first", "standing")
    if standing not in _BY_HAND[device.status]:
        raise CannotStand(f"{device.serial} is {device.status}: it cannot be made {standing}", "standing")
    device.status, device.status_reason = standing, reason.strip()
    return device


def open_device(session: Session, actor: Actor, device_id: int, *, to_change: bool = False) -> Device:
    """One unit, locked when it is opened `to_change`. Raises `NotFound`."""
    actor.must(May.SEE_STOCK)
    device = session.get(Device, device_id, with_for_update=True if to_change else None)
    if device is None:
        raise NotFound("There is no such unit")
    return device


def with_serial(session: Session, serial: str) -> Device:
    """The unit with this serial or asset tag, however it was typed. Raises `NoSuchUnit`."""
    wanted = tidy_serial(serial)
    if not wanted:
        raise NoSuchUnit("Scan or type the serial", "serial")
    found = session.scalars(select(Device).where((Device.serial == wanted) | (
        _as_serial(Device.asset_tag) == wanted)).order_by(Device.id).limit(2)).all()
    if len(found) != 1:
        raise NoSuchUnit(f"{wanted} is the asset tag of two units: scan the serial" if found
                         else f"There is no unit with the serial {wanted}", "serial")
    return found[0]


def lock(session: Session, device: Device) -> None:
    """Hold a unit until the end of this transaction, and read it as it is now: of two people who lend the
    last one at once, the second finds it gone."""
    session.refresh(device, with_for_update=True)


def may_become(device: Device) -> tuple[Standing, ...]:
    """What somebody may make of a unit by hand, from where it stands."""
    return _BY_HAND.get(device.status, ())


def in_stock(session: Session) -> dict[str, int]:
    """How many of each kind are in stock; every kind of the force is there."""
    rows = session.execute(select(Device.kind, func.count().label("number"))
                           .where(Device.status == Standing.IN_STOCK)
                           .group_by(Device.kind))
    return dict.fromkeys(kinds(), 0) | {row.kind: row.number for row in rows}


def tidy_serial(text: str) -> str:
    """A serial as it is kept: in capitals, without the blanks that people put in."""
    return re.sub(r"\s+", "", text).upper()


def _as_serial(column: Mapped[str]) -> ColumnElement[str]:
    return func.upper(func.replace(column, " ", ""))


def _read(session: Session, text: str) -> tuple[list[dict[str, str]], list[Problem]]:
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_AT_ONCE:
        raise Refused(f"Add {MOST_AT_ONCE} units at a time or fewer", "serials")
    split = [(number, line, [part.strip() for part in re.split(r"[,;\t]", line)]) for number, line in lines]
    known = _known(session, [tidy_serial(parts[0]) for _, _, parts in split])
    good: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for number, line, parts in split:
        try:
            unit = _unit(parts, known, good)
            good[unit["serial"]] = unit
        except ValueError as wrong:
            problems.append(Problem(number, line, str(wrong)))
    return [*good.values()], problems


def _unit(parts: Sequence[str], known: set[str], before: Iterable[str]) -> dict[str, str]:
    serial = tidy_serial(parts[0])
    if not _SERIAL.fullmatch(serial):
        raise ValueError("this is no serial: scan it again, or type the letters and figures on the unit")
    if serial in known:
        raise ValueError(f"{serial} is in the stock already")
    if serial in before:
        raise ValueError(f"{serial} stands on an earlier line")
    if len(parts) > 3:
        raise ValueError("a line holds a serial, an asset tag and a SIM number at most")
    return {"serial": serial, "asset_tag": parts[1][:40] if len(parts) > 1 else "",
            "sim_number": _sim(parts[2]) if len(parts) > 2 and parts[2] else ""}


def _sim(text: str) -> str:
    try:
        return telephones.parse(text)
    except NotATelephone as wrong:
        raise ValueError(f"the SIM number cannot be read. {wrong}") from wrong


def _known(session: Session, serials: Sequence[str]) -> set[str]:
    return set(session.scalars(select(Device.serial).where(Device.serial.in_(serials))))
