"""Answers dropped into the letterbox: what may be said through each sort of link, and how often."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from outreach.foundation import outbox
from outreach.foundation.clock import now
from outreach.foundation.force import current
from outreach.foundation.letterbox.links import LetterboxAnswer, LetterboxLink, Purpose

MOST_WORDS = 4000
_DECISION = "decision"
_KEY = re.compile(r"[0-9A-Za-z_-]{16,64}")


class CannotAnswer(Exception):
    """This cannot be said through this link; the text says what to do."""


class NothingSaid(CannotAnswer):
    """Words are needed and there are none, or far too many."""


class TooMany(CannotAnswer):
    """More came through this link in a day than any person writes."""


class Decided(CannotAnswer):
    """A decision was given before, and it was another one."""


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that may be said. `asks` is the sentence where its words are missing, "" where none are
    needed; a way that `decides` is taken once."""

    asks: str = ""
    decides: bool = False


WAYS: dict[Purpose, dict[str, Way]] = {
    Purpose.REFERRAL: {
        "accepted": Way(decides=True),
        "declined": Way("Say why you cannot help", decides=True),
        "question": Way("Type your question"),
        "reported": Way("Say what you have done"),
    },
}


def answer(session: Session, link: LetterboxLink, kind: str, words: str = "", *,
           key: str = "") -> LetterboxAnswer:
    """Drop an answer in, and promise that the worker carries it on. The same form sent twice, and the same
    decision given twice, is one answer. Raises `CannotAnswer` (`NothingSaid`, `TooMany`, `Decided`), also
    where the link no longer opens."""
    if not link.is_open:
        raise CannotAnswer("This link no longer opens: nothing was changed. "
                           f"Ring {current().numbers['police']} and quote {link.reference}.")
    way = WAYS[link.purpose].get(kind)
    if way is None:
        raise CannotAnswer("Choose one of the answers on the page")
    words = _said(way, words)
    slot = _DECISION if way.decides else f"{kind}-{_own(key, words)}"
    known = _in_slot(session, link, slot) or _drop_in(session, link, kind, words, slot)
    if known.kind != kind:
        raise Decided("You have answered this before: nothing was changed")
    return known


def reply(session: Session, link: LetterboxLink, words: str, *, slot: str) -> LetterboxAnswer:
    """Lay our own words beside theirs, within the operation that calls this."""
    ours = LetterboxAnswer(link_id=link.id, kind="reply", words=words, slot=slot, is_ours=True)
    session.add(ours)
    session.flush()
    return ours


def said(session: Session, link: LetterboxLink) -> Sequence[LetterboxAnswer]:
    """All that was said through a link, the first at the top."""
    return session.scalars(select(LetterboxAnswer).where(LetterboxAnswer.link_id == link.id)
                           .order_by(LetterboxAnswer.id)).all()


def decision(session: Session, link: LetterboxLink) -> LetterboxAnswer | None:
    """The decision that was given, if one was."""
    return _in_slot(session, link, _DECISION)


def _drop_in(session: Session, link: LetterboxLink, kind: str, words: str, slot: str) -> LetterboxAnswer:
    _refuse_flood(session, link)
    found = LetterboxAnswer(link_id=link.id, kind=kind, words=words, slot=slot)
    try:
        with session.begin_nested():
            session.add(found)
    except IntegrityError:      # its twin came first
        return session.scalars(_slot(link, slot)).one()
    outbox.put(session, f"letterbox.{link.purpose}", key=f"letterbox-{found.id}", priority=2,
               subject=(link.subject_type, link.subject_id), answer_id=found.id)
    return found


def _in_slot(session: Session, link: LetterboxLink, slot: str) -> LetterboxAnswer | None:
    return session.scalars(_slot(link, slot)).one_or_none()


def _slot(link: LetterboxLink, slot: str) -> Select[LetterboxAnswer]:
    return select(LetterboxAnswer).where(LetterboxAnswer.link_id == link.id, LetterboxAnswer.slot == slot)


def _said(way: Way, words: str) -> str:
    words = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if way.asks and not words:
        raise NothingSaid(way.asks)
    if len(words) > MOST_WORDS:
        raise NothingSaid(f"Shorten this to {MOST_WORDS:,} characters or fewer")
    return words


def _own(key: str, words: str) -> str:
    """What tells this form from any other: its key, or where it brought none, its words."""
    return key if _KEY.fullmatch(key) else hashlib.sha256(words.encode()).hexdigest()


def _refuse_flood(session: Session, link: LetterboxLink) -> None:
    lately = session.scalar(select(func.count()).select_from(LetterboxAnswer).where(
        LetterboxAnswer.link_id == link.id, LetterboxAnswer.at > now() - timedelta(days=1),
        LetterboxAnswer.is_ours.is_(False))) or 0
    if lately >= current().letterbox.answers_a_day:
        raise TooMany(f"We have had {lately} answers through this link today. "
                      f"Ring {current().numbers['police']} instead.")
