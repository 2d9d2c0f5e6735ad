"""One helper's record: shown whole, begun for somebody who has an account, and changed."""

from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.doors import begun
from app.desk.refusals import NotDone, beside
from app.desk.volunteers.doors import OpenedVolunteer, refuse_stale
from app.desk.volunteers.fields import (
    NewVolunteerForm,
    VolunteerForm,
    choices,
    held,
    place_of,
    reach_of,
)
from app.desk.volunteers.showing import shown
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.foundation import accounts, drafts
from outreach.foundation.clock import today
from outreach.foundation.permissions import May
from outreach.foundation.volunteers import Volunteer, keeping

room = Room(prefix="/desk/volunteers")
LIST = "/desk/volunteers"


@room.get("/new", needs=May.MANAGE_VOLUNTEERS)
def new(request: Request, session: Db, me: Me) -> Response:
    """An empty form, for somebody who has an account and no record yet."""
    form, kept_at = begun(request, session, me, NewVolunteerForm, started_on=today())
    return _begun(request, session, form, kept_at=kept_at)


@room.post("", needs=May.MANAGE_VOLUNTEERS)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Begin a record."""
    form = NewVolunteerForm.read(posted)
    try:
        with beside(session, form):
            account = accounts.get(session, form.values["account_id"])
            added = keeping.add(session, me, account, reach_of(form.values), place_of(form.values))
    except NotDone:
        return _begun(request, session, form, 422)
    drafts.drop(session, me.id, f"{LIST}/new")
    return go(request, f"{LIST}/{added.id}",
              flash=f"{account.name} has a record. Vetting and training come next.")


@room.get("/{volunteer_id:int}", needs=May.SEE_VOLUNTEERS)
def show(request: Request, volunteer: OpenedVolunteer, session: Db, me: Me) -> Response:
    """Everything that is kept of somebody who helps."""
    return shown(request, session, me, volunteer)


@room.get("/{volunteer_id:int}/edit", needs=May.MANAGE_VOLUNTEERS)
def edit(request: Request, volunteer: OpenedVolunteer, session: Db, me: Me) -> Response:
    """How they are reached, where they go and when, to change."""
    form, kept_at = begun(request, session, me, VolunteerForm, **held(volunteer))
    return _asked(request, volunteer, form, kept_at=kept_at)


@room.post("/{volunteer_id:int}", needs=May.MANAGE_VOLUNTEERS)
def update(request: Request, volunteer: OpenedVolunteer, posted: Posted, session: Db, me: Me) -> Response:
    """Save what was changed."""
    form, here = VolunteerForm.read(posted), f"{LIST}/{volunteer.id}"
    try:
        refuse_stale(posted, volunteer.version, form, volunteer.account.name)
        with beside(session, form):
            keeping.change(session, me, volunteer, reach_of(form.values), place_of(form.values))
    except NotDone:
        return _asked(request, volunteer, form, 422, version=posted.get("version"))
    drafts.drop(session, me.id, f"{here}/edit")
    return go(request, here, flash=f"{volunteer.account.name}'s record was changed.")


def _asked(request: Request, volunteer: Volunteer, form: Filled[VolunteerForm], status: int = 200,
           **more: Any) -> Response:
    words: dict[str, Any] = {"kept_at": None, "version": volunteer.version} | more
    return page(request, "desk/volunteers/edit.html", block="form", status=status, form=form,
                volunteer=volunteer, choices=choices(volunteer), **words)


def _begun(request: Request, session: Session, form: Filled[NewVolunteerForm], status: int = 200,
           kept_at: datetime | None = None) -> Response:
    people = [(one.id, f"{one.name}, {one.role}") for one in keeping.without_record(session)]
    return page(request, "desk/volunteers/new.html", block="form", status=status, form=form, people=people,
                choices=choices(), kept_at=kept_at)
