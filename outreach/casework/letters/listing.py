"""Letters in a list: those to be printed and posted first, and any letter found by its reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from outreach.casework.letters import references
from outreach.casework.letters.record import BatchState, Letter, LetterBatch, State
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import NotFound, Victim, open_victim
from outreach.casework.victims.listing import RESTRICTED
from outreach.casework.victims.record import scope
from outreach.foundation import audit
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import Actor, May

ROWS = 50
# Of somebody who has died, or asked for no letters since theirs was written.
UNSAFE = or_(Victim.deceased_on.is_not(None), Victim.may_post == Answer.NO)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which letters are wanted; what is left empty leaves none out."""

    state: State | None = None
    template: str = ""
    format: str = ""


class Line(NamedTuple):
    """One letter in a list. Of a restricted record it tells the name only."""

    id: int
    victim_id: int
    name: str
    title: str
    reference: str
    format: str
    state: State
    written_at: datetime
    settled_at: datetime | None
    by: str
    batch_id: int | None
    restricted: bool
    unsafe: bool        # it waits, and must not be posted any more


def list_letters(session: Session, actor: Actor, filters: Filters | None = None, *, q: str = "",
                 before: int | None = None, rows: int = ROWS) -> list[Line]:
    """The letters to this actor's victims, newest first, one more than `rows` where there are more. `q` is a
    reference, and then nothing else is asked. The look is noted. Raises `NotAllowed`."""
    actor.must(May.SEE_VICTIM)
    question = _LINES.where(*scope(actor)).order_by(Letter.id.desc()).limit(rows + 1)
    if q:
        question = question.where(Letter.reference == (references.read(q) or ""))
    else:
        question = question.where(*_conditions(filters or Filters()))
    if before:
        question = question.where(Letter.id < before)
    lines = [_line(row) for row in session.execute(question)]
    audit.consulted(session, actor, "letter", operation="letter.listed", shown=[line.id for line in lines])
    return lines


def of_victim(session: Session, victim_id: int) -> Sequence[Any]:
    """The last letters to one person: id, title, reference, state, when written and settled."""
    return session.execute(_OF_VICTIM, {"victim": victim_id}).all()


def open_letter(session: Session, actor: Actor, letter_id: int, *, to_change: bool = False) -> Letter:
    """One letter to somebody whom this actor sees, and a note that it was looked at. Person and letter are
    locked, in this order as everywhere, when it is opened `to_change`.

    Raises what `open_victim` raises: a foreign letter is not found.
    """
    whose = session.scalar(select(Letter.victim_id).where(Letter.id == letter_id))
    if whose is None:
        raise NotFound("There is no such letter")
    open_victim(session, actor, whose, to_change=to_change)
    found = session.get_one(Letter, letter_id, with_for_update=True if to_change else None)
    if not to_change:
        audit.consulted(session, actor, "letter", found.id, operation="letter.opened")
    return found


def to_print(session: Session, actor: Actor, most: int) -> list[Letter]:
    """The letters that wait, batches, restricted records and whom post would harm aside, oldest first."""
    question = select(Letter).join(Victim, Victim.id == Letter.victim_id).where(
        *_waiting(actor), Victim.restricted.is_(False), ~UNSAFE).order_by(Letter.id).limit(most)
    letters = list(session.scalars(question))
    audit.consulted(session, actor, "letter", operation="letter.printed",
                    shown=[letter.id for letter in letters])
    return letters


def to_take_out(session: Session, batch_id: int) -> Sequence[Any]:
    """Of a batch, the letters that must not be posted any more: id and reference."""
    question = select(Letter.id, Letter.reference).join(Victim, Victim.id == Letter.victim_id)
    return session.execute(question.where(Letter.batch_id == batch_id, Letter.state == State.WAITING,
                                          UNSAFE).order_by(Letter.id)).all()


def waiting(session: Session, actor: Actor) -> tuple[int, int]:
    """How many single letters wait to be posted, and how many batches."""
    single = select(func.count()).select_from(Letter).join(Victim, Victim.id == Letter.victim_id)
    letters = session.scalar(single.where(*_waiting(actor))) or 0
    ready = select(func.count()).select_from(LetterBatch).where(LetterBatch.state == BatchState.READY)
    return letters, (session.scalar(ready) or 0) if actor.may(May.WRITE_BATCH) else 0


def _waiting(actor: Actor) -> list[Any]:
    return [Letter.state == State.WAITING, Letter.batch_id.is_(None), *scope(actor)]


def _conditions(filters: Filters) -> list[Any]:
    found: list[Any] = []
    if filters.state:
        found.append(Letter.state == filters.state)
    if filters.state is State.WAITING:      # a batch is printed and posted as a whole
        found.append(Letter.batch_id.is_(None))
    if filters.template:
        found.append(Letter.template == filters.template)
    if filters.format:
        found.append(Letter.format == filters.format)
    return found


def _line(row: Any) -> Line:
    name = " ".join(part for part in (row.title_, row.first_name, row.last_name) if part)
    title = RESTRICTED if row.restricted else row.title
    return Line(row.id, row.victim_id, name, title, "" if row.restricted else row.reference,
                row.format.value, row.state, row.written_at, row.settled_at, row.by, row.batch_id,
                row.restricted, row.unsafe and row.state is State.WAITING)


_LINES: Select[*tuple[Any, ...]] = (
    select(Letter.id, Letter.victim_id, Victim.title.label("title_"), Victim.first_name, Victim.last_name,
           Letter.title, Letter.reference, Letter.format, Letter.state, Letter.written_at, Letter.settled_at,
           Account.name.label("by"), Letter.batch_id, Victim.restricted,
           UNSAFE.label("unsafe"))
    .join(Victim, Victim.id == Letter.victim_id).join(Account, Account.id == Letter.written_by_id))
_OF_VICTIM = (select(Letter.id, Letter.title, Letter.reference, Letter.state, Letter.written_at,
                     Letter.settled_at)
              .where(Letter.victim_id == bindparam("victim"),
                     or_(Letter.state != State.DROPPED, Letter.batch_id.is_(None)))
              .order_by(Letter.id.desc()).limit(4))
