"""Visits of the demonstration, one in each state: planned, offered, to come, under way, overdue, logged."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.contacts import Outcome
from outreach.casework.safe_contact import Channel
from outreach.casework.visits import (
    CrewMember,
    CrewState,
    Risk,
    Visit,
    VisitState,
    accepting,
    escalation,
    logging,
    offering,
    telling,
)
from outreach.casework.visits.entry import LogEntry
from outreach.demo.people import Cast
from outreach.foundation.clock import at, local, now, today
from outreach.foundation.operation import acting
from outreach.foundation.permissions import Actor, Role

_WORDS = ("alone_reason", "safety_notes", "access_notes", "password", "event_name", "event_place", "take")


def tell(session: Session, cast: Cast, facts: Mapping[str, Any]) -> None:
    """Each visit as the file has it; what is to come is offered and answered as anybody would."""
    officer = cast.one(Role.OFFICER)
    for told in facts["visit"]:
        visit = _visit(session, officer, cast, told)
        for number, member in enumerate(told.get("crew", ())):
            _crew(session, officer, cast, visit, member)
            if log := member.get("log"):
                _log(session, officer, cast.staff[member["email"]].actor, visit, log, number)
        _settle(session, officer, visit, told)


def _visit(session: Session, officer: Actor, cast: Cast, told: Mapping[str, Any]) -> Visit:
    by_name = {name.strip(): one for name, one in cast.victims.items()}
    victim, start = by_name[told["victim"]] if "victim" in told else None, _start(told)
    with acting(session, officer, "visit.planned"):
        visit = Visit(
            victim_id=victim.id if victim else None, planned_start_at=start,
            planned_end_at=start + timedelta(minutes=told.get("minutes", 60)), persons=told.get("persons", 1),
            risk=Risk(told.get("risk", "no risk known")), named_contact_id=officer.id,
            tell_by=Channel(told["tell_by"]) if "tell_by" in told else None, planned_by_id=officer.id,
            created_at=min(now(), start) - timedelta(days=2),
            **{name: told[name] for name in _WORDS if name in told})
        session.add(visit)
    return visit


def _crew(session: Session, officer: Actor, cast: Cast, visit: Visit, told: Mapping[str, Any]) -> None:
    account, state = cast.staff[told["email"]], CrewState(told["state"])
    if visit.planned_start_at > now() and state in (CrewState.OFFERED, CrewState.DECLINED):
        offering.offer(session, officer, visit, [account.id], all_the_same=True)
        if state is CrewState.DECLINED:
            offering.answer(session, account.actor, visit.id, yes=False, why=told["why"])
        return
    with acting(session, officer, "demo.loaded"):
        member = CrewMember(
            account_id=account.id, state=state, why=told.get("why", ""), offered_at=visit.created_at,
            answered_at=visit.created_at + timedelta(hours=3),
            checked_in_at=_after(visit.planned_start_at, told.get("in")),
            checked_out_at=_after(visit.planned_end_at, told.get("out")))
        visit.crew.append(member)
    if state is CrewState.ACCEPTED:
        escalation.promise(session, member)


def _log(session: Session, officer: Actor, writer: Actor, visit: Visit, told: Mapping[str, Any],
         number: int) -> None:
    known = dict(told)
    decided = known.pop("decided", "")
    entry = LogEntry(outcome=Outcome(known.pop("outcome")), began=local(visit.planned_start_at).time(),
                     ended=local(visit.planned_end_at).time(), **known)
    hand_in = logging.hand_in_late if writer.role is Role.LAPSED else logging.hand_in
    log = hand_in(session, writer, visit.id, key=f"demonstration-{visit.id}-{number}", entry=entry)
    if decided:
        found = accepting.open_log(session, officer, visit.id, log.id, to_change=True)
    if decided == "accepted":
        accepting.accept(session, officer, found, plan_next=False)
    elif decided:
        accepting.send_back(session, officer, found, why=decided)


def _settle(session: Session, officer: Actor, visit: Visit, told: Mapping[str, Any]) -> None:
    with acting(session, officer, "demo.loaded"):
        if why := told.get("cancelled"):
            visit.state, visit.ended_why = VisitState.CANCELLED, why
            visit.ended_at = now() - timedelta(hours=20)
        telling.follow(session, visit)


def _start(told: Mapping[str, Any]) -> datetime:
    """So many minutes from now, else at a time of day so many days on (or, below nought, back)."""
    if "from_now" in told:
        moment = now() + timedelta(minutes=told["from_now"])
        return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)
    start: time = told["at"]
    return at(today() + timedelta(days=told["days"]), start)


def _after(moment: datetime, minutes: int | None) -> datetime | None:
    return None if minutes is None else moment + timedelta(minutes=minutes)
