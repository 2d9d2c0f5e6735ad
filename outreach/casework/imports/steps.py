"""The steps of an import that the worker takes: one that was stopped goes on from its place."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from outreach.casework.imports.bulk import Bulk
from outreach.casework.imports.record import State, VictimImport
from outreach.foundation import outbox
from outreach.foundation.accounts import Account
from outreach.foundation.clock import now
from outreach.foundation.permissions import Actor

AT_ONCE = 500       # rows to a transaction, so that nobody else waits long
Progress = Callable[[int, int], None]


class NotNow(Exception):
    """The import is not at the point where this can be done; the text says what to do."""


class Overtaken(Exception):
    """Another worker has this step in hand."""


def quiet(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def uploads_folder() -> Path:
    """Where uploaded lists are kept: within the data folder, OUTREACH_DATA."""
    return Path(os.environ.get("OUTREACH_DATA") or "var") / "uploads"


def order(session: Session, actor: Actor, found: VictimImport, state: State, step: str, total: int, *,
          here: bool = False) -> None:
    """Set an import to its next step and promise that the worker takes it, unless it is taken `here`."""
    found.state, found.position, found.filed_up_to = state, 0, 0
    found.total, found.ordered_by_id = total, actor.id
    session.flush()
    if here:
        return
    outbox.put(session, f"import.{step}", key=f"import-{found.id}-{step}-{now().timestamp():.6f}",
               subject=("import", found.id), import_id=found.id)


def require(found: VictimImport, *states: State, words: str) -> None:
    """Raise `NotNow` with these words unless the import is in one of these states."""
    if found.state not in states:
        raise NotNow(words)


def advance(session: Session, found: VictimImport, to: int, filed_up_to: int = 0) -> None:
    """Move the saved position in this transaction. Raises `Overtaken` when it is not where we left it."""
    Bulk(session).take_room()
    moved: Any = session.execute(
        update(VictimImport)
        .where(VictimImport.id == found.id, VictimImport.state == found.state,
               VictimImport.position == found.position)
        .values(position=to, filed_up_to=filed_up_to),
        execution_options={"audited": True, "synchronize_session": False})
    if moved.rowcount != 1:
        raise Overtaken
    found.position, found.filed_up_to = to, filed_up_to


def who_ordered(session: Session, found: VictimImport) -> Actor:
    """Whoever ordered the present step: what it writes carries their name."""
    account = session.get(Account, found.ordered_by_id or found.uploaded_by_id)
    assert account is not None
    return account.actor
