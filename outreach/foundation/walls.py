"""Whose eyes a transaction looks with: behind them PostgreSQL shows no row that is not theirs to see.

Each transaction says who it stands as; the policies of migration 0015 read it. Whoever says nothing stands as
nobody and sees no row behind the wall. It is a second wall: the first is the trade's own (`scope`,
`visits.mine`). SQLite has no such walls, so there the first stands alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from outreach.foundation.permissions import Actor

# `true`: until the end of this transaction, so that the next one on a pooled line knows nothing of it.
_STAND = ("SELECT set_config('outreach.actor', %s, true), set_config('outreach.role', %s, true), "
          "set_config('outreach.deed', %s, true)")
# The one deed for which a volunteer sees more: of the visits they had, also those that are over for them.
HAND_IN = "hand in"


def eyes(actor: Actor | None) -> dict[str, Any]:
    """What a session is opened with that is to look with an actor's eyes from its first transaction."""
    return {"stands_as": actor, "stands_for": ""}


def stand_as(session: Session, actor: Actor, deed: str = "") -> None:
    """Let this session look with an actor's eyes from now on, in every transaction it has."""
    session.info.update(stands_as=actor, stands_for=deed)
    under_way: Any = session.info.get("under_way")
    if under_way is not None and under_way is session.get_transaction():
        tell(session.connection(), actor, deed)


@contextmanager
def handing_in(session: Session, actor: Actor) -> Iterator[None]:
    """Meanwhile whoever goes on visits sees each visit they had, though it is over for them, to say what came
    of it; whom it was to they see no more. What they wrote is flushed before that ends."""
    before = session.info.get("stands_as")
    stand_as(session, before or actor, HAND_IN)
    try:
        yield
        session.flush()
    except DBAPIError:      # this transaction has ended, and all that was said in it
        raise
    except Exception:
        stand_as(session, before or actor)
        raise
    stand_as(session, before or actor)


@contextmanager
def standing_as(session: Session, actor: Actor) -> Iterator[None]:
    """Meanwhile this session looks with another's eyes: where what somebody did has consequences for rows
    that are not theirs to see, and the system draws them. All of it is flushed before that ends."""
    before, deed = session.info.get("stands_as"), session.info.get("stands_for", "")
    session.flush()
    stand_as(session, actor)
    try:
        yield
        session.flush()
    except DBAPIError:      # this transaction has ended, and all that was said in it
        session.info.update(stands_as=before, stands_for=deed)
        raise
    except Exception:
        _stand_again(session, before, deed)
        raise
    _stand_again(session, before, deed)


def _stand_again(session: Session, before: Actor | None, deed: str) -> None:
    session.info.update(stands_as=before, stands_for=deed)
    if before is not None:
        stand_as(session, before, deed)


def tell(connection: Connection, actor: Actor, deed: str = "") -> None:
    """Tell PostgreSQL who looks, and for what, until the transaction on this connection ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_STAND, (str(actor.id), str(actor.role), deed)).close()


@event.listens_for(Session, "after_begin")
def _as_it_begins(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    session.info["under_way"] = transaction
    if (actor := session.info.get("stands_as")) is not None:
        tell(connection, actor, session.info.get("stands_for", ""))
