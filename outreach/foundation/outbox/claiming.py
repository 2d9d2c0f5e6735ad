"""Taking promises in hand: each by one worker at a time, and back in the pile when that worker dies."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select, text, union_all, update
from sqlalchemy.orm import Session

from outreach.foundation import clock
from outreach.foundation.db import Database, is_sqlite
from outreach.foundation.outbox import ladder, lives
from outreach.foundation.outbox.kinds import KINDS, Policy
from outreach.foundation.outbox.ledger import (
    IN_HAND,
    WAITING,
    OutboxMessage,
    State,
    attempt_row,
    note_attempts,
)

LEASE = timedelta(seconds=60)
GIVE_BACK_AT_ONCE = 200   # rows in one transaction, so that no lock is held for long


@dataclass(frozen=True, slots=True)
class Claim:
    """Promises of one kind, in this worker's hand under one token."""

    kind: str
    token: str
    messages: list[OutboxMessage]


def clock_of(session: Session) -> datetime:
    """What time the database says it is: leases of workers on several machines go by one clock."""
    if is_sqlite(session):
        return clock.now()
    moment: datetime = session.scalars(select(func.clock_timestamp())).one()
    return moment


def next_kind(session: Session, kinds: Sequence[str], ids: Sequence[int] | None = None) -> str | None:
    """The kind whose turn it is: the first in priority, then the longest due. None when nothing is due.

    Asked of a reading session, so that a worker with nothing to do never takes the write lock.
    """
    if not kinds:
        return None
    moment = clock_of(session)
    firsts = [_first_due(kind, state, moment, ids) for kind in kinds for state in WAITING]
    due = union_all(*firsts).subquery()
    return session.scalar(select(due.c.kind).order_by(due.c.priority, due.c.run_after).limit(1))


def claim(database: Database, worker: str, kind: str, limit: int, token: str,
          ids: Sequence[int] | None = None) -> Claim:
    """Take up to `limit` due promises of a kind in hand (only these ids, when they are given)."""
    with _soon_on_disk(database) as session:
        moment = clock_of(session)
        values = {"state": State.CLAIMED, "owner": worker, "token": token, "lease_until": moment + LEASE,
                  "attempts": OutboxMessage.attempts + 1}
        taken: list[OutboxMessage] = []
        for state in reversed(WAITING):
            if len(taken) < limit:
                due = (_due(kind, state, moment, ids).limit(limit - len(taken))
                       .with_for_update(skip_locked=True))
                chosen = due if is_sqlite(session) else session.scalars(due).all()
                statement = (update(OutboxMessage).where(OutboxMessage.id.in_(chosen)).values(**values)
                             .returning(OutboxMessage).execution_options(synchronize_session=False))
                taken += session.scalars(statement)
        session.expunge_all()
    return Claim(kind, token, sorted(taken, key=lambda message: message.id))


def renew(database: Database, tokens: Collection[str]) -> None:
    """Hold on to what was taken under these tokens."""
    mine = (OutboxMessage.token.in_(tokens), OutboxMessage.state.in_(IN_HAND))
    with database.reading() as session:
        if not tokens or session.scalar(select(OutboxMessage.id).where(*mine).limit(1)) is None:
            return
    with database.transaction() as session:
        session.execute(update(OutboxMessage).where(*mine).values(lease_until=clock_of(session) + LEASE))


def still_ours(session: Session, token: str, ids: Sequence[int]) -> list[int]:
    """Which of these nobody took back or cancelled meanwhile; locked until the transaction ends."""
    ours = select(OutboxMessage.id).where(OutboxMessage.id.in_(ids), OutboxMessage.token == token,
                                          OutboxMessage.state.in_(IN_HAND)).with_for_update()
    return list(session.scalars(ours))


def give_back(database: Database, myself: str, in_hand: Collection[str] = ()) -> int:
    """Put what dead workers had in hand back in the pile, and what we ourselves took and let fall.

    `in_hand` are the tokens this worker is busy with. Gives how many promises that were.
    """
    back = 0
    for owner in _owners(database):
        lost = owner == myself or not lives.is_alive(database, owner)
        while taken := _give_back_some(database, owner, lost, in_hand, myself):
            back += taken
    return back


@contextmanager
def _soon_on_disk(database: Database) -> Iterator[Session]:
    """A writing transaction that does not wait for the disk. Should the power fail, claims that were not on
    disk are as if nobody had made them; promises and outcomes always wait. It halves the time for which
    SQLite is locked to others."""
    with database.writer.connect() as connection:
        if database.is_sqlite:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA synchronous=NORMAL")
        try:
            with Session(connection, expire_on_commit=False) as session, session.begin():
                if not database.is_sqlite:
                    session.execute(text("SET LOCAL synchronous_commit = off"))
                yield session
        finally:
            if database.is_sqlite:
                driver.execute("PRAGMA synchronous=FULL")


def _first_due(kind: str, state: State, moment: datetime, ids: Sequence[int] | None) -> Select[str]:
    due = _due(kind, state, moment, ids).with_only_columns(
        literal(kind).label("kind"), OutboxMessage.priority, OutboxMessage.run_after).limit(1).subquery()
    return select(due)


def _due(kind: str, state: State, moment: datetime, ids: Sequence[int] | None) -> Select[int]:
    due = (select(OutboxMessage.id).where(OutboxMessage.state == state, OutboxMessage.kind == kind,
                                          OutboxMessage.run_after <= moment)
           .order_by(OutboxMessage.run_after, OutboxMessage.id))
    return due if ids is None else due.where(OutboxMessage.id.in_(ids))


def _owners(database: Database) -> list[str]:
    in_hand = select(OutboxMessage.owner).where(OutboxMessage.state.in_(IN_HAND)).distinct()
    with database.reading() as session:
        return [owner for owner in session.scalars(in_hand) if owner]


def _give_back_some(database: Database, owner: str, lost: bool, in_hand: Collection[str],
                    myself: str) -> int:
    with database.transaction() as session:
        theirs = select(OutboxMessage).where(OutboxMessage.state.in_(IN_HAND), OutboxMessage.owner == owner)
        if not lost:
            theirs = theirs.where(OutboxMessage.lease_until < clock_of(session))
        found = session.scalars(theirs.limit(GIVE_BACK_AT_ONCE).with_for_update(skip_locked=True)).all()
        # Looked at only now: a token is noted before its claim commits, so that none in use is missed.
        fallen = [message for message in found if message.token not in in_hand]
        note_attempts(session, [_give_back(message, myself) for message in fallen])
    return len(fallen)


def _give_back(message: OutboxMessage, myself: str) -> dict[str, object]:
    """Back in the pile; a message whose body may have left goes by its kind's policy."""
    left = message.state is State.DATA
    known = KINDS.get(message.kind)
    again = not left or (known is not None and known.policy is Policy.ONCE_MORE and message.attempts < 2)
    message.owner = message.token = message.lease_until = None
    message.state = State.READY if again else State.UNKNOWN
    message.last_error = None if again else "the worker stopped while it was being sent"
    if again and (pause := ladder.pause_after_death(message.attempts)):
        message.run_after = clock.now() + pause
    return attempt_row(message.id, myself, "given back" if again else "unknown", "worker gone")
