"""What a person puts right on the page: a cell, or whether two entries are one person."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from outreach.casework.imports import cells, counting
from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.known import Known
from outreach.casework.imports.placing import SAME_REFERENCE, ask_about, match_of, owners_of
from outreach.casework.imports.record import ImportRow, State, Verdict, VictimImport
from outreach.casework.imports.rows import Row, of_checked, person_in
from outreach.casework.imports.steps import require
from outreach.casework.matching import Likeness, Person, Target, blocking_keys, compare
from outreach.casework.matching import Verdict as Likely
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

NEW, LEFT_OUT = "new", "left out"
_TELLING = ("email", "born_on", "postcode", "national_reference")
_NOT_NOW = "Rows can be put right once the list is checked, and not while the worker has it in hand"


class NoSuchRow(Exception):
    """There is no such row that waits for this; somebody else may have put it right."""


@operation("import.cells_repaired", needs=May.IMPORT)
def repair_cells(session: Session, actor: Actor, found: VictimImport,
                 repairs: Mapping[int, Mapping[str, str]]) -> list[ImportRow]:
    """Put cells right (row number → column → text) and check and place those rows again. Raises `NotNow`.

    Gives the rows that still have an error; what was typed stays in them.
    """
    require(found, State.CHECKED, State.COMMITTED, words=_NOT_NOW)
    waiting = _rows(session, found, repairs, Verdict.ERROR)
    for row in waiting:
        typed = repairs[row.number]
        row.cells = [typed.get(column, text) for column, text in zip(found.columns, row.cells, strict=False)]
        _check_again(session, found, row)
        session.flush()
    found.counts = counting.count(session, found.id)
    return [row for row in waiting if row.verdict is Verdict.ERROR]


@operation("import.row_moved_back", needs=May.IMPORT)
def move_cells_back(session: Session, actor: Actor, found: VictimImport, number: int) -> ImportRow:
    """Move the cells of a shifted row back and check it again. Raises `NoSuchRow`, `NotNow`."""
    require(found, State.CHECKED, State.COMMITTED, words=_NOT_NOW)
    row = _one(session, found, number, Verdict.ERROR)
    if moved := cells.moved_back(row.cells, found.mapping, found.columns):
        row.cells = moved
        _check_again(session, found, row)
        session.flush()
        found.counts = counting.count(session, found.id)
    return row


@operation("import.duplicate_decided", needs=May.IMPORT)
def decide(session: Session, actor: Actor, found: VictimImport, decisions: Mapping[int, str]) -> None:
    """Say of rows who they are: `NEW`, `LEFT_OUT`, "known 12" or "row 7", one of the row's matches.

    Rows that only waited for a row of this list follow it. Raises `NoSuchRow`, `NotNow`.
    """
    require(found, State.CHECKED, State.COMMITTED, words=_NOT_NOW)
    for number, choice in sorted(decisions.items()):
        _decide(session, found, _one(session, found, number, Verdict.REVIEW, Verdict.SKIP), choice, actor)
    session.flush()
    found.counts = counting.count(session, found.id)


def _decide(session: Session, found: VictimImport, row: ImportRow, choice: str, actor: Actor) -> None:
    row.joins_victim_id = row.joins_row = None
    row.decision = {"choice": choice, "by": actor.id}
    if choice in (NEW, LEFT_OUT):
        row.verdict = Verdict.NEW if choice == NEW else Verdict.SKIP
    else:
        kind, ref = _match_named(row, choice)
        row.verdict = Verdict.UPDATE
        if kind == "known":
            row.joins_victim_id = ref
        else:
            _join_row(session, found, row, ref)
    session.flush()
    _bring_followers(session, found, row)


def _match_named(row: ImportRow, choice: str) -> tuple[str, int]:
    for match in row.matches:
        if choice == f"{match['kind']} {match['ref']}":
            return match["kind"], match["ref"]
    raise NoSuchRow("Choose one of the people shown beside the row")


def _join_row(session: Session, found: VictimImport, row: ImportRow, number: int) -> None:
    """Join whomever an earlier row is about; if that row waits, so does this one."""
    other = session.scalars(select(ImportRow).where(ImportRow.import_id == found.id,
                                                    ImportRow.number == number)).one()
    row.joins_victim_id = other.victim_id or other.joins_victim_id
    row.joins_row = None if row.joins_victim_id else other.joins_row or other.number
    if other.verdict in (Verdict.REVIEW, Verdict.SKIP):
        row.verdict = Verdict.REVIEW


def _bring_followers(session: Session, found: VictimImport, row: ImportRow) -> None:
    """The rows that joined this one share its fate; if it is left out, the first of them stands for it."""
    followers = list(session.scalars(select(ImportRow).where(
        ImportRow.import_id == found.id, ImportRow.joins_row == row.number, ImportRow.done.is_(False))
        .order_by(ImportRow.number)))
    if row.verdict is Verdict.REVIEW or not followers:
        return
    if row.verdict is Verdict.SKIP:
        first = followers.pop(0)
        first.verdict, first.joins_row = Verdict.NEW, None
        row = first
    for follower in followers:
        follower.verdict, follower.joins_victim_id = Verdict.UPDATE, row.joins_victim_id
        follower.joins_row = None if row.joins_victim_id else row.joins_row or row.number


def _check_again(session: Session, found: VictimImport, row: ImportRow) -> None:
    checked = cells.check(row.cells, found.mapping, found.columns, number=row.number)
    again = of_checked(checked)
    if again.verdict is not Verdict.ERROR:
        _place_again(session, found, again)
    row.values, row.errors, row.warnings = again.values, again.errors, again.warnings
    row.verdict, row.matches = again.verdict, again.matches
    row.joins_victim_id, row.joins_row = again.joins_victim_id, again.joins_row


def _place_again(session: Session, found: VictimImport, row: Row) -> None:
    """Compare a repaired row with everybody on record, and with the rows of this list that are not yet."""
    somebody = person_in(row)
    likely: dict[Target, Likeness] = {}
    for other in Known().beside(session, [blocking_keys(somebody)])[0]:
        _note_likeness(likely, Target("known", other.ref), somebody, other)
    waiting = {other.number: other for other in _rows_alike(session, found, row)}
    for number, entry in waiting.items():
        _note_likeness(likely, Target("row", number), somebody, person_in(entry))
    ranked = sorted(likely, key=lambda target: (likely[target].verdict is Likely.JOIN, likely[target].score),
                    reverse=True)
    row.matches = [match_of(target, likely[target]) for target in ranked]
    sure = [target for target in ranked if likely[target].verdict is Likely.JOIN]
    if ranked:
        row.verdict = Verdict.UPDATE if len(sure) == 1 else Verdict.REVIEW
        _join(row, sure, waiting)
    owner = owners_of(Bulk(session), [row], 2**62).get(row.values.get("national_reference", ""))
    if owner and owner != row.joins_victim_id:
        ask_about(row, Target("known", owner), SAME_REFERENCE)


def _join(row: Row, sure: Sequence[Target], waiting: Mapping[int, ImportRow]) -> None:
    if row.verdict is not Verdict.UPDATE:
        return
    if sure[0].kind == "known":
        row.joins_victim_id = sure[0].ref
        return
    other = waiting[sure[0].ref]
    row.joins_victim_id = other.joins_victim_id
    row.joins_row = None if row.joins_victim_id else other.joins_row or other.number
    if other.verdict is Verdict.REVIEW:
        row.verdict = Verdict.REVIEW


def _note_likeness(likely: dict[Target, Likeness], target: Target, one: Person, other: Person) -> None:
    likeness = compare(one, other)
    if likeness.verdict is not Likely.APART and likeness.score > _score_of(likely.get(target)):
        likely[target] = likeness


def _score_of(likeness: Likeness | None) -> float:
    return likeness.score if likeness else -1.0


def _rows_alike(session: Session, found: VictimImport, row: Row) -> list[ImportRow]:
    """Rows not on record yet in which the same telephone, e-mail address, birthday or postcode stands."""
    values = row.values
    tokens: list[Any] = [phone["number"] for phone in values.get("phones", ())]
    tokens += [values[name] for name in _TELLING if name in values]
    if not tokens:
        return []
    told = cast(ImportRow.values, Text)
    return list(session.scalars(select(ImportRow).where(
        ImportRow.import_id == found.id, ImportRow.number != row.number, ImportRow.done.is_(False),
        ImportRow.verdict.in_((Verdict.NEW, Verdict.UPDATE, Verdict.REVIEW)),
        or_(*[told.contains(token, autoescape=True) for token in tokens]))
        .order_by(ImportRow.number).limit(100)))


def _rows(session: Session, found: VictimImport, numbers: Any, *verdicts: Verdict) -> list[ImportRow]:
    return list(session.scalars(select(ImportRow).where(
        ImportRow.import_id == found.id, ImportRow.number.in_(list(numbers)), ImportRow.verdict.in_(verdicts),
        ImportRow.done.is_(False)).order_by(ImportRow.number).with_for_update()))


def _one(session: Session, found: VictimImport, number: int, *verdicts: Verdict) -> ImportRow:
    rows = _rows(session, found, [number], *verdicts)
    if not rows:
        raise NoSuchRow(f"Row {number} does not wait for this any more: load the page again")
    return rows[0]


