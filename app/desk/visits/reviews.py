"""Logs whose writer had no access when they came: the supervisor reads them first."""

from fastapi import Request
from fastapi.responses import Response

from app.desk.visits.log_doors import DecisionForm, Opened, shown
from app.doors import Db, Me, Posted, Room
from app.pages import go, page
from outreach.casework.visits import LogState, logs_listed, reviewing
from outreach.casework.visits.accepting import NothingSaid, NotWaiting
from outreach.foundation import audit
from outreach.foundation.permissions import May

room = Room(prefix="/desk/visits")
LIST = "/desk/visits/reviews"


@room.get("/reviews", needs=May.REVIEW_LOG)
def list(request: Request, session: Db, me: Me) -> Response:
    """Those that wait, and those that were set aside: they are kept."""
    waiting = logs_listed.in_state(session, me, LogState.REVIEW)
    aside = logs_listed.in_state(session, me, LogState.SET_ASIDE)
    audit.consulted(session, me, "visit_log", operation="visit_logs.listed",
                    shown=[one.log_id for one in (*waiting, *aside) if one.log_id])
    return page(request, "desk/visits/reviews.html", waiting=waiting, aside=aside)


@room.post("/{visit_id:int}/logs/{log_id:int}/review", needs=May.REVIEW_LOG)
def update(request: Request, found: Opened, posted: Posted, session: Db, me: Me) -> Response:
    """Pass it on to the officer."""
    try:
        reviewing.pass_on(session, me, found)
    except NotWaiting as no:
        return shown(request, session, me, found, DecisionForm.blank().wrong("", str(no)), 422)
    return go(request, LIST, flash=f"The log of {found.writer.name} waits for the officer now.")


@room.post("/{visit_id:int}/logs/{log_id:int}/setting-aside", needs=May.REVIEW_LOG)
def delete(request: Request, found: Opened, posted: Posted, session: Db, me: Me) -> Response:
    """Keep it, and let nothing come of it."""
    form = DecisionForm.read(posted)
    try:
        reviewing.set_aside(session, me, found, why=form.typed["why"])
    except NothingSaid as no:
        return shown(request, session, me, found, form.wrong("why", str(no)), 422)
    except NotWaiting as no:
        return shown(request, session, me, found, form.wrong("", str(no)), 422)
    return go(request, LIST, flash=f"The log of {found.writer.name} is set aside and kept.")
