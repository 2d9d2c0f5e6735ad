"""Which workers are alive: each holds a lock that the system itself frees when the worker dies."""

import fcntl
import hashlib
import os
import secrets
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.foundation.clock import now
from outreach.foundation.db import Base, Database

SEEN_EVERY = timedelta(seconds=5)
SILENT_AFTER = timedelta(seconds=30)
FORGET_AFTER = timedelta(days=7)


class WorkerLife(Base):
    """One worker process: when it started and when it was last heard of."""

    __tablename__ = "worker_life"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now, index=True)
    ended_at: Mapped[datetime | None]


class Life:
    """This worker's own life: its name, and the lock that proves it lives."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._file: IO[str] | None = None
        self._line: Connection | None = None

    def begin(self) -> None:
        """Take the lock, then say so in the database."""
        self._hold()
        with self.database.transaction() as session:
            session.execute(delete(WorkerLife).where(WorkerLife.seen_at < now() - FORGET_AFTER))
            session.add(WorkerLife(name=self.name))

    def beat(self) -> None:
        """Be heard of; take the lock again where the database was away meanwhile."""
        self._hold()
        with self.database.transaction() as session:
            session.execute(update(WorkerLife).where(WorkerLife.name == self.name).values(seen_at=now()))

    def end(self) -> None:
        """Say goodbye and free the lock."""
        with suppress(SQLAlchemyError), self.database.transaction() as session:
            session.execute(update(WorkerLife).where(WorkerLife.name == self.name).values(ended_at=now()))
        if self._file:
            _path(self.database, self.name).unlink(missing_ok=True)
            self._file.close()
        if self._line is not None:
            self._line.close()

    def _hold(self) -> None:
        if self.database.is_sqlite:
            self._file = self._file or _locked_file(self.database, self.name)
            return
        try:
            if self._line is not None:
                self._line.execute(text("SELECT 1"))
                return
        except SQLAlchemyError:
            self._line.invalidate() if self._line is not None else None
        self._line = self.database.writer.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._line.execute(select(func.pg_advisory_lock(_key(self.name))))


def is_alive(database: Database, name: str) -> bool:
    """Whether the worker of this name still holds its lock."""
    if database.is_sqlite:
        return _file_is_held(_path(database, name))
    with database.transaction() as session:  # a lock we get, and give back at once, has no other holder
        return not session.scalar(select(func.pg_try_advisory_xact_lock_shared(_key(name))))


def last_seen(session: Session) -> datetime | None:
    """When any worker was last heard of."""
    return session.scalar(select(func.max(WorkerLife.seen_at)))


def somebody_works(session: Session) -> bool:
    """Whether a worker was heard of within half a minute and has not said goodbye since."""
    heard = select(WorkerLife.name).where(WorkerLife.seen_at > now() - SILENT_AFTER,
                                          WorkerLife.ended_at.is_(None))
    return session.scalar(heard.limit(1)) is not None


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _path(database: Database, name: str) -> Path:
    folder = Path(database.url.partition(":///")[2]).parent / "workers"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name}.lock"


def _locked_file(database: Database, name: str) -> IO[str]:
    held = open(_path(database, name), "w")  # noqa: SIM115 (kept open: that is the lock)
    fcntl.flock(held, fcntl.LOCK_EX)
    return held


def _file_is_held(path: Path) -> bool:
    try:
        with open(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    path.unlink(missing_ok=True)
    return False
