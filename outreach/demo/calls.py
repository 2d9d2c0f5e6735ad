"""Banking Protocol calls of the demonstration: every outcome, one unknown for too long, one going on now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import calls, need
from outreach.casework.calls import MONEY, Call, Means, Outcome, Route
from outreach.casework.contacts import Contact, ContactChannel
from outreach.casework.contacts import Outcome as ContactOutcome
from outreach.casework.follow_ups import FollowUp, Status
from outreach.demo.people import Cast
from outreach.foundation import outbox
from outreach.foundation.clock import at, now, today
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage, State
from outreach.foundation.permissions import Actor, Role

_WORDS: dict[str, Any] = {"route": Route, "means": Means, "outcome": Outcome, **dict.fromkeys(MONEY, Decimal)}
_TOLD_APART = frozenset({"victim", "person", "phone", "days_ago", "minutes_ago", "at", "attended_after",
                         "visited", "later"})


def tell(session: Session, cast: Cast, facts: Mapping[str, Any]) -> None:
    """Log every call as it stands in the file, then date it back to when it came."""
    officer = cast.one(Role.OFFICER)
    for told in facts["call"]:
        call = _log(session, cast, officer, told)
        if "later" in told:
            _put_right(session, officer, call, told["later"])
        with acting(session, officer, "demo.loaded"):
            _date_back(session, call)
            if "visited" in told:
                _visited(session, call, **told["visited"])
            need.reckon_for(call.victim)


def _log(session: Session, cast: Cast, officer: Actor, told: Mapping[str, Any]) -> Call:
    received_at = _received(told)
    known = _worded({name: value for name, value in told.items() if name not in _TOLD_APART})
    if "attended_after" in told:
        known["attended_at"] = received_at + timedelta(minutes=told["attended_after"])
    person = told.get("person") and {**told["person"], "phones": [(told["phone"], "")]}
    victim = cast.victims[told["victim"]] if "victim" in told else None
    return calls.log_call(session, officer, victim, person=person, received_at=received_at, **known)


def _received(told: Mapping[str, Any]) -> datetime:
    if "minutes_ago" in told:
        return now().replace(second=0, microsecond=0) - timedelta(minutes=told["minutes_ago"])
    return at(today() - timedelta(days=told["days_ago"]), told["at"])


def _put_right(session: Session, officer: Actor, call: Call, told: Mapping[str, Any]) -> None:
    wanted = _worded(told)
    reason = wanted.pop("reason")
    calls.record_outcome(session, officer, call, seen={name: getattr(call, name) for name in wanted},
                         reason=reason, **wanted)


def _worded(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _WORDS.get(name, lambda value: value)(value) for name, value in told.items()}


def _date_back(session: Session, call: Call) -> None:
    """The call, the person and the report were written down when the bank rang, and the officer was told
    then."""
    call.created_at = call.received_at
    call.victim.created_at = min(call.victim.created_at, call.received_at)
    if call.fraud_report:
        call.fraud_report.created_at = call.received_at
    told = session.scalar(select(OutboxMessage).where(OutboxMessage.subject_type == "call",
                                                      OutboxMessage.subject_id == call.id))
    if told and call.received_at < now() - timedelta(days=1):
        told.created_at = told.run_after = call.received_at
        told.state, told.done_at = State.DONE, call.received_at + timedelta(minutes=1)


def _visited(session: Session, call: Call, *, after_days: int, summary: str) -> None:
    """The visit as it stands in the book, made within its time."""
    visit = session.get_one(FollowUp, call.follow_up_id)
    when = call.received_at + timedelta(days=after_days)
    contact = Contact(victim_id=call.victim_id, at=when, by_id=visit.assignee_id, attempt_no=1, minutes=45,
                      channel=ContactChannel.VISIT, outcome=ContactOutcome.VISITED, summary=summary,
                      verified_identity=True, created_at=when)
    session.add(contact)
    session.flush()
    outbox.cancel(session, ("follow_up", visit.id))
    visit.created_at, visit.due_at, visit.contact_id = call.received_at, when, contact.id
    visit.status, visit.settled_at, visit.settled_by_id = Status.DONE, when, visit.assignee_id
    call.victim.first_reached_at = min(call.victim.first_reached_at or when, when)
