"""Answering an offer, giving a visit back, and taking it into one's own calendar: for whoever goes."""

from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.victims.fields import Line
from app.desk.visits.calendars import as_file
from app.desk.visits.fields import said
from app.doors import Db, Me, Posted, Room
from app.forms import Blank, Filled, Form
from app.pages import go, page
from app.settings import settings
from outreach.casework.visits import CrewState, NoSuchVisit, Visit, calendar, handing_back, mine, offering
from outreach.casework.visits.handing_back import CannotHandBack
from outreach.casework.visits.mine import MyVisit
from outreach.casework.visits.offering import TooLate
from outreach.foundation import audit
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/my-visits/{visit_id:int}")
HOME = "/desk/my-visits"


class AnswerForm(Form):
    messages = {"answer": "Choose whether you can go"}

    answer: Annotated[str, Blank] = ""
    why: Annotated[Line, Blank] = ""


@room.get("/answer", needs=May.GO_ON_VISITS)
def show(request: Request, visit_id: int, session: Db, me: Me) -> Response:
    """The offer, or the visit to be given back."""
    return _asked(request, session, me, mine.one(session, me, visit_id), AnswerForm.blank())


@room.post("/answer", needs=May.GO_ON_VISITS)
def create(request: Request, visit_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Accept or decline what was offered: `answer` is yes or no."""
    form = AnswerForm.read(posted)
    if form.typed["answer"] not in ("yes", "no"):
        form.wrong("answer", "Choose whether you can go")
    if form.errors:
        return _asked(request, session, me, mine.one(session, me, visit_id), form, 422)
    yes = form.values["answer"] == "yes"
    try:
        offering.answer(session, me, visit_id, yes=yes, why=form.values["why"])
    except TooLate as late:
        return page(request, "desk/my_visits/too_late.html", status=409, words=str(late))
    if yes:
        return go(request, f"{HOME}/{visit_id}", flash="Thank you: you go. Everything you need is here.")
    return go(request, HOME, flash="Thank you for saying. Somebody else will be asked.")


@room.post("/handing-back", needs=May.GO_ON_VISITS)
def delete(request: Request, visit_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Give it back: somebody else is found."""
    form = AnswerForm.read(posted)
    if not form.errors:
        _hand_back(session, me, visit_id, form)
    if form.errors:
        return _asked(request, session, me, mine.one(session, me, visit_id), form, 422)
    return go(request, HOME, flash="The visit is given back. The officer is told, and finds somebody else.")


@room.get("/calendar", needs=May.GO_ON_VISITS)
def show_calendar(request: Request, visit_id: int, session: Db, me: Me) -> Response:
    """The calendar file; it names nobody."""
    if mine.one(session, me, visit_id).state is not CrewState.ACCEPTED:
        raise NoSuchVisit("There is no such visit")
    visit = session.get_one(Visit, visit_id)
    made = calendar.calendar(session, me, visit, link=f"{settings().desk_url}/my-visits/{visit.id}")
    return as_file(visit, made)


def _hand_back(session: Session, me: Actor, visit_id: int, form: Filled[AnswerForm]) -> None:
    try:
        with session.begin_nested():
            handing_back.hand_back(session, me, visit_id, why=form.values["why"])
    except CannotHandBack as refused:
        form.wrong("why", str(refused))


def _asked(request: Request, session: Session, me: Actor, visit: MyVisit, form: Filled[AnswerForm],
           status: int = 200) -> Any:
    """The page; of a visit that they accepted it says to whom it is, so the look is logged."""
    if visit.state is CrewState.ACCEPTED:
        audit.consulted(session, me, "visit", visit.id, operation="my_visit.opened")
    return page(request, "desk/my_visits/answer.html", block="form", status=status, visit=visit, form=form,
                when=said(visit.begins_at, visit.ends_at))
