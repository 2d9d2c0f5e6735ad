"""Settings: what this force has chosen, and what is still to be confirmed by it."""

from fastapi import Request
from fastapi.responses import Response

from app.doors import Room
from app.pages import page
from outreach.foundation.force import current
from outreach.foundation.permissions import May

room = Room(prefix="/desk/settings")


@room.get("", needs=May.MANAGE_SETTINGS)
def show(request: Request) -> Response:
    """The force's file, in words: names, numbers, districts, cadence, weights. It changes in the file."""
    return page(request, "desk/settings/show.html", settings=current())
