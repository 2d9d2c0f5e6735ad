"""A change to the records: what it is called, who may make it, and whose name stands on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from outreach.foundation.permissions import Actor, May

OPERATIONS: dict[str, May] = {}
P = ParamSpec("P")
R = TypeVar("R")
Change = Callable[Concatenate[Session, Actor, P], R]


def operation(name: str, *, needs: May) -> Callable[[Change[P, R]], Change[P, R]]:
    """Name a change and the permission it needs; the audit rows it causes carry its name and its actor.

    The caller owns the transaction: returning commits, raising rolls back.
    Raises `NotAllowed` before anything is touched.
    """
    OPERATIONS[name] = needs

    def decorate(change: Change[P, R]) -> Change[P, R]:
        @wraps(change)
        def perform(session: Session, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            actor.must(needs)
            with acting(session, actor, name):
                return change(session, actor, *args, **kwargs)
        return perform
    return decorate


@contextmanager
def acting(session: Session, actor: Actor, name: str) -> Iterator[None]:
    """Put an actor's name on all that is flushed meanwhile; what was waiting keeps its own."""
    session.flush()
    before: dict[str, Any] = {key: session.info.get(key) for key in ("actor", "operation")}
    session.info.update(actor=actor, operation=name)
    try:
        yield
        session.flush()
    finally:
        session.info.update(before)
