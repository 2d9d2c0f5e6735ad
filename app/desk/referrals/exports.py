"""The list of referrals as a file: marked, with a reason, and written down as a disclosure."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.desk.exporting import ExportForm, ask_why
from app.desk.referrals import fields
from app.desk.referrals.listing import asked
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.sheets import csv_answer
from app.spoken import short_day
from outreach.casework import referrals
from outreach.casework.referrals.listing import Line
from outreach.foundation.permissions import May

room = Room(prefix="/desk/referrals/exports")
HEADINGS = ("Number", "Victim", "Name", "Agency", "Ground", "Sent by", "Sent", "Answer due", "How it stands")


@room.get("/new", needs=May.EXPORT)
def new(request: Request) -> Response:
    """Who is it for, and why?"""
    return _asked(request, ExportForm.blank(), 200)


@room.post("", needs=May.EXPORT)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """The list as it was shown, as CSV."""
    form = ExportForm.read(posted)
    if form.errors:
        return _asked(request, form, 422)
    show, agency_id, _ = asked(request)
    lines = referrals.export_referrals(session, me, show, agency_id, **form.values)
    return csv_answer("referrals", HEADINGS, (_cells(line) for line in lines))


def _asked(request: Request, form: Filled[ExportForm], status: int) -> Response:
    return ask_why(request, form, status, what="referrals", at_most="10,000 referrals")


def _cells(line: Line) -> tuple[Any, ...]:
    return (line.id, line.victim_id, line.name, line.agency, line.basis, line.sender, short_day(line.sent_at),
            short_day(line.answer_due_on), fields.state(line)[0])
