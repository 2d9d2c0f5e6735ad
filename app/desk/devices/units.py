"""One unit: its history, what it measured, and what may be done with it."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.devices.doors import OpenedDevice
from app.desk.devices.fields import StandingForm, UnitForm, choices
from app.desk.devices.stock import LOOKS
from app.desk.refusals import NotDone, beside
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import devices
from outreach.casework.devices import Device, listing, outcome_pack, stock, unit_history
from outreach.foundation.clock import today
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/devices/{device_id:int}")


@room.get("", needs=May.SEE_STOCK)
def show(request: Request, device: OpenedDevice, session: Db, me: Me) -> Response:
    """Where it is, who has had it, what it counted."""
    return _page(request, session, me, device, StandingForm.blank())


@room.get("/edit", needs=May.LEND)
def edit(request: Request, device: OpenedDevice) -> Response:
    """What is written down about it, to be put right."""
    held = {name: getattr(device, name) for name in UnitForm.model_fields}
    return _edited(request, device, UnitForm.blank(**held), 200)


@room.post("", needs=May.LEND)
def update(request: Request, device: OpenedDevice, posted: Posted, session: Db, me: Me) -> Response:
    """Put right what is written down about it."""
    form = UnitForm.read(posted)
    try:
        with beside(session, form):
            devices.change(session, me, device, **form.values)
    except NotDone:
        return _edited(request, device, form, 422)
    return go(request, f"/desk/devices/{device.id}", flash=f"{device.serial} changed.")


@room.post("/standing", needs=May.LEND)
def update_standing(request: Request, device: OpenedDevice, posted: Posted, session: Db, me: Me) -> Response:
    """Put it aside as faulty, lost or retired, or back in stock."""
    form = StandingForm.read(posted)
    try:
        with beside(session, form):
            devices.change_standing(session, me, device, form.values["standing"],
                                    reason=form.values["reason"])
    except NotDone:
        return _page(request, session, me, device, form, 422)
    return go(request, f"/desk/devices/{device.id}", flash=f"{device.serial} is now {device.status}.")


def _edited(request: Request, device: Device, form: Filled[UnitForm], status: int) -> Response:
    return page(request, "desk/devices/edit.html", block="form", status=status, device=device, form=form,
                choices=choices())


def _page(request: Request, session: Session, me: Actor, device: Device, form: Filled[StandingForm],
          status: int = 200) -> Response:
    may_become: Any = [(one.value, one.value[:1].upper() + one.value[1:]) for one in stock.may_become(device)]
    found = outcome_pack.pack(session, me, outcome_pack.Scope(device_id=device.id))
    return page(request, "desk/devices/show.html", block="unit", status=status, device=device, form=form,
                may_become=may_become, looks=LOOKS, found=found,
                history=unit_history.loans(session, me, device),
                line=listing.line_of(session, me, device), few=outcome_pack.FEW, today=today())
