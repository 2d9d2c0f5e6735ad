"""One's own hours: what I gave and when, on one short form."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.refusals import NotDone, beside
from app.desk.volunteers.fields import HoursForm, choices, hours_of
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from app.spoken import day
from outreach.foundation import clock
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers import Work, hours

room = Room(prefix="/desk/my-hours")
HERE = "/desk/my-hours"


@room.get("", needs=May.GO_ON_VISITS)
def show(request: Request, session: Db, me: Me) -> Response:
    """What I gave, the newest first, and the form for more."""
    return _asked(request, session, me, HoursForm.blank(on=clock.today(), work=Work.EVENT))


@room.post("", needs=May.GO_ON_VISITS)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Enter what I gave on one day."""
    form = HoursForm.read(posted)
    try:
        with beside(session, form):
            given = hours.enter_own(session, me, **hours_of(form))
    except NotDone:
        return _asked(request, session, me, form, 422)
    return go(request, HERE, undo=f"{HERE}/{given.id}/removal",
              flash=f"Thank you: {day(given.on)} is entered.")


@room.post("/{hours_id:int}/removal", needs=May.GO_ON_VISITS)
def delete(request: Request, hours_id: int, session: Db, me: Me) -> Response:
    """Count them no longer; the row is kept."""
    given, form = hours.find(session, hours_id, account_id=me.id), HoursForm.blank(on=clock.today())
    try:
        with beside(session, form):
            hours.remove_own(session, me, given)
    except NotDone:
        return _asked(request, session, me, form, 422)
    return go(request, HERE, undo=f"{HERE}/{given.id}/removal/undoing",
              flash=f"{day(given.on)} is taken off.")


@room.post("/{hours_id:int}/removal/undoing", needs=May.GO_ON_VISITS)
def delete_undoing(request: Request, hours_id: int, session: Db, me: Me) -> Response:
    """That was a mistake: count them after all."""
    given = hours.bring_back(session, me, hours.find(session, hours_id, account_id=me.id))
    return go(request, HERE, flash=f"{day(given.on)} counts again.")


def _asked(request: Request, session: Session, me: Actor, form: Filled[Any], status: int = 200) -> Response:
    return page(request, "desk/volunteers/own_hours.html", block="hours", status=status, form=form,
                given=hours.of(session, me.id), choices=choices())
