"""What was sent, and the copy that is kept where messages go into files."""

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from outreach.foundation.outbox.kinds import KINDS, Lane
from outreach.foundation.outbox.ledger import STUCK, OutboxMessage, State

PAGE = 50


@dataclass(frozen=True, slots=True)
class Copy:
    """A message as it left: by which way, to whom, about what, and the words."""

    way: str
    to: str
    subject: str
    words: str


def sent(session: Session, *, before: int | None = None, limit: int = PAGE) -> list[OutboxMessage]:
    """Messages that left the house, newest first, before the one with this id."""
    posts = [kind.name for kind in KINDS.values() if kind.lane is Lane.POST]
    return _page(session, select(OutboxMessage).where(OutboxMessage.state == State.DONE,
                                                      OutboxMessage.kind.in_(posts)), before, limit)


def in_trouble(session: Session, *, before: int | None = None, limit: int = PAGE) -> list[OutboxMessage]:
    """What waits for a person or for another try, newest first, before the one with this id."""
    return _page(session, select(OutboxMessage).where(
        OutboxMessage.state.in_((*STUCK, State.RETRY))), before, limit)


def copy_of(data: Path, message: OutboxMessage) -> Copy | None:
    """The copy kept in the data folder; None where the message went to a relay."""
    if (mail := data / "mail" / f"{message.uuid}.eml").is_file():
        read = message_from_bytes(mail.read_bytes(), policy=default)
        body = read.get_body(("plain",))
        return Copy("E-mail", str(read["To"]), str(read["Subject"]), body.get_content() if body else "")
    if (file := data / "texts" / f"{message.uuid}.txt").is_file():
        to, _, words = file.read_text(encoding="utf-8").partition("\n\n")
        return Copy("Text", to, "", words)
    return None


def _page(session: Session, question: Select[OutboxMessage], before: int | None,
          limit: int) -> list[OutboxMessage]:
    if before is not None:
        question = question.where(OutboxMessage.id < before)
    return list(session.scalars(question.order_by(OutboxMessage.id.desc()).limit(limit)))
