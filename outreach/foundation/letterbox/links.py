"""A link for somebody without an account: what it shows, what it is for, and until when it opens.

The code in a link is 130 bits derived from a random seed and the house's secret (`signing`). The row that the
public face may read holds its hash only; the seed stands in a table of its own, so that the worker can write
the same link into a second message, and neither table alone, nor both without the secret, gives a code away.
"""

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.foundation import signing
from outreach.foundation.clock import now
from outreach.foundation.db import Base

# Crockford's base 32: no letter that looks like a figure, so that a code can be read off paper.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1", "-": "", " ": "", "\t": "", "\u2011": ""})
CODE_LENGTH = 26        # letters of five bits each: 130 bits
_GROUP = 5


class Purpose(StrEnum):
    """What a link is for; it opens nothing else. A later noun adds its line."""

    REFERRAL = "referral"


class LinkLost(Exception):
    """The code of this link cannot be written again: the house's secret is no longer the same."""


class LetterboxLink(Base):
    """One link. `shown` is what its holder sees, frozen when it was sent."""

    __tablename__ = "letterbox_link"
    __table_args__ = (Index("ix_letterbox_link_subject", "subject_type", "subject_id"),
                      {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose]
    token_hash: Mapped[str] = mapped_column(unique=True)
    reference: Mapped[str]                  # what its holder may quote on the telephone
    shown: Mapped[dict[str, Any]] = mapped_column(default=dict)
    subject_type: Mapped[str]               # the desk's side: which record it is about
    subject_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Whether it may still be used."""
        return self.closed_at is None and now() < self.expires_at


class LetterboxSeed(Base):
    """What the code of a link is derived from. The public face's login may not read this table."""

    __tablename__ = "letterbox_seed"

    link_id: Mapped[int] = mapped_column(ForeignKey("letterbox_link.id"), primary_key=True,
                                         autoincrement=False)
    seed: Mapped[str]


class LetterboxAnswer(Base):
    """One thing said through a link, by its holder or (`is_ours`) by us. `slot` is unique to the link: a
    decision has one slot, every other form its own, so that nothing is said twice."""

    __tablename__ = "letterbox_answer"
    __table_args__ = (UniqueConstraint("link_id", "slot"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("letterbox_link.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    slot: Mapped[str]
    is_ours: Mapped[bool] = mapped_column(default=False)


def open_link(session: Session, purpose: Purpose, *, subject: tuple[str, int], reference: str,
              shown: dict[str, Any], expires_at: datetime) -> LetterboxLink:
    """Put a link in the letterbox, within the operation that calls this."""
    seed = secrets.token_urlsafe(32)
    link = LetterboxLink(purpose=purpose, token_hash=_hash(_code(purpose, seed)), reference=reference,
                         shown=shown, subject_type=subject[0], subject_id=subject[1], expires_at=expires_at)
    session.add(link)
    session.flush()
    session.add(LetterboxSeed(link_id=link.id, seed=seed))
    session.flush()
    return link


def find(session: Session, typed: str, purpose: Purpose) -> LetterboxLink | None:
    """The link with this code, typed or clicked. None for one that was never given out, is for something
    else, was closed or has expired: from outside they all look the same."""
    code = tidy(typed)
    if len(code) != CODE_LENGTH or set(code) - set(_LETTERS):
        return None
    link = session.scalars(select(LetterboxLink).where(
        LetterboxLink.token_hash == _hash(code), LetterboxLink.purpose == purpose)).one_or_none()
    return link if link is not None and link.is_open else None


def newest(session: Session, subject: tuple[str, int]) -> LetterboxLink | None:
    """The last link that was given out about a record."""
    about = select(LetterboxLink).where(LetterboxLink.subject_type == subject[0],
                                        LetterboxLink.subject_id == subject[1])
    return session.scalars(about.order_by(LetterboxLink.id.desc()).limit(1)).one_or_none()


def close(session: Session, subject: tuple[str, int]) -> None:
    """Shut every link about a record, at once."""
    open_ones = select(LetterboxLink).where(
        LetterboxLink.subject_type == subject[0], LetterboxLink.subject_id == subject[1],
        LetterboxLink.closed_at.is_(None))
    for link in session.scalars(open_ones):
        link.closed_at = now()
    session.flush()


def code_of(session: Session, link: LetterboxLink) -> str:
    """The code of a link, for whoever writes it into a message. Raises `LinkLost`."""
    code = _code(link.purpose, session.get_one(LetterboxSeed, link.id).seed)
    if _hash(code) != link.token_hash:
        raise LinkLost("the signing secret has changed since this link was made: send it again")
    return code


def grouped(code: str) -> str:
    """A code in groups of five, as it is printed."""
    return "-".join(code[start:start + _GROUP] for start in range(0, len(code), _GROUP)).upper()


def tidy(typed: str) -> str:
    """A code as it is kept: without dashes and spaces, and with O, I and L read as the figures they are."""
    return typed[:200].strip().lower().translate(_READ_AS)


def _code(purpose: Purpose, seed: str) -> str:
    number = int.from_bytes(signing.derived(f"letterbox:{purpose}", seed), "big")
    return "".join(_LETTERS[(number >> (5 * place)) & 31] for place in range(CODE_LENGTH))


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
