"""The logs that came back from visits: read beside the plan, then accepted or returned."""

from typing import Annotated

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app.desk.victims.fields import Ticked
from app.desk.visits.log_doors import DecisionForm, Opened, shown
from app.doors import Db, Me, Posted, Room
from app.forms import Blank, Form
from app.pages import go, page
from outreach.casework.visits import LogState, accepting, logs_listed
from outreach.casework.visits.accepting import CannotReturn, NothingSaid, NotWaiting
from outreach.foundation import audit
from outreach.foundation.permissions import May

room = Room(prefix="/desk/visits")
LIST = "/desk/visits/logs"
ONE = "/{visit_id:int}/logs/{log_id:int}"


class AcceptForm(Form):
    plan_next: Annotated[bool, Blank] = False
    seen: Annotated[int | None, Blank] = None


class NoneOwedForm(Form):
    went: Ticked = False


@room.get("/logs", needs=May.SEE_VISITS)
def list(request: Request, session: Db, me: Me) -> Response:
    """What waits for the officer, what has not come, and what still lies on somebody's phone."""
    waiting = logs_listed.in_state(session, me, LogState.RECEIVED)
    returned = logs_listed.in_state(session, me, LogState.RETURNED)
    missing = logs_listed.not_come(session, me)
    audit.consulted(session, me, "visit_log", operation="visit_logs.listed",
                    shown=[one.log_id for one in (*waiting, *returned) if one.log_id])
    return page(request, "desk/visits/logs.html", waiting=waiting, returned=returned, missing=missing,
                phones=logs_listed.on_phones(session) if me.may(May.SEE_VOLUNTEERS) else [],
                reviews=len(logs_listed.in_state(session, me, LogState.REVIEW)))


@room.get("/logs/{log_id:int}", needs=May.SEE_VISITS)
def show_by_number(log_id: int, session: Db, me: Me) -> Response:
    """A log by its own number leads to where it stands."""
    return RedirectResponse(f"/desk/visits/{logs_listed.visit_of(session, me, log_id)}/logs/{log_id}", 303)


@room.get(ONE, needs=May.SEE_VISITS)
def show(request: Request, found: Opened, session: Db, me: Me) -> Response:
    """One log, and what can be decided."""
    return shown(request, session, me, found, DecisionForm.blank())


@room.post(f"{ONE}/acceptance", needs=May.ACCEPT_LOG)
def create(request: Request, found: Opened, posted: Posted, session: Db, me: Me) -> Response:
    """Accept it: a contact, its measures, its hours."""
    form = AcceptForm.read(posted)
    try:
        left = accepting.accept(session, me, found, **({} if form.errors else form.values))
    except NotWaiting as no:
        return shown(request, session, me, found, DecisionForm.blank().wrong("", str(no)), 422)
    stays = f" Left as they stand: {', '.join(left)}." if left else ""
    contact = " It stands on the timeline." if found.victim else ""
    return go(request, LIST, flash=f"The log of {found.writer.name} is accepted.{contact}{stays}")


@room.post(f"{ONE}/return", needs=May.ACCEPT_LOG)
def update(request: Request, found: Opened, posted: Posted, session: Db, me: Me) -> Response:
    """Return it to its writer with what is to be put right."""
    form = DecisionForm.read(posted)
    try:
        accepting.send_back(session, me, found, why=form.typed["why"])
    except NothingSaid as no:
        return shown(request, session, me, found, form.wrong("why", str(no)), 422)
    except (NotWaiting, CannotReturn) as no:
        return shown(request, session, me, found, form.wrong("", str(no)), 422)
    return go(request, LIST, flash=f"The log is with {found.writer.name} again, who is told.")


@room.post("/{visit_id:int}/crew/{account_id:int}/no-log", needs=May.ACCEPT_LOG)
def delete(request: Request, visit_id: int, account_id: int, posted: Posted, session: Db,
           me: Me) -> Response:
    """No log is needed from one of the crew."""
    form = NoneOwedForm.read(posted)
    try:
        part = accepting.owes_none(session, me, visit_id, account_id,
                                   went=not form.errors and form.values["went"])
    except NotWaiting as no:
        return page(request, "error.html", status=409, heading="Nothing was changed", words=str(no))
    return go(request, LIST, flash=f"No log is owed by {part.account.name} any more.")
