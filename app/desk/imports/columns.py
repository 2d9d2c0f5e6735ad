"""Victim lists: which column of a list is which."""

from collections.abc import Mapping, Sequence

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.doors import Db, Me, Posted, Room
from app.pages import go, page
from app.settings import settings
from outreach.casework.imports import columns, mapping, showing
from outreach.casework.imports.reading import UnreadableList, read_header
from outreach.casework.imports.record import VictimImport
from outreach.casework.imports.steps import NotNow
from outreach.foundation.permissions import May

room = Room(prefix="/desk/imports/{import_id}/columns")


@room.get("", needs=May.IMPORT)
def edit(request: Request, import_id: int, session: Db, me: Me) -> Response:
    """Which column is which, with what stands in each."""
    found = showing.open_import(session, me, import_id)
    return _columns(request, found, found.mapping, [], 200)


@room.post("", needs=May.IMPORT)
def update(request: Request, import_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Keep the columns and have the list checked."""
    found = showing.open_import(session, me, import_id, to_change=True)
    chosen = _chosen(posted, found.columns)
    try:
        mapping.map_columns(session, me, found, chosen)
    except mapping.WrongColumns as wrong:
        return _columns(request, found, chosen, wrong.sentences, 422)
    except NotNow as wrong:
        return _columns(request, found, found.mapping, [str(wrong)], 422)
    return go(request, f"/desk/imports/{import_id}")


def _chosen(posted: FormData, names: Sequence[str]) -> dict[str, str]:
    found = {field: posted.get(f"field-{field}") for field in columns.fields()}
    return {field: column for field, column in found.items() if isinstance(column, str) and column in names}


def _columns(request: Request, found: VictimImport, chosen: Mapping[str, str], wrong: Sequence[str],
             status: int) -> Response:
    try:
        sheet = read_header(settings().data / "uploads" / found.stored_as)
        samples = {name: [row[at] for row in sheet.sample if row[at].strip()][:3]
                   for at, name in enumerate(sheet.columns)}
    except (UnreadableList, OSError):
        samples = {}
    guessed = columns.guess(found.columns)
    return page(request, "desk/imports/columns.html", block="form", status=status, found=found, chosen=chosen,
                guessed=guessed, samples=samples, fields=columns.fields(), wrong=wrong,
                unused=[name for name in found.columns if name not in chosen.values()])
