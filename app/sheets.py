"""What leaves as a spreadsheet: marked first and last, and no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from fastapi.responses import Response, StreamingResponse

from outreach.foundation import force
from outreach.foundation.clock import today

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet would run these as a formula, and their full-width twins too (reliability.md §3.9).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]      # its name, the headings, the rows


def csv_answer(stem: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A table as a CSV file to keep, under a name that carries the day and the marking."""
    return StreamingResponse(as_csv(headings, rows), media_type="text/csv; charset=utf-8",
                             headers=_kept_as(stem, "csv"))


def xlsx_answer(stem: str, sheets: Sequence[Sheet]) -> Response:
    """Tables as one XLSX file to keep: numbers as numbers, all else as text."""
    return Response(as_xlsx(sheets), media_type=XLSX, headers=_kept_as(stem, "xlsx"))


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Every cell quoted, none that a spreadsheet would run; the marking first and last."""
    marking = [[force.current().force.marking]]
    for part in (marking, [headings], rows, marking):
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in part)
        yield text.getvalue()


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """The bytes of a workbook; a name of a sheet holds at most 31 characters."""
    out = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {"in_memory": True, **as_text})
    bold, marking = book.add_format({"bold": True}), force.current().force.marking
    for name, headings, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.set_header(f"&C{marking}")
        sheet.set_footer(f"&C{marking}")
        sheet.write_string(0, 0, marking, bold)
        sheet.write_row(2, 0, headings, bold)
        sheet.freeze_panes(3, 0)
        for number, row in enumerate(rows, 3):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell)
        sheet.autofit()
    book.close()
    return out.getvalue()


def harmless(cell: Any) -> str:
    """A cell as text that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell).replace("\r", " ").replace("\x00", "")
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _write(sheet: Any, row: int, column: int, cell: Any) -> None:
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        sheet.write_number(row, column, cell)
    elif cell not in (None, ""):
        sheet.write_string(row, column, str(cell).replace("\x00", ""))


def _kept_as(stem: str, ending: str) -> dict[str, str]:
    name = f"{stem}-{today().isoformat()}-{force.current().force.marking}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
