"""Times as they are said: 2:30pm, 10am on 3 March, today at 7:30am."""

from datetime import date, datetime, time

from outreach.foundation import clock
from outreach.foundation.dates import spoken


def clock_face(at: time) -> str:
    """A time of day: 2:30pm, 10am, midday, midnight."""
    if (at.hour, at.minute) in ((0, 0), (12, 0)):
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def said(instant: datetime, now: datetime | None = None) -> str:
    """A moment, to be read at another one: "at 7:30am today", "at 10am on 3 March", with the year when it
    is another year."""
    here, there = clock.local(now or clock.now()), clock.local(instant)
    return f"at {clock_face(there.time())} {day_said(there.date(), here.date())}"


def day_said(day: date, today: date) -> str:
    """A day, to be read on another: "today", "tomorrow", "yesterday", "on 3 March", "on 3 March 2027"."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((day - today).days)
    if near:
        return near
    whole = spoken(day)
    return f"on {whole.rpartition(' ')[0] if day.year == today.year else whole}"


def part_of_day(at: time) -> str:
    """Morning, afternoon or evening."""
    if at.hour < 12:
        return "morning"
    return "afternoon" if at.hour < 17 else "evening"


def between(earliest: time | None, latest: time | None) -> str:
    """Hours as they are said: "between 10am and 4pm", "after 10am", "before 4pm"."""
    if earliest and latest:
        return f"between {clock_face(earliest)} and {clock_face(latest)}"
    return f"after {clock_face(earliest)}" if earliest else f"before {clock_face(latest)}" if latest else ""
