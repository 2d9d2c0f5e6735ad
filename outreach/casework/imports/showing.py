"""What the desk shows of victim lists: every import, and the rows of one, a page at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from outreach.casework.imports.record import ImportRow, State, Verdict, VictimImport
from outreach.casework.imports.standing import FIELDS
from outreach.casework.victims import NotFound, Victim, VictimPhone, scope
from outreach.foundation import audit
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import Actor, May

PARTS = {"new": Verdict.NEW, "updated": Verdict.UPDATE, "review": Verdict.REVIEW, "errors": Verdict.ERROR,
         "left-out": Verdict.SKIP}
ROWS = {"new": 50, "updated": 25, "review": 10, "errors": 25, "left-out": 25, "kept": 50}
BUSY = frozenset({State.CHECKING, State.COMMITTING, State.UNDOING})


@dataclass(frozen=True, slots=True)
class Line:
    """One import in the list of them."""

    id: int
    source: str
    file_name: str
    state: State
    counts: Mapping[str, int]
    uploaded_at: datetime
    uploaded_by: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of an import's rows, with the numbers from which the pages before and after it begin."""

    rows: list[ImportRow]
    earlier: int | None = None
    later: int | None = None


@dataclass(slots=True)
class Somebody:
    """A person a row may be about: their field values as rows have them, and where they are."""

    kind: str
    ref: int
    values: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    restricted: bool = False


def list_imports(session: Session, actor: Actor, *, before: int | None = None, most: int = 25) -> list[Line]:
    """Imports, the newest first, from the one before a given id on. The look at the list is noted."""
    actor.must(May.IMPORT)
    question = (select(VictimImport, Account.name).join(Account, Account.id == VictimImport.uploaded_by_id)
                .order_by(VictimImport.id.desc()).limit(most))
    if before:
        question = question.where(VictimImport.id < before)
    found = [Line(one.id, one.source, one.file_name, one.state, one.counts, one.uploaded_at, name)
             for one, name in session.execute(question)]
    audit.consulted(session, actor, "victim_import", operation="import.listed",
                    shown=[line.id for line in found])
    return found


def open_import(session: Session, actor: Actor, import_id: int, *, to_change: bool = False,
                noted: bool = True) -> VictimImport:
    """One import; the look at it is noted, unless a page that was noted asks again how far it is. Raises
    `NotFound`."""
    actor.must(May.IMPORT)
    question = select(VictimImport).where(VictimImport.id == import_id)
    found = session.scalars(question.with_for_update() if to_change else question).one_or_none()
    if found is None:
        raise NotFound("There is no such import")
    if noted and not to_change:
        audit.consulted(session, actor, "victim_import", import_id, operation="import.opened")
    return found


def rows_of(session: Session, actor: Actor, import_id: int, part: str, *, after: int | None = None,
            before: int | None = None) -> Shown:
    """Rows of one part of an import (`PARTS`, or "kept": left standing by an undo); the look is noted.

    Rows that only follow another row's decision are not asked about.
    """
    size = ROWS[part]
    question = select(ImportRow).where(ImportRow.import_id == import_id, *_of_part(part))
    if before is not None:
        question = question.where(ImportRow.number < before).order_by(ImportRow.number.desc())
    else:
        question = question.where(ImportRow.number > (after or 0)).order_by(ImportRow.number)
    found = list(session.scalars(question.limit(size + 1)))
    more, rows = len(found) > size, sorted(found[:size], key=lambda row: row.number)
    audit.consulted(session, actor, "victim_import", import_id, operation="import.rows_seen",
                    rows=[row.number for row in rows])
    if not rows:
        return Shown([])
    is_later, is_earlier = (True, more) if before is not None else (more, bool(after))
    return Shown(rows, rows[0].number if is_earlier else None, rows[-1].number if is_later else None)


def _of_part(part: str) -> list[ColumnElement[bool]]:
    if part == "kept":
        return [ImportRow.done.is_(True)]
    conditions: list[ColumnElement[bool]] = [ImportRow.verdict == PARTS[part]]
    return [*conditions, ImportRow.joins_row.is_(None)] if part == "review" else conditions


def followers(session: Session, import_id: int, rows: Iterable[ImportRow]) -> dict[int, int]:
    """How many other rows of the list wait for each of these: they share what is decided."""
    numbers = [row.number for row in rows]
    found = session.scalars(select(ImportRow.joins_row).where(
        ImportRow.import_id == import_id, ImportRow.verdict == Verdict.REVIEW,
        ImportRow.joins_row.in_(numbers)))
    counted: dict[int, int] = {}
    for number in found:
        counted[number or 0] = counted.get(number or 0, 0) + 1
    return counted


def people_beside(session: Session, actor: Actor, import_id: int,
                  rows: Sequence[ImportRow]) -> dict[tuple[str, int], Somebody]:
    """Everybody whom these rows may be about, by (kind, ref) of their matches. The look at them is noted.

    Of a restricted record nothing is shown here: it must be opened with a reason.
    """
    wanted = {(match["kind"], match["ref"]) for row in rows for match in row.matches}
    wanted |= {("known", row.joins_victim_id) for row in rows if row.joins_victim_id}
    wanted |= {("row", row.joins_row) for row in rows if row.joins_row}
    known = _on_record(session, actor, [ref for kind, ref in wanted if kind == "known"])
    in_list = _in_list(session, import_id, [ref for kind, ref in wanted if kind == "row"])
    if known:
        audit.consulted(session, actor, "victim", operation="import.duplicates_compared",
                        shown=sorted(one.ref for one in known if not one.restricted))
    return {(one.kind, one.ref): one for one in [*known, *in_list]}


def _on_record(session: Session, actor: Actor, ids: Sequence[int]) -> list[Somebody]:
    people = list(session.scalars(select(Victim).where(Victim.id.in_(ids), *scope(actor)))) if ids else []
    phones: dict[int, list[dict[str, str]]] = {}
    for victim_id, number in session.execute(select(VictimPhone.victim_id, VictimPhone.number).where(
            VictimPhone.victim_id.in_([victim.id for victim in people]))):
        phones.setdefault(victim_id, []).append({"number": number})
    return [_somebody(victim, phones.get(victim.id, [])) for victim in people]


def _somebody(victim: Victim, phones: list[dict[str, str]]) -> Somebody:
    if victim.restricted:
        return Somebody("known", victim.id, name="Restricted record", restricted=True)
    values = {name: getattr(victim, name) for name in FIELDS}
    return Somebody("known", victim.id, {**values, "phones": phones, "vulnerability": victim.vulnerability},
                    victim.name)


def _in_list(session: Session, import_id: int, numbers: Sequence[int]) -> list[Somebody]:
    if not numbers:
        return []
    found = session.scalars(select(ImportRow).where(ImportRow.import_id == import_id,
                                                    ImportRow.number.in_(numbers)))
    return [Somebody("row", row.number, row.values, f"Row {row.number}") for row in found]
