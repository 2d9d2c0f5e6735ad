"""How dates, times, money and telephone numbers are written for British eyes."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from outreach.foundation import clock, dates, telephones, times


def day(on: date | datetime | None) -> str:
    """3 March 2026; an instant is shown as the British day it falls on."""
    return dates.spoken(_day(on)) if on else ""


def short_day(on: date | datetime | None) -> str:
    """3 Mar 2026, for tables."""
    if not on:
        return ""
    number, month, year = dates.spoken(_day(on)).split()
    return f"{number} {'Sept' if month == 'September' else month[:3]} {year}"


def near_day(on: date | datetime | None) -> str:
    """3 Mar for a day within half a year, else 3 Mar 2024: for crowded tables."""
    if not on:
        return ""
    near = abs(_day(on) - clock.today()) < timedelta(180)
    return short_day(on).rpartition(" ")[0] if near else short_day(on)


def at_clock(at: datetime | time | None) -> str:
    """2:30pm, 9am, midday; an instant is shown on the British wall clock."""
    if at is None:
        return ""
    on_wall = clock.local(at).time() if isinstance(at, datetime) else at
    return times.clock_face(on_wall)


def when(at: datetime | None) -> str:
    """today at 2:30pm, yesterday at 9am, 3 March 2026 at midday."""
    if at is None:
        return ""
    away = (_day(at) - clock.today()).days
    spoken = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(away) or day(at)
    return f"{spoken} at {at_clock(at)}"


def due(on: date | datetime | None) -> str:
    """today, tomorrow, 3 days ago, on Monday 9 March: when something should happen, as people say it."""
    if not on:
        return ""
    there = _day(on)
    away = (there - clock.today()).days
    if away in (0, 1, -1):
        return {0: "today", 1: "tomorrow", -1: "yesterday"}[away]
    if away < 0:
        return f"{-away} days ago" if away > -61 else f"on {day(there)}"
    return f"on {there:%A} {there.day} {there:%B}" if timedelta(away) < timedelta(180) else f"on {day(there)}"


def pounds(amount: Decimal | int | None) -> str:
    """£1,250 or £31.99."""
    if amount is None:
        return ""
    sign, whole = ("−" if amount < 0 else ""), abs(Decimal(amount))
    return f"{sign}£{whole:,.0f}" if whole == whole.to_integral_value() else f"{sign}£{whole:,.2f}"


def count(number: int, noun: str, nouns: str = "") -> str:
    """1 victim, 1,250 victims."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def phone(number: str | None) -> str:
    """01632 960 001, of a number in E.164."""
    return telephones.spoken(number) if number else ""


def sentence(words: object) -> str:
    """The same words with a full stop, where they stand alone and not beside a field."""
    text = str(words)
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _day(on: date | datetime) -> date:
    return clock.day_of(on) if isinstance(on, datetime) else on


FILTERS: dict[str, Callable[..., Any]] = {
    "date": day, "short_date": short_day, "near_date": near_day, "clock": at_clock, "when": when,
    "due": due, "pounds": pounds,
    "number": lambda number: f"{number:,}", "counted": count, "phone": phone, "sentence": sentence,
    "miles": lambda number: f"{number.normalize():f}",
}
