"""What a visitor writes in the log of a visit, and what is wrong with it in words that say what to do."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from outreach.casework.contacts import REACHED, Outcome
from outreach.casework.visits import on_the_day
from outreach.casework.visits.record import CrewMember, Visit
from outreach.foundation import clock, times
from outreach.foundation.force import current

LONGEST, LONGEST_LINE = 4000, 400      # characters of a story and of a line
MOST_MINUTES, MOST_MILES = 720, 500
NOBODY = "nobody"                      # the code in [visits.met] that goes with no other
_SLIP = timedelta(minutes=5)           # clocks differ a little
_STORIES = {"concern": LONGEST, "words": LONGEST, "next_step": LONGEST_LINE, "fitted_note": LONGEST_LINE}


class WrongEntry(ValueError):
    """A log that cannot stand: `errors` holds the sentence for each field ("" for the whole)."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(f"{sentence.rstrip('.')}." for sentence in errors.values()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What was written: times on the wall clock of the visit's day, lists of the force's own codes."""

    outcome: Outcome | None
    began: time | None
    ended: time | None
    met: Sequence[str] = ()
    discussed: Sequence[str] = ()
    accepted: Sequence[str] = ()
    fitted: Sequence[str] = ()
    fitted_note: str = ""
    concern: str = ""
    concern_now: bool = False
    worried: int | None = None
    safe: int | None = None
    words: str = ""
    next_step: str = ""
    minutes: int | None = None             # reckoned from the times where it is not given
    travel_minutes: int = 0
    miles: Decimal = Decimal(0)


def tidy(entry: LogEntry) -> LogEntry:
    """The same log in one shape, however it was sent: codes once and in order, no spaces around words.
    Whatever was accepted was discussed."""
    known = entry.miles.is_finite() and abs(entry.miles) <= MOST_MILES
    tidied: dict[str, Any] = {name: getattr(entry, name).strip() for name in _STORIES}
    tidied |= {name: sorted(set(getattr(entry, name))) for name in ("met", "accepted", "fitted")}
    return replace(entry, **tidied, discussed=sorted({*entry.discussed, *entry.accepted}),
                   miles=entry.miles.quantize(Decimal("0.01")) if known else entry.miles)


def body_hash(visit_id: int, entry: LogEntry) -> str:
    """What tells one log from another; the same words give the same."""
    told = json.dumps([visit_id, asdict(tidy(entry))], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def instants(visit: Visit, part: CrewMember, began: time, ended: time) -> tuple[datetime, datetime]:
    """When it was: on the day on which they checked in, else on that of the plan; past midnight where they
    can have been there then, by the plan and what may be asked for beyond it, or by their check-out."""
    day = clock.day_of(part.checked_in_at or visit.planned_start_at)
    morrow = clock.at(day + timedelta(days=1), ended)
    latest = max(visit.planned_end_at + on_the_day.LONGEST, part.checked_out_at or visit.planned_end_at)
    overnight = ended < began and morrow <= latest + _SLIP
    return clock.at(day, began), morrow if overnight else clock.at(day, ended)


def refuse_wrong(entry: LogEntry, visit: Visit, part: CrewMember, off: timedelta = timedelta()) -> None:
    """Raise `WrongEntry` with a sentence for each field that cannot stand. `off` is how far the phone's clock
    is ahead of ours: it says so where a time is to come."""
    found = (_outcome(entry, visit) | _times(entry, visit, part, off) | _codes(entry) | _lengths(entry)
             | _figures(entry) | _concern(entry))
    if found:
        raise WrongEntry(found)


def _outcome(entry: LogEntry, visit: Visit) -> dict[str, str]:
    if visit.victim_id is None:      # help at an event has no outcome of its own
        return {}
    found: dict[str, str] = {}
    if entry.outcome is None or entry.outcome is Outcome.POSTED:
        found["outcome"] = "Choose what came of the visit"
    if NOBODY in entry.met and len(entry.met) > 1:
        found["met"] = "Untick “Nobody”, or untick the others"
    elif entry.outcome in REACHED and (not entry.met or NOBODY in entry.met):
        found["met"] = "Tick who you met, or choose another outcome"
    return found


def _times(entry: LogEntry, visit: Visit, part: CrewMember, off: timedelta) -> dict[str, str]:
    missing = {name: f"Enter the time at which it {name}" for name in ("began", "ended")
               if getattr(entry, name) is None}
    if entry.began is None or entry.ended is None:
        return missing
    began_at, ended_at = instants(visit, part, entry.began, entry.ended)
    found = {name: f"Enter a time that has passed: it is {_now_and(off)}"
             for name, moment in (("began", began_at), ("ended", ended_at)) if moment > clock.now() + _SLIP}
    if ended_at < began_at and "began" not in found:
        found["ended"] = f"Enter a time after {times.clock_face(entry.began)}, when it began"
    return found


def _now_and(off: timedelta) -> str:
    now = times.clock_face(clock.local(clock.now()).time().replace(second=0, microsecond=0))
    if abs(off) <= _SLIP:
        return f"{now} now"
    return f"{now} now, and the phone’s clock is {told_off(int(off.total_seconds()))}"


def told_off(seconds: int) -> str:
    """How far a phone's clock is off, in words: "3 hours fast", "20 minutes slow"."""
    minutes = round(abs(seconds) / 60)
    number, unit = (minutes, "minute") if minutes < 120 else (round(minutes / 60), "hour")
    return f"{number} {unit}{'' if number == 1 else 's'} {'fast' if seconds > 0 else 'slow'}"


def _codes(entry: LogEntry) -> dict[str, str]:
    rules = current()
    lists: dict[str, Collection[str]] = {
        "met": rules.visits.met, "discussed": rules.measures.types, "fitted": rules.devices.kinds}
    given = {"met": entry.met, "discussed": [*entry.discussed, *entry.accepted], "fitted": entry.fitted}
    return {name: "Tick only what is on the list: it has changed since. Load the page again"
            for name, known in lists.items() if not set(given[name]) <= set(known)}


def _lengths(entry: LogEntry) -> dict[str, str]:
    return {name: f"Shorten this to {most:,} characters or fewer: it has {len(getattr(entry, name)):,}"
            for name, most in _STORIES.items() if len(getattr(entry, name)) > most}


def _figures(entry: LogEntry) -> dict[str, str]:
    found = {name: f"Enter minutes from 0 to {MOST_MINUTES}" for name in ("minutes", "travel_minutes")
             if not 0 <= (getattr(entry, name) or 0) <= MOST_MINUTES}
    if not entry.miles.is_finite() or not 0 <= entry.miles <= MOST_MILES:
        found["miles"] = f"Enter miles from 0 to {MOST_MILES}, like 7.5"
    highest = len(current().devices.answers)
    return found | {name: f"Choose an answer from 1 to {highest}" for name in ("worried", "safe")
                    if getattr(entry, name) is not None and not 1 <= getattr(entry, name) <= highest}


def _concern(entry: LogEntry) -> dict[str, str]:
    if entry.concern_now and not entry.concern:
        return {"concern": "Say what the concern is, so that the officer knows what to do"}
    return {}
