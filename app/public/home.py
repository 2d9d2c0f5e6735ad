"""The front page for residents: what to do now, and who to ring."""

from fastapi import Request
from fastapi.responses import Response

from app.doors import Room
from app.pages import page
from outreach.foundation.permissions import May

room = Room()


@room.get("/", needs=May.ANYONE)
def show(request: Request) -> Response:
    """Who to ring, in the order a frightened person needs it."""
    return page(request, "public/home.html")
