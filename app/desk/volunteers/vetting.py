"""Vetting on the desk: recorded, renewed, suspended from this second, and lifted."""

from fastapi import Request
from fastapi.responses import Response

from app.desk.refusals import NotDone, beside
from app.desk.volunteers.doors import OpenedVolunteer, refuse_stale
from app.desk.volunteers.fields import SuspensionForm, VettingForm
from app.desk.volunteers.showing import shown
from app.doors import Db, Me, Posted, Room
from app.pages import go
from outreach.foundation.permissions import May
from outreach.foundation.volunteers import clearing

room = Room(prefix="/desk/volunteers/{volunteer_id:int}")


@room.post("/vetting", needs=May.MANAGE_VOLUNTEERS)
def update(request: Request, volunteer: OpenedVolunteer, posted: Posted, session: Db, me: Me) -> Response:
    """Record that they are cleared, or cleared anew."""
    form, account = VettingForm.read(posted), volunteer.account
    try:
        refuse_stale(posted, account.vetting.version if account.vetting else 0, form, account.name)
        with beside(session, form):
            clearing.record(session, me, account, **form.values)
    except NotDone:
        return shown(request, session, me, volunteer, 422, vetting_form=form)
    ended = " It does not hold: they are signed out everywhere." if account.lapsed_since else ""
    return go(request, f"/desk/volunteers/{volunteer.id}",
              flash=f"{account.name}'s vetting is recorded.{ended}")


@room.post("/suspension", needs=May.MANAGE_VOLUNTEERS)
def create(request: Request, volunteer: OpenedVolunteer, posted: Posted, session: Db, me: Me) -> Response:
    """Take their access away from this second."""
    form, name = SuspensionForm.read(posted), volunteer.account.name
    try:
        with beside(session, form):
            clearing.suspend(session, me, volunteer.account, **form.values)
    except NotDone:
        return shown(request, session, me, volunteer, 422, suspension_form=form)
    return go(request, f"/desk/volunteers/{volunteer.id}",
              flash=f"{name} is suspended and signed out everywhere. Their visits are being handed back.")


@room.post("/suspension/lifting", needs=May.MANAGE_VOLUNTEERS)
def delete(request: Request, volunteer: OpenedVolunteer, session: Db, me: Me) -> Response:
    """Let them work again."""
    form = SuspensionForm.blank()
    try:
        with beside(session, form):
            clearing.lift(session, me, volunteer.account)
    except NotDone:
        return shown(request, session, me, volunteer, 422, suspension_form=form)
    return go(request, f"/desk/volunteers/{volunteer.id}",
              flash=f"{volunteer.account.name}'s suspension is lifted. They sign in anew.")
