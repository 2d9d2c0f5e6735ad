"""Rows out of a CSV or XLSX file: where the column names stand, and every person under them."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

import python_calamine

from outreach.casework.imports import tidy
from outreach.casework.imports.gate import LOCKED, UnreadableList, text_mark

_LOOKED_AT = 20         # rows among which the column names are looked for: some lists begin with a title
_SEPARATORS = ",;\t|"
_LIKE_A_PERSON = re.compile(
    r"[^@\s]+@[^@\s]+\.[a-z]+|[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|\(?\+?\d[\d ()-]{8,}|NFRC\d+"
    r"|\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}([ T][\d:]+)?|£[\d,.]+", re.IGNORECASE)
_ESCAPED = re.compile("[\udc80-\udcff]")
DAMAGED = "This workbook is damaged and cannot be opened. Save the list as XLSX or CSV and upload that"


@dataclass(slots=True)
class Table:
    """A list opened: its column names, and its rows, each of them a person, in the order of the file.

    `rows` leaves out blank lines and repeated column names. `done()` of `total` says how far it has been
    read, in bytes (CSV) or rows (XLSX). `notes` are sentences about choices made on the way.
    """

    columns: list[str]
    rows: Iterator[list[str]]
    total: int
    done: Callable[[], int]
    notes: list[str] = field(default_factory=list)


def opened(path: Path, kind: str) -> Table:
    """Open a list whose kind `gate.kind_of` has told. Raises `UnreadableList`."""
    return _csv_table(path) if kind == "csv" else _xlsx_table(path)


def _csv_table(path: Path) -> Table:
    with path.open("rb") as start:
        mark = text_mark(start.read(4))
    # UTF-16 has its mark; else bytes that are no UTF-8 pass through here and are read as cp1252, cell by cell
    file = path.open("rb")
    otherwise = "replace" if mark == "utf-16" else "surrogateescape"
    text = TextIOWrapper(file, mark or "utf-8", otherwise, newline="")
    rows = _settled(_csv_rows(text, _separator(text)))
    columns, notes, rest = _with_header(rows)
    size = path.stat().st_size
    return Table(columns, rest, size, lambda: size if file.closed else file.tell(), notes)


def _separator(file: TextIO) -> str:
    """The mark between the cells: the one that makes most columns of the first lines."""
    start = file.read(64 * 1024)
    file.seek(0)
    told = re.match(r"sep=(.)\r?\n", start)
    if told:
        file.readline()
        return told[1]
    lines = start.splitlines(keepends=True)[:_LOOKED_AT]

    def columns(mark: str) -> int:
        with suppress(csv.Error):
            return max(map(len, csv.reader(lines, delimiter=mark)), default=0)
        return 0

    return max(_SEPARATORS, key=columns)


def _csv_rows(file: TextIO, separator: str) -> Iterator[list[str]]:
    with file:
        reader = csv.reader(file, delimiter=separator)
        try:
            yield from reader
        except csv.Error:
            raise UnreadableList(
                f"There is a cell around line {reader.line_num:,} that never ends: a quotation mark is "
                "missing its partner. Correct the list and upload it again") from None


def _settled(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Rows with something in them, in characters that can be kept."""
    for row in rows:
        together = "".join(row)
        if not together or together.isspace():
            continue
        if not together.isascii() and _ESCAPED.search(together):
            row = [_as_cp1252(text) for text in row]
        if "\0" in together:
            row = [text.replace("\0", tidy.UNREADABLE) for text in row]
        if "\r" in together:
            row = [text.replace("\r\n", "\n").replace("\r", "\n") for text in row]
        yield row


def _as_cp1252(text: str) -> str:
    """A cell whose bytes are not UTF-8 is read as Windows wrote it; five bytes mean nothing, and show it."""
    if not _ESCAPED.search(text):
        return text
    return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _xlsx_table(path: Path) -> Table:
    sheet, notes = _first_sheet(path)
    read = 0

    def rows() -> Iterator[list[str]]:
        nonlocal read
        for cells in sheet.iter_rows():
            read += 1
            yield [cell if type(cell) is str else _as_text(cell) for cell in cells]

    columns, more, rest = _with_header(_settled(rows()))
    return Table(columns, rest, sheet.height, lambda: read, notes + more)


def _first_sheet(path: Path) -> tuple[Any, list[str]]:
    """The first sheet that can be seen and holds something; a note where others do too."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        shown = [about.name for about in book.sheets_metadata
                 if about.visible == python_calamine.SheetVisibleEnum.Visible
                 and about.typ == python_calamine.SheetTypeEnum.WorkSheet]
        filled = [sheet for sheet in map(book.get_sheet_by_name, shown) if sheet.height]
    except python_calamine.PasswordError:
        raise UnreadableList(LOCKED) from None
    except (python_calamine.CalamineError, python_calamine.XmlError, python_calamine.ZipError, OSError):
        raise UnreadableList(DAMAGED) from None
    if not filled:
        raise UnreadableList("There is nothing in this workbook. Check that you chose the right file")
    first, *others = filled
    note = (f"The workbook has {len(filled)} sheets with something in them. Only the first, “{first.name}”, "
            "was read")
    return first, [note] if others else []


def _as_text(cell: Any) -> str:
    """A spreadsheet's own value as somebody would have typed it."""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ")
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, date | timedelta):
        return str(cell)
    return "" if cell is None else str(cell)


def _with_header(rows: Iterator[list[str]]) -> tuple[list[str], list[str], Iterator[list[str]]]:
    """The column names, notes, and the rows under them. Raises `UnreadableList`."""
    first = list(islice(rows, _LOOKED_AT))
    if not first:
        raise UnreadableList("The file is empty. Choose the list again")
    widest = max(map(_filled, first))
    if widest < 2:
        raise UnreadableList("There is only one column in this file. Save the list as XLSX, or as CSV with "
                             "commas, and upload that")
    place = next(n for n, row in enumerate(first) if 2 * _filled(row) >= widest)
    raw = first[place]
    columns = _column_names(raw)
    notes = ["The lines above the column names were left out"] if place else []
    return columns, notes, _people(raw, chain(first[place + 1:], rows))


def _filled(row: list[str]) -> int:
    return sum(1 for text in row if text.strip())


def _column_names(raw: list[str]) -> list[str]:
    names = [tidy.one_line(text) for text in raw]
    while names and not names[-1]:
        names.pop()
    if any(_LIKE_A_PERSON.fullmatch(name) for name in names):
        raise UnreadableList("The first row looks like a person, not like column names. Add a row of column "
                             "names at the top and upload the list again")
    names = [name or f"Column {n}" for n, name in enumerate(names, 1)]
    if any(tidy.UNREADABLE in name for name in names):
        raise UnreadableList("There is a character in a column name that cannot be read. Type the column "
                             "names again and upload the list")
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise UnreadableList(f"The column “{name}” stands in the list twice. Rename or delete one of the "
                                 "two and upload the list again")
        seen.add(name.casefold())
    return names


def _people(header: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows without those that repeat the column names, as lists pasted together do."""
    opening = header[0]
    for row in rows:
        if row[0] == opening and row[:len(header)] == header:
            continue
        yield row
