"""Accepting the log of a visit, or returning it: what was accepted stands on the victim's record for good."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from outreach.casework import contacts, follow_ups, measures
from outreach.casework.contacts import ContactChannel, Outcome
from outreach.casework.follow_ups import Proposal
from outreach.casework.measures.catalogue import UnknownMeasure, words_of
from outreach.casework.victims import Victim, open_victim
from outreach.casework.visits import returning
from outreach.casework.visits.log_in_words import summary_of
from outreach.casework.visits.record import (
    CrewMember,
    CrewState,
    LogState,
    NoSuchVisit,
    Visit,
    VisitLog,
    VisitState,
)
from outreach.foundation import clock, times
from outreach.foundation.accounts import Account
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers import Work, hours

_STILL_OPEN = (LogState.RECEIVED, LogState.RETURNED, LogState.REVIEW)


class NotWaiting(Exception):
    """The log does not wait for this decision, or not any more; the text says how it stands."""


class NothingSaid(ValueError):
    """The log is returned or set aside without a word of why."""


class CannotReturn(ValueError):
    """Whoever wrote the log cannot write it again; the text says what to do."""


@dataclass(frozen=True, slots=True)
class OpenLog:
    """A log with all that is read beside it. `victim` is None for help at an event."""

    log: VisitLog
    visit: Visit
    victim: Victim | None
    writer: Account


def open_log(session: Session, actor: Actor, visit_id: int, log_id: int, *,
             to_change: bool = False) -> OpenLog:
    """One log and the record it belongs to; that look is logged. Locked when it is opened `to_change`.

    Raises `NoSuchVisit`, and as `open_victim` does where the record is not open to whoever asks.
    """
    actor.must(May.SEE_VISITS)
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NoSuchVisit("There is no such visit")
    victim = visit.victim_id and open_victim(session, actor, visit.victim_id, to_change=to_change)
    if to_change:
        session.refresh(visit, with_for_update={"key_share": True})    # a log that comes in may point at it
    question = select(VisitLog).where(VisitLog.id == log_id, VisitLog.visit_id == visit_id)
    log = session.scalars(question.with_for_update() if to_change else question).one_or_none()
    if log is None:
        raise NoSuchVisit("There is no such log")
    return OpenLog(log, visit, victim or None, session.get_one(Account, log.account_id))


def next_step(session: Session, found: OpenLog) -> Proposal | None:
    """What the cadence would plan once this log is accepted; nothing where another log of the same visit was
    accepted, since that one planned it."""
    if found.victim is None or _accepted_before(session, found.log) or found.victim.deceased_on:
        return None
    log = found.log
    return follow_ups.in_time(follow_ups.propose(session, found.victim, log.outcome, log.began_at))


@operation("visit_log.accepted", needs=May.ACCEPT_LOG)
def accept(session: Session, actor: Actor, found: OpenLog, *, plan_next: bool = True,
           seen: int | None = None) -> Sequence[str]:
    """Accept a log: it becomes a contact of its writer's on the victim's timeline, its measures are taken
    forward, its hours counted; with the last log that is owed the visit is finished and closed to its crew.

    Gives the measures that were left as they stand, in words: they had come further, or nothing more is put
    in place. It cannot be undone. `seen` is the version that was read. Raises `NotWaiting`.
    """
    log = found.log
    if log.state is not LogState.RETURNED:      # its writer may never come back to it
        _must_wait(log)
    if seen not in (None, log.version):
        raise NotWaiting(f"{found.writer.name} corrected this log {times.said(log.received_at)}: read it "
                         "again, then accept it")
    returning.forget(session, log)
    left: list[str] = []
    if found.victim is not None:
        contact = _write_contact(session, actor, found, found.victim, plan_next)
        log.contact_id = contact.id
        left = _take_measures_forward(session, actor, log, found.victim)
    log.state, log.decided_at, log.decided_by_id = LogState.ACCEPTED, clock.now(), actor.id
    _count_hours(session, actor, log)
    finish_if_all_in(session, found.visit)
    return left


@operation("visit_log.returned", needs=May.ACCEPT_LOG)
def send_back(session: Session, actor: Actor, found: OpenLog, *, why: str) -> VisitLog:
    """Return a log to its writer, who is told by mail and text that something is to be put right.

    Raises `NotWaiting`, `NothingSaid`, `CannotReturn`.
    """
    log = found.log
    _must_wait(log)
    if len(why.strip()) < 3:
        raise NothingSaid("Say what is to be put right")
    part = _part(session, log.visit_id, log.account_id)
    if not found.writer.is_working or part.state is not CrewState.ACCEPTED or part.owes_no_log_at:
        raise CannotReturn(f"{found.writer.name} cannot open this visit any more. Ring them, accept the log, "
                           "and log what is missing as a contact of your own.")
    log.state, log.decided_at, log.decided_by_id = LogState.RETURNED, clock.now(), actor.id
    log.decided_why = why.strip()
    session.flush()
    returning.tell_writer(session, log)
    return log


@operation("visit_log.none_owed", needs=May.ACCEPT_LOG)
def owes_none(session: Session, actor: Actor, visit_id: int, account_id: int, *, went: bool) -> CrewMember:
    """No log is needed from one of the crew. Whoever went all the same has their hours counted, from their
    check-in to their check-out, else as planned. Twice changes nothing.

    Raises `NoSuchVisit`, `NotWaiting`.
    """
    visit = session.get(Visit, visit_id, with_for_update={"key_share": True})
    if visit is None:
        raise NoSuchVisit("There is no such visit")
    if visit.victim_id:
        open_victim(session, actor, visit.victim_id, to_change=True)
    part = _part(session, visit_id, account_id)
    if part.owes_no_log_at:
        return part
    if part.state is not CrewState.ACCEPTED or visit.planned_start_at > clock.now():
        raise NotWaiting("No log is owed by them: they are not on this visit, or it has not begun")
    if part.checked_in_at and part.checked_out_at is None:      # else they could check out no more
        raise NotWaiting("They checked in and have not checked out. Speak to them, and say so on the visit "
                         "first")
    part.owes_no_log_at = clock.now()
    if went:
        _count_as_planned(session, actor, visit, part)
    finish_if_all_in(session, visit)
    return part


def finish_if_all_in(session: Session, visit: Visit) -> None:
    """Finish a visit when nobody of the crew owes a log any more, within the operation that calls this."""
    session.flush()
    logs = {log.account_id: log.state for log in session.scalars(
        select(VisitLog).where(VisitLog.visit_id == visit.id))}
    going = session.scalars(select(CrewMember).where(
        CrewMember.visit_id == visit.id, CrewMember.state == CrewState.ACCEPTED)).all()
    owed = [one for one in going if not one.owes_no_log_at and one.account_id not in logs]
    told = bool(logs) or any(one.owes_no_log_at for one in going)
    if told and not owed and not set(_STILL_OPEN) & {*logs.values()} and visit.state is VisitState.PLANNED:
        visit.state, visit.ended_at = VisitState.FINISHED, clock.now()


def _must_wait(log: VisitLog) -> None:
    if log.state is not LogState.RECEIVED:
        raise NotWaiting(f"This log is {log.state}: load the page again" if log.state is not LogState.REVIEW
                         else "This log waits for the supervisor: its writer had no access when it came")


def _write_contact(session: Session, actor: Actor, found: OpenLog, victim: Victim,
                   plan_next: bool) -> contacts.Contact:
    log = found.log
    proposal = next_step(session, found) if plan_next else None
    return contacts.write_down(
        session, actor, victim, by_id=log.account_id, outcome=log.outcome, at=log.began_at,
        over_at=min(log.ended_at, log.received_at), summary=summary_of(log), minutes=log.minutes,
        channel=ContactChannel.JOINT_VISIT if _went_together(session, log) else ContactChannel.VISIT,
        is_told_before=_accepted_before(session, log),
        follow_up=proposal if log.outcome is not Outcome.DECEASED else None)


def _went_together(session: Session, log: VisitLog) -> bool:
    """Whether somebody else of the crew was there, as far as a check-in or a log of theirs tells."""
    wrote = exists().where(VisitLog.visit_id == log.visit_id, VisitLog.account_id == CrewMember.account_id)
    others = select(CrewMember.id).where(CrewMember.visit_id == log.visit_id,
                                         CrewMember.account_id != log.account_id,
                                         CrewMember.state == CrewState.ACCEPTED,
                                         or_(CrewMember.checked_in_at.is_not(None), wrote))
    return session.scalar(others.limit(1)) is not None


def _accepted_before(session: Session, log: VisitLog) -> bool:
    other = select(VisitLog.id).where(VisitLog.visit_id == log.visit_id, VisitLog.id != log.id,
                                      VisitLog.state == LogState.ACCEPTED)
    return session.scalar(other.limit(1)) is not None


def _take_measures_forward(session: Session, actor: Actor, log: VisitLog, victim: Victim) -> list[str]:
    on, left = clock.day_of(log.began_at), []
    for code in log.discussed:
        step = measures.Status.ACCEPTED if code in log.accepted else measures.Status.OFFERED
        try:
            measures.take_step(session, actor, victim, code, step, on=on, note="Log of a visit")
        except (measures.Refused, UnknownMeasure):
            left.append(words_of(code))
    return left


def _count_hours(session: Session, actor: Actor, log: VisitLog) -> None:
    """Once: whoever was said to owe no log and wrote one after all has had them counted."""
    if _part(session, log.visit_id, log.account_id).owes_no_log_at is None:
        hours.from_visit(session, actor, log.account_id, on=clock.day_of(log.began_at), minutes=log.minutes,
                         work=Work.VISIT if log.visit.victim_id else Work.EVENT, log_id=log.id,
                         travel_minutes=log.travel_minutes, miles=log.miles)


def _count_as_planned(session: Session, actor: Actor, visit: Visit, part: CrewMember) -> None:
    began_at, ended_at = part.checked_in_at or visit.planned_start_at, part.checked_out_at
    lasted = (ended_at - began_at) if ended_at else (visit.planned_end_at - visit.planned_start_at)
    hours.enter(session, actor, session.get_one(Account, part.account_id), on=clock.day_of(began_at),
                work=Work.VISIT if visit.victim_id else Work.EVENT, note="No log of their own was needed",
                minutes=max(1, min(round(lasted.total_seconds() / 60), hours.DAY)))


def _part(session: Session, visit_id: int, account_id: int) -> CrewMember:
    found = session.scalars(select(CrewMember).where(
        CrewMember.visit_id == visit_id, CrewMember.account_id == account_id)).one_or_none()
    if found is None:
        raise NoSuchVisit("There is no such visit")
    return found
