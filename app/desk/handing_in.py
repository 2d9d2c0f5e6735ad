"""The one page of somebody whose access has ended: what lies on their phone goes to the supervisor."""

import re
from functools import partial

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.desk.my_visits.fields import LogForm, choices, entry_of
from app.desk.my_visits.receiving import answer_phone, mark, sent_with, thanks, wants_json
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page, wants_fragment
from outreach.casework.visits import NoSuchVisit, company, logging
from outreach.casework.visits.entry import WrongEntry
from outreach.casework.visits.logging import DifferentWords
from outreach.foundation import accounts, drafts
from outreach.foundation.drafts import Draft
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/handing-in")
_BEGUN = re.compile(r"/desk/my-visits/(\d+)/log")


@room.get("", needs=May.HAND_IN)
def show(request: Request, session: Db, me: Me) -> Response:
    """Since when their access has ended, whom to ring, and what becomes of what they wrote."""
    account = accounts.get(session, me.id)
    return page(request, "desk/handing_in/show.html", account=account, since=account.lapsed_since,
                never=account.vetting is None or account.vetting.cleared_on is None,
                begun=_begun(session, me), under_way=company.under_way(session, me),
                in_danger=company.in_danger())


@room.get("/{visit_id:int}", needs=May.HAND_IN)
def edit(request: Request, visit_id: int, session: Db, me: Me) -> Response:
    """A log that they had begun on a page when their access ended. Of the visit nothing is shown."""
    draft = _begun(session, me).get(visit_id)
    if draft is None:
        raise NoSuchVisit("There is no such visit")
    form = LogForm.read(FormData([(name, text) for name, texts in draft.typed.items()
                                  for text in ([texts] if isinstance(texts, str) else texts)]))
    form.errors.clear()
    return _asked(request, visit_id, form, 200)


@room.post("/{visit_id:int}", needs=May.HAND_IN)
def create(request: Request, visit_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """One log, from their phone or as they had begun it, for the supervisor's review."""
    hand_in = partial(logging.hand_in_late, session, me, visit_id)
    if wants_json(request):
        return answer_phone(request, posted, hand_in)
    form = LogForm.read(posted)
    try:
        if form.errors:
            raise WrongEntry(form.errors)
        log = hand_in(entry=entry_of(form), **sent_with(posted))
    except WrongEntry as wrong:
        mark(form, wrong)
        return _asked(request, visit_id, form, 422)
    except DifferentWords as kept:
        return _asked(request, visit_id, form.wrong("", str(kept)), 422 if wants_fragment(request) else 409)
    drafts.drop(session, me.id, f"/desk/my-visits/{visit_id}/log")
    return go(request, "/desk/handing-in", flash=thanks(log))


def _begun(session: Session, me: Actor) -> dict[int, Draft]:
    """What they had typed of logs, by visit."""
    kept = drafts.under(session, me.id, "/desk/my-visits/")
    return {int(about[1]): draft for draft in kept if (about := _BEGUN.fullmatch(draft.form))}


def _asked(request: Request, visit_id: int, form: Filled[LogForm], status: int) -> Response:
    return page(request, "desk/handing_in/edit.html", block="form", status=status, visit_id=visit_id,
                form=form, choices=choices())
