"""Whose turn it is to write: whoever holds a lock must always find a thread to finish in.

A request runs in several steps, each in a thread of the pool, and keeps its locks between them. When every
thread waited for a lock (the file's on SQLite, a form sent five times on PostgreSQL), whoever held it could
not go on and give it back: nobody was served any more. So those who may come to wait in a thread wait here
first, where it costs none, and together are fewer than the threads.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

import anyio

THREADS = 4             # measured: with AnyIO's default of 40 they fight over the interpreter lock
SLOW = 2                # at work before they write: a password to check, a file to read
WRITERS = THREADS - SLOW
WRITERS_SQLITE = 1      # a file has one writer


class Turns:
    """The turns of one process."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self._writers = WRITERS_SQLITE if is_sqlite else WRITERS
        # One pair for each loop: a process has one, the tests have one for each request.
        self._of: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[anyio.CapacityLimiter, ...]] = (
            WeakKeyDictionary())

    @asynccontextmanager
    async def one(self, *, slow: bool = False) -> AsyncIterator[None]:
        """Wait for one's turn, without a thread, and keep it until all is written."""
        loop = asyncio.get_running_loop()
        pair = self._of.setdefault(loop, (anyio.CapacityLimiter(self._writers), anyio.CapacityLimiter(SLOW)))
        limiter, me = pair[slow], object()
        await limiter.acquire_on_behalf_of(me)
        try:
            yield
        finally:
            limiter.release_on_behalf_of(me)
