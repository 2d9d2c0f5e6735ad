"""One of somebody's own visits: where, when, what keeps them safe, and what to do next."""

from fastapi import Request
from fastapi.responses import Response

from app.desk.my_visits.shown import opened
from app.doors import Db, Me, Room
from app.pages import page
from outreach.casework.visits import company
from outreach.foundation.permissions import May

room = Room(prefix="/desk/my-visits/{visit_id:int}")


@room.get("", needs=May.GO_ON_VISITS)
def show(request: Request, visit_id: int, session: Db, me: Me) -> Response:
    """The whole visit; of an offer the hour, the town and what to take."""
    return page(request, "desk/my_visits/show.html", block="visit", one=opened(session, me, visit_id),
                in_danger=company.in_danger(), wrong="")
