"""Victim lists: the rows of one, with cells to repair and possible duplicates to decide about."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app import spoken
from app.desk.imports import words
from app.doors import Db, Me, Posted, Room
from app.pages import done, link, page
from outreach.casework.imports import deciding, showing
from outreach.casework.imports.record import ImportRow, State, VictimImport
from outreach.casework.imports.steps import NotNow
from outreach.casework.victims import NotFound
from outreach.foundation.permissions import May

room = Room(prefix="/desk/imports/{import_id}/rows")
HEADINGS = {"new": "New people", "updated": "Reports for people already known",
            "review": "Perhaps known already",
            "errors": "Rows with errors", "left-out": "Rows left out", "kept": "Left standing by the undo"}
_CELL = re.compile(r"cell-(\d{1,9})-(\d{1,4})")
_ROW = re.compile(r"row-(\d{1,9})")
_CHOICE = re.compile(r"new|left out|(known|row) \d{1,18}")


@room.get("/{part}", needs=May.IMPORT)
def list(request: Request, import_id: int, part: str, session: Db, me: Me, after: int | None = None,
         before: int | None = None) -> Response:
    """One part of a list's rows."""
    if part not in HEADINGS:
        raise NotFound("There is no such part of an import")
    found = showing.open_import(session, me, import_id)
    return page(request, f"desk/imports/{_TEMPLATES[part]}.html", block="rows",
                **_words(request, session, me, found, part, after, before))


@room.post("/{part}", needs=May.IMPORT)
def update(request: Request, import_id: int, part: str, posted: Posted, session: Db, me: Me) -> Response:
    """Keep what was put right, or decided, all of a page at once; repaired rows are checked again."""
    if part not in _CHANGES:
        raise NotFound("Nothing can be changed there")
    found = showing.open_import(session, me, import_id, to_change=True)
    try:
        told = _CHANGES[part](session, me, found, posted)
    except (NotNow, deciding.NoSuchRow) as wrong:
        return page(request, f"desk/imports/{part}.html", block="rows", status=422,
                    **_words(request, session, me, found, part, None, None) | {"wrong": str(wrong)})
    return done(request, f"desk/imports/{part}.html", block="rows",
                to=f"/desk/imports/{found.id}/rows/{part}",
                flash=told, **_words(request, session, me, found, part, None, None))


def _put_right(session: Db, me: Me, found: VictimImport, posted: Mapping[str, Any]) -> str:
    if number := posted.get("move"):
        return _move_back(session, me, found, str(number))
    return _repair(session, me, found, posted)


def _decide(session: Db, me: Me, found: VictimImport, posted: Mapping[str, Any]) -> str:
    decisions = {int(row[1]): str(choice) for name, choice in posted.items()
                 if (row := _ROW.fullmatch(name)) and _CHOICE.fullmatch(str(choice))}
    if not decisions:
        raise deciding.NoSuchRow("Choose an answer for at least one row")
    deciding.decide(session, me, found, decisions)
    return f"{spoken.count(len(decisions), 'row')} decided."


def _repair(session: Db, me: Me, found: VictimImport, posted: Mapping[str, Any]) -> str:
    typed: dict[int, dict[str, str]] = {}
    for name, text in posted.items():
        cell = _CELL.fullmatch(name)
        if cell and isinstance(text, str) and int(cell[2]) < len(found.columns):
            typed.setdefault(int(cell[1]), {})[found.columns[int(cell[2])]] = text.replace("\x00", "")
    still = deciding.repair_cells(session, me, found, typed)
    told = f"{spoken.count(len(typed) - len(still), 'row')} put right."
    return f"{told} {spoken.count(len(still), 'row')} left to put right." if still else told


def _move_back(session: Db, me: Me, found: VictimImport, number: str) -> str:
    if not number.isdigit():
        raise deciding.NoSuchRow("Load the page again")
    row = deciding.move_cells_back(session, me, found, int(number))
    return f"Row {number} still needs something." if row.errors else f"Row {number} is in order now."


def _words(request: Request, session: Db, me: Me, found: VictimImport, part: str, after: int | None,
           before: int | None) -> dict[str, Any]:
    shown = showing.rows_of(session, me, found.id, part, after=after, before=before)
    beside = showing.people_beside(session, me, found.id, shown.rows) if part in _COMPARED else {}
    return {
        "found": found, "part": part, "heading": HEADINGS[part], "headings": HEADINGS, "rows": shown.rows,
        "beside": beside, "wrong": "", "told": words.told, "label": words.label, "name_in": words.name_in,
        "compared": words.compared, "cells_wrong": _cells_wrong, "may_change": found.state in _OPEN,
        "followers": showing.followers(session, found.id, shown.rows) if part == "review" else {},
        "earlier": link(request, before=shown.earlier, after=None) if shown.earlier else "",
        "later": link(request, after=shown.later, before=None) if shown.later else ""}


def _cells_wrong(found: VictimImport, row: ImportRow) -> Sequence[tuple[int, str, str, str]]:
    """(column's place, its heading, what stands there, what is wrong), in the order of the list."""
    place = {name: at for at, name in enumerate(found.columns)}
    wrong = sorted((place[found.mapping[field]], sentence) for field, sentence in row.errors.items()
                   if found.mapping.get(field) in place)
    return [(at, found.columns[at], row.cells[at] if at < len(row.cells) else "", sentence)
            for at, sentence in wrong]


_CHANGES = {"errors": _put_right, "review": _decide}
_COMPARED = ("review", "updated", "kept")
_OPEN = (State.CHECKED, State.COMMITTED)
_TEMPLATES = {"new": "people", "updated": "people", "left-out": "people", "kept": "people",
              "review": "review",
              "errors": "errors"}
