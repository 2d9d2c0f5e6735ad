"""Drafts: what somebody types is kept as they type it, until it is saved or given up."""

from fastapi import Request
from fastapi.responses import Response

from app import security
from app.doors import Db, Me, Posted, Room, typed_fields
from outreach.foundation import drafts
from outreach.foundation.permissions import May

room = Room(prefix="/desk/drafts")


@room.post("", needs=May.SIGNED_IN)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Keep a form as it stands. The form's own address says which one it is."""
    form = str(posted.get("draft_of") or "")
    if security.is_own_path(form):
        drafts.keep(session, me.id, form, typed_fields(posted))
    return Response(status_code=204)


@room.post("/dropped", needs=May.SIGNED_IN)
def delete(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Start afresh: what was kept is forgotten."""
    drafts.drop(session, me.id, str(posted.get("draft_of") or ""))
    return Response(status_code=204)
