"""The worker: keeps what the system promised, rung through arq, and by its own watch when nobody rings.

arq is the doorbell, the database is the ledger: a bell that is lost delays a promise by seconds and loses
nothing. This is the only file that knows arq.
"""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, func
from redis.exceptions import RedisError

import outreach.casework.calls
import outreach.casework.follow_ups
import outreach.casework.imports.jobs
import outreach.casework.visits.concerns
import outreach.casework.visits.deaths
import outreach.casework.visits.escalation
import outreach.casework.visits.handing_back
import outreach.casework.visits.returning
import outreach.foundation.volunteers.clearing
import outreach.records  # noqa: F401  (every table, and with it every kind of promise)
from app import embedded_redis
from app.settings import settings
from outreach.foundation import outbox
from outreach.foundation.db import Database
from outreach.foundation.outbox import Lane, lives, timetable

QUEUE = "outreach:promises"
IDS_A_RING = 500         # one arq job for many rows
WATCH = 2.0              # seconds between looks at the ledger when nobody rings
BEAT = 5.0               # seconds between signs of life; the timetable is looked at as often
FINISH_WITHIN = 30.0     # what is in hand may be finished when we are told to stop
RETURN_AFTER = (1.0, 2.0, 5.0, 10.0)  # seconds before asking again for a queue that is away
AWAY = (RedisError, OSError, asyncio.TimeoutError)
log = logging.getLogger("outreach.worker")


def run(processes: int = 1) -> None:
    """Work until told to stop (SIGTERM or Ctrl-C). Several processes share the work; one that falls is
    started again."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("outreach").setLevel(logging.INFO)
    if processes > 1:
        _keep_running(processes)
    else:
        asyncio.run(Hands(Database(settings().database_url)).work())


def run_once(database: Database) -> int:
    """Do all that is due, then return how many promises were taken up. Needs no queue."""
    hands = Hands(database)
    hands.life.begin()
    try:
        taken = 0
        while found := hands.once():
            taken += found
        return taken
    finally:
        hands.life.end()


def ring(ids: Sequence[int]) -> None:
    """Tell the workers which promises are new; called after a commit, returns at once and never raises."""
    if ids:
        _bell.ring(list(ids))


class Hands:
    """One worker process: a watch over each lane, a heartbeat, and an ear for the bell."""

    def __init__(self, database: Database) -> None:
        found = settings()
        self.database = database
        self.life = lives.Life(database)
        means = outbox.means(found.data, found.desk_url, found.smtp_url, found.public_url)
        self.engine = outbox.Engine(database, means, self.life.name)
        self._turns = {lane: asyncio.Lock() for lane in Lane}
        self._bells = {lane: asyncio.Event() for lane in Lane}
        self._told_to_stop = asyncio.Event()

    def once(self) -> int:
        """One round of everything; gives how many promises were taken up."""
        self._look_round()
        return sum(self.engine.work(lane) for lane in Lane)

    async def work(self) -> None:
        """Until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        await self._begin()
        listening = asyncio.create_task(self._listen())
        watching = [asyncio.create_task(self._watch(lane)) for lane in Lane]
        beating = asyncio.create_task(self._beat())
        await self._told_to_stop.wait()
        _, unfinished = await asyncio.wait([*watching, beating], timeout=FINISH_WITHIN)
        if unfinished:
            # Long work goes on from its saved place in another worker. Our lock must not be free while a
            # thread of ours still works, so we end as a killed worker does.
            log.info("the worker %s leaves long work unfinished", self.life.name)
            os._exit(0)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await asyncio.to_thread(self.life.end)
        log.info("the worker %s has stopped", self.life.name)

    async def do(self, ids: Sequence[int]) -> None:
        """Somebody rang about these promises: do the short ones now, and wake the watch for long work."""
        self._bells[Lane.LONG].set()
        for lane in (Lane.ROWS, Lane.POST):
            # When the queue goes away arq cancels its jobs; a thread at work keeps its turn to its end.
            await asyncio.shield(asyncio.ensure_future(self._work(lane, ids)))

    def _stop(self) -> None:
        self.engine.stopping = True
        self._told_to_stop.set()
        for bell in self._bells.values():
            bell.set()

    async def _begin(self) -> None:
        """Start even where the database comes up after us."""
        while not self._told_to_stop.is_set():
            try:
                await asyncio.to_thread(self.life.begin)
                log.info("the worker %s has begun", self.life.name)
                return
            except Exception as away:
                log.warning("the database cannot be used yet (%s)", type(away).__name__)
                await self._pause(WATCH)

    async def _watch(self, lane: Lane) -> None:
        while not self._told_to_stop.is_set():
            self._bells[lane].clear()
            await self._work(lane)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._bells[lane].wait(), WATCH)

    async def _work(self, lane: Lane, ids: Sequence[int] | None = None) -> None:
        async with self._turns[lane]:
            try:
                await asyncio.to_thread(self.engine.work, lane, ids)
            except Exception as error:
                log.warning("%s lane: %s; looking again soon", lane, type(error).__name__)

    async def _beat(self) -> None:
        while not self._told_to_stop.is_set():
            try:
                await asyncio.to_thread(self.life.beat)
                if await asyncio.to_thread(self._look_round):
                    for bell in self._bells.values():
                        bell.set()
            except Exception as error:
                log.warning("heartbeat: %s; trying again soon", type(error).__name__)
            await self._pause(BEAT)

    def _look_round(self) -> bool:
        """Hold on to what is in hand, take over from the dead, and look at the timetable."""
        self.engine.renew()
        back = self.engine.give_back()
        if back:
            log.info("%d promises taken over from a worker that is gone", back)
        return bool(back + len(timetable.keep_time(self.database)))

    async def _listen(self) -> None:
        """Hear the bell whenever the queue is there; without it the watches go on alone."""
        misses = 0
        while True:
            ear: Worker | None = None
            began = time.monotonic()
            try:
                ear = _ear(await asyncio.to_thread(_redis), self)
                await ear.async_run()
            except (*AWAY, embedded_redis.NoServer) as away:
                misses = 0 if time.monotonic() - began > BEAT * 6 else misses
                if not misses:
                    log.warning("the queue is away (%s); the ledger is watched on", type(away).__name__)
            finally:
                await _shut(ear)
            await self._pause(RETURN_AFTER[min(misses, len(RETURN_AFTER) - 1)])
            misses += 1

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told_to_stop.wait(), seconds)


