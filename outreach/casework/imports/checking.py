"""The dry run: reads a victim list and says, row by row, what would happen. No victim's record is touched."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.imports import counting, rows, steps
from outreach.casework.imports.aside import Aside
from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.placing_apart import placed_rows
from outreach.casework.imports.reading import UnreadableList
from outreach.casework.imports.record import State, VictimImport
from outreach.casework.imports.rows import Row
from outreach.casework.imports.steps import Overtaken, Progress, advance, quiet
from outreach.casework.victims import Victim
from outreach.foundation.clock import now
from outreach.foundation.db import Database
from outreach.foundation.operation import acting


class Check:
    """One dry run. What follows a row's placing is `_settle`; here, the row is kept with its verdict."""

    state = State.CHECKING
    ends_in = State.CHECKED

    def __init__(self, database: Database, import_id: int, uploads: Path, progress: Progress = quiet) -> None:
        self.database, self.import_id, self.uploads, self.progress = database, import_id, uploads, progress

    def run(self) -> None:
        """Do the step, or what is left of it. A list that turns out to be unreadable is refused."""
        with self.database.transaction() as session:
            self.found = session.get_one(VictimImport, self.import_id)
            if self.found.state is not self.state:
                return
            self._begin(session)
        try:
            self._read()
        except UnreadableList as refusal:
            self._refuse(str(refusal))
        except Overtaken:
            return
        else:
            self._end()

    def _begin(self, session: Session) -> None:
        self.actor = steps.who_ordered(session, self.found)
        if self.found.position == 0:
            with acting(session, self.actor, "import.begun"):
                self.found.known_up_to = session.scalar(select(func.max(Victim.id))) or 0

    def _read(self) -> None:
        with Aside(self.database) as self._aside, closing(self.placed()) as chunks:
            for placed in chunks:
                self._keep([row for row in placed if row.number > self.found.position])
                self.progress(self.found.position, max(self.found.total, self.found.position))

    def placed(self) -> Generator[list[Row]]:
        """The rows of the list with their verdicts, some hundreds at a time."""
        return placed_rows(self.database, self.found, self.uploads)

    def _keep(self, placed: list[Row]) -> None:
        if not placed:      # done before this step was stopped
            return
        with self._aside.transaction() as session:
            bulk = Bulk(session)
            advance(session, self.found, placed[-1].number, self._file(bulk))
            self._settle(session, placed)
            rows.keep(bulk, self.import_id, placed)

    def _settle(self, session: Session, placed: list[Row]) -> None:
        """What happens to rows in the transaction that keeps them."""

    def _file(self, bulk: Bulk) -> int:
        """File people brought in by earlier transactions; gives the row up to which all of them are filed."""
        return 0

    def _end(self) -> None:
        with self.database.transaction() as session, acting(session, self.actor, "import.checked"):
            found = session.get_one(VictimImport, self.import_id)
            found.state, found.total = self.ends_in, self.found.position
            found.counts = counting.count(session, self.import_id)
            if self.ends_in is State.COMMITTED:
                found.committed_at = now()

    def _refuse(self, sentence: str) -> None:
        with self.database.transaction() as session, acting(session, self.actor, "import.refused"):
            found = session.get_one(VictimImport, self.import_id)
            found.state, found.refusal = State.REFUSED, sentence
            Bulk(session).delete("import_row", "import_id", [self.import_id])


def check(database: Database, import_id: int, uploads: Path, progress: Progress = quiet) -> None:
    """Run the dry run of an import, or what is left of it."""
    Check(database, import_id, uploads, progress).run()
