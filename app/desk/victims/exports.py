"""A list of victims as a file: marked, with a reason, and written down as a disclosure."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.desk.exporting import ExportForm, ask_why
from app.desk.victims.listing import BANDS, filters_of, sort_of
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.sheets import csv_answer
from app.spoken import short_day
from outreach.casework.victims import listing
from outreach.casework.victims.listing import Line
from outreach.foundation.permissions import May

room = Room(prefix="/desk/victims/exports")
HEADINGS = ("Number", "Name", "Need", "Why", "Age", "Place", "Lost (£)", "Last contact", "Next follow-up",
            "Assigned to")


@room.get("/new", needs=May.EXPORT)
def new(request: Request, session: Db, me: Me) -> Response:
    """Who is it for, and why?"""
    return _asked(request, ExportForm.blank(), 200)


@room.post("", needs=May.EXPORT)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """The list as it was shown, as CSV."""
    form = ExportForm.read(posted)
    if form.errors:
        return _asked(request, form, 422)
    lines = listing.export_victims(session, me, filters_of(request, me), sort_of(request), **form.values)
    return csv_answer("victims", HEADINGS, (_cells(line) for line in lines))


def _asked(request: Request, form: Filled[ExportForm], status: int) -> Response:
    return ask_why(request, form, status, what="victims", at_most="10,000 people")


def _cells(line: Line) -> tuple[Any, ...]:
    return (line.victim_id, line.name, BANDS[line.band], line.why, line.age,
            line.place.replace(listing.HARD_SPACE, " "), line.lost, short_day(line.last_contact_at),
            short_day(line.next_follow_up_at), line.assigned_to)
