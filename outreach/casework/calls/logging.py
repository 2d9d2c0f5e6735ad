"""Logging a call: the call, the person, the report, the visit and the message, all in one breath or none."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from outreach.casework import follow_ups, fraud_reports
from outreach.casework.calls import banks, plausible, visiting
from outreach.casework.calls.plausible import BadCall
from outreach.casework.calls.record import Call, Means, Outcome, Route
from outreach.casework.fraud_reports import Payment, Source, tidy_reference
from outreach.casework.matching import fold
from outreach.casework.need import age_on
from outreach.casework.victims import Victim, entering
from outreach.casework.victims.record import VictimPhone
from outreach.foundation import clock, outbox
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

TELL = "call.tell_officer"
_PAYMENT = {Means.CASH: Payment.CASH, Means.TRANSFER: Payment.TRANSFER}


@operation("call.logged", needs=May.LOG_CALL)
def log_call(session: Session, actor: Actor, /, victim: Victim | None, *, incident_number: str,
             received_at: datetime, bank: str, branch: str = "", person: Mapping[str, Any] | None = None,
             **facts: Any) -> Call:
    """Log a Banking Protocol call about somebody on record, or about a new `person` (details of a victim, and
    phones). `facts` are the other columns of `Call` by name; money in pounds.

    Where it was a fraud, or may be one: a report is entered, a visit planned within the band's time, and
    whoever is to visit is told. Raises `BadCall`, with a sentence for each field that does not fit.
    """
    number = tidy_reference(incident_number)
    plausible.refuse({**facts, "incident_number": number, "received_at": received_at})
    _refuse_known(session, number)
    if not fold(bank):
        raise BadCall({"bank": "Enter the bank that rang"})
    details = {**(person or {})}
    victim = victim or entering.enter(session, actor, **details)
    _add_phones(session, victim, details.get("phones", ()))
    named = banks.named(session, bank)
    facts.setdefault("age", age_on(clock.day_of(received_at), victim.born_on, victim.age_estimate))
    call = Call(victim=victim, incident_number=number, received_at=received_at, bank=named,
                branch=banks.branch_named(session, named, branch), logged_by_id=actor.id, **facts)
    _write(session, call)
    settle(session, actor, call)
    return call


def settle(session: Session, actor: Actor, call: Call) -> None:
    """What follows from a call as it stands now, within the operation that calls this: where it is a fraud
    the report and the visit, where it turned out to be none neither."""
    if not call.is_fraud:
        _take_back(session, actor, call)
        return
    if call.fraud_report is None:
        call.fraud_report = _report(session, actor, call)
    if call.follow_up_id is None and not call.victim.deceased_on:
        _plan_visit(session, actor, call)


def _plan_visit(session: Session, actor: Actor, call: Call) -> None:
    planned = visiting.visit(call.victim, call.bank.name, call.received_at)
    if planned is None:
        return
    follow_up = follow_ups.plan(session, actor, call.victim, due_at=planned.due_at, reason=planned.reason,
                                assignee_id=_visitor(session, actor, call.victim))
    call.follow_up_id = follow_up.id
    session.flush()
    outbox.put(session, TELL, key=f"{TELL}-{call.id}-{follow_up.id}", subject=("call", call.id))


def _visitor(session: Session, actor: Actor, victim: Victim) -> int:
    """Whoever has this person, if their account is still open; else whoever logs the call."""
    may = {account.id for account in follow_ups.may_be_given(session, victim)}
    return victim.assigned_to_id if victim.assigned_to_id in may else actor.id


def _report(session: Session, actor: Actor, call: Call) -> fraud_reports.FraudReport:
    return fraud_reports.enter_report(
        session, actor, call.victim, source=Source.BANKING_PROTOCOL, fraud_type=call.fraud_type,
        force_occurrence=call.incident_number, reported_on=clock.day_of(call.received_at), lost=call.lost,
        recovered=call.recovered, payment=_PAYMENT.get(call.means) if call.means else None,
        summary=f"Cover story: {call.cover_story}" if call.cover_story else "")


def _take_back(session: Session, actor: Actor, call: Call) -> None:
    """It was no fraud after all: the report is erased and the visit, if it is still to come, cancelled;
    a visit that was made stays with the call."""
    if call.follow_up_id is not None:
        follow_up = session.get_one(follow_ups.FollowUp, call.follow_up_id)
        if follow_up.status in follow_ups.OPEN:
            follow_ups.cancel(session, actor, follow_up)
            call.follow_up_id = None
    if report := call.fraud_report:
        call.fraud_report = None
        session.flush()
        fraud_reports.erase_report(session, actor, report)


def _write(session: Session, call: Call) -> None:
    """Of two people who log one incident at once, the second is told of the first."""
    number = call.incident_number
    try:
        with session.begin_nested():
            session.add(call)
    except IntegrityError:
        _refuse_known(session, number)
        raise


def _refuse_known(session: Session, number: str) -> None:
    if known := session.scalar(select(Call.id).where(Call.incident_number == number)):
        raise BadCall({"incident_number": f"Incident {number} is logged already, as call {known}: open that "
                                          "call, or check the number"})


def _add_phones(session: Session, victim: Victim, phones: Any) -> None:
    """A number the bank gave that the record lacks is kept beside the others."""
    known = {phone.number for phone in victim.phones}
    added = [VictimPhone(number=number, note=note) for number, note in phones if number not in known]
    if added:
        victim.phones.extend(added)
        entering.settled_in(session, victim)


__all__ = ["TELL", "BadCall", "Means", "Outcome", "Route", "log_call", "settle"]
