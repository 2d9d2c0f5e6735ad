"""Files new people under their blocking keys, in the order of the keys and a little with every transaction.

Written person by person, the keys of 500 people touch thousands of pages of the index; gathered from some
ten thousand people and sorted, a twentieth of them touches a few hundred. Until then these people are met
only by the rows of their own list. `VictimImport.filed_up_to` says up to which row all keys are filed, so
that a step that was stopped files the rest.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from outreach.casework.imports import rows
from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.record import Verdict, VictimImport
from outreach.casework.imports.rows import Row, person_in
from outreach.casework.matching import blocking_keys
from outreach.foundation.db import Database

GATHERED = 20       # transactions' worth of people sorted together
AT_ONCE = 4000      # keys to a transaction at the end
Key = tuple[int, int]       # blocking key, victim's id


class Filing:
    """The keys of one import that are not in the database yet."""

    def __init__(self, session: Session, found: VictimImport) -> None:
        self._gathering: list[Key] = []
        self._shares: list[Sequence[Key]] = []      # of the people gathered before, in the order of the keys
        self._turns = 0
        self._filed_up_to = found.filed_up_to
        self._shares_up_to = found.filed_up_to      # the last row whose keys are in the shares
        if found.position > found.filed_up_to:
            self.gather(rows.read(Bulk(session), "r.import_id = :import_id AND r.number > :filed AND r.done "
                                  "AND r.verdict = 'new'", import_id=found.id, filed=found.filed_up_to))

    def gather(self, entered: Iterable[Row]) -> None:
        """Keep the keys of these new people, to be filed with the transactions that follow."""
        for row in entered:
            if row.verdict is Verdict.NEW and row.victim_id:
                self._gathering += [(key, row.victim_id) for key in row.keys or blocking_keys(person_in(row))]

    def file_some(self, bulk: Bulk, number: int) -> int:
        """File a share of what was gathered, in the transaction that begins after row `number`.

        Gives the row up to which everybody is filed."""
        self._turns += 1
        if self._shares:
            file(bulk, self._shares.pop())
        if not self._shares:
            self._filed_up_to = self._shares_up_to
            if self._turns >= GATHERED:
                self._sort(number)
        return self._filed_up_to

    def file_rest(self, database: Database) -> None:
        """File all that is left, some thousand keys to a transaction."""
        left = sorted([*(key for share in self._shares for key in share), *self._gathering])
        for start in range(0, len(left), AT_ONCE):
            with database.transaction() as session:
                file(Bulk(session), left[start:start + AT_ONCE])

    def _sort(self, number: int) -> None:
        keys = sorted(self._gathering, reverse=True)
        size = len(keys) // GATHERED + 1
        self._shares = [keys[start:start + size][::-1] for start in range(0, len(keys), size)]
        self._gathering, self._turns, self._shares_up_to = [], 0, number


def file(bulk: Bulk, keys: Sequence[Key]) -> None:
    """Put keys in the index; those that are there already stay."""
    bulk.insert("match_key", ("key", "victim_id"), keys, "ON CONFLICT DO NOTHING")
