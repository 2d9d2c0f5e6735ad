"""Commits one transaction of a list while the next one is made ready: it is the disk that is waited for."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Self

from sqlalchemy.orm import Session

from outreach.foundation.db import Database

REST = 0.01     # seconds between transactions, in which whoever waits for the lock can have it


class Aside:
    """Transactions one after another, each committed aside; what a commit raises, the next `wait` raises."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One writing transaction, begun when the one before is committed: raising rolls it back."""
        self.wait()
        time.sleep(REST)
        session = self._database.writing()
        try:
            yield session
            session.flush()
        except BaseException:
            session.close()
            raise
        self._last = self._thread.submit(_commit, session)

    def wait(self) -> None:
        """Until everything is committed."""
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.wait()
        finally:
            self._thread.shutdown()


def _commit(session: Session) -> None:
    with session:
        session.commit()
