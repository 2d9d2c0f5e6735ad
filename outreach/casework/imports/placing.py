"""Puts each row of a list beside the people on record and the rows before it: new, known, or a question."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.cells import CheckedRow
from outreach.casework.imports.known import Known
from outreach.casework.imports.record import Verdict
from outreach.casework.imports.rows import Match, Row, of_checked, person_in
from outreach.casework.matching import Likeness, Matcher, Person, Placement, Target, blocking_keys

SAME_REFERENCE = "the same reference is on their record"


class Placer:
    """Places the rows of one list, in order. Rows with errors are left out until they are repaired.

    Only victims with ids up to `known_up_to` count as known, so that a step that was stopped and goes on
    meets nobody whom it brought in itself.
    """

    def __init__(self, known_up_to: int) -> None:
        self._matcher = Matcher()
        self._up_to = known_up_to
        self._known = Known("AND victim_id <= :up_to", up_to=known_up_to)
        self._waiting: set[int] = set()             # rows about which a person must decide
        self._references: dict[str, Target] = {}    # national reference → whose it is

    def place(self, session: Session, checked: Sequence[CheckedRow]) -> list[Row]:
        """The rows with their verdicts; `session` is only read."""
        rows = [of_checked(row) for row in checked]
        clean = [row for row in rows if row.verdict is not Verdict.ERROR]
        people = [person_in(row) for row in clean]
        for row, somebody in zip(clean, people, strict=True):
            row.keys = blocking_keys(somebody)
        known = self._known.beside(session, [row.keys for row in clean]) if self._up_to else [[]] * len(clean)
        owners = owners_of(Bulk(session), clean, self._up_to)
        for row, somebody, others in zip(clean, people, known, strict=True):
            self._place(row, somebody, others, owners)
        return rows

    def _place(self, row: Row, somebody: Person, others: list[Person], owners: dict[str, int]) -> None:
        placement = self._matcher.place(somebody, others, row.keys)
        settle(row, placement, self._waiting)
        self._compare_reference(row, placement.join or Target("row", row.number), owners)
        if row.verdict is Verdict.REVIEW:
            self._waiting.add(row.number)

    def _compare_reference(self, row: Row, who: Target, owners: dict[str, int]) -> None:
        """A reference that is somebody else's already is a question, whatever the name says."""
        reference = row.values.get("national_reference")
        if not reference:
            return
        owner = self._references.get(reference)
        if reference in owners:
            owner = Target("known", owners[reference])
        if owner is None:
            self._references[reference] = who
        elif owner != who:
            ask_about(row, owner, SAME_REFERENCE)


def settle(row: Row, placement: Placement, waiting: set[int]) -> None:
    """Write on a row what its placing means; a row that joins one that waits, waits with it."""
    if placement.join is None and not placement.ask:
        return
    row.matches = [match_of(target, placement.likeness[target])
                   for target in (placement.join, *placement.ask) if target is not None]
    if placement.join is None:
        row.verdict = Verdict.REVIEW
    elif placement.join.kind == "known":
        row.verdict, row.joins_victim_id = Verdict.UPDATE, placement.join.ref
    else:
        row.joins_row = placement.join.ref
        row.verdict = Verdict.REVIEW if row.joins_row in waiting else Verdict.UPDATE


def match_of(target: Target, likeness: Likeness) -> Match:
    """A possible duplicate as the row keeps it: who, why, how likely."""
    return {"kind": target.kind, "ref": target.ref, "reasons": list(likeness.reasons),
            "score": likeness.score}


def ask_about(row: Row, owner: Target, reason: str) -> None:
    """Turn a row into a question about somebody."""
    row.verdict, row.joins_victim_id, row.joins_row = Verdict.REVIEW, None, None
    if all((match["kind"], match["ref"]) != owner for match in row.matches):
        row.matches = [{"kind": owner.kind, "ref": owner.ref, "reasons": [reason], "score": 0.5},
                       *row.matches]


def owners_of(bulk: Bulk, rows: Sequence[Row], up_to: int) -> dict[str, int]:
    """Whose the national references of these rows are, by the records."""
    wanted = sorted({row.values["national_reference"] for row in rows if "national_reference" in row.values})
    if not up_to:
        return {}
    found = bulk.select("r.national_reference, coalesce(v.merged_into_id, v.id) AS owner",
                        "fraud_report r JOIN victim v ON v.id = r.victim_id", "r.national_reference", wanted,
                        "AND v.id <= :up_to", up_to=up_to)
    return dict(found)
