"""The audit log: who did what with whose record."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from app.doors import Db, Me, Room
from app.pages import page
from outreach.foundation import audit
from outreach.foundation.audit import Action
from outreach.foundation.permissions import May
from outreach.records import metadata

room = Room(prefix="/desk/audit")
ROWS = 50
RECORD_TYPES = frozenset(metadata.tables)


@room.get("", needs=May.READ_AUDIT)
def list(request: Request, session: Db, me: Me, record_type: str = "", record_id: int | None = None,
         action: str = "", person: int | None = None,
         before: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """The newest entries first, by record, by action or by person; reading the log is logged too."""
    if record_type not in RECORD_TYPES:  # what somebody types into an address is not copied into the log
        record_type = ""
    chosen = Action(action) if action in set(Action) else None
    rows = audit.entries(session, record_type=record_type, record_id=record_id, action=chosen,
                         actor_id=person, before=before, limit=ROWS + 1)
    audit.consulted(session, me, "audit_entry", operation="audit.read",
                    record=f"{record_type}:{record_id or ''}")
    return page(request, "desk/audit/list.html", block="entries", rows=rows[:ROWS],
                older=rows[ROWS - 1].id if len(rows) > ROWS else None,
                action_words=[(one, one.capitalize()) for one in Action],
                chosen={"record_type": record_type, "record_id": record_id or "", "action": action,
                        "person": person or ""})
