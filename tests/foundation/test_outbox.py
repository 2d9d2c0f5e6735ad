"""Promises: kept once, given back by the dead, tried again by the ladder, and told in plain English."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach.foundation import audit, clock, outbox
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.outbox import (
    Engine,
    GiveUp,
    Lane,
    OutboxAttempt,
    OutboxMessage,
    State,
    Suppressed,
    TryLater,
    Words,
    ladder,
    lives,
)
from outreach.foundation.permissions import WORKER, Actor, NotAllowed

WORDS = Words("Will ring the bell", "Rang the bell", "Could not ring the bell")
STRIKES: dict[int, Callable[[], None]] = {}     # what happens when the bell of this number is rung


def _ring(session: Session, message: OutboxMessage) -> None:
    if message.subject_id in STRIKES:
        STRIKES[message.subject_id]()
    audit.write(session, [audit.entry(session, WORKER, audit.Action.ALTERATION, "bell.rung", "bell",
                                      message.subject_id)])


outbox.handles("test.bell", words=WORDS)(_ring)


@outbox.handles_many("test.peal", words=WORDS)
def _peal(session: Session, messages: Any) -> None:
    for message in messages:
        _ring(session, message)


@outbox.runs("test.long", words=WORDS)
def _long(database: Database, message: OutboxMessage) -> None:
    with database.transaction() as session:
        _ring(session, message)


@pytest.fixture(autouse=True)
def calm() -> Iterator[None]:
    STRIKES.clear()
    yield
    STRIKES.clear()


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Iterator[Engine]:
    life = lives.Life(database)
    life.begin()
    yield Engine(database, outbox.means(tmp_path, "https://desk.example.org/desk"), life.name)
    life.end()


def promise(database: Database, *numbers: int, kind: str = "test.bell", late: int = 0) -> None:
    with database.transaction() as session:
        for number in numbers:
            outbox.put(session, kind, key=f"{kind}-{number}", subject=("bell", number),
                       run_after=clock.now() - timedelta(minutes=late))


def rung(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.record_id).where(AuditEntry.operation == "bell.rung")
                                    .order_by(AuditEntry.record_id)))


def standing(database: Database, number: int = 1) -> OutboxMessage:
    with database.reading() as session:
        return session.scalars(select(OutboxMessage).where(OutboxMessage.subject_id == number)).one()


def phases(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxAttempt.phase).order_by(OutboxAttempt.id)))


def refuse(error: Exception) -> Callable[[], None]:
    def strike() -> None:
        raise error
    return strike


@pytest.mark.parametrize("kind", ["test.bell", "test.peal"])
def test_a_promise_is_kept_once_however_often_the_worker_looks(database: Database, worker: Engine,
                                                               kind: str) -> None:
    promise(database, 1, 2, 3, kind=kind)
    assert (worker.work(Lane.ROWS), worker.work(Lane.ROWS)) == (3, 0)
    assert rung(database) == [1, 2, 3]
    assert standing(database).state is State.DONE and phases(database) == ["done"] * 3


def test_the_same_promise_made_twice_is_one_promise(database: Database, worker: Engine) -> None:
    promise(database, 1)
    promise(database, 1)
    worker.work(Lane.ROWS)
    assert rung(database) == [1]


def test_nothing_is_promised_by_a_change_that_was_not_saved(database: Database, worker: Engine) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:
        outbox.put(session, "test.bell", key="1", subject=("bell", 1))
        raise RuntimeError
    assert worker.work(Lane.ROWS) == 0


def test_a_promise_waits_for_its_time(database: Database, worker: Engine) -> None:
    promise(database, 1, late=-5)
    assert worker.work(Lane.ROWS) == 0 and standing(database).state is State.READY


def test_a_failure_is_tried_again_by_the_ladder_and_leaves_no_half_effect(database: Database,
                                                                          worker: Engine) -> None:
    promise(database, 1)
    STRIKES[1] = refuse(TryLater("the rope is wet"))
    worker.work(Lane.ROWS)
    found = standing(database)
    assert (found.state, found.last_error, rung(database)) == (State.RETRY, "the rope is wet", [])
    assert timedelta(seconds=50) < found.run_after - clock.now() < timedelta(seconds=61)


def test_one_bad_promise_does_not_spoil_its_batch(database: Database, worker: Engine) -> None:
    promise(database, *range(1, 8), kind="test.peal")
    STRIKES[4] = refuse(ZeroDivisionError("Mrs Hill"))
    worker.work(Lane.ROWS)
    assert rung(database) == [1, 2, 3, 5, 6, 7]
    assert standing(database, 4).last_error == "something went wrong (ZeroDivisionError)"


def test_what_goes_wrong_is_logged_without_anybody_s_name(database: Database, worker: Engine,
                                                          caplog: pytest.LogCaptureFixture) -> None:
    promise(database, 1)
    STRIKES[1] = refuse(ValueError("Margaret Hill, 01632 960101"))
    worker.work(Lane.ROWS)
    assert "ValueError" in caplog.text and "Hill" not in caplog.text and "960101" not in caplog.text


def test_the_ladder_goes_up_to_three_days_and_then_asks_a_person() -> None:
    pauses = [ladder.pause_after(failure) for failure in range(1, 40)]
    assert [pause.total_seconds() / 60 for pause in pauses[:6] if pause] == [1, 5, 15, 60, 240, 240]
    climbed = [pause for pause in pauses if pause]
    assert timedelta(hours=68) < sum(climbed, timedelta()) <= timedelta(hours=72)
    assert pauses[len(climbed)] is None


def test_at_the_top_of_the_ladder_a_promise_fails_and_is_shown(database: Database, worker: Engine) -> None:
    promise(database, 1)
    STRIKES[1] = refuse(TryLater("the rope is wet"))
    with database.transaction() as session:
        session.execute(update(OutboxMessage).values(attempts=30))
    worker.work(Lane.ROWS)
    with database.reading() as session:
        assert standing(database).state is State.FAILED
        [trouble] = outbox.troubles(session)
        assert trouble.title == "The worker could not do 1 thing"


@pytest.mark.parametrize(("error", "state"), [(GiveUp("there is no bell"), State.FAILED),
                                              (Suppressed("it is night"), State.SUPPRESSED)])
def test_what_can_never_or_must_not_be_done_is_not_tried_again(database: Database, worker: Engine,
                                                               error: Exception, state: State) -> None:
    promise(database, 1)
    STRIKES[1] = refuse(error)
    assert (worker.work(Lane.ROWS), worker.work(Lane.ROWS)) == (1, 0)
    assert (standing(database).state, standing(database).last_error) == (state, str(error))


def test_a_promise_cancelled_while_in_hand_has_no_effect(database: Database, worker: Engine) -> None:
    promise(database, 1, 2, 3, kind="test.peal")
    real = worker._take

    def take_then_cancel(*args: Any) -> Any:
        claimed = real(*args)
        if claimed:
            with database.transaction() as session:
                outbox.cancel(session, ("bell", 2))
        return claimed

    worker._take = take_then_cancel  # type: ignore[method-assign]
    worker.work(Lane.ROWS)
    assert rung(database) == [1, 3] and standing(database, 2).state is State.CANCELLED


def test_only_what_was_rung_for_is_done_when_ids_are_given(database: Database, worker: Engine) -> None:
    promise(database, 1, 2)
    assert worker.work(Lane.ROWS, [standing(database, 2).id]) == 1
    assert rung(database) == [2]


def test_long_work_waits_in_a_lane_of_its_own(database: Database, worker: Engine) -> None:
    promise(database, 1, kind="test.long")
    assert worker.work(Lane.ROWS) == 0
    assert worker.work(Lane.LONG) == 1 and rung(database) == [1]


DIES_WITH_IT_IN_HAND = """
import os, sys
from outreach.foundation.db import Database
from outreach.foundation.outbox import claiming, lives
database = Database(sys.argv[1])
life = lives.Life(database)
life.begin()
claiming.claim(database, life.name, "test.bell", 10, "a token")
os.kill(os.getpid(), 9)
"""


def test_what_a_dead_worker_had_in_hand_comes_back_at_once(database: Database, worker: Engine) -> None:
    promise(database, 1, 2)
    subprocess.run([sys.executable, "-c", DIES_WITH_IT_IN_HAND, database.url], check=False)
    assert standing(database).state is State.CLAIMED and worker.work(Lane.ROWS) == 0
    assert worker.give_back() == 2
    worker.work(Lane.ROWS)
    assert rung(database) == [1, 2] and phases(database) == ["given back"] * 2 + ["done"] * 2


def test_a_living_worker_keeps_what_it_has_in_hand(database: Database, worker: Engine) -> None:
    promise(database, 1)
    other = lives.Life(database)
    other.begin()
    outbox.claiming.claim(database, other.name, "test.bell", 1, "a token")
    assert worker.give_back() == 0
    other.end()
    assert worker.give_back() == 1


def test_a_worker_that_slept_past_its_lease_finds_its_hands_empty(database: Database, worker: Engine) -> None:
    promise(database, 1)
    sleeper = lives.Life(database)
    sleeper.begin()
    asleep = outbox.claiming.claim(database, sleeper.name, "test.bell", 1, "a token")
    with database.transaction() as session:
        session.execute(update(OutboxMessage).values(lease_until=clock.now() - timedelta(seconds=1)))
    assert worker.give_back() == 1
    worker.work(Lane.ROWS)
    woken = Engine(database, worker._posting._means, sleeper.name)
    woken._keep(asleep)
    sleeper.end()
    assert rung(database) == [1] and standing(database).state is State.DONE


def test_retry_and_drop_are_for_those_who_may_and_stand_in_the_audit_log(
        database: Database, session: Session, worker: Engine, officer: Actor, administrator: Actor) -> None:
    promise(database, 1, 2)
    STRIKES.update({1: refuse(GiveUp("no bell")), 2: refuse(GiveUp("no bell"))})
    worker.work(Lane.ROWS)
    STRIKES.clear()
    with database.transaction() as session:
        first, second = (outbox.find(session, standing(database, n).id, to_change=True) for n in (1, 2))
        with pytest.raises(NotAllowed):
            outbox.retry(session, administrator, first)
        outbox.retry(session, officer, first)
        outbox.drop(session, officer, second)
    worker.work(Lane.ROWS)
    assert rung(database) == [1] and standing(database, 2).state is State.CANCELLED
    with database.transaction() as session:
        with pytest.raises(outbox.NothingToMend):
            outbox.retry(session, officer, outbox.find(session, standing(database, 1).id))
        logged = session.scalars(select(AuditEntry.operation).where(AuditEntry.record_type == "outbox"))
        assert sorted(logged) == ["outbox.dropped", "outbox.retried"]


def test_the_story_is_told_in_plain_english(database: Database, worker: Engine) -> None:
    promise(database, 1)
    promise(database, 2, late=-60 * 24 * 400)
    STRIKES[1] = refuse(TryLater("the rope is wet"))
    worker.work(Lane.ROWS)
    with database.reading() as session:
        [line] = outbox.story(session, "bell", 1)
        assert line.text.startswith("Could not ring the bell: the rope is wet. Will try again at ")
        assert (line.may_retry, line.may_drop, line.is_trouble) == (True, True, True)
        assert outbox.story(session, "bell", 2)[0].text.startswith("Will ring the bell at ")
    STRIKES.clear()
    with database.transaction() as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.subject_id == 1)
                        .values(run_after=clock.now()))
    worker.work(Lane.ROWS)
    with database.reading() as session:
        [line] = outbox.story(session, "bell", 1)
        assert line.text.startswith("Rang the bell at ") and not line.may_retry


def test_a_silent_worker_is_a_trouble_once_something_is_late(database: Database) -> None:
    promise(database, 1, late=3)
    with database.reading() as session:
        [trouble] = outbox.troubles(session)
    assert trouble.title == "The worker is not running"
    assert trouble.words == "It has never been started. Start it again: 1 thing overdue."


def test_the_status_counts_by_kind_and_state(database: Database, worker: Engine) -> None:
    promise(database, 1)
    worker.work(Lane.ROWS)
    promise(database, 2, late=1)
    found = outbox.status(database)
    assert found["counts"] == {"test.bell": {"done": 1, "ready": 1}}
    assert (found["due"], found["stuck"], found["worker_alive"]) == (1, 0, True)


def test_what_was_attempted_is_never_rewritten(database: Database, worker: Engine) -> None:
    promise(database, 1)
    worker.work(Lane.ROWS)
    with pytest.raises(Exception, match="only grows"), database.transaction() as session:
        session.execute(update(OutboxAttempt).values(phase="never"))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxAttempt)) == 1
