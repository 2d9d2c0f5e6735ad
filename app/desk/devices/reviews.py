"""Reviews: is it still needed, how do they feel now, and when is the next."""

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import spoken
from app.desk.devices.doors import OpenedLoan
from app.desk.devices.fields import ReviewForm, choices, feelings_of
from app.desk.refusals import NotDone, beside
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import devices
from outreach.casework.devices import Decision, DeviceLoan, feelings
from outreach.casework.devices.lending import review_after
from outreach.foundation import clock
from outreach.foundation.permissions import May

room = Room(prefix="/desk/devices/loans/{loan_id:int}/reviews")


@room.get("/new", needs=May.LEND)
def new(request: Request, loan: OpenedLoan, session: Db) -> Response:
    """The questions, as of today."""
    form = ReviewForm.blank(on=clock.today(), decision=Decision.EXTEND)
    return _asked(request, session, loan, form, 200)


@room.post("", needs=May.LEND)
def create(request: Request, loan: OpenedLoan, posted: Posted, session: Db, me: Me) -> Response:
    """Keep the answers; extend the loan, or ask for the unit back."""
    form = ReviewForm.read(posted)
    try:
        with beside(session, form):
            values = form.values
            devices.review(session, me, loan, on=values["on"], decision=values["decision"],
                           until=values["until"], after=feelings_of(values))
    except NotDone:
        return _asked(request, session, loan, form, 422)
    said = (f"They keep it. Next review: {spoken.day(loan.review_due_on)}." if loan.asked_back_on is None
            else f"It should be back by {spoken.day(loan.asked_back_on)}.")
    return go(request, f"/desk/devices/loans/{loan.id}", flash=said)


def _asked(request: Request, session: Session, loan: DeviceLoan, form: Filled[ReviewForm],
           status: int) -> Response:
    until = spoken.day(review_after(clock.today()))
    decisions = [(Decision.EXTEND.value, "They keep it", f"Until {until} if no day is given"),
                 (Decision.BACK.value, "It should come back", "Within two weeks if no day is given")]
    return page(request, "desk/devices/review.html", block="form", status=status, loan=loan,
                victim=loan.victim, form=form, answers=feelings.answers_of(session, loan),
                scale=dict(feelings.scale()), decisions=decisions, choices=choices())
