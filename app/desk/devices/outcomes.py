"""The outcome pack of the pool: on the page, as a spreadsheet, and on paper."""

from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import spoken
from app.desk.devices.fields import choices
from app.doors import Db, Me, Room
from app.forms import Blank, Filled, Form, UkDate
from app.pages import link, page
from app.sheets import csv_answer, xlsx_answer
from outreach.casework import devices
from outreach.casework.devices import outcome_pack
from outreach.casework.devices.outcome_pack import Scope
from outreach.foundation.clock import today
from outreach.foundation.force import current
from outreach.foundation.permissions import May
from outreach.foundation.typesetting import pdf

room = Room(prefix="/desk/devices/outcomes")
HEADINGS = ("What", "Figure", "How it was reckoned")


class PeriodForm(Form):
    kind: Annotated[str, Blank] = ""
    funder: Annotated[str, Blank] = ""
    from_on: Annotated[UkDate | None, Blank] = None
    to_on: Annotated[UkDate | None, Blank] = None


@room.get("", needs=May.SEE_STOCK)
def show(request: Request, session: Db, me: Me) -> Response:
    """What the equipment did, as far as it was measured."""
    form, scope = _asked(request)
    found = outcome_pack.pack(session, me, scope)
    return page(request, "desk/devices/outcomes.html", block="pack", found=found, form=form, scope=scope,
                funders=[(name, name) for name in outcome_pack.funders(session)], choices=choices(),
                about=_about(scope), few=outcome_pack.FEW, tags=_tags(request, form),
                files={kind: link(request).replace("/outcomes", f"/outcomes/{kind}", 1)
                       for kind in ("csv", "xlsx", "pdf")})


@room.get("/csv", needs=May.SEE_STOCK)
def show_csv(request: Request, session: Db, me: Me) -> Response:
    """The same as CSV."""
    return csv_answer("equipment-outcomes", HEADINGS, _rows(session, me, request))


@room.get("/xlsx", needs=May.SEE_STOCK)
def show_xlsx(request: Request, session: Db, me: Me) -> Response:
    """The same as a workbook."""
    return xlsx_answer("equipment-outcomes", [("Outcomes", HEADINGS, _rows(session, me, request))])


@room.get("/pdf", needs=May.SEE_STOCK)
def show_pdf(request: Request, session: Db, me: Me) -> Response:
    """The same on paper."""
    _, scope = _asked(request)
    force, rows = current(), outcome_pack.rows_of(outcome_pack.pack(session, me, scope))
    made = pdf("outcomes", {
        "title": "What the equipment on loan did", "from": force.name, "about": _about(scope),
        "on": spoken.day(today()), "marking": force.force.marking,
        "rows": [[what, "–" if figure is None else f"{figure:,}", how] for what, figure, how in rows]})
    name = f"equipment-outcomes-{today().isoformat()}-{force.force.marking}.pdf"
    return Response(made, media_type="application/pdf", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})


def _rows(session: Session, me: Any, request: Request) -> list[tuple[str, Any, str]]:
    _, scope = _asked(request)
    return [("About", _about(scope), ""), *outcome_pack.rows_of(outcome_pack.pack(session, me, scope))]


def _asked(request: Request) -> tuple[Filled[PeriodForm], Scope]:
    """What the address asks for; whatever cannot be read is said, and asks for nothing."""
    form = PeriodForm.read(request.query_params)
    read = PeriodForm.read({name: text for name, text in form.typed.items() if name not in form.errors})
    return form, Scope(**read.values)


def _about(scope: Scope) -> str:
    """What the figures are about, in a line."""
    what = devices.kind_of(scope.kind).words.capitalize() + "s" if scope.kind else "All equipment"
    paid = f"paid for by {scope.funder}" if scope.funder else ""
    since = f"from {spoken.day(scope.from_on)}" if scope.from_on else ""
    until = f"up to {spoken.day(scope.to_on or today())}"
    return " ".join(filter(None, (what, paid, since, until)))


def _tags(request: Request, form: Filled[PeriodForm]) -> Any:
    typed = form.typed
    words = {"kind": devices.kind_of(typed["kind"]).words.capitalize() if typed["kind"] else "",
             "funder": typed["funder"], "from_on": typed["from_on"] and f"From {typed['from_on']}",
             "to_on": typed["to_on"] and f"To {typed['to_on']}"}
    return [(said, link(request, **{name: None})) for name, said in words.items() if said]
