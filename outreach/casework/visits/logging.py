"""Handing in the log of a visit: from a page or from a phone, at once or days later, and each only once."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager

from outreach.casework.contacts import Outcome
from outreach.casework.visits import concerns, escalation, returning
from outreach.casework.visits.entry import LogEntry, WrongEntry, body_hash, instants, refuse_wrong, tidy
from outreach.casework.visits.record import (
    CrewMember,
    CrewState,
    LogState,
    NoSuchVisit,
    VisitLog,
    VisitState,
)
from outreach.foundation import clock, times, walls
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

_KEY = re.compile(r"[0-9A-Za-z_-]{16,64}")
_FURTHEST_OFF = timedelta(days=3650)     # a phone's clock can be years wrong; more is no clock


class DifferentWords(Exception):
    """There is a log of this visit already, and it says something else. The first was kept."""


class AlreadyAccepted(Exception):
    """The log of this visit was accepted: it is written on the record and changes no more."""


class SetAside(Exception):
    """A supervisor set the log of this visit aside: whoever wrote it talks to them."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """One log on its way in: under which key, in which words, when by the phone's clock."""

    key: str
    entry: LogEntry
    body: str
    written_at: datetime
    off: timedelta
    corrects: int | None


@operation("visit_log.handed_in", needs=May.GO_ON_VISITS)
def hand_in(session: Session, actor: Actor, visit_id: int, *, key: str, entry: LogEntry,
            written_at: datetime | None = None, sent_at: datetime | None = None,
            corrects: int | None = None) -> VisitLog:
    """Hand in somebody's own log of a visit. The same words again give the first result again.

    `written_at` and `sent_at` are by the phone's clock; against ours at this moment they are put right.
    `corrects` is the version of the log that the writer had open, and lets the new words take its place while
    the officer has not decided. Whoever hands in a log of a visit that was taken from them after it had begun
    writes it for the supervisor's review.

    Raises `NoSuchVisit`, `WrongEntry`, `DifferentWords`, `AlreadyAccepted`, `SetAside`.
    """
    return _hand_in(session, actor, visit_id, _sent(visit_id, key, entry, written_at, sent_at, corrects))


@operation("visit_log.handed_in_late", needs=May.HAND_IN)
def hand_in_late(session: Session, actor: Actor, visit_id: int, *, key: str, entry: LogEntry,
                 written_at: datetime | None = None, sent_at: datetime | None = None,
                 corrects: int | None = None) -> VisitLog:
    """The same from somebody whose access has ended: the log waits for the supervisor's review.

    Raises as `hand_in` does.
    """
    return _hand_in(session, actor, visit_id, _sent(visit_id, key, entry, written_at, sent_at, corrects),
                    late=True)


def own(session: Session, actor: Actor, visit_id: int) -> VisitLog | None:
    """The log that somebody wrote of a visit, if they have."""
    return session.scalars(select(VisitLog).where(
        VisitLog.visit_id == visit_id, VisitLog.account_id == actor.id)).one_or_none()


def phone_off(sent_at: datetime | None) -> timedelta:
    """How far a phone's clock is ahead of ours, by when it says it sent; nothing where it does not say."""
    off = sent_at - clock.now() if sent_at else timedelta()
    return timedelta(seconds=round(off.total_seconds())) if abs(off) <= _FURTHEST_OFF else timedelta()


def _sent(visit_id: int, key: str, entry: LogEntry, written_at: datetime | None, sent_at: datetime | None,
          corrects: int | None) -> _Sent:
    off, now = phone_off(sent_at), clock.now()
    known = written_at is not None and abs(written_at - now) <= 2 * _FURTHEST_OFF
    written = min(written_at - off, now) if written_at is not None and known else now
    return _Sent(key, tidy(entry), body_hash(visit_id, entry), written, off, corrects)


def _hand_in(session: Session, actor: Actor, visit_id: int, sent: _Sent, late: bool = False) -> VisitLog:
    with walls.handing_in(session, actor):
        return _take_in(session, actor, visit_id, sent, late)


def _take_in(session: Session, actor: Actor, visit_id: int, sent: _Sent, late: bool) -> VisitLog:
    part = _part(session, actor, visit_id)
    log = _known(session, actor, visit_id, sent)
    if log is not None and _is_again(log, sent):
        return log
    if log is not None:
        _refuse_decided(log, sent)
    if part is None:
        raise NoSuchVisit("There is no such visit")
    state = _state(part, late)
    _refuse_early(part)
    refuse_wrong(sent.entry, part.visit, part, sent.off)
    log = _write(session, part, log, sent, state)
    if part.checked_out_at is None:
        part.checked_out_at = log.ended_at
    escalation.forget(session, part)
    if log.concern_now:
        concerns.raise_at_once(session, log)
    return log


def _part(session: Session, actor: Actor, visit_id: int) -> CrewMember | None:
    """Their part in the visit, locked: of two who send the same at once one waits. None where they have none,
    or none any more that they see."""
    return session.scalars(
        select(CrewMember).join(CrewMember.visit).options(contains_eager(CrewMember.visit))
        .where(CrewMember.visit_id == visit_id, CrewMember.account_id == actor.id)
        .with_for_update(of=CrewMember)).one_or_none()


