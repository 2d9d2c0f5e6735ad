"""The database: one question asked the same way of SQLite and of PostgreSQL."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from outreach.foundation import walls
from outreach.foundation.permissions import WORKER, Actor

BUSY_SECONDS = 5.0


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; aware when it goes in and when it comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Pounds(TypeDecorator[Decimal]):
    """Money: Decimal pounds in Python, whole pence in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")
# A word from a fixed list is kept as that word, so that a new one needs no change to the table.
Word = Enum(StrEnum, native_enum=False, length=40, create_constraint=False,
            values_callable=lambda words: [word.value for word in words])


class Base(DeclarativeBase):
    """What every record is built on. Ids are never used again, so that the audit log stays true."""

    metadata = MetaData(naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s"})
    type_annotation_map = {datetime: Instant, Decimal: Pounds, int: Id, StrEnum: Word,
                           dict[str, Any]: Json, list[str]: Json, list[int]: Json, list[Any]: Json}
    __table_args__: Any = {"sqlite_autoincrement": True}


class Database:
    """Two doors to one database: `reading` never waits for a writer, `writing` never loses an update.

    On SQLite a writing session takes the write lock as it begins (BEGIN IMMEDIATE): with the default a
    racing update was lost silently. On PostgreSQL both doors lead to the same pool and rows that are
    read to be changed are locked with SELECT … FOR UPDATE. There, whoever opened the door sees only their
    own rows (`walls`): the worker, the command line and the tests all of them, the web what the page's reader
    may see.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.writer = _sqlite(url, "BEGIN IMMEDIATE") if self.is_sqlite else _postgresql(url, pool_size)
        self.reader = _sqlite(url, "BEGIN") if self.is_sqlite else self.writer
        self._look_as(WORKER)

    def standing_as(self, actor: Actor | None) -> Self:
        """The same database, every session of which begins with this actor's eyes; None: as nobody, until
        `walls.stand_as` says who is there."""
        other = copy.copy(self)
        other._look_as(actor)
        return other

    def _look_as(self, actor: Actor | None) -> None:
        eyes = walls.eyes(actor)
        self.reading = sessionmaker(self.reader, expire_on_commit=False, info=eyes)
        self.writing = sessionmaker(self.writer, expire_on_commit=False, info=eyes)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One writing transaction: returning commits, raising rolls back."""
        with self.writing.begin() as session:
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.writer.dispose()
        self.reader.dispose()


def is_sqlite(session: Session) -> bool:
    """Whether this session talks to SQLite (else PostgreSQL)."""
    return session.get_bind().dialect.name == "sqlite"


def _postgresql(url: str, pool_size: int) -> Engine:
    return create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True,
                         hide_parameters=True)  # an error that is logged names nobody


def _sqlite(url: str, begin: str) -> Engine:
    engine = create_engine(url, hide_parameters=True,
                           connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000",
                       "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_ourselves(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
