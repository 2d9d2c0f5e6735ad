"""Forms that came in: the same form sent twice has one effect and gets one answer (reliability.md, Forms)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.foundation.clock import now
from outreach.foundation.db import Base


class DifferentForm(Exception):
    """A form came back under a key that was used for another form."""


class Submission(Base):
    """One form that was accepted: its random key, a hash of its body, and where its sender was sent."""

    __tablename__ = "submission"

    key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    body_hash: Mapped[str]
    answer: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now, index=True)


def answered(session: Session, account_id: int, key: str, body_hash: str) -> str | None:
    """Where the sender of this very form was sent the first time. Raises `DifferentForm` when the key
    belongs to another sender or another body."""
    found = session.scalars(select(Submission).where(Submission.key == key)).one_or_none()
    if found is None:
        return None
    if (found.account_id, found.body_hash) != (account_id, body_hash):
        raise DifferentForm("This form was already used. Open it again and send it once more.")
    return found.answer


def remember(session: Session, account_id: int, key: str, body_hash: str, answer: str) -> None:
    """Keep the answer in the transaction of the effect itself; a racing twin fails on the key."""
    session.add(Submission(key=key, account_id=account_id, body_hash=body_hash, answer=answer))
    session.flush()
