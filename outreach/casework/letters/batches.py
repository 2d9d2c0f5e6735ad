"""Many letters at once: ordered by a person, written and recorded by the worker, taken back until posted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach.casework.letters import choosing, writing
from outreach.casework.letters.choosing import Whom
from outreach.casework.letters.record import BatchState, Letter, LetterBatch
from outreach.casework.victims import NotFound
from outreach.foundation import audit, outbox
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

PAGE = 25
_TOO_LATE = {
    BatchState.WRITING: "These letters are still being written: wait until that is done",
    BatchState.POSTING: "That they were posted is being recorded already",
    BatchState.POSTED: "These letters were recorded as posted already",
    BatchState.DROPPING: "These letters are being dropped already",
    BatchState.DROPPED: "These letters were dropped already"}


class Nobody(Exception):
    """Nobody would get a letter; the text says what to do."""


class NotReady(Exception):
    """The batch is not at the point where this can be done; the text says what to do."""


class Overtaken(Exception):
    """Another worker has this step in hand."""


@operation("letter_batch.ordered", needs=May.WRITE_BATCH)
def order(session: Session, actor: Actor, template: str, whom: Whom) -> LetterBatch:
    """Have the worker write one letter to everybody meant, in the format each reads best.

    Raises `UnknownTemplate`, `TooMany`, and `Nobody`.
    """
    chosen = writing.chosen(template)
    if not chosen.to_many:
        raise writing.UnknownTemplate("Choose a letter that can go to many: others need facts of each person")
    if whom.is_everybody:
        raise Nobody("Choose at least one thing about the people it should go to")
    counted = choosing.preview(session, actor, template, whom)
    if not counted.letters:
        raise Nobody("Nobody would get this letter: see below who is left out, and why")
    batch = LetterBatch(template=template, title=chosen.title, whom=whom.as_json(), total=counted.people,
                        ordered_by_id=actor.id)
    session.add(batch)
    session.flush()
    _promise(session, batch, "write")
    return batch


@operation("letter_batch.posted", needs=May.WRITE_BATCH)
def post(session: Session, actor: Actor, batch: LetterBatch) -> LetterBatch:
    """They were posted: the worker logs a contact for each. Raises `NotReady`."""
    return _go_on(session, actor, batch, BatchState.POSTING, "post")


@operation("letter_batch.dropped", needs=May.WRITE_BATCH)
def drop(session: Session, actor: Actor, batch: LetterBatch) -> LetterBatch:
    """They were not posted and will not be: the batch is taken back. Raises `NotReady`."""
    return _go_on(session, actor, batch, BatchState.DROPPING, "drop")


def open_batch(session: Session, actor: Actor, batch_id: int, *, to_change: bool = False,
               noted: bool = True) -> LetterBatch:
    """One batch; the look is noted. Raises `NotFound`."""
    actor.must(May.SEE_ALL_VICTIMS)
    question = select(LetterBatch).where(LetterBatch.id == batch_id)
    found = session.scalars(question.with_for_update() if to_change else question).one_or_none()
    if found is None:
        raise NotFound("There is no such batch of letters")
    if noted and not to_change:
        audit.consulted(session, actor, "letter_batch", found.id, operation="letter_batch.opened")
    return found


def list_batches(session: Session, actor: Actor, before: int | None = None) -> Sequence[LetterBatch]:
    """The batches, newest first."""
    actor.must(May.SEE_ALL_VICTIMS)
    question = select(LetterBatch).order_by(LetterBatch.id.desc()).limit(PAGE)
    return session.scalars(question.where(LetterBatch.id < before) if before else question).all()


def formats_of(session: Session, batch_id: int) -> list[tuple[str, int]]:
    """How many letters of a batch there are in each format."""
    rows = session.execute(select(Letter.format, func.count()).where(Letter.batch_id == batch_id)
                           .group_by(Letter.format).order_by(func.count().desc()))
    return [(format.value, number) for format, number in rows]


def advance(session: Session, batch: LetterBatch, **to: Any) -> None:
    """Move the saved position in this transaction. Raises `Overtaken` when it is not where we left it."""
    moved: Any = session.execute(
        update(LetterBatch).where(LetterBatch.id == batch.id, LetterBatch.state == batch.state,
                                  LetterBatch.position == batch.position).values(**to),
        execution_options={"audited": True, "synchronize_session": False})
    if moved.rowcount != 1:
        raise Overtaken


def _go_on(session: Session, actor: Actor, batch: LetterBatch, state: BatchState, step: str) -> LetterBatch:
    if batch.state is not BatchState.READY:
        raise NotReady(_TOO_LATE[batch.state])
    batch.state, batch.position, batch.done, batch.total = state, 0, 0, batch.written
    batch.settled_by_id = actor.id
    session.flush()
    _promise(session, batch, step)
    return batch


def _promise(session: Session, batch: LetterBatch, step: str) -> None:
    outbox.put(session, f"letter_batch.{step}", key=f"letter-batch-{batch.id}-{step}",
               subject=("letter_batch", batch.id), batch_id=batch.id)
