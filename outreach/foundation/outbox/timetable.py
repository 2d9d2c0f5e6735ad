"""The timetable: what is done at a time of day, once, however many workers there are and however late.

Times are those of the wall clock in Britain, so that 07:30 stays 07:30 when the clocks change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from outreach.foundation import clock
from outreach.foundation.db import Database, is_sqlite
from outreach.foundation.outbox.ledger import ScheduleFire

HOUR = timedelta(hours=1)

Fire = Callable[[Session, datetime], None]


@dataclass(frozen=True, slots=True)
class Task:
    """Something done daily at a wall-clock time, or at the start of every hour. `fire` writes rows (most
    often promises) in the transaction that takes the tick."""

    name: str
    fire: Fire
    daily_at: Callable[[], time] | None = None     # None: hourly
    words: str = ""


TASKS: dict[str, Task] = {}


def daily(name: str, at: Callable[[], time], *, words: str) -> Callable[[Fire], Fire]:
    """Do this once a day at the time that `at` gives (read from the force's settings when asked)."""
    def register(fire: Fire) -> Fire:
        TASKS[name] = Task(name, fire, at, words)
        return fire
    return register


def hourly(name: str, *, words: str) -> Callable[[Fire], Fire]:
    """Do this at the start of every hour."""
    def register(fire: Fire) -> Fire:
        TASKS[name] = Task(name, fire, None, words)
        return fire
    return register


def ticks_due(task: Task, since: datetime | None, now: datetime) -> list[datetime]:
    """The ticks after `since` up to and including `now` that are still worth taking, in UTC.

    A late worker makes up for today's tick, never for an earlier day's; of the hours it missed, for the last.
    """
    newest = last_tick(task, now)
    if clock.day_of(newest) != clock.day_of(now) or (since is not None and newest <= since):
        return []
    return [newest]


def last_tick(task: Task, now: datetime) -> datetime:
    """The newest tick that is not in the future."""
    if task.daily_at is None:
        return now.replace(minute=0, second=0, microsecond=0)
    today = clock.at(clock.day_of(now), task.daily_at())
    return today if today <= now else clock.at(clock.day_of(now) - timedelta(days=1), task.daily_at())


def next_tick(task: Task, now: datetime) -> datetime:
    """The first tick that is still to come."""
    if task.daily_at is None:
        return last_tick(task, now) + HOUR
    today = clock.at(clock.day_of(now), task.daily_at())
    return today if today > now else clock.at(clock.day_of(now) + timedelta(days=1), task.daily_at())


def keep_time(database: Database, now: datetime | None = None) -> list[str]:
    """Take every tick that is due and not yet taken; gives the names of the tasks done."""
    moment = now or clock.now()
    with database.reading() as session:
        due = [(task, tick) for task in TASKS.values()
               for tick in ticks_due(task, last_fired(session, task.name), moment)]
    return [task.name for task, tick in due if _take(database, task, tick)]


def last_fired(session: Session, task: str) -> datetime | None:
    """The newest tick of a task that was taken."""
    return session.scalar(select(func.max(ScheduleFire.due_at)).where(ScheduleFire.task == task))


def _take(database: Database, task: Task, tick: datetime) -> bool:
    """Take one tick and do what it asks, in one transaction; False when another worker has it."""
    with database.transaction() as session:
        insert = insert_sqlite if is_sqlite(session) else insert_postgresql
        taken = session.scalars(insert(ScheduleFire).values(task=task.name, due_at=tick, fired_at=clock.now())
                                .on_conflict_do_nothing().returning(ScheduleFire.task)).first()
        if taken:
            task.fire(session, tick)
    return taken is not None
