"""Victim lists: which have come in, bringing one in, and how far it is."""

import tempfile
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from app.desk.imports import words
from app.doors import Db, Me, Posted, Room
from app.forms import Filled, Form
from app.pages import go, page
from app.settings import settings
from outreach.casework.imports import showing, uploading
from outreach.casework.imports.committing import to_enter
from outreach.casework.imports.reading import UnreadableList
from outreach.casework.imports.record import State, VictimImport
from outreach.foundation.permissions import May

room = Room(prefix="/desk/imports")


class UploadForm(Form):
    source: str = ""
    file: str = ""


@room.get("", needs=May.IMPORT)
def list(request: Request, session: Db, me: Me, before: int | None = None) -> Response:
    """Every import, the newest first."""
    lines = showing.list_imports(session, me, before=before)
    later = f"?before={lines[-1].id}" if len(lines) == 25 else ""
    return page(request, "desk/imports/list.html", lines=lines, later=later, states=words.STATES,
                comes_to=words.comes_to)


@room.get("/new", needs=May.IMPORT)
def new(request: Request, session: Db, me: Me) -> Response:
    """Choose a file and say where it comes from."""
    return _asked(request, session, UploadForm.blank(), 200)


@room.post("", needs=May.IMPORT, slow=True)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Take the file in, and on to its columns."""
    form = UploadForm.read({"source": posted.get("source", "")})
    sent = posted.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return _asked(request, session, form.wrong("file", "Choose the file that holds the victim list"), 422)
    try:
        found = _take_in(sent, session, me, form.typed["source"])
    except uploading.SourceNeeded as wrong:
        return _asked(request, session, form.wrong("source", str(wrong)), 422)
    except UnreadableList as wrong:
        return _asked(request, session, form.wrong("file", str(wrong)), 422)
    except uploading.UploadedBefore as wrong:
        return _asked(request, session, form.wrong("file", str(wrong)), 422, earlier=wrong.import_id)
    return go(request, f"/desk/imports/{found.id}/columns")


def _take_in(sent: UploadFile, session: Db, me: Me, source: str) -> VictimImport:
    """The file on disk for as long as it is looked at: the reader works in a process apart."""
    with tempfile.NamedTemporaryFile(dir=settings().data) as file:
        while block := sent.file.read(1024 * 1024):
            file.write(block)
        file.flush()
        looked_at = uploading.look_at(Path(file.name), source)
        return uploading.upload(session, me, looked_at, file_name=sent.filename or "list",
                                uploads=settings().data / "uploads")


def _asked(request: Request, session: Db, form: Filled[Any], status: int, earlier: int = 0) -> Response:
    return page(request, "desk/imports/new.html", block="form", status=status, form=form, earlier=earlier,
                sources=uploading.sources(session), largest=uploading.largest() // uploading.MEGABYTE)


@room.get("/{import_id}", needs=May.IMPORT)
def show(request: Request, import_id: int, session: Db, me: Me) -> Response:
    """How far the list is, and what it would do or has done."""
    found = showing.open_import(session, me, import_id, noted="poll" not in request.query_params)
    return page(request, "desk/imports/show.html", block="state", **about(session, found))


def about(session: Db, found: VictimImport) -> dict[str, Any]:
    """What the page of an import shows."""
    is_settled = found.state in (State.CHECKED, State.COMMITTED)
    return {"found": found, "busy": found.state in showing.BUSY, "state": words.STATES[found.state],
            "waiting": to_enter(session, found.id) if is_settled else 0, "comes_to": words.comes_to,
            "done": progress_of(found)}


def progress_of(found: VictimImport) -> int:
    """Rows of the present step that are done; an undo counts down."""
    return max(found.total - found.position + 1, 0) if found.state is State.UNDOING else found.position
