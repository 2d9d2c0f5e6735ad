"""The timetable: each tick once, on the wall clock, and made up for on the same day."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest

from outreach.foundation.db import Database
from outreach.foundation.outbox import timetable
from outreach.foundation.outbox.timetable import Task, keep_time, next_tick, ticks_due

FIRED: list[datetime] = []
DAILY = Task("test.daily", lambda session, tick: FIRED.append(tick), lambda: time(7, 30))
HOURLY = Task("test.hourly", lambda session, tick: FIRED.append(tick))


def utc(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


@pytest.fixture(autouse=True)
def our_own_timetable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    FIRED.clear()
    monkeypatch.setattr(timetable, "TASKS", {DAILY.name: DAILY})
    yield


@pytest.mark.parametrize(("now", "due"), [
    (utc("2026-03-28", "07:29"), []),
    (utc("2026-03-28", "07:30"), [utc("2026-03-28", "07:30")]),       # Greenwich time
    (utc("2026-03-29", "06:29"), []),
    (utc("2026-03-29", "06:30"), [utc("2026-03-29", "06:30")]),       # the clocks went forward in the night
    (utc("2026-10-24", "06:30"), [utc("2026-10-24", "06:30")]),       # summer time
    (utc("2026-10-25", "06:30"), []),                                 # the clocks went back
    (utc("2026-10-25", "07:30"), [utc("2026-10-25", "07:30")]),
])
def test_half_past_seven_stays_half_past_seven_when_the_clocks_change(now: datetime,
                                                                      due: list[datetime]) -> None:
    assert ticks_due(DAILY, None, now) == due


@pytest.mark.parametrize(("day", "at", "tick"), [
    ("2026-03-29", time(1, 30), utc("2026-03-29", "01:30")),      # a time that is skipped: an hour later
    ("2026-10-25", time(1, 30), utc("2026-10-25", "00:30")),      # a time that comes twice: the first
])
def test_a_time_in_the_hour_of_the_change_comes_once(day: str, at: time, tick: datetime) -> None:
    task = Task("test.night", DAILY.fire, lambda: at)
    assert ticks_due(task, None, utc(day, "12:00")) == [tick]
    assert ticks_due(task, tick, utc(day, "12:00")) == []


def test_a_tick_that_was_taken_is_not_due_again() -> None:
    assert ticks_due(DAILY, utc("2026-03-03", "07:30"), utc("2026-03-03", "18:00")) == []


def test_a_late_worker_makes_up_for_today_and_not_for_yesterday() -> None:
    taken, today = utc("2026-02-27", "07:30"), utc("2026-03-03", "07:30")
    assert ticks_due(DAILY, taken, utc("2026-03-03", "10:30")) == [today]
    assert ticks_due(DAILY, taken, utc("2026-03-03", "06:00")) == []


def test_of_missed_hours_only_the_last_is_taken() -> None:
    taken, last = utc("2026-03-03", "07:00"), utc("2026-03-03", "11:00")
    assert ticks_due(HOURLY, taken, utc("2026-03-03", "11:20")) == [last]


def test_the_next_tick_is_told() -> None:
    assert next_tick(DAILY, utc("2026-03-28", "12:00")) == utc("2026-03-29", "06:30")
    assert next_tick(HOURLY, utc("2026-03-28", "12:20")) == utc("2026-03-28", "13:00")


def test_however_many_workers_look_a_tick_happens_once(database: Database) -> None:
    now = utc("2026-03-03", "07:30")
    taken = [keep_time(database, now + timedelta(seconds=late)) for late in (0, 1, 2)]
    assert taken == [["test.daily"], [], []] and [now] == FIRED


def test_a_tick_whose_work_fails_is_taken_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(session: object, tick: datetime) -> None:
        raise RuntimeError("tripped")

    now = utc("2026-03-03", "07:30")
    monkeypatch.setattr(timetable, "TASKS", {DAILY.name: Task(DAILY.name, trip, DAILY.daily_at)})
    with pytest.raises(RuntimeError):
        keep_time(database, now)
    monkeypatch.setattr(timetable, "TASKS", {DAILY.name: DAILY})
    assert keep_time(database, now) == ["test.daily"]
