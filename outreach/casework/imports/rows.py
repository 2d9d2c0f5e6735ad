"""One row of a victim list on its way: what it says, whom it seems to be about, and where it ended up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.casework.imports.bulk import Bulk, as_json, from_json
from outreach.casework.imports.cells import CheckedRow
from outreach.casework.imports.record import ImportRow, Verdict
from outreach.casework.matching import Person, person

Match = dict[str, Any]      # {"kind": "known" or "row", "ref": id or number, "reasons": […], "score": 0 to 1}


@dataclass(slots=True)
class Row:
    """A row in hand; the names are those of `ImportRow`. `keys` are its blocking keys, where known."""

    number: int
    cells: list[str]
    values: dict[str, Any]
    errors: dict[str, str]
    warnings: dict[str, str]
    verdict: Verdict
    matches: list[Match] = field(default_factory=list)
    decision: dict[str, Any] = field(default_factory=dict)
    joins_victim_id: int | None = None
    joins_row: int | None = None
    victim_id: int | None = None
    report_id: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    done: bool = False
    keys: Sequence[int] = ()
    ready: tuple[str, str] | None = None    # cells and values as JSON, where another process has written it
    id: int = 0


_TEXTS = ("cells", "values", "errors", "warnings", "matches", "decision", "before")
_PLAIN = ("number", "verdict", "joins_victim_id", "joins_row", "victim_id", "report_id", "done")
_COLUMNS = ("import_id", "number", "verdict", "joins_victim_id", "joins_row", "victim_id", "report_id",
            "done", *_TEXTS)
_SHOWN = ", ".join(f'r."{name}"' for name in ("id", *_PLAIN, *_TEXTS))


def of_checked(row: CheckedRow) -> Row:
    """A row fresh from the reader: an error keeps it out, otherwise it is somebody new until placed."""
    verdict = Verdict.ERROR if row.errors else Verdict.NEW
    return Row(row.number, row.cells, row.values, row.errors, row.warnings, verdict)


def keep(bulk: Bulk, import_id: int, rows: Sequence[Row]) -> None:
    """Add rows to the import."""
    bulk.insert("import_row", _COLUMNS, [
        (import_id, r.number, r.verdict.value, r.joins_victim_id, r.joins_row, r.victim_id, r.report_id,
         r.done, *(r.ready or (as_json(r.cells), as_json(r.values))), _small(r.errors), _small(r.warnings),
         _small(r.matches), "{}", _small(r.before)) for r in rows])


def note(bulk: Bulk, rows: Sequence[Row]) -> None:
    """Write down what a commit made of rows kept before."""
    bulk.update("import_row", ("verdict", "joins_victim_id", "joins_row", "victim_id", "report_id", "done",
                               "matches", "before"),
                [(r.verdict.value, r.joins_victim_id, r.joins_row, r.victim_id, r.report_id, r.done,
                  _small(r.matches), _small(r.before), r.id) for r in rows])


def note_undone(bulk: Bulk, rows: Sequence[Row]) -> None:
    """Write down what an undo made of rows."""
    bulk.update("import_row", ("victim_id", "report_id", "done", "before"),
                [(r.victim_id, r.report_id, r.done, _small(r.before), r.id) for r in rows])


def read_to_undo(bulk: Bulk, condition: str, **bound: Any) -> list[Row]:
    """The same as `read` without what the list says, of which an undo needs nothing."""
    question = ("SELECT r.id, r.number, r.verdict, r.victim_id, r.report_id, r.\"before\" "  # noqa: S608
                f"FROM import_row r WHERE {condition}")
    return [Row(found.number, [], {}, {}, {}, Verdict(found.verdict), victim_id=found.victim_id,
                report_id=found.report_id, before=from_json(found.before), done=True, id=found.id)
            for found in bulk.ask(question, **bound)]


def read(bulk: Bulk, condition: str, **bound: Any) -> list[Row]:
    """Rows of imports (as `r`) by a condition of our own making, with its bound values."""
    question = f"SELECT {_SHOWN} FROM import_row r WHERE {condition}"  # noqa: S608 (our own conditions)
    return [_row(found._mapping) for found in bulk.ask(question, **bound)]


def _row(found: Mapping[Any, Any]) -> Row:
    texts = {name: from_json(found[name]) for name in _TEXTS}
    plain = {name: found[name] for name in _PLAIN} | {
        "verdict": Verdict(found["verdict"]), "done": bool(found["done"]), "id": found["id"]}
    return Row(**plain, **texts)


def _small(value: Any) -> str:
    if not value:
        return "[]" if isinstance(value, list) else "{}"
    return as_json(value)


def person_in(row: Row | ImportRow) -> Person:
    """Whoever the row is about, ready to be compared; `ref` is the row's number."""
    return person_with(row.number, row.values, [phone["number"] for phone in row.values.get("phones", ())])


def person_with(ref: int, facts: Mapping[str, Any], phones: Sequence[str]) -> Person:
    """Somebody by the values of a row or the columns of a record, ready to be compared."""
    get = facts.get
    born = get("born_on")
    return person(ref, title=get("title") or "", first_name=get("first_name") or "",
                  last_name=get("last_name") or "", gender=get("gender") or "",
                  born_on=date.fromisoformat(born) if isinstance(born, str) else born, phones=phones,
                  email=get("email") or "", postcode=get("postcode") or "",
                  address_line_1=get("address_line_1") or "", address_line_2=get("address_line_2") or "",
                  town=get("town") or "")
