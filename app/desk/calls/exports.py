"""A list of calls as a file: marked, with a reason, and written down as a disclosure."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.desk.calls.listing import asked_of, filters_of
from app.desk.exporting import ExportForm, ask_why
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.sheets import csv_answer
from app.spoken import short_day
from outreach.casework import calls
from outreach.casework.calls.listing import Line
from outreach.foundation import clock
from outreach.foundation.permissions import May

room = Room(prefix="/desk/calls/exports")
HEADINGS = ("Incident number", "Received", "Time", "Bank", "Branch", "Person", "Place", "Outcome",
            "Attempted (£)", "Prevented (£)", "Lost (£)", "Recovered (£)")


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
    lines = calls.export_calls(session, me, filters_of(asked_of(request)), **form.values)
    return csv_answer("banking-protocol-calls", HEADINGS, (_cells(line) for line in lines))


def _asked(request: Request, form: Filled[ExportForm], status: int) -> Response:
    return ask_why(request, form, status, what="calls", at_most="20,000 calls")


def _cells(line: Line) -> tuple[Any, ...]:
    at = clock.local(line.received_at)
    return (line.incident_number, short_day(line.received_at), f"{at:%H:%M}", line.bank, line.branch,
            line.name, line.place, line.outcome, line.attempted, line.prevented, line.lost, line.recovered)
