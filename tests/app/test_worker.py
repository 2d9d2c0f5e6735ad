"""Real worker processes, killed outright again and again, and their queue too: each promise kept once."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import time as datetime_time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import embedded_redis
from app import worker as keeper
from app.settings import settings
from outreach.casework import follow_ups
from outreach.casework.follow_ups import FollowUp, Status
from outreach.casework.need import Band
from outreach.casework.victims import Victim
from outreach.foundation import clock, outbox
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.outbox import OutboxMessage, State
from outreach.foundation.permissions import Actor
from tests.mail_room import MailRoom, mail_room

__all__ = ["mail_room"]

ROOT = Path(__file__).resolve().parents[2]
MANY = 2000
IN_TIME = 60.0


class Workers:
    """Worker processes and the queue server of one data folder."""

    def __init__(self, database: Database, data: Path, **more: str) -> None:
        self.database, self.data = database, data
        self.env = {**os.environ, "OUTREACH_DATA": str(data), "OUTREACH_DATABASE_URL": database.url,
                    "OUTREACH_REDIS_URL": embedded_redis.address(data),
                    "OUTREACH_DESK_URL": "https://desk.example.org/desk", **more}
        self.running: list[subprocess.Popen[bytes]] = []
        self.queue: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen([sys.executable, "-m", "app.worker"], cwd=ROOT, env=self.env,
                                  stderr=open(self.data / "worker.log", "ab"))  # noqa: SIM115
        self.running.append(worker)
        return worker

    def open_queue(self) -> None:
        self.queue = embedded_redis.start(self.data)

    def kill_queue(self) -> None:
        if self.queue:
            self.queue.kill()
            self.queue.wait()

    def clear(self) -> None:
        for worker in self.running:
            worker.kill()
            worker.wait()
        self.kill_queue()

    @property
    def log(self) -> str:
        return (self.data / "worker.log").read_text()


@pytest.fixture
def workers(database: Database, tmp_path: Path) -> Iterator[Callable[..., Workers]]:
    made: list[Workers] = []

    def make(**more: str) -> Workers:
        made.append(Workers(database, tmp_path, **more))
        return made[-1]

    yield make
    for one in made:
        one.clear()


def due(database: Database, victim: Victim, officer: Actor, many: int = MANY, late: int = 60) -> None:
    """So many follow-ups, all due at once."""
    with database.transaction() as session:
        follow_ups.plan_first_attempts(session, officer, [(victim.id, Band.HIGH, officer.id)] * many)
        moment = clock.now() - timedelta(seconds=late)
        session.execute(update(OutboxMessage).where(OutboxMessage.kind == "follow_up.due")
                        .values(run_after=moment))


def left(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(OutboxMessage.kind == "follow_up.due",
                                                         OutboxMessage.state != State.DONE)) or 0


def until(so: Callable[[], bool], patience: float = IN_TIME) -> None:
    end = time.monotonic() + patience
    while not so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def kept_once(database: Database, many: int = MANY) -> None:
    """Every follow-up is due, and each was moved exactly once."""
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(FollowUp.status == Status.DUE)) == many
        moved = select(AuditEntry.record_id, func.count()).where(
            AuditEntry.operation == "follow_up.fell_due").group_by(AuditEntry.record_id)
        counts = [number for _, number in session.execute(moved)]
        assert (len(counts), set(counts)) == (many, {1})


def test_workers_killed_again_and_again_lose_nothing_and_do_nothing_twice(
        database: Database, workers: Callable[..., Workers], officer: Actor, mrs_hill: Victim) -> None:
    due(database, mrs_hill, officer)
    crew, chance, kills, before = workers(), random.Random(7), 0, MANY
    crew.open_queue()
    while before and kills < 6:
        # No worker lives longer than a few batches: killed outright, and the queue with every fourth.
        lives_now = [crew.start(), crew.start()]
        until(lambda: left(database) < before)     # noqa: B023
        time.sleep(chance.random() / 20)
        for worker in lives_now:
            worker.kill()
            worker.wait()
        kills, before = kills + 1, left(database)
        if kills % 4 == 1:
            crew.kill_queue()
        if kills % 4 == 3:
            crew.open_queue()
    crew.start()
    until(lambda: left(database) == 0)
    assert kills >= 3
    kept_once(database)


def test_with_the_queue_dead_the_worker_lives_and_the_work_is_done(
        database: Database, workers: Callable[..., Workers], officer: Actor, mrs_hill: Victim) -> None:
    crew = workers()
    crew.open_queue()
    worker = crew.start()
    until(lambda: (crew.data / "worker.log").exists() and "has begun" in crew.log)
    crew.kill_queue()
    until(lambda: "the queue is away" in crew.log)
    due(database, mrs_hill, officer, 100)
    until(lambda: left(database) == 0, 15)
    assert worker.poll() is None
    kept_once(database, 100)


def test_a_bell_is_heard_through_the_queue_at_once(
        database: Database, workers: Callable[..., Workers], officer: Actor, mrs_hill: Victim,
        monkeypatch: pytest.MonkeyPatch) -> None:
    crew = workers()
    crew.open_queue()
    crew.start()
    until(lambda: (crew.data / "worker.log").exists() and "has begun" in crew.log)
    time.sleep(1)
    monkeypatch.setattr(keeper, "_redis", lambda: crew.env["OUTREACH_REDIS_URL"])
    waits = []
    for _ in range(3):
        time.sleep(0.3)
        with database.transaction() as session:
            [(follow_up_id, _)] = follow_ups.plan_first_attempts(
                session, officer, [(mrs_hill.id, Band.HIGH, officer.id)])
            session.execute(update(OutboxMessage).where(OutboxMessage.subject_id == follow_up_id)
                            .values(run_after=clock.now()))
            [promise] = session.scalars(select(OutboxMessage.id).where(
                OutboxMessage.subject_id == follow_up_id))
        began = time.monotonic()
        keeper.ring([promise])
        until(lambda: left(database) == 0, 10)
        waits.append(time.monotonic() - began)
    assert sorted(waits)[1] < 1.0, waits      # the watch alone looks every two seconds
    kept_once(database, 3)


def test_ringing_with_the_queue_dead_neither_waits_nor_raises(tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "_redis", lambda: f"unix://{tmp_path}/nobody.sock")
    began = time.monotonic()
    keeper.ring([1, 2, 3])
    keeper.ring([])
    assert time.monotonic() - began < 0.2


def test_told_to_stop_the_worker_finishes_and_says_goodbye(database: Database,
                                                           workers: Callable[..., Workers]) -> None:
    crew = workers()
    worker = crew.start()
    until(lambda: (crew.data / "worker.log").exists() and "has begun" in crew.log)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    with database.reading() as session:
        assert not outbox.lives.somebody_works(session)


def test_what_is_due_is_done_by_hand_once_without_any_queue(
        database: Database, officer: Actor, mrs_hill: Victim, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_DATA", str(tmp_path))
    settings.cache_clear()
    due(database, mrs_hill, officer, 10)
    assert keeper.run_once(database) >= 10
    assert keeper.run_once(database) == 0
    settings.cache_clear()
    kept_once(database, 10)


def test_a_worker_killed_with_a_mail_on_the_way_sends_no_second_one(
        database: Database, session: Session, workers: Callable[..., Workers], officer: Actor,
        mrs_hill: Victim, mail_room: MailRoom) -> None:
    soon = clock.at(clock.today() + timedelta(days=3), datetime_time(10))
    follow_ups.plan(session, officer, mrs_hill, due_at=soon, reason="Ring her")
    session.execute(update(FollowUp).values(due_at=clock.now() - timedelta(minutes=1))
                    .execution_options(audited=True))
    follow_ups.day_list.fire(session, clock.at(clock.today(), clock.local(clock.now()).time()))
    session.commit()
    hangs = _Hangs()
    mail_room.handle_DATA = hangs.handle_DATA  # type: ignore[method-assign]
    crew = workers(OUTREACH_SMTP_URL=mail_room.url)
    worker = crew.start()
    until(lambda: hangs.bodies == 1)
    worker.kill()
    worker.wait()
    crew.start()

    def listed() -> bool:
        with database.reading() as reading:
            return bool(outbox.in_trouble(reading))

    until(listed)
    time.sleep(3)
    with database.reading() as reading:
        [promise] = outbox.in_trouble(reading)
        assert (promise.state, promise.kind) == (State.UNKNOWN, "day_list.mail")
    assert hangs.bodies == 1


class _Hangs:
    """A relay that takes the body and then says nothing."""

    bodies = 0

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.bodies += 1
        await asyncio.sleep(30)
        return "250 OK"