async def keep_promises(ctx: dict[str, Any], ids: list[int]) -> None:
    """The one arq job: ids only, JSON only. A failure is a row in the ledger, never an exception here."""
    hands: Hands = ctx["hands"]
    await hands.do(ids)


class Bell:
    """Rings from a thread of its own, so that no page waits for the queue; what cannot be rung is left to
    the workers' watch."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: asyncio.Queue[list[int]] = asyncio.Queue()
        self._pool: ArqRedis | None = None

    def ring(self, ids: list[int]) -> None:
        """Hand the ids over and return."""
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True,
                                 name="bell").start()
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, ids)

    async def _serve(self) -> None:
        while True:
            ids = await self._waiting.get()
            while not self._waiting.empty():
                ids += self._waiting.get_nowait()
            try:
                await asyncio.wait_for(self._push(ids), 10)
            except (*AWAY, embedded_redis.NoServer) as away:
                self._pool = None
                log.warning("could not ring for %d promises (%s); the worker finds them itself", len(ids),
                            type(away).__name__)

    async def _push(self, ids: list[int]) -> None:
        if self._pool is None:
            self._pool = await create_pool(_patient(_redis(), retries=0), default_queue_name=QUEUE,
                                           job_serializer=_pack, job_deserializer=json.loads)
        for start in range(0, len(ids), IDS_A_RING):
            some = ids[start:start + IDS_A_RING]
            await self._pool.enqueue_job(keep_promises.__name__, some,
                                         _job_id=f"promises-{some[0]}-{some[-1]}-{len(some)}")


_bell = Bell()


def _ear(url: str, hands: Hands) -> Worker:
    # One try and no results kept: what became of a promise stands in the ledger.
    return Worker(
        functions=[func(keep_promises, name=keep_promises.__name__, timeout=3600, max_tries=1)],
        queue_name=QUEUE, redis_settings=_patient(url, retries=2), ctx={"hands": hands}, handle_signals=False,
        max_jobs=20, poll_delay=0.1, max_tries=1, keep_result=0, retry_jobs=False, log_results=False,
        job_completion_wait=int(FINISH_WITHIN), job_serializer=_pack, job_deserializer=json.loads)


async def _shut(ear: Worker | None) -> None:
    """Leave the queue, also one that has gone."""
    if ear is not None:
        with suppress(*AWAY, asyncio.CancelledError):
            await ear.close()


def _pack(job: dict[str, Any]) -> bytes:
    return json.dumps(job).encode()


def _patient(url: str, retries: int) -> RedisSettings:
    found = RedisSettings.from_dsn(url)
    found.conn_retries = retries
    return found


def _redis() -> str:
    return embedded_redis.redis_url(settings())


def _keep_running(processes: int) -> None:
    """Several workers, each a process of its own."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    command = [sys.executable, "-m", "app.worker"]
    workers = [subprocess.Popen(command) for _ in range(processes)]
    while not stopping.wait(1):
        workers = [worker if worker.poll() is None else subprocess.Popen(command) for worker in workers]
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        with suppress(subprocess.TimeoutExpired):
            worker.wait(FINISH_WITHIN + 5)
        worker.kill()


if __name__ == "__main__":
    run()
