"""The loader of a log: with the record it belongs to, in scope, locked for change unless it is looked at."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.doors import is_shown_again, keep_unsaved, note_again
from app.doors import LOOKING, Db, Me, Sent
from app.forms import Blank, Filled, Form
from app.pages import page
from outreach.casework.devices import feelings
from outreach.casework.victims import ReasonNeeded
from outreach.casework.visits import accepting, log_in_words, logs_listed
from outreach.casework.visits.accepting import OpenLog
from outreach.casework.visits.entry import told_off
from outreach.foundation import audit
from outreach.foundation.permissions import Actor

OFF_BY = 300    # seconds: a phone's clock that is further off is told to the officer


class DecisionForm(Form):
    why: Annotated[str, Blank] = ""


def opened_log(visit_id: int, log_id: int, request: Request, session: Db, me: Me,
               sent: Sent) -> Iterator[OpenLog]:
    """The log named in the address; the person's record is looked at, or locked, with it."""
    try:
        found = accepting.open_log(session, me, visit_id, log_id, to_change=request.method not in LOOKING)
    except ReasonNeeded:
        keep_unsaved(request, sent)
        raise
    audit.consulted(session, me, "visit_log", log_id, operation="visit_log.opened")
    yield found
    if found.victim is not None and is_shown_again(request):
        note_again(session, me, found.victim)


Opened = Annotated[OpenLog, Depends(opened_log, scope="function")]


def shown(request: Request, session: Session, me: Actor, found: OpenLog, form: Filled[DecisionForm],
          status: int = 200) -> Response:
    """The log beside the plan, the others of the crew, and what can be decided."""
    off = found.log.clock_off_seconds
    return page(request, "desk/visits/log.html", block="log", status=status, found=found, log=found.log,
                visit=found.visit, victim=found.victim, writer=found.writer, form=form, say=log_in_words,
                off=told_off(off) if abs(off) > OFF_BY else "", scale=dict(feelings.scale()),
                crew=logs_listed.of_visit(session, found.visit.id), plan=_beside(found),
                proposal=accepting.next_step(session, found))


def _beside(found: OpenLog) -> dict[str, Any]:
    """The plan and the log in minutes, and what its writer's check-in and check-out say."""
    planned = found.visit.planned_end_at - found.visit.planned_start_at
    part = next((one for one in found.visit.crew if one.account_id == found.log.account_id), None)
    return {"minutes": round(planned.total_seconds() / 60), "part": part}
