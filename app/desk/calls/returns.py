"""The monthly return, on a page and as a file; every figure leads to the rows behind it."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from app.doors import Db, Me, Room
from app.pages import page
from app.sheets import csv_answer, xlsx_answer
from outreach.casework import calls
from outreach.casework.calls.returns import Figures, Return, Row
from outreach.casework.victims import NotFound
from outreach.foundation import clock
from outreach.foundation.permissions import May

room = Room(prefix="/desk/calls/returns")
# Of each figure: its name, its heading, whether it is money, and the filter that shows the rows behind it.
COLUMNS = (("calls", "Calls", False, ""), ("attended", "Attended", False, "attended"),
           ("attempted", "Attempted", True, "attempted"), ("prevented", "Prevented", True, "prevented"),
           ("lost", "Lost", True, "lost"), ("recovered", "Recovered", True, "recovered"),
           ("arrests", "Arrests", False, "arrests"), ("crime_recorded", "Crimes", False, "crime_recorded"),
           ("nothing_wrong", "No fraud", False, "nothing_wrong"), ("missed", "Missed", False, "missed"),
           ("age", "Mean age", False, "age"))


@room.get("", needs=May.SEE_RETURNS)
def show(request: Request, session: Db, me: Me) -> Response:
    """One month, and its year to date."""
    found = calls.monthly_return(session, me, _month(request))
    return page(request, "desk/calls/returns.html", block="return", found=found, columns=COLUMNS,
                month=found.month.strftime("%Y-%m"), months=_months(), behind=_behind, headings=_headings)


@room.get("/files/{kind}", needs=May.SEE_RETURNS)
def show_file(request: Request, kind: str, session: Db, me: Me) -> Response:
    """The same as a CSV or XLSX file: aggregates only, no person."""
    found = calls.monthly_return(session, me, _month(request))
    stem = f"banking-protocol-return-{found.month:%Y-%m}"
    if kind == "csv":
        return csv_answer(stem, _HEADINGS, _rows(found))
    if kind != "xlsx":
        raise NotFound("There is no such file")
    return xlsx_answer(stem, [
        ("By bank", _HEADINGS, _lines(found.banks, "month", found)),
        ("By branch", _HEADINGS, _lines(found.branches, "month", found)),
        ("By bank, year to date", _HEADINGS, _lines(found.banks, "year", found)),
        ("By branch, year to date", _HEADINGS, _lines(found.branches, "year", found))])


_HEADINGS = ("Period", "Bank", "Branch",
             *(f"{words} (£)" if money else words for _, words, money, _ in COLUMNS))


def _headings(first: str) -> list[tuple[str, ...]]:
    """The columns of a table on the page."""
    return [("", first), *(("", words, "number") for _, words, _, _ in COLUMNS)]


def _rows(found: Return) -> Iterator[tuple[Any, ...]]:
    for part in ("month", "year"):
        yield from _lines(found.branches, part, found)
        yield _cells(found.total, part, found)


def _lines(rows: Any, part: str, found: Return) -> Iterator[tuple[Any, ...]]:
    yield from (_cells(row, part, found) for row in rows)


def _cells(row: Row, part: str, found: Return) -> tuple[Any, ...]:
    figures: Figures = getattr(row, part)
    period = found.month.strftime("%Y-%m") if part == "month" else f"{found.year_from} to {found.to}"
    return (period, row.bank, row.branch, *(getattr(figures, name) for name, _, _, _ in COLUMNS))


def _behind(found: Return, row: Row, part: str, counted: str) -> str:
    """The address of the very rows behind a figure."""
    since = found.month if part == "month" else found.year_from
    asked = {"since": _typed(since), "until": _typed(found.to), "bank": row.bank_id or "",
             "branch": "" if row.branch_id is None else str(row.branch_id), "counted": counted}
    return f"/desk/calls?{urlencode({name: value for name, value in asked.items() if value})}"


def _typed(day: date) -> str:
    return f"{day.day} {day.month} {day.year}"


def _month(request: Request) -> date:
    """The month the address names, else (or where that is no month of ours) the last whole one."""
    text, today = request.query_params.get("month", ""), clock.today()
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        month = date.min
    return month if 2000 <= month.year <= today.year else _before(today.replace(day=1))


def _months() -> list[tuple[str, str]]:
    month, found = clock.today().replace(day=1), []
    for _ in range(36):
        found.append((f"{month:%Y-%m}", f"{month:%B %Y}"))
        month = _before(month)
    return found


def _before(first: date) -> date:
    return date.fromordinal(first.toordinal() - 1).replace(day=1)
