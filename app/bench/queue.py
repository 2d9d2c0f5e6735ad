"""How many follow-ups due at once the worker gets through, and whether the pages stay usable meanwhile."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.bench import ground
from app.bench.pages import LIST, at_work
from app.bench.population import OFFICER_EMAIL
from app.bench.timing import milliseconds, p50
from outreach.casework import follow_ups
from outreach.casework.need import Band
from outreach.foundation.accounts import by_email
from outreach.foundation.db import Database

DUE = 10_000
VICTIMS = 10_000
PEER_JOBS = 1000
AT_ONCE = 500
GIVE_UP_AFTER = 300.0
_MADE_DUE = ("UPDATE follow_up SET due_at = '2026-01-01 00:00:00' WHERE status = 'planned'",
             "UPDATE outbox SET run_after = '2026-01-01 00:00:00' "
             "WHERE kind = 'follow_up.due' AND state = 'ready'")
_LEFT = text("SELECT count(*) FROM outbox WHERE kind = 'follow_up.due' AND state <> 'done'")
_RING = """
import time
from sqlalchemy import text
from app import worker
from app.settings import settings
from outreach.foundation.db import Database
with Database(settings().database_url).reading() as session:
    worker.ring(list(session.scalars(text(
        "SELECT id FROM outbox WHERE kind = 'follow_up.due' AND state <> 'done' ORDER BY id"))))
time.sleep(2)
"""
# arq as it comes, one job for each row; said here as text because only the worker itself may know arq.
_PEER = """
import asyncio, json, sys, time
from arq import Worker, create_pool
from arq.connections import RedisSettings
async def one(ctx, number): pass
async def main(url, jobs):
    where = RedisSettings.from_dsn(url)
    pool = await create_pool(where, default_queue_name="bench")
    for number in range(jobs): await pool.enqueue_job("one", number)
    worker = Worker(functions=[one], redis_settings=where, queue_name="bench", burst=True,
                    handle_signals=False)
    began = time.perf_counter()
    await worker.async_run()
    print(json.dumps(jobs / (time.perf_counter() - began)))
    await worker.close()
asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def run(size: str, url: str | None) -> dict[str, Any]:
    """Promises kept a second by one worker process with the ledger on disk, for ten thousand due at once
    whatever the size; beside the bare loop that writes the same rows, and arq with its defaults."""
    ground.how_many(size)
    found: dict[str, Any] = {"due_at_once": DUE, "victims": VICTIMS}
    with ground.databases(url) as addresses:
        for kind, address in addresses.items():
            with ground.filled(address, VICTIMS) as database, tempfile.TemporaryDirectory() as folder:
                found[kind] = _kept(database, folder)
                found[kind]["bare_loop_per_s"] = _bare_loop(database)
    return {**found, "arq_defaults_per_s": _peer()}


def _kept(database: Database, folder: str) -> dict[str, Any]:
    _plan(database)
    with at_work(database, folder) as server, _worker(database, folder):
        idle = p50(milliseconds(lambda: server.get(LIST), 40))
        with database.transaction() as session:
            for change in _MADE_DUE:
                session.execute(text(change))
        began, waits, left = time.perf_counter(), [], DUE
        _ring(database, folder)
        while left and time.perf_counter() - began < GIVE_UP_AFTER:
            waits += milliseconds(lambda: server.get(LIST), 1, warm=0)
            time.sleep(0.05)
            left = _how_many_left(database)
        seconds = time.perf_counter() - began
    return {"per_s": round((DUE - left) / seconds), "left": left, "seconds": round(seconds, 2),
            "page_idle_p50_ms": idle, "page_meanwhile_p50_ms": p50(waits),
            "page_times_idle": round(p50(waits) / idle, 2)}


def _plan(database: Database) -> None:
    """Ten thousand first attempts, as a victim list brings them, some working days away."""
    with database.transaction() as session:
        account = by_email(session, OFFICER_EMAIL)
        assert account is not None
        for start in range(0, DUE, AT_ONCE):
            people = [(victim, Band.STANDARD, account.id) for victim in range(start + 1, start + AT_ONCE + 1)]
            follow_ups.plan_first_attempts(session, account.actor, people)


@contextmanager
def _worker(database: Database, folder: str) -> Iterator[None]:
    with open(Path(folder, "worker.log"), "wb") as said:
        process = subprocess.Popen([sys.executable, "-m", "app.worker"], env=_env(database, folder),
                                   stdout=said, stderr=said)
    try:
        while b"has begun" not in Path(folder, "worker.log").read_bytes() and process.poll() is None:
            time.sleep(0.05)
        time.sleep(1)  # listening, and idle
        yield
    finally:
        process.terminate()
        process.wait(40)


def _ring(database: Database, folder: str) -> None:
    """Tell the worker, as a page does after its commit; the ids go in as few jobs as they fit."""
    subprocess.Popen([sys.executable, "-c", _RING], env=_env(database, folder), stderr=subprocess.DEVNULL)


def _env(database: Database, folder: str) -> dict[str, str]:
    return {**os.environ, "OUTREACH_DATA": folder, "OUTREACH_DATABASE_URL": database.url}


def _how_many_left(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(_LEFT) or 0


def _bare_loop(database: Database) -> float:
    """Rows a second with nothing claimed or checked: two updates and an audit row each, 500 to a commit."""
    with database.reading() as session:
        rows = session.execute(text("SELECT id, subject_id FROM outbox WHERE kind = 'follow_up.due'")).all()
    began = time.perf_counter()
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start:start + AT_ONCE]
        with database.transaction() as session:
            session.execute(text("UPDATE outbox SET done_at = :at, attempts = attempts + 1 WHERE id = :id"),
                            [{"id": row.id, "at": "2026-01-01 00:00:00"} for row in some])
            session.execute(text("UPDATE follow_up SET status = 'due' WHERE id = :id"),
                            [{"id": row.subject_id} for row in some])
            _note(session, [row.subject_id for row in some])
    return round(len(rows) / (time.perf_counter() - began))


def _note(session: Any, ids: list[int]) -> None:
    from outreach.foundation import audit
    from outreach.foundation.permissions import WORKER
    audit.write(session, [audit.entry(session, WORKER, audit.Action.ALTERATION, "bench", "follow_up", number,
                                      fields=["status"]) for number in ids])


def _peer() -> float:
    from app import embedded_redis
    with tempfile.TemporaryDirectory() as folder:
        server = embedded_redis.start(Path(folder))
        try:
            done = subprocess.run([sys.executable, "-c", _PEER, embedded_redis.address(Path(folder)),
                                   str(PEER_JOBS)], capture_output=True, text=True, check=True)
            return round(json.loads(done.stdout.splitlines()[-1]))
        finally:
            embedded_redis.stop(Path(folder))
            server.wait(10)


