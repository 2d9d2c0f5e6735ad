"""The one page of somebody whose access has ended: what lies on their phone goes to the supervisor."""

from functools import partial

from fastapi import Request
from fastapi.responses import Response

from app.desk.my_visits.fields import LogForm, entry_of
from app.desk.my_visits.receiving import answer_phone, sent_with, thanks, wants_json
from app.doors import Db, Me, Posted, Room
from app.pages import go, page
from outreach.casework.visits import logging
from outreach.casework.visits.entry import WrongEntry
from outreach.casework.visits.logging import DifferentWords
from outreach.foundation import accounts
from outreach.foundation.permissions import May

room = Room(prefix="/desk/handing-in")


@room.get("", needs=May.HAND_IN)
def show(request: Request, session: Db, me: Me) -> Response:
    """Since when their access has ended, whom to ring, and what becomes of what is on this phone."""
    account = accounts.get(session, me.id)
    return page(request, "desk/handing_in.html", account=account, since=account.lapsed_since,
                never=account.vetting is None or account.vetting.cleared_on is None)


@room.post("/{visit_id:int}", needs=May.HAND_IN)
def create(request: Request, visit_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """One log from their phone, for the supervisor's review."""
    hand_in = partial(logging.hand_in_late, session, me, visit_id)
    if wants_json(request):
        return answer_phone(request, posted, hand_in)
    form = LogForm.read(posted)
    try:
        if form.errors:
            raise WrongEntry(form.errors)
        log = hand_in(entry=entry_of(form), **sent_with(posted))
    except WrongEntry as wrong:
        return page(request, "error.html", status=422, heading="That log cannot be sent like this",
                    words=str(wrong))
    except DifferentWords as no:
        return page(request, "error.html", status=409, heading="That log stands as it is", words=str(no))
    return go(request, "/desk/handing-in", flash=thanks(log))
