"""Whose eyes a transaction looks with: behind them PostgreSQL shows no row that is not theirs to see.

Each transaction says who it stands as; the policies of migration 0015 read it. Whoever says nothing stands as
nobody and sees no row behind the wall. It is a second wall: the first is the trade's own (`scope`,
`visits.mine`). SQLite has no such walls, so there the first stands alone.
"""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from outreach.foundation.permissions import Actor

# `true`: until the end of this transaction, so that the next one on a pooled line knows nothing of it.
_STAND = "SELECT set_config('outreach.actor', %s, true), set_config('outreach.role', %s, true)"


def eyes(actor: Actor | None) -> dict[str, Any]:
    """What a session is opened with that is to look with an actor's eyes from its first transaction."""
    return {"stands_as": actor}


def stand_as(session: Session, actor: Actor) -> None:
    """Let this session look with an actor's eyes from now on, in every transaction it has."""
    session.info.update(eyes(actor))
    under_way: Any = session.info.get("under_way")
    if under_way is not None and under_way is session.get_transaction():
        tell(session.connection(), actor)


def tell(connection: Connection, actor: Actor) -> None:
    """Tell PostgreSQL who looks, until the transaction on this connection ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_STAND, (str(actor.id), str(actor.role))).close()


@event.listens_for(Session, "after_begin")
def _as_it_begins(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    session.info["under_way"] = transaction
    if (actor := session.info.get("stands_as")) is not None:
        tell(connection, actor)
