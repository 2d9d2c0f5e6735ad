"""Ids for new records, taken from the database in blocks, so that little is left to do while others wait."""

from collections import deque
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from outreach.casework.imports.rows import Row
from outreach.casework.imports.steps import AT_ONCE
from outreach.foundation.db import Database, is_sqlite

TABLES = ("victim", "victim_phone", "fraud_report", "household")
_AHEAD = 20         # transactions of a long list for which one block lasts


class Ids:
    """Ids that nobody else will be given, and that are never given again. What is left over is skipped."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._left: dict[str, deque[int]] = {table: deque() for table in TABLES}

    def provide(self, rows: Sequence[Row]) -> None:
        """Have enough ids at hand for these rows; call it before their transaction begins."""
        wanted = dict.fromkeys(TABLES, len(rows))
        wanted["victim_phone"] = sum(len(row.values.get("phones", ())) for row in rows)
        ahead = _AHEAD if len(rows) * 2 > AT_ONCE else 1
        short = {table: number * ahead for table, number in wanted.items() if len(self._left[table]) < number}
        if short:
            with self._database.transaction() as session:
                for table, number in short.items():
                    self._left[table].extend(_reserved(session, table, number))

    def next(self, table: str) -> int:
        """An id for a new row of this table. Raises `IndexError` where none was provided."""
        return self._left[table].popleft()


def _reserved(session: Session, table: str, number: int) -> Sequence[int]:
    bound = {"table": table, "number": number}
    if not is_sqlite(session):
        return session.scalars(text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) "
                                    "FROM generate_series(1, :number)"), bound).all()
    session.execute(text("INSERT INTO sqlite_sequence (name, seq) SELECT :table, 0 WHERE NOT EXISTS "
                         "(SELECT 1 FROM sqlite_sequence WHERE name = :table)"), bound)
    last = session.execute(text("UPDATE sqlite_sequence SET seq = seq + :number WHERE name = :table "
                                "RETURNING seq"), bound).scalar_one()
    return range(last - number + 1, last + 1)
