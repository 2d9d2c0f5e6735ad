"""The loaders of the desk: a record named in the address comes in scope, and the look at it is logged."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from starlette.datastructures import FormData

from app.doors import LOOKING, Db, Me
from app.forms import Filled, Form
from outreach.casework.victims import Victim, open_victim
from outreach.foundation import drafts
from outreach.foundation.permissions import Actor

F = TypeVar("F", bound=Form)


def opened_victim(victim_id: int, request: Request, session: Db, me: Me) -> Victim:
    """The victim named in the address: looked at on GET (and logged so), locked for change otherwise."""
    return open_victim(session, me, victim_id, to_change=request.method not in LOOKING)


OpenedVictim = Annotated[Victim, Depends(opened_victim)]


def begun(request: Request, session: Db, me: Actor, form: type[F],
          **start: Any) -> tuple[Filled[F], datetime | None]:
    """The form of this page as its reader left it, and when that was; a fresh one, and None, where nothing
    was kept or the address asks for a fresh one."""
    draft = drafts.find(session, me.id, request.url.path)
    if draft is None or "afresh" in request.query_params:
        return form.blank(**start), None
    kept = form.read(FormData([(name, text) for name, texts in draft.typed.items()
                               for text in ([texts] if isinstance(texts, str) else texts)]))
    kept.errors.clear()
    return kept, draft.kept_at
