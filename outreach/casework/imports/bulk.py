"""Writing many rows of a table at once: a list of hundreds of people must not hold up the office."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from outreach.foundation.db import is_sqlite

# Much-used pages are then written once in a while, not with every transaction.
_ROOM = ("cache_size=-32768", "wal_autocheckpoint=8000")


class Bulk:
    """One transaction's way to the database for rows by the hundred, values as the driver wants them.

    Dates are ISO text, moments come from `moment`, JSON from `as_json`, money is whole pence: both kinds of
    database take these as they are. Whoever writes so writes the audit rows too.
    """

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        self.sqlite = is_sqlite(session)
        self._mark = "?" if self.sqlite else "%s"

    def take_room(self) -> None:
        """Give this connection the memory for long work (32 MiB on SQLite)."""
        for setting in _ROOM if self.sqlite else ():
            self._connection.exec_driver_sql(f"PRAGMA {setting}")

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]],
               more: str = "") -> None:
        """Add rows; `more` ends the statement, such as ON CONFLICT DO NOTHING."""
        if rows:
            marks = ",".join([self._mark] * len(columns))
            names = ",".join(f'"{name}"' for name in columns)
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks}) {more}"  # noqa: S608 (our own names)
            self._connection.exec_driver_sql(statement, list(rows))

    def update(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Set these columns; each row ends with the id of the record it changes."""
        if rows:
            sets = ",".join(f'"{name}"={self._mark}' for name in columns)
            self._connection.exec_driver_sql(f"UPDATE {table} SET {sets} WHERE id={self._mark}",  # noqa: S608
                                             list(rows))

    def delete(self, table: str, column: str, values: Iterable[Any], also: str = "") -> None:
        """Remove every row whose column holds one of these."""
        self._do(f"DELETE FROM {table}", column, values, also)  # noqa: S608 (our own names)

    def change(self, table: str, to: str, column: str, values: Iterable[Any], also: str = "") -> None:
        """Set every row whose column holds one of these to the same."""
        self._do(f"UPDATE {table} SET {to}", column, values, also)  # noqa: S608

    def _do(self, deed: str, column: str, values: Iterable[Any], also: str) -> None:
        if wanted := list(values):
            self._connection.execute(text(f"{deed} WHERE {self.among(column, wanted)} {also}"),
                                     {"among": self.array(wanted)})

    def select(self, columns: str, table: str, column: str, values: Iterable[Any], also: str = "",
               **more: Any) -> list[Any]:
        """Rows of a table (or a join) whose column holds one of these; one bound value however many."""
        if not (wanted := list(values)):
            return []
        question = f"SELECT {columns} FROM {table} WHERE {self.among(column, wanted)} {also}"  # noqa: S608
        return list(self._connection.execute(text(question), {"among": self.array(wanted), **more}))

    def ask(self, question: str, **bound: Any) -> list[Any]:
        """Rows that answer a question in SQL."""
        return list(self._connection.execute(text(question), bound))

    def among(self, column: str, values: Sequence[Any]) -> str:
        """The condition that a column holds one of the values bound as `:among`."""
        if self.sqlite:
            return f"{column} IN (SELECT value FROM json_each(:among))"  # noqa: S608
        kind = "bigint" if isinstance(values[0], int) else "text"
        return f"{column} = ANY(CAST(:among AS {kind}[]))"

    def array(self, values: Sequence[Any]) -> Any:
        """Many values as the one that `among` binds."""
        return json.dumps(values) if self.sqlite else list(values)


def moment(sqlite: bool, instant: datetime) -> str:
    """A moment as this kind of database keeps it."""
    shown = instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return shown if sqlite else shown + "+00"


as_json = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode     # text for a column of JSON


def from_json(value: Any) -> Any:
    """What a column of JSON gave: SQLite gives text, PostgreSQL what it means."""
    return json.loads(value) if isinstance(value, str) else value


def record(bulk: Bulk, columns: Sequence[str], found: Any) -> dict[str, Any]:
    """A row as it can be written back, by column; SQLite gives every value so already."""
    values = found if bulk.sqlite else map(plain, found)
    return dict(zip(columns, values, strict=True))


def plain(value: Any) -> Any:
    """A value read from a column as it can be written back, and kept in JSON meanwhile."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value)
    return as_json(value) if isinstance(value, list | dict) else value
