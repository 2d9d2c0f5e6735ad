"""The waiting list: by need, with a unit reserved for the first or, with a reason, for another."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.devices.doors import OpenedWait
from app.desk.devices.fields import ReasonForm, ReserveForm, WaitForm, choices
from app.desk.doors import OpenedVictim
from app.desk.refusals import NotDone, beside
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import devices
from outreach.casework.devices import DeviceWait, stock, waiting
from outreach.casework.victims import Victim
from outreach.foundation.permissions import Actor, May

room = Room()
HERE = "/desk/devices/waiting"
VICTIM = "/desk/victims/{victim_id:int}/waiting"


@room.get(HERE, needs=May.SEE_STOCK)
def list(request: Request, session: Db, me: Me, kind: str = "") -> Response:
    """Who waits, the greatest need first."""
    return _listed(request, session, me, kind)


@room.get(f"{VICTIM}/new", needs=May.LEND)
def new(request: Request, victim: OpenedVictim, session: Db) -> Response:
    """What do they need?"""
    kind = request.query_params.get("kind", "") or next(iter(devices.kinds()), "")
    return _asked(request, session, victim, WaitForm.blank(kind=kind), 200)


@room.post(VICTIM, needs=May.LEND)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Put them on the list."""
    form = WaitForm.read(posted)
    try:
        with beside(session, form):
            waiting.wait(session, me, victim, **form.values)
    except NotDone:
        return _asked(request, session, victim, form, 422)
    return go(request, f"/desk/victims/{victim.id}",
              flash=f"{victim.spoken_name} is on the waiting list for a "
                    f"{devices.kind_of(form.values['kind']).words}.")


@room.post(HERE + "/{wait_id:int}/reservation", needs=May.LEND)
def create_reservation(request: Request, entry: OpenedWait, posted: Posted, session: Db, me: Me) -> Response:
    """Keep a unit for them."""
    form = ReserveForm.read(posted)
    try:
        with beside(session, form):
            chosen = form.values["device_id"]
            device = devices.open_device(session, me, chosen, to_change=True) if chosen else None
            kept = waiting.reserve(session, me, entry, device=device, reason=form.values["reason"])
    except NotDone:
        return _listed(request, session, me, "", 422, form, entry)
    return go(request, HERE, flash=f"{kept.serial} is reserved for {entry.victim.spoken_name}.",
              undo=f"{HERE}/{entry.id}/reservation/undoing")


@room.post(HERE + "/{wait_id:int}/reservation/undoing", needs=May.LEND)
def delete_reservation(request: Request, entry: OpenedWait, session: Db, me: Me) -> Response:
    """Put what was kept for them back in stock; they keep their place."""
    form = ReasonForm.blank()
    try:
        with beside(session, form):
            waiting.free(session, me, entry)
    except NotDone:
        return _listed(request, session, me, "", 422, form, entry)
    return go(request, HERE, flash=f"Nothing is reserved for {entry.victim.spoken_name} any more.")


@room.post(HERE + "/{wait_id:int}/cancellation", needs=May.LEND)
def delete(request: Request, entry: OpenedWait, posted: Posted, session: Db, me: Me) -> Response:
    """Take them off the list."""
    form = ReasonForm.read(posted)
    try:
        with beside(session, form):
            waiting.cancel(session, me, entry, reason=form.values["reason"])
    except NotDone:
        return _listed(request, session, me, "", 422, form, entry)
    return go(request, HERE, flash=f"{entry.victim.spoken_name} is off the waiting list.")


def _listed(request: Request, session: Session, me: Actor, kind: str, status: int = 200,
            form: Filled[Any] | None = None, entry: DeviceWait | None = None) -> Response:
    kind = kind if kind in devices.kinds() else ""
    free = {code: number for code, number in stock.in_stock(session).items() if number}
    return page(request, "desk/devices/waiting.html", block="waiting", status=status, choices=choices(),
                lines=waiting.waiting_list(session, me, kind), free=free, kind=kind,
                form=form or ReserveForm.blank(), about=entry.id if entry else None,
                kind_of=devices.kind_of)


def _asked(request: Request, session: Session, victim: Victim, form: Filled[WaitForm],
           status: int) -> Response:
    return page(request, "desk/devices/wait.html", block="form", status=status, victim=victim, form=form,
                choices=choices(), free=stock.in_stock(session))
