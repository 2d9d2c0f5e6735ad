"""What came of a call: a small page of its own, for later."""

import json
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk import stale
from app.desk.calls import fields
from app.desk.calls.entering import moment
from app.desk.calls.fields import OutcomeForm
from app.desk.doors import begun, note_again
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import calls
from outreach.casework.calls import BadCall, Call
from outreach.foundation import clock, drafts
from outreach.foundation.permissions import May
from outreach.foundation.stale import ChangedMeanwhile

room = Room(prefix="/desk/calls/{call_id:int}/outcome")
_PARTS = ("attended_on", "attended_at")


@room.get("", needs=May.LOG_CALL)
def edit(request: Request, call_id: int, session: Db, me: Me) -> Response:
    """The outcome as it stands."""
    call = calls.open_call(session, me, call_id)
    form, kept_at = begun(request, session, me, OutcomeForm, **_held(call))
    was = stale.was_begun(request, session, me, _now(call))
    return _asked(request, call, form, was=was, kept_at=kept_at)


@room.post("", needs=May.LOG_CALL)
def update(request: Request, call_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Save it, unless somebody else has changed the same detail meanwhile."""
    call, form = calls.open_call(session, me, call_id, to_change=True), OutcomeForm.read(posted)
    now = _now(call)
    was = stale.was_of(posted, now)
    if form.errors:
        return _again(request, session, me, call, form, was=was)
    try:
        with session.begin_nested():
            _record(session, me, call, form, was, now)
    except BadCall as bad:
        for field, sentence in bad.troubles.items():
            form.wrong(field, sentence)
        return _again(request, session, me, call, form, was=was)
    except ChangedMeanwhile as meanwhile:
        who = stale.changed_by(session, "banking_protocol_call", call.id)
        clashes = stale.set_beside(form, was, now, meanwhile.names, who)
        return _again(request, session, me, call, form, status=409, was=now, clashes=clashes, who=who)
    drafts.drop(session, me.id, request.url.path)
    return go(request, f"/desk/calls/{call.id}", flash="Outcome saved.")


def _again(request: Request, session: Session, me: Me, call: Call, form: Filled[OutcomeForm], *,
           status: int = 422, **more: Any) -> Response:
    """The page once more: that is a look at the record too."""
    note_again(session, me, call.victim)
    return _asked(request, call, form, status=status, **more)


def _record(session: Session, me: Me, call: Call, form: Filled[OutcomeForm], was: Any, now: Any) -> None:
    held = _held(call)
    seen, wanted = stale.changes(form, was, now, lambda name: held.get(name, ""))
    wanted.pop("reason", None)
    if any(name in wanted for name in _PARTS):
        values = form.values
        on = values["attended_on"] or (clock.day_of(call.received_at) if values["attended_at"] else None)
        wanted["attended_at"] = moment(on, values["attended_at"])
        seen["attended_at"] = call.attended_at
        wanted.pop("attended_on", None)
    for name in wanted:
        seen[name] = getattr(call, name) if now.get(name) == was.get(name) else seen[name]
    calls.record_outcome(session, me, call, seen=seen, reason=form.values["reason"], **wanted)


def _held(call: Call) -> dict[str, Any]:
    names = [name for name in OutcomeForm.model_fields if name not in (*_PARTS, "reason")]
    held = fields.held(call, names)
    if call.attended_at:
        held |= {"attended_on": clock.day_of(call.attended_at),
                 "attended_at": clock.local(call.attended_at).time()}
    return held


def _now(call: Call) -> dict[str, Any]:
    return OutcomeForm.blank(**_held(call)).typed


def _asked(request: Request, call: Call, form: Filled[OutcomeForm], *, status: int = 200,
           **more: Any) -> Response:
    words: dict[str, Any] = {"was": {}, "clashes": (), "who": "", "kept_at": None} | more
    words["was"] = json.dumps(words["was"])
    return page(request, "desk/calls/outcome.html", block="form", status=status, call=call, form=form,
                **fields.choices(), **words)
