"""The loaders of the desk: a record named in the address comes in scope, and the look at it is logged."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app import security
from app.doors import LOOKING, Db, Me, Sent, typed_fields
from app.forms import Filled, Form
from outreach.casework.victims import ReasonNeeded, Victim, open_victim, why_opened
from outreach.foundation import audit, drafts
from outreach.foundation.permissions import Actor

F = TypeVar("F", bound=Form)


def opened_victim(victim_id: int, request: Request, session: Db, me: Me, sent: Sent) -> Iterator[Victim]:
    """The victim named in the address: looked at on GET (and logged so), locked for change otherwise. An
    answer to a change that shows the record again is a look at it too."""
    try:
        victim = open_victim(session, me, victim_id, to_change=request.method not in LOOKING)
    except ReasonNeeded:
        keep_unsaved(request, sent)
        raise
    yield victim
    if is_shown_again(request):
        note_again(session, me, victim)


def note_again(session: Session, me: Actor, victim: Victim) -> None:
    """The answer to a change shows the record: that is a look at it too."""
    audit.consulted(session, me, "victim", victim.id, operation="victim.shown_again",
                    reason=why_opened(session, me, victim) or None)


def is_shown_again(request: Request) -> bool:
    """Whether a form was answered with its page again instead of with the way on."""
    return request.method not in LOOKING and not hasattr(request.state, "answer")


def keep_unsaved(request: Request, sent: FormData | None) -> None:
    """What was typed into a form that keeps drafts, for the page that asks why (`troubles`) to put by."""
    draft_of = str(sent.get("draft_of") or "") if sent is not None else ""
    if sent is not None and security.is_own_path(draft_of):
        request.state.unsaved = draft_of, typed_fields(sent)


OpenedVictim = Annotated[Victim, Depends(opened_victim, scope="function")]


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
