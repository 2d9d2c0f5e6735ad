"""Checks and commits a list in one pass, for a list that nobody will look at in between."""

from array import array
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.checking import Check
from outreach.casework.imports.committing import CLEAN, entering_of
from outreach.casework.imports.filing import Filing
from outreach.casework.imports.ids import Ids
from outreach.casework.imports.record import ImportRow, State, VictimImport
from outreach.casework.imports.rows import Row
from outreach.casework.imports.steps import Progress, quiet
from outreach.casework.imports.undoing import run_undo, undo_import
from outreach.foundation.db import Database
from outreach.foundation.operation import acting


class CheckAndCommit(Check):
    """The dry run and the commit in one pass, for a list that nobody will look at in between."""

    state = State.COMMITTING
    ends_in = State.COMMITTED

    def _begin(self, session: Session) -> None:
        super()._begin(session)
        self._filing, self._ids = Filing(session, self.found), Ids(self.database)
        self._victims = array("q", [0])     # row number → victim id
        for number, victim_id in session.execute(
                select(ImportRow.number, ImportRow.victim_id).where(ImportRow.import_id == self.import_id)):
            self._remember(number, victim_id)

    def _keep(self, placed: list[Row]) -> None:
        self._clean = [row for row in placed if row.verdict in CLEAN]
        self._entering = entering_of(self.database, self.actor, self.import_id, self._ids, self._clean)
        super()._keep(placed)
        self._filing.gather(placed)
        for row in placed:
            self._remember(row.number, row.victim_id)

    def _settle(self, session: Session, placed: list[Row]) -> None:
        self._entering.enter(session, self._clean, lambda number: self._victims[number])

    def _file(self, bulk: Bulk) -> int:
        return self._filing.file_some(bulk, self.found.position)

    def _end(self) -> None:
        self._filing.file_rest(self.database)
        super()._end()

    def _refuse(self, sentence: str) -> None:
        """A list that turns out to be unreadable half way leaves nothing behind."""
        self._filing.file_rest(self.database)
        with self.database.transaction() as session:
            found = session.get_one(VictimImport, self.import_id)
            with acting(session, self.actor, "import.refused"):
                found.state = State.COMMITTED
            undo_import(session, self.actor, found, here=True)
        run_undo(self.database, self.import_id)
        super()._refuse(sentence)

    def _remember(self, number: int, victim_id: int | None) -> None:
        if number >= len(self._victims):
            self._victims.extend([0] * (number + 1 - len(self._victims)))
        self._victims[number] = victim_id or 0


def check_and_commit(database: Database, import_id: int, uploads: Path, progress: Progress = quiet) -> None:
    """Run dry run and commit of an import in one pass, or what is left of it."""
    CheckAndCommit(database, import_id, uploads, progress).run()
