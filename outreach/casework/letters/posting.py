"""Posting a letter, or not posting it: what became of it is told once, and posting logs a contact."""

from datetime import datetime

from sqlalchemy.orm import Session

from outreach.casework import contacts
from outreach.casework.contacts import ContactChannel, Outcome
from outreach.casework.letters.record import BatchState, Letter, LetterBatch, State
from outreach.foundation import audit
from outreach.foundation.clock import now
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

TO_THEM = "the person it is about, by post"


class NotNow(Exception):
    """This letter was posted or dropped before, or goes with its batch; the text says so."""


@operation("letter.posted", needs=May.WRITE_LETTER)
def post(session: Session, actor: Actor, letter: Letter) -> Letter:
    """It was printed and posted: a contact is logged, which settles no follow-up and is no attempt.

    The row must be locked by the caller. Raises `NotNow`, and `UnsafeContact` where post has become unsafe.
    """
    _refuse(session, letter)
    posted(session, actor, letter)
    return letter


@operation("letter.dropped", needs=May.WRITE_LETTER)
def drop(session: Session, actor: Actor, letter: Letter) -> Letter:
    """It was not posted and will not be. Raises `NotNow`."""
    _refuse(session, letter)
    settle(letter, actor, State.DROPPED)
    return letter


def posted(session: Session, actor: Actor, letter: Letter) -> None:
    """What posting does, within the operation that calls this. Raises `UnsafeContact`."""
    contact = contacts.log_contact(session, actor, letter.victim, channel=ContactChannel.LETTER,
                                   outcome=Outcome.POSTED, summary=f"{letter.title} ({letter.reference})")
    settle(letter, actor, State.POSTED, contact.at)
    letter.contact_id = contact.id
    audit.write(session, [audit.entry(session, actor, audit.Action.DISCLOSURE, "letter.posted", "letter",
                                      letter.id, recipient=TO_THEM)])


def settle(letter: Letter, actor: Actor, state: State, at: datetime | None = None) -> None:
    """Note what became of it, and by whom."""
    letter.state, letter.settled_at, letter.settled_by_id = state, at or now(), actor.id


def _refuse(session: Session, letter: Letter) -> None:
    if letter.state is not State.WAITING:
        raise NotNow(f"Letter {letter.reference} was {letter.state} already. Nothing was changed.")
    batch = session.get(LetterBatch, letter.batch_id) if letter.batch_id else None
    if batch is not None and batch.state is not BatchState.POSTED:
        raise NotNow(f"Letter {letter.reference} goes with its batch: say there what became of it.")
