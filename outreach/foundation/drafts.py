"""Drafts: what somebody had typed when the save failed, the session ended or the lid was closed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.foundation.clock import now
from outreach.foundation.db import Base


class Draft(Base):
    """One unsaved form of one person: the address of the form, and what was typed."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id", "form"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    form: Mapped[str]
    typed: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


def find(session: Session, account_id: int, form: str) -> Draft | None:
    """The draft of this form, if there is one."""
    question = select(Draft).where(Draft.account_id == account_id, Draft.form == form)
    return session.scalars(question).one_or_none()


def under(session: Session, account_id: int, start: str) -> list[Draft]:
    """What this person had typed into forms whose address begins like this, the oldest first."""
    question = select(Draft).where(Draft.account_id == account_id,
                                   Draft.form.startswith(start, autoescape=True))
    return list(session.scalars(question.order_by(Draft.kept_at, Draft.id)))


def keep(session: Session, account_id: int, form: str, typed: dict[str, Any]) -> None:
    """Keep what was typed so far."""
    draft = find(session, account_id, form)
    if draft is None:
        session.add(Draft(account_id=account_id, form=form, typed=typed))
    else:
        draft.typed = typed


def drop(session: Session, account_id: int, form: str) -> None:
    """The form was saved, or given up: the draft is no longer wanted."""
    if draft := find(session, account_id, form):
        session.delete(draft)