def _known(session: Session, actor: Actor, visit_id: int, sent: _Sent) -> VisitLog | None:
    """The log that this person wrote of this visit before. Raises `WrongEntry` for a key that is none."""
    if not _KEY.fullmatch(sent.key):
        raise WrongEntry({"": "This log came without its key: open it again and save it once more"})
    theirs = VisitLog.visit_id == visit_id, VisitLog.account_id == actor.id
    # The officer may be deciding about it: then this waits. A decided one can be read and no longer locked.
    session.execute(select(VisitLog.id).where(*theirs).with_for_update())
    return session.scalars(select(VisitLog).where(*theirs)
                           .execution_options(populate_existing=True)).one_or_none()


def _is_again(log: VisitLog, sent: _Sent) -> bool:
    """Whether these very words came before. A log that was returned may come back unchanged, under a new
    key: then it is handed in anew."""
    return log.body_hash == sent.body and (log.key == sent.key or log.state is not LogState.RETURNED)


def _state(part: CrewMember, late: bool) -> LogState:
    """Where a new log of theirs waits. Raises `NoSuchVisit` where they had no part in the visit."""
    if part.visit.state is VisitState.CANCELLED:
        raise NoSuchVisit("There is no such visit")
    if part.state is CrewState.ACCEPTED:
        return LogState.REVIEW if late else LogState.RECEIVED
    if part.state is CrewState.HANDED_BACK and _had_begun(part):
        return LogState.REVIEW
    raise NoSuchVisit("There is no such visit")


def _had_begun(part: CrewMember) -> bool:
    """Whether the visit was under way when it was taken from them."""
    if part.checked_in_at is not None:
        return True
    taken_at = part.account.lapsed_since or part.answered_at or clock.now()
    return part.visit.planned_start_at < taken_at


def _refuse_decided(log: VisitLog, sent: _Sent) -> None:
    if log.state is LogState.ACCEPTED:
        on = f" {times.said(log.decided_at)}" if log.decided_at else ""
        raise AlreadyAccepted(f"The log of this visit was accepted{on} and stays as it is. Ring the officer "
                              "who planned the visit if something is missing.")
    if log.state is LogState.SET_ASIDE:
        raise SetAside("A supervisor set the log of this visit aside. Ring them.")
    returned_anew = log.state is LogState.RETURNED and log.key != sent.key
    if not returned_anew and sent.corrects != log.version:
        raise DifferentWords(f"A log of this visit came {times.said(log.received_at)} with other words, and "
                             "was kept. Open it and correct it there.")


def _refuse_early(part: CrewMember) -> None:
    begins_at = part.visit.planned_start_at
    if part.checked_in_at is None and clock.now() < begins_at:
        raise WrongEntry({"": f"This visit begins {times.said(begins_at)}. Log it once you have been, or "
                              "check in first if you went early."})


def _write(session: Session, part: CrewMember, log: VisitLog | None, sent: _Sent,
           state: LogState) -> VisitLog:
    """The log as it was sent; one that stands already is written over, and waits again."""
    facts = _facts(part, sent) | {"state": state, "decided_at": None, "decided_by_id": None}
    try:
        with session.begin_nested():    # another log may have the same key
            return _put_down(session, part, log, facts)
    except IntegrityError as twin:
        raise DifferentWords("This log was sent before, for another visit, and the first was kept. Open the "
                             "visit and write its log there.") from twin


def _put_down(session: Session, part: CrewMember, log: VisitLog | None, facts: dict[str, Any]) -> VisitLog:
    if log is None:
        log = VisitLog(visit_id=part.visit_id, account_id=part.account_id, **facts)
        session.add(log)
    else:
        returning.forget(session, log)
        for name, value in facts.items():
            setattr(log, name, value)
    session.flush()
    return log


def _facts(part: CrewMember, sent: _Sent) -> dict[str, Any]:
    entry = sent.entry
    assert entry.began is not None and entry.ended is not None     # refuse_wrong has seen to that
    began_at, ended_at = instants(part.visit, part, entry.began, entry.ended)
    minutes = entry.minutes
    if minutes is None:
        minutes = round((ended_at - began_at).total_seconds() / 60)
    lists = {name: [*getattr(entry, name)] for name in ("met", "discussed", "accepted", "fitted")}
    same = {name: getattr(entry, name) for name in (
        "fitted_note", "concern", "concern_now", "worried", "safe", "words", "next_step", "travel_minutes")}
    return {**lists, **same, "outcome": entry.outcome or Outcome.VISITED, "minutes": minutes,
            "miles": Decimal(entry.miles), "began_at": began_at, "ended_at": ended_at, "key": sent.key,
            "body_hash": sent.body, "written_at": sent.written_at, "received_at": clock.now(),
            "clock_off_seconds": int(sent.off.total_seconds())}
