"""Undoes a whole import: everything is as it was before, except the people whose record was changed since."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework import need, search
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.imports import by_household, counting, filing, rows, steps
from outreach.casework.imports.bulk import Bulk, moment
from outreach.casework.imports.changes import Changes
from outreach.casework.imports.committing import to_enter
from outreach.casework.imports.entering import entry_of, keys_of
from outreach.casework.imports.record import ImportRow, State, VictimImport
from outreach.casework.imports.rows import Row
from outreach.casework.imports.standing import Standing
from outreach.casework.imports.steps import Overtaken, Progress, advance, quiet, require
from outreach.casework.imports.trail import Trail
from outreach.casework.victims import Victim
from outreach.foundation.audit import Action
from outreach.foundation.clock import now
from outreach.foundation.db import Database
from outreach.foundation.operation import acting, operation
from outreach.foundation.permissions import Actor, May

AT_ONCE = 400       # rows to a transaction: taking back costs more than entering


@operation("import.undo_ordered", needs=May.IMPORT)
def undo_import(session: Session, actor: Actor, found: VictimImport, *, here: bool = False) -> None:
    """Order a committed import to be taken back, by the worker or at once (`here`). Raises `NotNow`."""
    require(found, State.COMMITTED, words="Only a list that is committed can be undone")
    last = session.scalar(select(func.max(ImportRow.number)).where(ImportRow.import_id == found.id)) or 0
    steps.order(session, actor, found, State.UNDOING, "undo", last, here=here)
    found.position = last + 1       # goes down: the last row is taken back first


@operation("import.redo_ordered", needs=May.IMPORT)
def redo_import(session: Session, actor: Actor, found: VictimImport) -> None:
    """Order an import that was undone to be entered again. Raises `NotNow`."""
    require(found, State.UNDONE, words="Only a list that was undone can be brought back")
    steps.order(session, actor, found, State.COMMITTING, "commit", to_enter(session, found.id))


def run_undo(database: Database, import_id: int, progress: Progress = quiet) -> None:
    """Take back what the import entered, last row first, or what is left of it."""
    with database.transaction() as session:
        found = session.get_one(VictimImport, import_id)
        if found.state is not State.UNDOING:
            return
        actor = steps.who_ordered(session, found)
    try:
        while _undo_some(database, found, actor):
            progress(found.total - found.position, found.total)
    except Overtaken:
        return
    with database.transaction() as session, acting(session, actor, "import.undone"):
        found = session.get_one(VictimImport, import_id)
        found.state, found.undone_at = State.UNDONE, now()
        found.counts = counting.count(session, import_id)


def _undo_some(database: Database, found: VictimImport, actor: Actor) -> int:
    with database.transaction() as session:
        bulk = Bulk(session)
        some = rows.read_to_undo(bulk, "r.import_id = :import_id AND r.number < :before AND r.done "
                                 "ORDER BY r.number DESC LIMIT :most",
                                 import_id=found.id, before=found.position, most=AT_ONCE)
        if some:
            advance(session, found, some[-1].number)
            Undoing(session, actor, found.id, now()).undo(some)
            rows.note_undone(bulk, some)
        return len(some)


class Undoing:
    """One transaction's share: rows in descending order, each put back as it says it was before."""

    def __init__(self, session: Session, actor: Actor, import_id: int, at: datetime) -> None:
        self._session, self._bulk, self._import_id = session, Bulk(session), import_id
        self._trail = Trail(actor, import_id, "import.undone", moment(self._bulk.sqlite, at))
        self._changes = Changes(self._bulk, import_id)
        self._gone: list[int] = []                  # victims this import brought in
        self._restored: dict[int, Standing] = {}    # victims it only added to
        self._homes: set[int] = set()               # households somebody was taken out of

    def undo(self, some: Sequence[Row]) -> None:
        """Take these rows back, or mark why one is left standing (`before["kept"]`)."""
        self._changes.look_at(some)
        undone = [row for row in some if self._may_be_undone(row)]
        for row in undone:
            self._undo_row(row)
        self._write(undone)
        for row in undone:
            row.victim_id = row.report_id = None
            row.done, row.before = False, {}

    def _may_be_undone(self, row: Row) -> bool:
        if reason := self._changes.since(row):
            row.before["kept"] = reason
            return False
        person = self._changes.people[row.victim_id or 0]
        self._homes |= {person.facts["household_id"]} - {None}
        person.facts.update(row.before.get("victim", {}))
        return True

    def _undo_row(self, row: Row) -> None:
        person = self._changes.people[row.victim_id or 0]
        if row.report_id:
            self._trail.add(Action.ERASURE, "fraud_report", row.report_id, row.number)
        for follow_up_id in row.before.get("follow_ups", ()):
            self._trail.add(Action.ERASURE, "follow_up", follow_up_id, row.number)
        if row.verdict.value == "new":
            self._gone.append(person.id)
            self._restored.pop(person.id, None)
            self._trail.add(Action.ERASURE, "victim", person.id, row.number)
            return
        self._restored[person.id] = person
        person.phones = [number for number in person.phones if number not in self._numbers(row)]
        if "victim" in row.before:
            self._trail.add(Action.ALTERATION, "victim", person.id, row.number,
                            fields=sorted(row.before["victim"]))

    def _numbers(self, row: Row) -> set[str]:
        known = self._changes.numbers
        return {known[phone] for phone in row.before.get("phones", ()) if phone in known}

    def _write(self, undone: Sequence[Row]) -> None:
        bulk = self._bulk
        self._take_back_follow_ups([one for row in undone for one in row.before.get("follow_ups", ())])
        bulk.delete("fraud_report", "id", [row.report_id for row in undone if row.report_id])
        bulk.delete("victim_phone", "id", [phone for row in undone for phone in row.before.get("phones", ())])
        search.forget(self._session, self._gone)
        bulk.delete("match_key", "victim_id", self._gone)
        bulk.delete("victim", "id", self._gone)
        self._put_back()
        bulk.delete("household", "id",
                    [row.before["household"] for row in undone if "household" in row.before],
                    "AND NOT EXISTS (SELECT 1 FROM victim v WHERE v.household_id = household.id) "
                    "AND NOT EXISTS (SELECT 1 FROM household_stay s WHERE s.household_id = household.id)")
        self._trail.write(bulk)
        self._reckon_again()

    def _reckon_again(self) -> None:
        """A report that came by another way meanwhile, such as a bank's call, counts for whoever stays."""
        since = (select(FraudReport.victim_id)
                 .join(VictimImport, VictimImport.id == self._import_id)
                 .where(FraudReport.victim_id.in_(self._restored),
                        FraudReport.created_at > VictimImport.uploaded_at))
        need.refresh(self._session, self._session.scalars(
            select(Victim).where(Victim.id.in_(since)).order_by(Victim.id)).all())
        by_household.reckon_homes(self._session, self._homes)

    def _put_back(self) -> None:
        bulk, restored = self._bulk, list(self._restored.values())
        for person in restored:
            columns = tuple(name for name in person.facts if name != "id")
            bulk.update("victim", columns, [(*[person.facts[name] for name in columns], person.id)])
        bulk.delete("match_key", "victim_id", [person.id for person in restored])
        filing.file(bulk, [(key, person.id) for person in restored for key in keys_of(person)])
        search.index(self._session, [entry_of(person) for person in restored])

    def _take_back_follow_ups(self, ids: Sequence[int]) -> None:
        """The follow-ups and what was promised for them; a promise once tried stays, as cancelled."""
        self._bulk.delete("outbox", "subject_id", ids, "AND subject_type = 'follow_up' AND state = 'ready' "
                          "AND NOT EXISTS (SELECT 1 FROM outbox_attempt a WHERE a.outbox_id = outbox.id)")
        self._bulk.change("outbox", "state = 'cancelled'", "subject_id", ids,
                          "AND subject_type = 'follow_up' AND state IN ('ready', 'claimed', 'retry')")
        self._bulk.delete("follow_up", "id", ids)
