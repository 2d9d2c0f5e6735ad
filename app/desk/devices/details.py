"""What may change while a loan runs: the agreement, the line, the unit's mode; or it is asked back."""

from fastapi import Request
from fastapi.responses import Response

from app import spoken
from app.desk.devices.doors import OpenedLoan
from app.desk.devices.fields import DetailsForm, RecallForm, choices, telephone_of
from app.desk.refusals import NotDone, beside
from app.desk.victims.fields import held_by
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import devices
from outreach.casework.devices import DeviceLoan
from outreach.foundation.permissions import May

room = Room(prefix="/desk/devices/loans/{loan_id:int}")


@room.get("/edit", needs=May.LEND)
def edit(request: Request, loan: OpenedLoan) -> Response:
    """The loan's details, to be changed; or the day by which it should be back."""
    return _asked(request, loan, _held(loan), RecallForm.blank(), 200)


@room.post("", needs=May.LEND)
def update(request: Request, loan: OpenedLoan, posted: Posted, session: Db, me: Me) -> Response:
    """Keep the new details."""
    form = DetailsForm.read(posted)
    try:
        with beside(session, form):
            values = form.values
            devices.change_loan(session, me, loan, agreement_signed=values["agreement_signed"],
                                telephone=telephone_of(values), note=values["note"])
    except NotDone:
        return _asked(request, loan, form, RecallForm.blank(), 422)
    return go(request, f"/desk/devices/loans/{loan.id}", flash="Changed.")


@room.post("/recall", needs=May.LEND)
def create(request: Request, loan: OpenedLoan, posted: Posted, session: Db, me: Me) -> Response:
    """Ask for the unit back by a day: it joins the collection run."""
    form = RecallForm.read(posted)
    try:
        with beside(session, form):
            devices.ask_back(session, me, loan, by=form.values["until"])
    except NotDone:
        return _asked(request, loan, _held(loan), form, 422)
    return go(request, f"/desk/devices/loans/{loan.id}",
              flash=f"It should be back by {spoken.day(loan.asked_back_on)}.")


def _held(loan: DeviceLoan) -> Filled[DetailsForm]:
    return DetailsForm.blank(**held_by(loan, DetailsForm.model_fields))


def _asked(request: Request, loan: DeviceLoan, form: Filled[DetailsForm], recall: Filled[RecallForm],
           status: int) -> Response:
    return page(request, "desk/devices/details.html", block="form", status=status, loan=loan,
                victim=loan.victim, form=form, recall=recall, choices=choices())
