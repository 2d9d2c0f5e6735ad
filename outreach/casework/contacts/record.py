"""Contacts: every call, visit, letter and e-mail to a victim, with what really came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework.victims.record import Victim
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class ContactChannel(StrEnum):
    """How the contact was made (domain.md, data dictionary)."""

    CALL = "call"
    VISIT = "visit"
    LETTER = "letter"
    EMAIL = "email"
    JOINT_VISIT = "joint visit"


class Outcome(StrEnum):
    """What came of it, in the words forces use (domain.md §1, after Leicestershire's Victim First)."""

    SPOKE = "spoke"
    VISITED = "visited"
    DECLINED = "declined"
    NO_REPLY_MESSAGE = "no reply, message left"
    NO_REPLY_POSTED = "no reply, information posted"
    NO_REPLY_UNSAFE = "no reply, unsafe to leave a message"
    WRONG_DETAILS = "wrong contact details"
    OUT_OF_AREA = "lives out of area"
    DECEASED = "deceased"
    POSTED = "posted"        # a letter of ours left: no try at reaching them, and no answer to one


REACHED = frozenset({Outcome.SPOKE, Outcome.VISITED, Outcome.DECLINED})
NO_REPLY = frozenset({Outcome.NO_REPLY_MESSAGE, Outcome.NO_REPLY_POSTED, Outcome.NO_REPLY_UNSAFE})


class Contact(Audited, Base):
    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_victim_at", "victim_id", "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[ContactChannel]
    attempt_no: Mapped[int]
    outcome: Mapped[Outcome]
    verified_identity: Mapped[bool] = mapped_column(default=False)
    summary: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


# Not a letter that was posted, nor what the second of two who went together tells of the same visit.
IS_ATTEMPT = (Contact.outcome != Outcome.POSTED, Contact.attempt_no > 0)


def tries(session: Session, victim: Victim, before: datetime | None = None) -> list[datetime]:
    """When somebody tried since this person was last reached, earliest first."""
    question = _since_reached(session, victim, select(Contact.at))
    if before is not None:
        question = question.where(Contact.at < before)
    return list(session.scalars(question.order_by(Contact.at)))


def attempts(session: Session, victim: Victim) -> int:
    """How many times somebody has tried since this person was last reached."""
    return session.scalar(_since_reached(session, victim, select(func.count(Contact.id)))) or 0


def _since_reached(session: Session, victim: Victim, question: Select[Any]) -> Select[Any]:
    question = question.where(Contact.victim_id == victim.id, *IS_ATTEMPT)
    if reached_at := session.scalar(select(func.max(Contact.at)).where(
            Contact.victim_id == victim.id, Contact.outcome.in_(REACHED))):
        question = question.where(Contact.at > reached_at)
    return question
