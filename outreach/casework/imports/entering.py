"""Enters the clean rows of a list: people, telephones, households, reports and first follow-ups."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework import search
from outreach.casework.fraud_reports import FraudReport, Source
from outreach.casework.imports import filing, first_follow_ups, standing
from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.ids import Ids
from outreach.casework.imports.record import Verdict
from outreach.casework.imports.rows import Row, person_with
from outreach.casework.imports.standing import COLUMNS, FOUND_BY, MATCHED_BY, Standing
from outreach.casework.imports.trail import Trail
from outreach.casework.matching import blocking_keys, household_key
from outreach.foundation.audit import Action
from outreach.foundation.permissions import Actor

_REPORT_COLUMNS = tuple(column.name for column in FraudReport.__table__.columns)
_REPORT_FIELDS = ("national_reference", "force_occurrence", "reported_on", "nfib_code", "fraud_type", "lost",
                  "summary")
OPERATION = "import.committed"


class Entering:
    """One transaction's share of a list: at most 500 rows, written table by table.

    `Filing` files the new people. In the audit log somebody new has one row, with the ids of the report and
    the telephones collected with them; a report for somebody known has its own, and so has what was added to
    their record.
    """

    def __init__(self, actor: Actor, import_id: int, ids: Ids, at: str) -> None:
        """`at` is the moment as `bulk.moment` gives it."""
        self._actor, self._import_id, self._ids, self._moment = actor, import_id, ids, at
        self._people: dict[int, Standing] = {}
        self._reports: list[tuple[Any, ...]] = []
        self._phones: list[tuple[int, int, str, str]] = []
        self._keys: set[tuple[int, int]] = set()
        self._trail = Trail(actor, import_id, OPERATION, at)
        self._here: dict[int, int] = {}     # row number → the new person's id

    def prepare(self, rows: Sequence[Row]) -> None:
        """Make the new people's records ready, before the transaction begins: nobody waits for that."""
        for row in rows:
            if row.verdict is Verdict.NEW:
                row.victim_id = self._here[row.number] = self._ids.next("victim")
                self._people[row.victim_id] = standing.new(
                    row.victim_id, row.values, import_id=self._import_id, created_at=self._moment,
                    changed_at=self._moment)
                self._enter_row(row)

    def enter(self, session: Session, rows: Sequence[Row], victim_of_row: Callable[[int], int]) -> None:
        """Enter these rows, in order, and write on each where it ended up; `prepare` has seen them before.

        Rows that join one that has not ended up anywhere yet go on waiting. `victim_of_row`: number of an
        earlier row → victim id, or 0."""
        self._bulk = Bulk(session)
        ready = self._find_people(rows, victim_of_row)
        for row in ready:
            if row.verdict is Verdict.UPDATE:
                self._enter_row(row)
        self._find_households(ready)
        self._write(session)
        people = [(row, self._people[row.victim_id or 0]) for row in ready]
        first_follow_ups.plan(session, self._actor, people)

    # whom the rows are about

    def _find_people(self, rows: Sequence[Row], victim_of_row: Callable[[int], int]) -> list[Row]:
        """Give every row about somebody known their victim's id. Leaves out those that must wait."""
        for row in rows:
            if row.verdict is Verdict.UPDATE:
                root = row.joins_row
                joined = root and (self._here.get(root) or victim_of_row(root))
                row.victim_id = row.joins_victim_id or joined or None
        self._read_records({row.victim_id for row in rows if row.victim_id} - self._people.keys())
        for row in rows:
            self._follow_merger(row)
        return [row for row in rows if row.victim_id]

    def _follow_merger(self, row: Row) -> None:
        """Somebody merged away since is the record that lives on; one who is gone is asked about."""
        while row.victim_id and (found := self._people.get(row.victim_id)) and found.facts["merged_into_id"]:
            row.victim_id = found.facts["merged_into_id"]
            self._read_records({row.victim_id} - self._people.keys())
        if row.victim_id and row.victim_id not in self._people:
            row.verdict, row.victim_id, row.joins_victim_id = Verdict.REVIEW, None, None

    def _read_records(self, ids: Iterable[int]) -> None:
        wanted = sorted(ids)
        names = ", ".join(COLUMNS)
        for found in self._bulk.select(names, "victim", "id", wanted,
                                       "" if self._bulk.sqlite else "FOR UPDATE"):
            self._people[found.id] = standing.of_record(self._bulk, found)
        for victim_id, number in self._bulk.select("victim_id, number", "victim_phone", "victim_id", wanted):
            self._people[victim_id].phones.append(number)
        for victim_id, reference, on, lost, known in self._bulk.select(
                "victim_id, national_reference, reported_on, lost, suspect_known", "fraud_report",
                "victim_id", wanted):
            self._add_up(self._people[victim_id], reference, on and str(on), lost or 0, bool(known))
        for victim_id, in self._bulk.select("victim_id", "follow_up", "victim_id", wanted,
                                            "AND status IN ('planned', 'due')"):
            self._people[victim_id].has_follow_up = True

    @staticmethod
    def _add_up(person: Standing, reference: str, on: str | None, lost: int, suspect_known: bool) -> None:
        person.reports.append(on)
        person.lost += lost
        person.suspect_known |= suspect_known
        if reference:
            person.references.add(reference)

    # one row

    def _enter_row(self, row: Row) -> None:
        person = self._people[row.victim_id or 0]
        is_new, row.before = row.verdict is Verdict.NEW, {}
        before = {name: person.facts[name] for name in ("changed_at", "version")}
        filled = {} if is_new else person.fill_in(row.values)
        if not is_new and (differs := person.differs(row.values)):
            row.before["differs"] = differs
        phones = self._enter_phones(row, person)
        row.report_id = self._enter_report(row, person)
        needed = person.reckon()
        if not is_new and (phones or not MATCHED_BY.isdisjoint(filled)):
            self._keys |= {(key, person.id) for key in keys_of(person)}
        if is_new:
            self._trail.add(Action.COLLECTION, "victim", person.id, row.number, phones=phones,
                            fraud_report=row.report_id)
        elif filled or phones:
            self._trail.add(Action.ALTERATION, "victim", person.id, row.number, fields=sorted(filled),
                            phones=phones)
        if not is_new and (filled or needed):
            person.put({"version": person.facts["version"] + 1, "changed_at": self._moment})
            row.before["victim"] = before | filled | needed
        row.before |= {"phones": phones} if phones else {}
        row.before["version"] = person.facts["version"]
        row.done = True

    def _enter_phones(self, row: Row, person: Standing) -> list[int]:
        added = []
        for phone in row.values.get("phones", ()):
            if phone["number"] not in person.phones:
                person.phones.append(phone["number"])
                added.append(self._ids.next("victim_phone"))
                self._phones.append((added[-1], person.id, phone["number"], phone["note"]))
        return added

    def _enter_report(self, row: Row, person: Standing) -> int | None:
        """The row's report, unless this very one stands on the record."""
        values = row.values
        reference = values.get("national_reference", "")
        if reference in person.references or not any(name in values for name in _REPORT_FIELDS):
            return None
        report_id = self._ids.next("fraud_report")
        lost = values.get("lost")
        facts = _blank_report() | {name: values[name] for name in _REPORT_FIELDS if name in values} | {
            "id": report_id, "victim_id": person.id, "import_id": self._import_id, "created_at": self._moment}
        self._reports.append(tuple(facts[name] for name in _REPORT_COLUMNS))
        self._add_up(person, reference, values.get("reported_on"), lost or 0, False)
        if row.verdict is Verdict.UPDATE:
            self._trail.add(Action.COLLECTION, "fraud_report", report_id, row.number, victim=person.id)
        return report_id

    # households

    def _find_households(self, rows: Sequence[Row]) -> None:
        """Propose everybody with an address for the household at it; one that is new belongs to the row."""
        homeless = {row.victim_id: row for row in reversed(rows) if self._needs_household(row)}
        keys = {victim_id: _household_key(self._people[victim_id or 0].facts) for victim_id in homeless}
        wanted = sorted({key for key in keys.values() if key})
        known = {key: household_id for household_id, key in
                 self._bulk.select("id, address_key", "household", "address_key", wanted)}
        ids = {key: self._ids.next("household") for key in wanted if key not in known}
        for victim_id, row in homeless.items():
            if key := keys[victim_id]:
                self._move_in(row, ids.get(key) or known[key], isnew=key in ids)
        self._bulk.insert("household", ("id", "address_key", "created_at"),
                          [(household_id, key, self._moment) for key, household_id in ids.items()])

    def _needs_household(self, row: Row) -> bool:
        person = self._people[row.victim_id or 0]
        return person.facts["household_id"] is None and (person.is_new or "postcode" in person.changed)

    def _move_in(self, row: Row, household_id: int, *, isnew: bool) -> None:
        person = self._people[row.victim_id or 0]
        if row.verdict is Verdict.UPDATE and "victim" in row.before:
            row.before["victim"]["household_id"] = None
        person.facts["household_id"] = household_id
        person.changed.add("household_id")
        if isnew:
            row.before["household"] = household_id
            self._trail.add(Action.COLLECTION, "household", household_id, row.number)

    # to the database

    def _write(self, session: Session) -> None:
        new = [person for person in self._people.values() if person.is_new]
        altered = [person for person in self._people.values() if person.changed and not person.is_new]
        bulk = self._bulk
        bulk.insert("victim", COLUMNS, [tuple([person.facts[name] for name in COLUMNS]) for person in new])
        self._write_changes(altered)
        bulk.insert("victim_phone", ("id", "victim_id", "number", "note"), self._phones)
        bulk.insert("fraud_report", _REPORT_COLUMNS, self._reports)
        filing.file(bulk, sorted(self._keys))
        self._trail.write(bulk)
        search.index(session, [entry_of(person) for person in new], new=True)
        phoned = {victim_id for _, victim_id, _, _ in self._phones}
        search.index(session, [entry_of(person) for person in altered
                               if person.id in phoned or not FOUND_BY.isdisjoint(person.changed)])

    def _write_changes(self, altered: Sequence[Standing]) -> None:
        """Only the columns that changed: an index over another column is then left alone."""
        alike: dict[tuple[str, ...], list[Standing]] = {}
        for person in altered:
            alike.setdefault(tuple(sorted(person.changed)), []).append(person)
        for names, people in alike.items():
            self._bulk.update("victim", names, [(*[person.facts[name] for name in names], person.id)
                                                for person in people])


def _blank_report() -> dict[str, Any]:
    return {"source": Source.VICTIM_LIST.value, "national_reference": "", "force_occurrence": "",
            "reported_on": None, "nfib_code": "", "fraud_type": "", "first_contact": None, "lost": None,
            "recovered": None, "payment": None,
            "suspect_known": False, "under_investigation": False, "summary": "", "version": 1}


def keys_of(person: Standing) -> Sequence[int]:
    return blocking_keys(person_with(person.id, person.facts, person.phones))


def _household_key(facts: Mapping[str, Any]) -> str:
    return household_key(facts["address_line_1"], facts["address_line_2"], facts["town"], facts["postcode"])


def entry_of(person: Standing) -> search.Entry:
    facts = person.facts
    born = facts["born_on"]
    return search.Entry(person.id, facts["first_name"], facts["last_name"], facts["named_business_contact"],
                        facts["town"], facts["postcode"], date.fromisoformat(born) if born else None,
                        tuple(person.phones))
