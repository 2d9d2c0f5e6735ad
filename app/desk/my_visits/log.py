"""The log of a visit: written on a phone at a kitchen table in two minutes, mostly by ticking."""

from datetime import datetime
from functools import partial

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.desk.doors import begun
from app.desk.my_visits.fields import LogForm, choices, entry_of, held, start
from app.desk.my_visits.receiving import HandIn, answer_phone, mark, sent_with, thanks, wants_json
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page, wants_fragment
from outreach.casework.visits import CrewState, NoSuchVisit, Visit, VisitLog, logging, mine
from outreach.casework.visits.entry import WrongEntry
from outreach.casework.visits.logging import DifferentWords
from outreach.casework.visits.mine import MyVisit
from outreach.foundation import audit, clock, drafts
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/my-visits/{visit_id:int}/log")


@room.get("", needs=May.GO_ON_VISITS)
def new(request: Request, visit_id: int, session: Db, me: Me) -> Response:
    """The log as it was begun, sent or returned; else a fresh one with the times of the visit."""
    visit = mine.one(session, me, visit_id)
    if visit.state is not CrewState.ACCEPTED:
        raise NoSuchVisit("There is no such visit")
    log = logging.own(session, me, visit_id)
    form, kept_at = begun(request, session, me, LogForm, **(held(log) if log else start(visit)))
    return _asked(request, session, me, visit, log, form, kept_at=kept_at)


@room.post("", needs=May.GO_ON_VISITS)
def create(request: Request, visit_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Hand it in. A phone is answered in words that it can keep beside its log."""
    hand_in = partial(logging.hand_in, session, me, visit_id)
    if wants_json(request):
        answer = answer_phone(request, posted, hand_in)
        if answer.status_code == 200:
            drafts.drop(session, me.id, request.url.path)
        return answer
    form = LogForm.read(posted)
    try:
        log = _hand_in(posted, form, hand_in)
    except WrongEntry as wrong:
        mark(form, wrong)
        return _again(request, session, me, visit_id, form, 422)
    except DifferentWords as kept:
        form.wrong("", str(kept))
        return _again(request, session, me, visit_id, form, 422 if wants_fragment(request) else 409)
    drafts.drop(session, me.id, request.url.path)
    return go(request, "/desk/my-visits", flash=thanks(log))


def _hand_in(posted: FormData, form: Filled[LogForm], hand_in: HandIn) -> VisitLog:
    if form.errors:
        raise WrongEntry(form.errors)
    return hand_in(entry=entry_of(form), **sent_with(posted))


def _again(request: Request, session: Session, me: Actor, visit_id: int, form: Filled[LogForm],
           status: int) -> Response:
    """The form with all that was typed, and what is wrong."""
    visit, log = mine.one(session, me, visit_id), logging.own(session, me, visit_id)
    return _asked(request, session, me, visit, log, form, status)


def _asked(request: Request, session: Session, me: Actor, visit: MyVisit, log: VisitLog | None,
           form: Filled[LogForm], status: int = 200, kept_at: datetime | None = None) -> Response:
    audit.consulted(session, me, "visit", visit.id, operation="visit_log.opened")
    is_event = session.get_one(Visit, visit.id).victim_id is None
    return page(request, "desk/my_visits/log.html", block="form", status=status, visit=visit, log=log,
                form=form, kept_at=kept_at, choices=choices(), is_event=is_event,
                is_early=visit.checked_in_at is None and clock.now() < visit.begins_at)
