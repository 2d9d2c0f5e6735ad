"""What the form of a visit asks, and how a visit is said in words."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from app import spoken
from app.desk.victims.fields import Line, Story, Ticked
from app.forms import Blank, Filled, Form, Time, UkDate
from outreach.casework import reaching
from outreach.casework.safe_contact import Channel
from outreach.casework.victims import Victim
from outreach.casework.visits import CrewState, Risk, Visit, VisitState, crew_told, telling
from outreach.casework.visits.plausible import Plan
from outreach.foundation import clock
from outreach.foundation.force import current

RISKS = [(Risk.NOT_ASSESSED.value, "Not assessed yet", "It can be saved, but nobody can be asked to go"),
         (Risk.NONE_KNOWN.value, "No risk known", ""),
         (Risk.CARE.value, "Take care", "Say why in the safety notes")]
RISK_WORDS = {Risk.NOT_ASSESSED: ("Not assessed yet", "wrong"), Risk.NONE_KNOWN: ("No risk known", "done"),
              Risk.CARE: ("Take care", "going")}
BY = {Channel.TEXT: "A text", Channel.EMAIL: "An e-mail", Channel.LETTER: "A letter"}
_HOW = {Channel.TEXT: "By a text from the worker", Channel.EMAIL: "By an e-mail from the worker",
        Channel.LETTER: "By a letter that the worker writes and somebody posts"}
_OURSELVES = "By whoever plans the visit, in person: nothing is sent"
CREW = {CrewState.OFFERED: ("Asked", "waiting"), CrewState.ACCEPTED: ("Goes", "done"),
        CrewState.DECLINED: ("Declined", "off"), CrewState.WITHDRAWN: ("Not needed", "off"),
        CrewState.HANDED_BACK: ("Gave it back", "wrong")}
ANSWERED = {CrewState.ACCEPTED: "Said yes", CrewState.DECLINED: "Said no",
            CrewState.WITHDRAWN: "Had said yes", CrewState.HANDED_BACK: "Since"}
STATES = {VisitState.PLANNED: ("Planned", "waiting"), VisitState.CANCELLED: ("Cancelled", "off"),
          VisitState.FINISHED: ("Finished", "done")}
# What the domain calls by another name than the form.
CALLED = {"password": "agreed_password"}


class VisitForm(Form):
    messages = {"on": "Enter the date, like 27 3 2027", "starts": "Enter when it begins, like 2:30pm",
                "ends": "Enter when it ends, like 3:30pm", "persons": "Choose one person or two",
                "risk": "Choose what is known of the address",
                "named_contact_id": "Choose who is told when nobody checks out",
                "tell_by": "Choose how they are told, or that you tell them yourself"}

    event_name: Annotated[Line, Blank] = ""
    event_place: Annotated[Line, Blank] = ""
    on: UkDate
    starts: Time
    ends: Annotated[Time | None, Blank] = None
    asked: Ticked = False
    persons: int
    alone_reason: Annotated[Line, Blank] = ""
    risk: Annotated[Risk, Blank] = Risk.NOT_ASSESSED
    safety_notes: Annotated[Story, Blank] = ""
    access_notes: Annotated[Story, Blank] = ""
    take: list[str] = []
    agreed_password: Annotated[Line, Blank] = ""
    named_contact_id: int
    tell_by: Annotated[Channel | None, Blank] = None
    answers: Annotated[int | None, Blank] = None


class OfferForm(Form):
    account_ids: list[int] = []
    all_the_same: Ticked = False


class AssignForm(Form):
    messages = {"account_id": "Choose who goes"}

    account_id: int


class WhyForm(Form):
    why: Annotated[Line, Blank] = ""


def plan_of(form: Filled[VisitForm]) -> Plan:
    """What the form means. An end left blank is the usual length after the start."""
    values = dict(form.values)
    starts_at = clock.at(values["on"], values["starts"])
    ends_at = (clock.at(values["on"], values["ends"]) if values["ends"]
               else starts_at + timedelta(minutes=current().visits.minutes))
    for name in ("on", "starts", "ends", "asked", "answers"):
        del values[name]
    return Plan(starts_at=starts_at, ends_at=ends_at, password=values.pop("agreed_password"), **values)


def fields_of(plan: Plan) -> dict[str, Any]:
    """A plan as the form shows it."""
    start, end = clock.local(plan.starts_at), clock.local(plan.ends_at)
    same = ("persons", "risk", "alone_reason", "safety_notes", "access_notes", "take", "named_contact_id",
            "tell_by", "event_name", "event_place")
    return {"on": start.date(), "starts": start.time(), "ends": end.time(), "agreed_password": plan.password,
            **{name: getattr(plan, name) for name in same}}


def held(visit: Visit) -> dict[str, Any]:
    """A visit as the form shows it."""
    return fields_of(Plan(
        starts_at=visit.planned_start_at, ends_at=visit.planned_end_at, persons=visit.persons,
        named_contact_id=visit.named_contact_id, risk=visit.risk, alone_reason=visit.alone_reason,
        safety_notes=visit.safety_notes, access_notes=visit.access_notes, take=visit.take,
        password=visit.password, tell_by=visit.tell_by, event_name=visit.event_name,
        event_place=visit.event_place))


def ways(victim: Victim) -> list[tuple[str, ...]]:
    """How the person can be told, and beside each way why it would be refused."""
    return [("", "I tell them myself", "Nothing is sent"),
            *((way.value, words, reaching.refusal(victim, way)) for way, words in BY.items())]


def telling_of(visit: Visit, told: datetime | None) -> list[tuple[str, str]]:
    """How the person is told, and what they were told so far: rows for the page of a visit."""
    if visit.victim is None:
        return []
    return [("How the person is told", _HOW.get(visit.tell_by, _OURSELVES)),
            ("What they were told", _was_told(visit, told))]


def _was_told(visit: Visit, told: datetime | None) -> str:
    if told is None:
        if visit.state is not VisitState.PLANNED or visit.planned_start_at <= clock.now():
            return "Nothing by the worker"
        if visit.tell_by is None:
            return "Nothing by the worker: ring to be sure that they expect the visit"
        return ("Nothing yet: what the worker does about it stands below" if telling.is_staffed(visit)
                else "Nothing yet: the worker tells them once enough people go")
    words = f"That we come {spoken.when(told)}"
    return words if told == visit.planned_start_at else f"{words}, which is not the time any more"


def said(starts_at: datetime, ends_at: datetime) -> str:
    """When a visit is: "Tuesday 3 March 2026, 10am to 11am"."""
    day, _, hours = crew_told.from_to(starts_at, ends_at).partition(",")
    return f"{day} {clock.local(starts_at).year},{hours}"


def whom(visit: Visit) -> str:
    """To whom, or to what, a visit is."""
    return visit.victim.name if visit.victim else visit.event_name
