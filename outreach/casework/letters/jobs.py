"""What the worker does for a batch of letters: writes and prints it, records that it went, takes it back."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.letters import posting, printing, templates, writing
from outreach.casework.letters.batches import Overtaken, advance
from outreach.casework.letters.choosing import LeftOut, Whom, conditions, reason
from outreach.casework.letters.listing import UNSAFE
from outreach.casework.letters.record import BatchState, Letter, LetterBatch, State
from outreach.casework.safe_contact import UnsafeContact
from outreach.casework.victims.record import Format, Victim
from outreach.foundation import outbox
from outreach.foundation.accounts import Account
from outreach.foundation.clock import now
from outreach.foundation.db import Database
from outreach.foundation.kept_files import write_once
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage, Words
from outreach.foundation.permissions import Actor

AT_ONCE = {BatchState.WRITING: 100, BatchState.POSTING: 20, BatchState.DROPPING: 100}   # in one transaction
TAKEN_OUT = "taken out before they were recorded as posted: post has become unsafe since"


@dataclass(frozen=True, slots=True)
class Step:
    """One go at a batch: as it stood when we looked, and in whose name."""

    database: Database
    batch: LetterBatch
    actor: Actor


def papers(batch_id: int, format: Format) -> Path:
    """Where the letters of a batch in one format are kept to be printed: within the data folder."""
    folder = Path(os.environ.get("OUTREACH_DATA") or "var") / "letters"
    return folder / f"batch-{batch_id}-{format.replace(' ', '-')}.pdf"


@outbox.runs("letter_batch.write", words=Words("Will write this batch of letters",
                                               "Wrote this batch of letters",
                                               "Could not write this batch of letters"))
def write_batch(database: Database, message: OutboxMessage) -> None:
    """Write the letters, a hundred at a time, then set them on paper."""
    with suppress(Overtaken):
        while step := _step(database, message.payload["batch_id"], BatchState.WRITING):
            if not _write_some(step):
                _print(step)
                _end(step, BatchState.READY)


@outbox.runs("letter_batch.post", words=Words("Will record that this batch was posted",
                                              "Recorded that this batch was posted",
                                              "Could not record that this batch was posted"))
def post_batch(database: Database, message: OutboxMessage) -> None:
    """Log a contact for each letter."""
    _settle(database, message.payload["batch_id"], BatchState.POSTING, BatchState.POSTED)


@outbox.runs("letter_batch.drop", words=Words("Will drop this batch of letters",
                                              "Dropped this batch of letters",
                                              "Could not drop this batch of letters"))
def drop_batch(database: Database, message: OutboxMessage) -> None:
    """Take each letter back."""
    _settle(database, message.payload["batch_id"], BatchState.DROPPING, BatchState.DROPPED)


def _step(database: Database, batch_id: int, state: BatchState) -> Step | None:
    """The batch as it stands; None when this step is done, or was taken back."""
    with database.reading() as session:
        batch = session.get_one(LetterBatch, batch_id)
        who = session.get_one(Account, batch.settled_by_id or batch.ordered_by_id)
        return Step(database, batch, who.actor) if batch.state is state else None


def _write_some(step: Step) -> int:
    """Write to the next people; gives how many were looked at."""
    batch, left_out = step.batch, dict(step.batch.left_out)
    with step.database.reading() as session:
        people = _next_people(session, step)
        tried = [_letter(session, step, victim, why, left_out) for victim, why in people]
        letters = [letter for letter in tried if letter]
    if people:
        with step.database.transaction() as session, acting(session, step.actor, "letter.written"):
            advance(session, batch, position=people[-1][0].id, done=batch.done + len(people),
                    written=batch.written + len(letters), left_out=left_out)
            session.add_all(letters)
    return len(people)


def _next_people(session: Session, step: Step) -> Sequence[tuple[Victim, str]]:
    batch = step.batch
    question = (select(Victim, reason(batch.template, batch.id))
                .where(*conditions(step.actor, Whom(**batch.whom)), Victim.id > batch.position)
                .order_by(Victim.id).limit(AT_ONCE[BatchState.WRITING]))
    return [(victim, why) for victim, why in session.execute(question)]


def _letter(session: Session, step: Step, victim: Victim, why: str,
            left_out: dict[str, Any]) -> Letter | None:
    """A letter to this person; None, and the reason counted, for those left out."""
    if not why:
        try:
            template = templates.templates()[step.batch.template]
            letter = writing.composed(session, step.actor, victim, template, {}, victim.format)
            letter.batch_id = step.batch.id
            return letter
        except writing.Unprintable:
            why = LeftOut.UNPRINTABLE
        except (UnsafeContact, writing.CannotWrite):
            why = LeftOut.CHANGED
    left_out[str(why)] = left_out.get(str(why), 0) + 1
    return None


def _print(step: Step) -> None:
    """One file for each format. What another database left under this number goes first."""
    for format in templates.PRINTED:
        papers(step.batch.id, format).unlink(missing_ok=True)
        with step.database.reading() as session:
            letters = _in_order(session, step.batch.id, format)
        if letters:
            write_once(papers(step.batch.id, format), printing.pdf(letters))


def paper_of(session: Session, batch: LetterBatch, format: Format) -> bytes | None:
    """The paper of one format; set anew where post to somebody has become unsafe, without their letter. None
    where there is nothing to print."""
    file = papers(batch.id, format)
    if batch.state is not BatchState.READY or not file.is_file():
        return None
    letters = _in_order(session, batch.id, format)
    safe = _in_order(session, batch.id, format, ~UNSAFE)
    if len(safe) == len(letters):
        return file.read_bytes()
    return printing.pdf(safe) if safe else None


def _in_order(session: Session, batch_id: int, format: Format, *but: Any) -> Sequence[Letter]:
    """The letters of a batch in the order of the post: by postcode."""
    question = select(Letter).join(Victim, Victim.id == Letter.victim_id).where(
        Letter.batch_id == batch_id, Letter.format == format, *but)
    return sorted(session.scalars(question), key=lambda letter: (letter.address[-1], letter.id))


def _settle(database: Database, batch_id: int, state: BatchState, done: BatchState) -> None:
    deed = _post_one if state is BatchState.POSTING else _drop_one
    with suppress(Overtaken):
        while step := _step(database, batch_id, state):
            if not _settle_some(step, deed):
                _end(step, done)
                for format in templates.PRINTED:
                    papers(batch_id, format).unlink(missing_ok=True)


def _settle_some(step: Step, deed: Any) -> int:
    """Tell of the next letters what became of them; gives how many."""
    batch, left_out = step.batch, dict(step.batch.left_out)
    question = (select(Letter).join(Victim, Victim.id == Letter.victim_id)
                .where(Letter.batch_id == batch.id, Letter.id > batch.position)
                .order_by(Letter.id).limit(AT_ONCE[batch.state]).with_for_update())
    with step.database.transaction() as session, acting(session, step.actor, f"letter.{batch.state}"):
        letters = session.scalars(question).all()
        for letter in letters:
            deed(session, step.actor, letter, left_out)
        if letters:
            advance(session, batch, position=letters[-1].id, done=batch.done + len(letters),
                    left_out=left_out)
    return len(letters)


def _post_one(session: Session, actor: Actor, letter: Letter, left_out: dict[str, Any]) -> None:
    try:
        posting.posted(session, actor, letter)
    except UnsafeContact:
        left_out[TAKEN_OUT] = left_out.get(TAKEN_OUT, 0) + 1
        posting.settle(letter, actor, State.DROPPED)


def _drop_one(_session: Session, actor: Actor, letter: Letter, _left_out: dict[str, Any]) -> None:
    posting.settle(letter, actor, State.DROPPED)


def _end(step: Step, state: BatchState) -> None:
    with step.database.transaction() as session, acting(session, step.actor, "letter_batch.done"):
        batch = session.get_one(LetterBatch, step.batch.id, with_for_update=True)
        if (batch.state, batch.position) != (step.batch.state, step.batch.position):
            raise Overtaken
        batch.state = state
        batch.settled_at = None if state is BatchState.READY else now()
