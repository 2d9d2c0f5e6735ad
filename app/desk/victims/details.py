"""The details of a record, which open in place: one part at a time, and nobody's change is lost."""

import json
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.desk import stale
from app.desk.doors import OpenedVictim, begun, note_again
from app.desk.victims import fields, told
from app.desk.victims.record import shown
from app.desk.victims.told import Part
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import done, page, wants_fragment
from outreach.casework.victims import NotFound, Victim, entering
from outreach.foundation import drafts
from outreach.foundation.permissions import May
from outreach.foundation.stale import ChangedMeanwhile

room = Room(prefix="/desk/victims/{victim_id:int}/details/{name}")


@room.get("/edit", needs=May.EDIT_VICTIM)
def edit(request: Request, name: str, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """One part of the details as a form: in place with htmx, else as a page."""
    part, now = _part(name), fields.typed_now(_part(name).form, victim)
    form, kept_at = begun(request, session, me, part.form, **fields.held(victim))
    was = stale.was_begun(request, session, me, now)
    return _asked(request, victim, part, form, was, 200, kept_at=kept_at)


@room.get("", needs=May.SEE_VICTIM)
def show(request: Request, name: str, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """One part of the details as it stands: what Cancel puts back in place."""
    return page(request, "desk/victims/show.html", block="part", part=_part(name),
                **shown(request, session, me, victim))


@room.post("", needs=May.EDIT_VICTIM)
def update(request: Request, name: str, victim: OpenedVictim, posted: Posted, session: Db,
           me: Me) -> Response:
    """Save one part, unless somebody else has changed the same detail meanwhile."""
    part, now = _part(name), fields.typed_now(_part(name).form, victim)
    form, was = part.form.read(posted), stale.was_of(posted, now)
    if form.errors:
        return _asked(request, victim, part, form, was, 422)
    seen, wanted = stale.changes(form, was, now, lambda field: entering.value_of(victim, field))
    try:
        entering.change(session, me, victim, seen=seen, **wanted)
    except ChangedMeanwhile as meanwhile:
        who = stale.changed_by(session, "victim", victim.id)
        clashes = stale.set_beside(form, was, now, meanwhile.names, who)
        return _asked(request, victim, part, form, now, 409, clashes=clashes, who=who)
    drafts.drop(session, me.id, f"{request.url.path}/edit")
    if wants_fragment(request):
        note_again(session, me, victim)
    return done(request, "desk/victims/show.html", block="saved", to=f"/desk/victims/{victim.id}",
                flash=f"{part.heading}: saved." if wanted else "Nothing was changed.", part=part,
                **shown(request, session, me, victim))


def _part(name: str) -> Part:
    if name not in told.PARTS:
        raise NotFound("There is no such part")
    return told.PARTS[name]


def _asked(request: Request, victim: Victim, part: Part, form: Filled[Any], was: dict[str, Any], status: int,
           **more: Any) -> Response:
    words = {"clashes": (), "who": "", "kept_at": None} | more
    return page(request, "desk/victims/edit.html", block="form", status=status, victim=victim, part=part,
                form=form, was=json.dumps(was), factors=fields.factors(victim.vulnerability),
                districts=fields.districts(victim.district), **fields.choices(), **words)
