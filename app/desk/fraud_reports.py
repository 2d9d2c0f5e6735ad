"""Fraud reports: the list by kind, place and period, and each report on its victim's record."""

import json
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import spoken
from app.asking import day
from app.desk import stale
from app.desk.doors import OpenedVictim, begun
from app.desk.victims import fields
from app.desk.victims.fields import ReportForm
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, link, page
from outreach.casework import fraud_reports
from outreach.casework.fraud_reports import FraudReport, Source, listing
from outreach.casework.fraud_reports.listing import Filters
from outreach.casework.fraud_types import label
from outreach.casework.victims import NotFound, Victim
from outreach.foundation import drafts
from outreach.foundation.permissions import May
from outreach.foundation.stale import ChangedMeanwhile

room = Room(prefix="/desk")
_RECORD = "/victims/{victim_id:int}/fraud-reports"


@room.get("/fraud-reports", needs=May.SEE_VICTIM)
def list(request: Request, session: Db, me: Me) -> Response:
    """The newest first, of whatever kind, place, source and period the address asks for."""
    asked = {name: request.query_params.get(name, "").strip().replace("\x00", "")[:60]
             for name in ("fraud_type", "district", "source", "since", "until")}
    filters = _filters(asked)
    shown = listing.list_reports(session, me, filters, after=_place(request.query_params.get("after", "")))
    further = shown.further and link(request, after=f"{shown.further[0].isoformat()}_{shown.further[1]}")
    return page(request, "desk/fraud_reports/list.html", block="reports", lines=shown.lines, asked=asked,
                first=link(request, after=None) if "after" in request.query_params else "",
                further=further or "", tags=_tags(request, asked, filters), districts=fields.districts(),
                **fields.choices())


@room.get(f"{_RECORD}/new", needs=May.EDIT_VICTIM)
def new(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """A report to add to a record."""
    form, kept_at = begun(request, session, me, ReportForm, source="call for service")
    return _asked(request, victim, form, kept_at=kept_at)


@room.post(_RECORD, needs=May.EDIT_VICTIM)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Add it."""
    form = ReportForm.read(posted)
    if form.errors:
        return _asked(request, victim, form, 422)
    fraud_reports.enter_report(session, me, victim, **form.values)
    drafts.drop(session, me.id, f"{request.url.path}/new")
    return go(request, f"/desk/victims/{victim.id}", flash="Report added.")


@room.get(f"{_RECORD}/{{report_id:int}}/edit", needs=May.EDIT_VICTIM)
def edit(request: Request, victim: OpenedVictim, report_id: int, session: Db, me: Me) -> Response:
    """A report to put right."""
    report = _of(session, victim, report_id)
    form, kept_at = begun(request, session, me, ReportForm, **_held(report))
    was = stale.was_begun(request, session, me, _now(report))
    return _asked(request, victim, form, report=report, was=was, kept_at=kept_at)


@room.post(f"{_RECORD}/{{report_id:int}}", needs=May.EDIT_VICTIM)
def update(request: Request, victim: OpenedVictim, report_id: int, posted: Posted, session: Db,
           me: Me) -> Response:
    """Save it, unless somebody else has changed the same detail meanwhile."""
    report, form = _of(session, victim, report_id, to_change=True), ReportForm.read(posted)
    now = _now(report)
    was = stale.was_of(posted, now)
    if form.errors:
        return _asked(request, victim, form, 422, report=report, was=was)
    seen, wanted = stale.changes(form, was, now, lambda name: getattr(report, name))
    try:
        fraud_reports.change_report(session, me, report, seen=seen, **wanted)
    except ChangedMeanwhile as meanwhile:
        who = stale.changed_by(session, "fraud_report", report.id)
        clashes = stale.set_beside(form, was, now, meanwhile.names, who)
        return _asked(request, victim, form, 409, report=report, was=now, clashes=clashes, who=who)
    drafts.drop(session, me.id, f"{request.url.path}/edit")
    return go(request, f"/desk/victims/{victim.id}",
              flash="Report saved." if wanted else "Nothing was changed.")


def _of(session: Session, victim: Victim, report_id: int, *, to_change: bool = False) -> FraudReport:
    report = session.get(FraudReport, report_id, with_for_update=to_change or None)
    if report is None or report.victim_id != victim.id:
        raise NotFound("There is no such report")
    return report


def _held(report: FraudReport) -> dict[str, Any]:
    return fields.held_by(report, ReportForm.model_fields)


def _now(report: FraudReport) -> dict[str, Any]:
    return ReportForm.blank(**_held(report)).typed


def _asked(request: Request, victim: Victim, form: Filled[ReportForm], status: int = 200,
           **more: Any) -> Response:
    words = {"report": None, "was": {}, "clashes": (), "who": "", "kept_at": None} | more
    words["was"] = json.dumps(words["was"])
    return page(request, "desk/fraud_reports/edit.html", block="form", status=status, victim=victim,
                form=form, choices=fields.choices(), **words)


def _filters(asked: dict[str, str]) -> Filters:
    """What cannot be read asks for nothing."""
    source = Source(asked["source"]) if asked["source"] in set(Source) else None
    return Filters(asked["fraud_type"], asked["district"], source, day(asked["since"]), day(asked["until"]))


def _place(text: str) -> tuple[date, int] | None:
    day, _, id = text.partition("_")
    try:
        return date.fromisoformat(day), int(id)
    except ValueError:
        return None


def _tags(request: Request, asked: dict[str, str], filters: Filters) -> Any:
    """Each filter in use, in words, with the address that takes it away."""
    words = {"fraud_type": label(filters.fraud_type), "district": filters.district,
             "source": filters.source and f"From: {filters.source}",
             "since": filters.since and f"From {spoken.day(filters.since)}",
             "until": filters.until and f"To {spoken.day(filters.until)}"}
    return [(said, link(request, **{name: None, "after": None})) for name, said in words.items() if said]
