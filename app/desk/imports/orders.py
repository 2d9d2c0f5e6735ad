"""Victim lists: commit, undo and redo, ordered here and done by the worker."""

from fastapi import Request
from fastapi.responses import Response

from app.desk.imports.lists import about
from app.doors import Db, Me, Posted, Room
from app.pages import go, page
from outreach.casework.imports import committing, showing, undoing
from outreach.casework.imports.steps import NotNow
from outreach.casework.victims import NotFound
from outreach.foundation.permissions import May

room = Room(prefix="/desk/imports/{import_id}")
STEPS = {"commit": committing.commit, "undo": undoing.undo_import, "redo": undoing.redo_import}


@room.post("/{step}", needs=May.IMPORT)
def create(request: Request, import_id: int, step: str, posted: Posted, session: Db, me: Me) -> Response:
    """Have the rows that are ready brought in, the whole import taken back, or brought in again."""
    found = showing.open_import(session, me, import_id, to_change=True)
    if step not in STEPS:
        raise NotFound("There is no such step")
    try:
        STEPS[step](session, me, found)
    except NotNow as wrong:
        return page(request, "desk/imports/show.html", block="state", status=422, wrong=str(wrong),
                    **about(session, found))
    return go(request, f"/desk/imports/{import_id}")
