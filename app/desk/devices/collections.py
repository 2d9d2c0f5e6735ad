"""The collection run: what to fetch from whom, place by place, to be printed and taken along."""

from itertools import groupby

from fastapi import Request
from fastapi.responses import Response

from app.doors import Db, Me, Room
from app.pages import page
from outreach.casework.devices import loan_list
from outreach.foundation import clock
from outreach.foundation.permissions import May

room = Room(prefix="/desk/devices/collections")


@room.get("", needs=May.SEE_STOCK)
def list(request: Request, session: Db, me: Me) -> Response:
    """By district and town."""
    lines = loan_list.collections(session, me)
    places = [(place, [*found]) for place, found in groupby(
        lines, lambda line: line.district or line.town or "Place not known")]
    return page(request, "desk/devices/collections.html", places=places, number=len(lines),
                today=clock.today())
