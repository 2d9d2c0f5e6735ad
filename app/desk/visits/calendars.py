"""A visit for the desk's own calendars."""

from fastapi import Request
from fastapi.responses import Response

from app.desk.visits.doors import Named
from app.doors import Db, Me, Room
from app.settings import settings
from outreach.casework.visits import Visit, calendar
from outreach.foundation.permissions import May

room = Room(prefix="/desk/visits/{visit_id:int}")


@room.get("/calendar", needs=May.SEE_VISITS)
def show(request: Request, visit: Named, session: Db, me: Me) -> Response:
    """The calendar file; it names nobody."""
    made = calendar.calendar(session, me, visit, link=f"{settings().desk_url}/visits/{visit.id}")
    return as_file(visit, made)


def as_file(visit: Visit, made: bytes) -> Response:
    """A calendar file as an answer."""
    return Response(made, media_type="text/calendar; charset=utf-8",
                    headers={"Content-Disposition": f'attachment; filename="visit-{visit.id}.ics"'})
