"""One call on a page: what the bank said, what came of it, and every amount that was put right."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.doors import Db, Me, Room
from app.pages import page
from outreach.casework import calls
from outreach.casework.follow_ups import FollowUp
from outreach.casework.fraud_types import label
from outreach.foundation import outbox
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import May

room = Room(prefix="/desk/calls")


@room.get("/{call_id:int}", needs=May.SEE_VICTIM)
def show(request: Request, call_id: int, session: Db, me: Me) -> Response:
    """The whole call."""
    call = calls.open_call(session, me, call_id)
    visit = session.get(FollowUp, call.follow_up_id) if call.follow_up_id else None
    return page(request, "desk/calls/show.html", call=call, kind=label(call.fraud_type), visit=visit,
                visitor=session.get_one(Account, visit.assignee_id).name if visit else "",
                logged_by=session.get_one(Account, call.logged_by_id).name, money=_money(call),
                corrections=calls.corrections(session, call), story=outbox.story(session, "call", call.id))


def _money(call: Any) -> list[tuple[str, Any]]:
    return [(name.capitalize(), getattr(call, name)) for name in calls.MONEY]
