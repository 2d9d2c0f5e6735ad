"""What the log of a visit asks, and what it starts from."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.desk.victims.fields import Ticked
from app.forms import Blank, Filled, Form, Time
from outreach.casework.contacts import Outcome
from outreach.casework.devices import feelings
from outreach.casework.visits import VisitLog
from outreach.casework.visits.entry import LogEntry
from outreach.casework.visits.mine import MyVisit
from outreach.foundation import clock
from outreach.foundation.force import current

FIRST_MEASURES = 8           # those spoken of most; the rest open under them


# As a visit goes: most often they are in.
_OUTCOMES = (Outcome.VISITED, *(one for one in Outcome if one not in (Outcome.VISITED, Outcome.POSTED)))


def _whole(typed: Any) -> Any:
    """Minutes as they are typed: 45, or 45.0 where a phone's keypad says so."""
    text = str(typed).strip().removesuffix(".0")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError("Enter minutes as a number, like 45")
    return int(text)


def _miles(typed: Any) -> Any:
    try:
        return Decimal(str(typed).strip().lower().removesuffix("miles").strip())
    except InvalidOperation:
        raise ValueError("Enter miles as a number, like 7.5") from None


_Whole = Annotated[int, BeforeValidator(_whole)]


class LogForm(Form):
    messages = {"outcome": "Choose what came of the visit", "worried": "Choose an answer from 1 to 5",
                "safe": "Choose an answer from 1 to 5", "concern_now": "Tick it or leave it",
                "miles": "Enter miles as a number, like 7.5"}

    outcome: Annotated[Outcome | None, Blank] = None
    began: Annotated[Time | None, Blank] = None
    ended: Annotated[Time | None, Blank] = None
    met: list[str] = Field(default_factory=list)
    discussed: list[str] = Field(default_factory=list)
    accepted: list[str] = Field(default_factory=list)
    fitted: list[str] = Field(default_factory=list)
    fitted_note: Annotated[str, Blank] = ""
    concern: Annotated[str, Blank] = ""
    concern_now: Ticked = False
    worried: Annotated[int | None, Blank] = None
    safe: Annotated[int | None, Blank] = None
    words: Annotated[str, Blank] = ""
    next_step: Annotated[str, Blank] = ""
    minutes: Annotated[_Whole | None, Blank] = None
    travel_minutes: Annotated[_Whole, Blank] = 0
    miles: Annotated[Decimal, BeforeValidator(_miles), Blank] = Decimal(0)


def entry_of(form: Filled[LogForm]) -> LogEntry:
    """The log that a form holds. Raises ValueError on one that could not be read."""
    return LogEntry(**form.values)


def start(visit: MyVisit) -> dict[str, Any]:
    """What a new log starts from: the times of the check-in and check-out, else those of the plan."""
    moment = clock.now()
    has_begun = (visit.checked_in_at or visit.begins_at) <= moment
    ended_at = visit.checked_out_at or (min(visit.ends_at, moment) if has_begun else visit.ends_at)
    return {"began": hour(visit.checked_in_at or visit.begins_at), "ended": hour(ended_at)}


def held(log: VisitLog) -> dict[str, Any]:
    """A log as its form would show it, for whoever corrects it."""
    found = {name: getattr(log, name) for name in LogForm.model_fields if hasattr(log, name)}
    if log.minutes == round((log.ended_at - log.began_at).total_seconds() / 60):
        found["minutes"] = None      # reckoned from the times, and again when they are corrected
    return found | {"began": hour(log.began_at), "ended": hour(log.ended_at),
                    "concern_now": "yes" if log.concern_now else "",
                    "travel_minutes": log.travel_minutes or None,
                    "miles": f"{log.miles.normalize():f}" if log.miles else None}


def hour(instant: datetime) -> str:
    """As a browser's own field for times wants it: 14:30."""
    return f"{clock.local(instant):%H:%M}"


def choices() -> dict[str, Any]:
    """Every list that the log offers, from the force's own file."""
    rules = current()
    measures = [(code, kind.words) for code, kind in rules.measures.types.items() if not kind.retired]
    return {
        "outcomes": [(one.value, one.value[:1].upper() + one.value[1:]) for one in _OUTCOMES],
        "met": [*rules.visits.met.items()],
        "measures": measures[:FIRST_MEASURES], "more_measures": measures[FIRST_MEASURES:],
        "equipment": [(code, kind.words[:1].upper() + kind.words[1:])
                      for code, kind in rules.devices.kinds.items()],
        "scale": feelings.scale(), "worried_question": rules.devices.worried_question,
        "safe_question": rules.devices.safe_question}
