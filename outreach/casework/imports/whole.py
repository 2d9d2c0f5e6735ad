"""A whole list from the command line: received, checked, committed; what needs a person waits on the desk."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.imports import uploading
from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.checking import check
from outreach.casework.imports.columns import guess
from outreach.casework.imports.committing import run_commit
from outreach.casework.imports.mapping import set_columns
from outreach.casework.imports.one_pass import check_and_commit
from outreach.casework.imports.reading import UnreadableList, checked_rows, read_header
from outreach.casework.imports.record import State, VictimImport
from outreach.casework.imports.rows import of_checked, person_in
from outreach.casework.imports.steps import Progress, quiet
from outreach.casework.imports.undoing import run_undo, undo_import
from outreach.casework.matching import report
from outreach.foundation.db import Database
from outreach.foundation.operation import acting
from outreach.foundation.permissions import Actor, May


def import_file(database: Database, actor: Actor, path: Path, source: str, *,
                mapping: Mapping[str, str] | None = None, dry_run: bool = False, uploads: Path,
                progress: Progress | None = None) -> dict[str, Any]:
    """Import a list and give {"import_id", "rows", "new", "updated", "to_review", "errors", "left_out",
    "entered",
    "seconds"}.

    `mapping` is field → column, else it is guessed or remembered. Raises `UnreadableList`, `UploadedBefore`,
    `WrongColumns`; nothing is changed then.
    """
    began = time.monotonic()
    import_id, was_checked = _receive(database, actor, path, source, mapping, dry_run, uploads)
    if was_checked:
        run_commit(database, import_id, progress or quiet)
    else:
        (check if dry_run else check_and_commit)(database, import_id, uploads, progress or quiet)
    with database.reading() as session:
        found = session.get_one(VictimImport, import_id)
        if found.state is State.REFUSED:
            raise UnreadableList(found.refusal)
        return {"import_id": import_id, **found.counts, "seconds": round(time.monotonic() - began, 3)}


def undo(database: Database, actor: Actor, import_id: int) -> dict[str, Any]:
    """Undo a whole import and give {"import_id", "undone", "kept"}: rows taken back, rows left standing."""
    with database.transaction() as session:
        undo_import(session, actor, session.get_one(VictimImport, import_id), here=True)
    run_undo(database, import_id)
    with database.reading() as session:
        counts = session.get_one(VictimImport, import_id).counts
    return {"import_id": import_id, "undone": counts["rows"] - counts["entered"], "kept": counts["entered"]}


def matching_report(path: Path) -> dict[str, list[list[int]]]:
    """Pairs of row numbers that are one person, and pairs a person should decide about; no database is
    needed."""
    with checked_rows(path, guess(read_header(path).columns)) as source:
        return report([person_in(of_checked(row)) for chunk in source for row in chunk])


def _receive(database: Database, actor: Actor, path: Path, source: str, mapping: Mapping[str, str] | None,
             dry_run: bool, uploads: Path) -> tuple[int, bool]:
    """The import to work on, and whether its dry run is done. A file that was looked at before, or whose
    import was stopped on the way, is gone on with."""
    actor.must(May.IMPORT)
    uploading.refuse_large(path)
    with database.transaction() as session, acting(session, actor, "import.begun"):
        found = uploading.same_file(session, uploading.hash_of(path))
        if found is not None and found.state in (State.CHECKING, State.COMMITTING):
            return found.id, bool(found.counts)
        if found is None or found.state not in (State.UPLOADED, State.CHECKED):
            found = uploading.upload(session, actor, uploading.look_at(path, source), file_name=path.name,
                                     uploads=uploads)
        state = State.CHECKING if dry_run else State.COMMITTING
        _begin(session, actor, found, mapping or found.mapping, state)
        return found.id, False


def _begin(session: Session, actor: Actor, found: VictimImport, mapping: Mapping[str, str],
           state: State) -> None:
    set_columns(session, found, mapping)
    Bulk(session).delete("import_row", "import_id", [found.id])
    found.state, found.position, found.filed_up_to, found.ordered_by_id = state, 0, 0, actor.id
