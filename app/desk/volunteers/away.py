"""Days on which a helper is not free, entered by the desk."""

from fastapi import Request
from fastapi.responses import Response

from app.desk.refusals import NotDone, beside
from app.desk.volunteers.doors import OpenedVolunteer
from app.desk.volunteers.fields import AwayForm
from app.desk.volunteers.showing import shown
from app.doors import Db, Me, Posted, Room
from app.pages import go
from app.spoken import day
from outreach.foundation.permissions import May
from outreach.foundation.volunteers import keeping

room = Room(prefix="/desk/volunteers/{volunteer_id:int}/away")


@room.post("", needs=May.MANAGE_VOLUNTEERS)
def create(request: Request, volunteer: OpenedVolunteer, posted: Posted, session: Db, me: Me) -> Response:
    """They are away."""
    form = AwayForm.read(posted)
    try:
        with beside(session, form):
            away = keeping.go_away(session, me, volunteer, **form.values)
    except NotDone:
        return shown(request, session, me, volunteer, 422, away_form=form)
    return go(request, f"/desk/volunteers/{volunteer.id}",
              flash=f"{volunteer.account.name} is away from {day(away.from_on)} until {day(away.until_on)}.")


@room.post("/{away_id:int}/removal", needs=May.MANAGE_VOLUNTEERS)
def delete(request: Request, volunteer: OpenedVolunteer, away_id: int, session: Db, me: Me) -> Response:
    """They are not away after all."""
    keeping.come_back(session, me, volunteer, away_id)
    return go(request, f"/desk/volunteers/{volunteer.id}",
              flash=f"{volunteer.account.name} is not away then.")
