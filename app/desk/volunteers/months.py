"""What everybody gave in a month: on the page, and as a file for whoever asks for it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.desk.exporting import ExportForm, ask_why
from app.desk.volunteers.fields import month_words
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import page
from app.sheets import csv_answer, xlsx_answer
from outreach.foundation import clock
from outreach.foundation.permissions import May
from outreach.foundation.volunteers import months
from outreach.foundation.volunteers.months import Given

room = Room(prefix="/desk/volunteers/hours")
HEADINGS = ("Name", "Visits", "Hours", "Travel (hours)", "Miles")


@room.get("", needs=May.SEE_VOLUNTEERS)
def show(request: Request, session: Db, me: Me) -> Response:
    """One month, by person and in all."""
    first = _month(request)
    given = months.month(session, me, first)
    return page(request, "desk/volunteers/month.html", block="month", given=given, total=months.total(given),
                month=month_words(first), asked=f"{first:%Y-%m}", earlier=_beside(first, -1),
                later=_beside(first, 1) if first < clock.today().replace(day=1) else None)


@room.get("/exports/new", needs=May.SEE_VOLUNTEERS)
def new(request: Request) -> Response:
    """Who is it for, and why?"""
    return _asked(request, ExportForm.blank(), 200)


@room.post("/exports", needs=May.SEE_VOLUNTEERS)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """The month as a file: CSV, or a workbook where the address asks for one."""
    form, first = ExportForm.read(posted), _month(request)
    if form.errors:
        return _asked(request, form, 422)
    given = months.export_month(session, me, first, **form.values)
    rows = [_cells(one) for one in (*given, months.total(given))]
    stem = f"volunteer-hours-{first:%Y-%m}"
    if request.query_params.get("as") == "xlsx":
        return xlsx_answer(stem, [(month_words(first), HEADINGS, rows)])
    return csv_answer(stem, HEADINGS, rows)


def _month(request: Request) -> date:
    return months.first_of(request.query_params.get("month", ""))


def _beside(first: date, by: int) -> tuple[str, str]:
    """The month before or after: as an address asks for it, and in words."""
    other = clock.months_after(first, by)
    return f"{other:%Y-%m}", month_words(other)


def _cells(one: Given) -> Sequence[Any]:
    return (one.name, one.visits, round(one.minutes / 60, 2), round(one.travel_minutes / 60, 2), one.miles)


def _asked(request: Request, form: Filled[ExportForm], status: int) -> Response:
    return ask_why(request, form, status, what=f"volunteers' hours in {month_words(_month(request))}",
                   at_most="one line a person")
