"""What time it is, in UTC for the record and in British time for people."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/London")


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The date on the wall in Britain."""
    return now().astimezone(LOCAL).date()


def local(instant: datetime) -> datetime:
    """The same instant on a British wall clock (GMT or BST)."""
    return instant.astimezone(LOCAL)


def at(day: date, clock: time) -> datetime:
    """The UTC instant of a British wall-clock time; a time the clocks skip is read an hour later."""
    return datetime.combine(day, clock, LOCAL).astimezone(UTC)


def day_of(instant: datetime) -> date:
    """The British date on which an instant falls."""
    return local(instant).date()


def midnight(day: date) -> datetime:
    """The first instant of a British day, in UTC."""
    return at(day, time(0))


def end_of(day: date) -> datetime:
    """The first instant after a British day, in UTC."""
    return midnight(day + timedelta(days=1))


def months_after(day: date, months: int) -> date:
    """The day some months later, or earlier where `months` is below zero: 31 August and six come to 28
    February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
