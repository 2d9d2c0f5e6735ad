"""Somebody's hours, entered by the desk for those who write theirs on paper."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.refusals import NotDone, beside
from app.desk.volunteers.doors import OpenedVolunteer
from app.desk.volunteers.fields import HoursForm, choices, hours_of
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from app.spoken import day
from outreach.foundation import clock
from outreach.foundation.permissions import May
from outreach.foundation.volunteers import Volunteer, hours

room = Room(prefix="/desk/volunteers/{volunteer_id:int}/hours")


@room.get("", needs=May.SEE_VOLUNTEERS)
def show(request: Request, volunteer: OpenedVolunteer, session: Db) -> Response:
    """What they gave, the newest first, and the form for more."""
    return _asked(request, session, volunteer, HoursForm.blank(on=clock.today()))


@room.post("", needs=May.MANAGE_VOLUNTEERS)
def create(request: Request, volunteer: OpenedVolunteer, posted: Posted, session: Db, me: Me) -> Response:
    """Enter what they gave on one day."""
    form = HoursForm.read(posted)
    try:
        with beside(session, form):
            given = hours.enter(session, me, volunteer.account, **hours_of(form))
    except NotDone:
        return _asked(request, session, volunteer, form, 422)
    return go(request, request.url.path, undo=f"{request.url.path}/{given.id}/removal",
              flash=f"{day(given.on)} is entered.")


@room.post("/{hours_id:int}/removal", needs=May.MANAGE_VOLUNTEERS)
def delete(request: Request, volunteer: OpenedVolunteer, hours_id: int, session: Db, me: Me) -> Response:
    """Count them no longer; the row is kept."""
    given = hours.find(session, hours_id, account_id=volunteer.account_id)
    here, form = f"/desk/volunteers/{volunteer.id}/hours", HoursForm.blank(on=clock.today())
    try:
        with beside(session, form):
            hours.remove(session, me, given)
    except NotDone:
        return _asked(request, session, volunteer, form, 422)
    return go(request, here, undo=f"{here}/{given.id}/removal/undoing",
              flash=f"{day(given.on)} is taken off.")


@room.post("/{hours_id:int}/removal/undoing", needs=May.MANAGE_VOLUNTEERS)
def delete_undoing(request: Request, volunteer: OpenedVolunteer, hours_id: int, session: Db,
                   me: Me) -> Response:
    """That was a mistake: count them after all."""
    given = hours.bring_back(session, me, hours.find(session, hours_id, account_id=volunteer.account_id))
    return go(request, f"/desk/volunteers/{volunteer.id}/hours", flash=f"{day(given.on)} counts again.")


def _asked(request: Request, session: Session, volunteer: Volunteer, form: Filled[Any],
           status: int = 200) -> Response:
    return page(request, "desk/volunteers/hours.html", block="hours", status=status, form=form,
                volunteer=volunteer, given=hours.of(session, volunteer.account_id), choices=choices())
