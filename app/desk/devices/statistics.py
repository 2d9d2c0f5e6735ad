"""Call statistics: typed for one unit, or a CSV file of many whose wrong cells are put right on the spot."""

import re
from datetime import timedelta
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from app.desk.devices.doors import OpenedLoan
from app.desk.devices.fields import SheetForm, StatsForm
from app.desk.refusals import NotDone, beside
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework.devices import DeviceLoan, Figures, call_sheet, call_stats
from outreach.casework.devices.call_sheet import COLUMNS, Row
from outreach.foundation import clock
from outreach.foundation.permissions import May

room = Room(prefix="/desk/devices")
_CELL = re.compile(rf"row-(\d{{1,4}})-({'|'.join(COLUMNS)})")


@room.get("/loans/{loan_id:int}/statistics/new", needs=May.LEND)
def new(request: Request, loan: OpenedLoan, session: Db) -> Response:
    """The period after the last that was entered, up to today."""
    return _asked(request, session, loan, StatsForm.blank(from_on=_next(session, loan), to_on=clock.today()),
                  200)


@room.post("/loans/{loan_id:int}/statistics", needs=May.LEND)
def create(request: Request, loan: OpenedLoan, posted: Posted, session: Db, me: Me) -> Response:
    """Enter one period."""
    form = StatsForm.read(posted)
    try:
        with beside(session, form):
            figures = {name: value for name, value in form.values.items() if name != "serial"}
            call_stats.enter(session, me, loan, Figures(**figures))
    except NotDone:
        return _asked(request, session, loan, form, 422)
    return go(request, f"/desk/devices/loans/{loan.id}#statistics", flash="Statistics entered.")


@room.post("/loans/{loan_id:int}/statistics/{stats_id:int}/removal", needs=May.LEND)
def delete(request: Request, loan: OpenedLoan, stats_id: int, session: Db, me: Me) -> Response:
    """Take out figures that were entered wrongly."""
    call_stats.remove(session, me, loan, stats_id)
    return go(request, f"/desk/devices/loans/{loan.id}#statistics", flash="The figures are taken out.")


@room.get("/statistics/new", needs=May.LEND)
def new_sheet(request: Request, me: Me) -> Response:
    """A file to choose, or a table to paste."""
    return _sheet(request, SheetForm.blank(), 200)


@room.post("/statistics", needs=May.LEND)
def create_sheet(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Enter every row, or show which cells to put right."""
    form = SheetForm.read(posted)
    rows: list[Row] = []
    try:
        with beside(session, form, rows=""):
            rows = _rows(posted, form)
            number = call_sheet.enter_sheet(session, me, rows)
    except NotDone:
        return _sheet(request, form, 422, rows if any(row.errors for row in rows) else ())
    words = "1 period" if number == 1 else f"{number} periods"
    return go(request, "/desk/devices/outcomes", flash=f"Statistics of {words} entered.")


def _rows(posted: Any, form: Filled[SheetForm]) -> list[Row]:
    """What was put right in the table, else the file, else what was pasted."""
    cells: dict[int, dict[str, str]] = {}
    for name, value in posted.multi_items():
        if (found := _CELL.fullmatch(name)) and isinstance(value, str):
            cells.setdefault(int(found[1]), dict.fromkeys(COLUMNS, ""))[found[2]] = value.strip()[:60]
    if cells:
        return [Row(cells[number]) for number in sorted(cells) if any(cells[number].values())]
    upload = posted.get("file")
    if isinstance(upload, UploadFile) and upload.size:
        return call_sheet.read(upload.file.read(call_sheet.MOST_BYTES + 1))
    return call_sheet.read(form.values["sheet"].encode())


def _next(session: Session, loan: DeviceLoan) -> Any:
    entered = call_stats.stats_of(session, loan)
    return entered[-1].to_on + timedelta(days=1) if entered else loan.installed_on


def _asked(request: Request, session: Session, loan: DeviceLoan, form: Filled[StatsForm],
           status: int) -> Response:
    return page(request, "desk/devices/stats.html", block="form", status=status, loan=loan,
                victim=loan.victim, form=form, stats=call_stats.stats_of(session, loan))


def _sheet(request: Request, form: Filled[SheetForm], status: int, rows: Any = ()) -> Response:
    return page(request, "desk/devices/sheet.html", block="form", status=status, form=form, rows=rows,
                columns=COLUMNS)
