"""What the worker did, will do and could not do, told in plain English on the record it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from outreach.foundation import times
from outreach.foundation.outbox.kinds import KINDS, is_long, words_of
from outreach.foundation.outbox.ledger import IN_HAND, STUCK, OutboxMessage, State


@dataclass(frozen=True, slots=True)
class Line:
    """One promise told: `at` is when it happened, or will; whether a person may retry or drop it."""

    id: int
    kind: str
    text: str
    at: datetime
    state: State
    may_retry: bool
    may_drop: bool
    is_trouble: bool


def story(session: Session, subject_type: str, *subject_ids: int) -> list[Line]:
    """The promises about a record (or several of one sort), newest first; those taken back are left out.
    Names those whom the reader of that record may see named."""
    about = select(OutboxMessage).where(
        OutboxMessage.subject_type == subject_type, OutboxMessage.subject_id.in_(subject_ids),
        OutboxMessage.state != State.CANCELLED)
    lines = [told(session, message) for message in session.scalars(about)]
    return sorted(lines, key=lambda line: (line.at, line.id), reverse=True)


def told(session: Session, message: OutboxMessage, *, naming: bool = True) -> Line:
    """One promise in plain English; without `naming` it names no victim (for lists that administrators
    read)."""
    sentence = _sentence(message, _who(session, message, naming))
    return Line(message.id, message.kind, sentence, message.done_at or message.run_after, message.state,
                may_retry=message.state in (*STUCK, State.RETRY),
                may_drop=message.state in (*STUCK, State.RETRY, State.READY) and not is_long(message.kind),
                is_trouble=message.state in (*STUCK, State.RETRY, State.SUPPRESSED))


def _who(session: Session, message: OutboxMessage, naming: bool) -> str:
    """Whom it is about, where the reader may know; behind the walls they may not even see the record."""
    kind = KINDS.get(message.kind)
    if kind is None or (kind.private and not naming):
        return "somebody"
    try:
        return kind.who(session, message)
    except NoResultFound:
        return "somebody"


def _sentence(message: OutboxMessage, who: str) -> str:
    words = words_of(message.kind)
    will, did, could_not = (_filled(text, who) for text in (words.will, words.did, words.could_not))
    when, reason = times.said(message.run_after), message.last_error or "no reason is known"
    return {
        State.READY: f"{will} {when}",
        State.RETRY: f"{could_not}: {reason}. Will try again {when}",
        State.DONE: f"{did} {times.said(message.done_at or message.run_after)}",
        State.UNKNOWN: f"{did}, perhaps: {reason}. Find out, then retry or drop it",
        State.FAILED: f"{could_not}: {reason}",
        State.SUPPRESSED: f"{could_not}: {reason}",
        State.CANCELLED: f"{will}: no longer wanted",
    }.get(message.state, f"{will}: in hand now" if message.state in IN_HAND else will)


def _filled(text: str, who: str) -> str:
    return text.replace("{who}", who)


def about_many(session: Session, subjects: Sequence[tuple[str, int]]) -> list[Line]:
    """The promises about several records of different sorts, newest first."""
    lines: list[Line] = []
    for subject_type in {name for name, _ in subjects}:
        lines += story(session, subject_type, *(number for name, number in subjects if name == subject_type))
    return sorted(lines, key=lambda line: (line.at, line.id), reverse=True)
