"""A form that was open while somebody else saved: both texts are shown, and neither is lost."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forms import Filled
from outreach.foundation import drafts
from outreach.foundation.accounts import Account
from outreach.foundation.audit import Action, AuditEntry
from outreach.foundation.permissions import Actor

Texts = dict[str, Any]      # field → text, as the form shows it
_MOVED = object()           # what somebody saw is no longer what stands on the record


def was_of(posted: Any, now: Texts) -> Texts:
    """What the form held when it was opened; what the record holds, where that does not come along."""
    try:
        was = json.loads(str(posted.get("was") or "{}"))
    except ValueError:
        was = {}
    if not isinstance(was, dict):
        return now
    return now | {name: text for name, text in was.items()
                  if name in now and isinstance(text, type(now[name]))}


def was_begun(request: Request, session: Session, me: Actor, now: Texts) -> Texts:
    """What the form of this page held when its reader began it: where a draft was kept, what the draft says,
    else a draft taken up again would write over whatever somebody else saved meanwhile."""
    draft = drafts.find(session, me.id, request.url.path)
    return now if draft is None or "afresh" in request.query_params else was_of(draft.typed, now)


def changes(form: Filled[Any], was: Texts, now: Texts,
            value_of: Callable[[str], Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what was seen, what is wanted) of the fields whose text its sender changed."""
    ours = [name for name, text in form.typed.items() if text != was[name]]
    seen = {name: value_of(name) if now[name] == was[name] else _MOVED for name in ours}
    return seen, {name: form.values[name] for name in ours}


def set_beside(form: Filled[Any], was: Texts, now: Texts, names: Sequence[str],
               who: str) -> list[tuple[str, str, str]]:
    """Rows of (field, theirs, ours) for the fields both have changed. What we did not touch is taken as it
    is now; ours stays in its field, with a sentence."""
    for name, text in form.typed.items():
        if text == was[name]:
            form.typed[name] = now[name]
    for name in names:
        form.wrong(name, f"{who} has changed this meanwhile. Save again to put yours in its place, "
                         "or type theirs")
    return [(name.replace("_", " ").capitalize(), _line(now[name]), _line(form.typed[name]))
            for name in names]


def changed_by(session: Session, record_type: str, record_id: int) -> str:
    """Who changed a record last, as the log has it."""
    last = (select(Account.name).join(AuditEntry, AuditEntry.actor_id == Account.id)
            .where(AuditEntry.record_type == record_type, AuditEntry.record_id == record_id,
                   AuditEntry.action == Action.ALTERATION.value).order_by(AuditEntry.id.desc()).limit(1))
    return session.scalar(last) or "Somebody else"


def _line(text: Any) -> str:
    return ", ".join(text) if isinstance(text, list) else str(text)
