"""Call statistics of many units at once, from a CSV file: any order of columns, each wrong cell named."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.devices import call_stats
from outreach.casework.devices.call_stats import CallStats, Figures
from outreach.casework.devices.loans import DeviceLoan
from outreach.casework.devices.refused import OutsideTheLoan, Refused
from outreach.casework.devices.stock import with_serial
from outreach.foundation import dates
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

MOST_ROWS, MOST_BYTES = 500, 1_000_000
COLUMNS = {"serial": "Serial", "from_on": "From", "to_on": "To", "received": "Received",
           "nuisance": "Nuisance", "blocked": "Blocked"}
# What a column may be called, in small letters and without anything but letters.
_NAMES = {
    "serial": ("serial", "serialnumber", "serialno", "unit", "device", "assettag"),
    "from_on": ("from", "fromon", "start", "startdate", "periodfrom", "periodstart", "datefrom"),
    "to_on": ("to", "toon", "end", "enddate", "periodto", "periodend", "dateto", "until"),
    "received": ("received", "calls", "callsreceived", "total", "totalcalls", "incoming"),
    "nuisance": ("nuisance", "nuisancecalls", "unwanted", "unwantedcalls", "scam", "scamcalls"),
    "blocked": ("blocked", "blockedcalls", "callsblocked", "nuisanceblocked")}
_NUMBER = re.compile(r"\d{1,3}(,\d{3})+|\d{1,7}")


@dataclass(slots=True)
class Row:
    """One period of one unit as it was typed; `errors` says what is wrong, by column."""

    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    loan: DeviceLoan | None = None
    figures: Figures | None = None


class BadRows(Refused):
    """Some rows cannot be entered; none was."""

    def __init__(self, rows: Sequence[Row]) -> None:
        wrong = sum(bool(row.errors) for row in rows)
        rows_have = "1 row has" if wrong == 1 else f"{wrong} rows have"
        super().__init__(f"Nothing was entered: {rows_have} something to put right", "rows")
        self.rows = rows


def read(content: bytes) -> list[Row]:
    """The rows of a CSV file. Raises `Refused` for a file that cannot be read or lacks a column."""
    if len(content) > MOST_BYTES:
        raise Refused("This file is too large for call statistics: choose the CSV file of the units", "sheet")
    text = _decoded(content)
    lines = _lines(text)
    if len(lines) < 2:
        raise Refused("Choose a CSV file with column names and at least one row, or paste it", "sheet")
    if len(lines) > MOST_ROWS + 1:
        raise Refused(f"Enter {MOST_ROWS} rows at a time or fewer", "sheet")
    places = _places(lines[0])
    return [Row({name: line[place].strip()[:60] if place < len(line) else ""
                 for name, place in places.items()}) for line in lines[1:]]


@operation("device.stats_sheet_entered", needs=May.LEND)
def enter_sheet(session: Session, actor: Actor, rows: Sequence[Row]) -> int:
    """Enter every row, or none; gives how many. Raises `BadRows`, which names each wrong cell."""
    taken: dict[int, list[CallStats | Figures]] = {}
    for row in rows:
        row.errors.clear()
        _check(session, row, taken)
    if any(row.errors for row in rows):
        raise BadRows(rows)
    for row in rows:
        if row.loan and row.figures:
            session.add(CallStats(loan_id=row.loan.id, by_id=actor.id, **_facts(row.figures)))
    session.flush()
    return len(rows)


def _check(session: Session, row: Row, taken: dict[int, list[CallStats | Figures]]) -> None:
    values = _values(row)
    try:
        device = with_serial(session, row.cells["serial"])
    except Refused as unknown:
        row.errors["serial"] = str(unknown)
        return
    if row.errors:
        return
    row.figures = Figures(**values)
    try:
        row.loan = _loan_at(session, device.id, row.figures)
        if row.loan.id not in taken:
            taken[row.loan.id] = list(call_stats.stats_of(session, row.loan))
        call_stats.check(row.loan, row.figures, taken[row.loan.id])
        taken[row.loan.id].append(row.figures)
    except Refused as refused:
        row.errors[refused.about if refused.about in COLUMNS else "serial"] = str(refused)


def _loan_at(session: Session, device_id: int, figures: Figures) -> DeviceLoan:
    """The loan of a unit that had begun by the first day of a period, locked; the first there was if none
    had."""
    began = func.coalesce(DeviceLoan.installed_on, DeviceLoan.consent_on)
    question = select(DeviceLoan).where(DeviceLoan.device_id == device_id).with_for_update()
    loan = (session.scalars(question.where(began <= figures.from_on).order_by(
                began.desc(), DeviceLoan.id.desc()).limit(1)).one_or_none()
            or session.scalars(question.order_by(began, DeviceLoan.id).limit(1)).one_or_none())
    if loan is None:
        raise OutsideTheLoan("This unit has never been lent", "serial")
    return loan


def _values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in ("from_on", "to_on"):
        try:
            values[name] = dates.read_date(row.cells[name])
        except ValueError:
            row.errors[name] = f"Enter a date, like {dates.EXAMPLE}"
    for name in ("received", "nuisance", "blocked"):
        if _NUMBER.fullmatch(row.cells[name]):
            values[name] = int(row.cells[name].replace(",", ""))
        else:
            row.errors[name] = "Enter a whole number"
    return values


def _facts(figures: Figures) -> Mapping[str, Any]:
    return {name: getattr(figures, name) for name in ("from_on", "to_on", "received", "nuisance", "blocked")}


def _lines(text: str) -> list[list[str]]:
    read_in = csv.reader(text.splitlines(), delimiter=_separator(text))
    try:
        return [line for line in read_in if any(map(str.strip, line))]
    except csv.Error as unreadable:     # such as a cell of more than 128 kB
        raise Refused("This is not a CSV file: save the sheet as CSV and choose that",
                      "sheet") from unreadable


def _decoded(content: bytes) -> str:
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("This is not a CSV file: save the sheet as CSV and choose that", "sheet")
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t|", key=first.count)


def _places(header: Sequence[str]) -> dict[str, int]:
    called = [re.sub(r"[^a-z]", "", name.lower()) for name in header]
    places = {name: called.index(known) for name, ways in _NAMES.items() for known in reversed(ways)
              if known in called}
    if missing := [words for name, words in COLUMNS.items() if name not in places]:
        raise Refused(f"No column is called {' or '.join(missing)}. The file needs "
                      f"{', '.join(COLUMNS.values())} in any order", "sheet")
    return {name: places[name] for name in COLUMNS}
