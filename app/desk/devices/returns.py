"""Returns: scan the serial, say in what condition it is, done."""

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.asking import number
from app.desk.devices.fields import ReturnForm, choices, feelings_of
from app.desk.doors import keep_unsaved
from app.desk.refusals import NotDone, beside
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import devices
from outreach.casework.devices import Condition, DeviceLoan
from outreach.casework.victims import ReasonNeeded
from outreach.foundation import clock
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/devices/returns")


@room.get("/new", needs=May.LEND)
def new(request: Request, session: Db, me: Me) -> Response:
    """An empty form, or the one for the loan named in the address."""
    loan_id = number(request, "loan")
    loan = devices.open_loan(session, me, loan_id) if loan_id else None
    form = ReturnForm.blank(on=clock.today(), condition=Condition.GOOD,
                            serial=loan.device.serial if loan else "")
    return _asked(request, form, 200, loan)


@room.post("", needs=May.LEND)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Take the unit back: the loan ends, and the unit stands where its condition says."""
    form = ReturnForm.read(posted)
    try:
        loan = _returned(session, me, form)
    except NotDone:
        return _asked(request, form, 422)
    except ReasonNeeded:
        keep_unsaved(request, posted)
        raise
    return go(request, f"/desk/devices/{loan.device_id}",
              flash=f"{loan.device.serial} is back: {loan.device.status}.")


def _returned(session: Session, me: Actor, form: Filled[ReturnForm]) -> DeviceLoan:
    with beside(session, form):
        values = form.values
        loan = devices.open_loan_of(session, me, values["serial"])
        return devices.take_back(session, me, loan, on=values["on"], condition=values["condition"],
                                 reason=values["reason"], after=feelings_of(values))


def _asked(request: Request, form: Filled[ReturnForm], status: int,
           loan: DeviceLoan | None = None) -> Response:
    return page(request, "desk/devices/return.html", block="form", status=status, form=form, loan=loan,
                choices=choices())
