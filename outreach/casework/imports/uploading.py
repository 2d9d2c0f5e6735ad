"""Receives a victim list: looked at before it is kept, refused in a sentence, and never taken in twice."""

import hashlib
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.imports import columns
from outreach.casework.imports.reading import Sheet, UnreadableList, read_header
from outreach.casework.imports.record import SourceMapping, State, VictimImport
from outreach.foundation.accounts import Account
from outreach.foundation.clock import local
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

MEGABYTE = 1024 * 1024
_LONGEST_SOURCE = 80


class SourceNeeded(Exception):
    """Nobody said where the list comes from; the text says what to do."""


class UploadedBefore(Exception):
    """This very file is here already; `import_id` says where."""

    def __init__(self, sentence: str, import_id: int) -> None:
        super().__init__(sentence)
        self.import_id = import_id


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A file that can be read as a list, before anything is kept of it."""

    path: Path
    source: str
    file_hash: str
    sheet: Sheet


def look_at(path: Path, source: str) -> LookedAt:
    """Look at a file that somebody sent; it may take seconds, and asks nothing of the database.

    Raises `SourceNeeded`, `UnreadableList` (a file that is no list, is empty, too big, …).
    """
    source = " ".join(source.split())[:_LONGEST_SOURCE]
    if not source:
        raise SourceNeeded("Enter where the list comes from, like Report Fraud monthly")
    refuse_large(path)
    return LookedAt(path, source, hash_of(path), read_header(path, max_bytes=largest()))


@operation("import.uploaded", needs=May.IMPORT)
def upload(session: Session, actor: Actor, looked_at: LookedAt, *, file_name: str,
           uploads: Path) -> VictimImport:
    """Take in a file, keep a copy under a name that says nothing, and guess its columns.

    Raises `UploadedBefore`; nothing is kept then.
    """
    refuse_repeat(session, looked_at.file_hash)
    source, sheet = looked_at.source, looked_at.sheet
    found = VictimImport(
        source=source, file_name=file_name[:200], file_hash=looked_at.file_hash,
        stored_as=_keep(looked_at.path, uploads),
        columns=sheet.columns, mapping=guess(session, source, sheet.columns), notes=sheet.notes,
        total=sheet.rows_estimate, uploaded_by_id=actor.id)
    session.add(found)
    session.flush()
    return found


def largest() -> int:
    """The largest file taken, in bytes (`content/force.toml`, [imports])."""
    return current().imports.largest_upload_mb * MEGABYTE


def refuse_large(path: Path) -> None:
    """Raise `UnreadableList` for a file over the limit, before anything reads it."""
    if path.stat().st_size > largest():
        raise UnreadableList(f"The file is larger than {current().imports.largest_upload_mb} MB. "
                             "Split the list and upload the parts one after another")


def hash_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def same_file(session: Session, file_hash: str) -> VictimImport | None:
    """The import that this very file made, unless it was refused."""
    return session.scalars(select(VictimImport).where(
        VictimImport.file_hash == file_hash, VictimImport.state != State.REFUSED).limit(1)).one_or_none()


def refuse_repeat(session: Session, file_hash: str) -> None:
    """Raise `UploadedBefore` for a file that is here already, saying when it came and what to do."""
    if earlier := same_file(session, file_hash):
        day = local(earlier.uploaded_at)
        who = session.get_one(Account, earlier.uploaded_by_id).name
        raise UploadedBefore(f"This file was uploaded on {day.day} {day:%B %Y} by {who}. "
                             f"{_HINT[earlier.state]}", earlier.id)


def guess(session: Session, source: str, names: list[str]) -> dict[str, str]:
    """Field → column: as it was for this source's last list with these headings, else by the headings."""
    remembered = session.scalars(select(SourceMapping.mapping).where(
        SourceMapping.source == source, SourceMapping.signature == columns.signature(names))).one_or_none()
    if remembered:
        plainly = {columns.plain(name): name for name in names}
        found = {field: plainly.get(columns.plain(column), "") for field, column in remembered.items()}
        if all(found.values()):
            return found
    return columns.guess(names)


def sources(session: Session) -> list[str]:
    """Where lists came from so far, by name."""
    return list(session.scalars(select(VictimImport.source).distinct().order_by(VictimImport.source)))


def _keep(path: Path, uploads: Path) -> str:
    uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    kept = uploads / name
    shutil.copyfile(path, kept)
    kept.chmod(0o600)
    return name


_HINT = {
    State.UPLOADED: "Open that import and go on from there",
    State.CHECKING: "Open that import to see how far it is",
    State.CHECKED: "Open that import and go on from there",
    State.COMMITTING: "Open that import to see how far it is",
    State.COMMITTED: "Its rows are on record: open that import to see them",
    State.UNDOING: "Open that import to see how far it is",
    State.UNDONE: "It was undone: open that import and use Redo to bring it back"}
