"""What has happened since an import to the people it touched: whoever was worked with is left standing."""

from collections.abc import Sequence

from outreach.casework.imports.bulk import Bulk, from_json
from outreach.casework.imports.rows import Row
from outreach.casework.imports.standing import COLUMNS, Standing, of_record
from outreach.casework.victims.merging import ATTACHED

GONE = "the record is no longer there"
CHANGED = "the record was changed since"
CONTACTED = "somebody has been in contact since"
MERGED = "the record was merged with another since"
REPORTED = "a report was added or changed since"
PHONES = "a telephone number was added or changed since"
PROMISED = "a follow-up was planned, changed or done since"
MOVED = "the household was changed since"
WORKED_WITH = "somebody has worked with them since"
_LOOKED_AT = frozenset({"contact", "fraud_report", "follow_up"})     # each has its own reason below


class Changes:
    """Looks at the records behind some rows of an import, and says which rows can be taken back."""

    def __init__(self, bulk: Bulk, import_id: int) -> None:
        self._bulk, self._import_id = bulk, import_id
        self.people: dict[int, Standing] = {}
        self.numbers: dict[int, str] = {}       # telephone's id → number
        self._why: dict[int, str] = {}
        self._reports: dict[int, tuple[int, int]] = {}      # report's id → (version, victim)
        self._untouched: set[int] = set()       # follow-ups nobody moved, gave away, did or cancelled

    def look_at(self, some: Sequence[Row]) -> None:
        """Read the records that these rows touched, as they are now, locked where that can be."""
        victims = sorted({row.victim_id for row in some if row.victim_id})
        for found in self._bulk.select(", ".join(COLUMNS), "victim", "id", victims,
                                       "" if self._bulk.sqlite else "FOR UPDATE"):
            self.people[found.id] = of_record(self._bulk, found)
        for phone_id, victim_id, number in self._bulk.select(
                "id, victim_id, number", "victim_phone", "victim_id", victims):
            self.numbers[phone_id] = number
            self.people[victim_id].phones.append(number)
        for report_id, version, victim_id in self._bulk.select(
                "id, version, victim_id", "fraud_report", "id",
                [row.report_id for row in some if row.report_id]):
            self._reports[report_id] = (version, victim_id)
        planned = [one for row in some for one in row.before.get("follow_ups", ())]
        self._untouched = {one for one, in self._bulk.select(
            "id", "follow_up", "id", planned, "AND status IN ('planned', 'due') AND version = 1")}
        self._look_at_newcomers([victim for victim in victims if self._is_newcomer(victim)])

    def since(self, row: Row) -> str:
        """Why this row must be left standing, "" where it can be taken back."""
        victim_id = row.victim_id or 0
        reason = self._reason(row, victim_id)
        if reason:
            self._why.setdefault(victim_id, reason)
        return reason

    def _reason(self, row: Row, victim_id: int) -> str:
        if victim_id not in self.people:
            return GONE
        if victim_id in self._why:
            return self._why[victim_id]
        if self.people[victim_id].facts["version"] != row.before.get("version"):
            return CHANGED
        if row.report_id and self._reports.get(row.report_id) != (1, victim_id):
            return REPORTED
        if any(phone not in self.numbers for phone in row.before.get("phones", ())):
            return PHONES
        planned = row.before.get("follow_ups", ())
        if any(one not in self._untouched for one in planned):
            return PROMISED
        return ""

    def _is_newcomer(self, victim_id: int) -> bool:
        return victim_id in self.people and self.people[victim_id].facts["import_id"] == self._import_id

    def _look_at_newcomers(self, newcomers: Sequence[int]) -> None:
        """Somebody whom this import brought in goes only if nothing of anybody else's hangs on them."""
        others = f"AND (import_id IS NULL OR import_id <> {self._import_id})"
        for reason, table, column, also in (
                (CONTACTED, "contact", "victim_id", ""), (MERGED, "victim", "merged_into_id", ""),
                (MERGED, "victim_merge", "kept_id", ""), (MERGED, "victim_merge", "merged_id", ""),
                (MOVED, "household_stay", "victim_id", ""), (REPORTED, "fraud_report", "victim_id", others),
                *((WORKED_WITH, noun.__tablename__, "victim_id", "") for noun in ATTACHED
                  if noun.__tablename__ not in _LOOKED_AT)):
            for victim_id, in self._bulk.select(column, table, column, newcomers, also):
                self._why.setdefault(victim_id, reason)
        for reason, table, what in (
                (PHONES, "victim_phone", "phones"), (PROMISED, "follow_up", "follow_ups")):
            entered = self._entered(newcomers, what)
            for victim_id, found in self._bulk.select("victim_id, id", table, "victim_id", newcomers):
                if found not in entered:
                    self._why.setdefault(victim_id, reason)

    def _entered(self, newcomers: Sequence[int], what: str) -> set[int]:
        """The ids of telephones or follow-ups that rows of this import gave these people."""
        # The plus sign keeps SQLite to the index of victims.
        found = self._bulk.select('"before"', "import_row", "victim_id", newcomers,
                                  "AND +import_id = :import_id AND done", import_id=self._import_id)
        return {one for before, in found for one in from_json(before).get(what, ())}
