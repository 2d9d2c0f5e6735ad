"""Lending a unit to somebody: consent, who may see the calls, the line, and how they feel before."""

from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.devices.fields import LoanForm, choices, feelings_of, telephone_of
from app.desk.doors import OpenedVictim, begun
from app.desk.refusals import NotDone, beside
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import devices
from outreach.casework.devices import Consent, DeviceLoan, Panel, waiting
from outreach.casework.victims import Victim
from outreach.foundation import clock, drafts
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims/{victim_id:int}/loans")


@room.get("/new", needs=May.LEND)
def new(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """The form, with the unit that is reserved for them, or the first in stock."""
    kind = _kind(session, victim, request.query_params.get("kind", ""))
    units = devices.to_lend(session, victim, kind)
    form, kept_at = begun(request, session, me, LoanForm, kind=kind, consent_on=clock.today(),
                          device_id=units[0][0] if units else None, caller_display="unknown",
                          pendant_alarm="unknown", line="analogue", profile="filter")
    return _asked(request, session, victim, form, 200, kept_at)


@room.post("", needs=May.LEND)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Lend it, and record the installation where it is done already."""
    form = LoanForm.read(posted)
    try:
        with beside(session, form, on="installed_on"):
            loan = _lend(session, me, victim, form.values)
    except NotDone:
        return _asked(request, session, victim, form, 422)
    drafts.drop(session, me.id, f"{request.url.path}/new")
    return go(request, f"/desk/devices/loans/{loan.id}",
              flash=f"{loan.device.serial} is on loan to {victim.spoken_name}.")


def _lend(session: Session, me: Actor, victim: Victim, values: dict[str, Any]) -> DeviceLoan:
    device = devices.open_device(session, me, values["device_id"], to_change=True)
    panel = Panel(values["panel_name"], values["panel_relationship"],
                  values["consent_on"] if values["panel_consent"] else None)
    asked_for_panel = device.handles_calls and (panel.name or panel.relationship)
    loan = devices.lend(
        session, me, victim, device, telephone=telephone_of(values), before=feelings_of(values),
        consent=Consent(values["consent_by"], values["consent_on"], values["consent_name"],
                        values["consent_relationship"]),
        agreement_signed=values["agreement_signed"], panel=[panel] if asked_for_panel else [],
        note=values["note"])
    if values["installed_on"]:
        devices.install(session, me, loan, on=values["installed_on"])
    return loan


def _kind(session: Session, victim: Victim, asked: str) -> str:
    """What is asked for, else what they wait for, else what the force lends first."""
    if asked in devices.kinds():
        return asked
    waits = waiting.waits_of(session, victim.id)
    kept = [entry.kind for entry in waits if entry.device_id] or [entry.kind for entry in waits]
    return kept[0] if kept else next(iter(devices.kinds()), "")


def _asked(request: Request, session: Session, victim: Victim, form: Filled[LoanForm], status: int,
           kept_at: datetime | None = None) -> Response:
    kind = form.typed["kind"] if form.typed["kind"] in devices.kinds() else _kind(session, victim, "")
    return page(request, "desk/devices/lend.html", block="form", status=status, victim=victim, form=form,
                kind=kind, about=devices.kind_of(kind), units=devices.to_lend(session, victim, kind),
                kept_at=kept_at, choices=choices())
