"""Two pages for machines: is the process alive, and can it serve?"""

from fastapi import Request
from fastapi.responses import PlainTextResponse
from sqlalchemy import text

from app.doors import Db, Room
from outreach.foundation.permissions import May

room = Room(prefix="/health")


@room.get("/live", needs=May.ANYONE)
def live() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("alive")


@room.get("/ready", needs=May.ANYONE)
def ready(request: Request, session: Db) -> PlainTextResponse:
    """The process answers and its database does; trouble there becomes a 503 like any other."""
    session.execute(text("SELECT 1"))
    return PlainTextResponse("ready")
