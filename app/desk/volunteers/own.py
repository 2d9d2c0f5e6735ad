"""One's own record: who is to be told in an emergency, when one is free, and when one is away."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.refusals import NotDone, beside
from app.desk.volunteers.doors import refuse_stale
from app.desk.volunteers.fields import AwayForm, ReachForm, choices, held, reach_of
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from app.spoken import day
from outreach.foundation import audit
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers import Volunteer, keeping
from outreach.foundation.volunteers.refused import NoSuchVolunteer

room = Room(prefix="/desk/my-record")
HERE = "/desk/my-record"


@room.get("", needs=May.GO_ON_VISITS)
def edit(request: Request, session: Db, me: Me) -> Response:
    """What is kept of me, and what of it I may change."""
    volunteer = keeping.of_account(session, me.id)
    if volunteer is None:
        return page(request, "desk/volunteers/no_record.html")
    audit.consulted(session, me, "volunteer", volunteer.id, operation="volunteer.opened_own")
    return _asked(request, session, volunteer)


@room.post("", needs=May.GO_ON_VISITS)
def update(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Save what I changed."""
    volunteer, form = _mine(session, me), ReachForm.read(posted)
    try:
        refuse_stale(posted, volunteer.version, form, "your record")
        with beside(session, form):
            keeping.change_own(session, me, volunteer, reach_of(form.values))
    except NotDone:
        return _asked(request, session, volunteer, 422, form=form, version=posted.get("version"))
    return go(request, HERE, flash="Your record was changed.")


@room.post("/away", needs=May.GO_ON_VISITS)
def create_away(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """I am away."""
    volunteer, form = _mine(session, me), AwayForm.read(posted)
    try:
        with beside(session, form):
            away = keeping.go_away(session, me, volunteer, **form.values)
    except NotDone:
        return _asked(request, session, volunteer, 422, away_form=form)
    return go(request, HERE,
              flash=f"Noted: you are away from {day(away.from_on)} until {day(away.until_on)}.")


@room.post("/away/{away_id:int}/removal", needs=May.GO_ON_VISITS)
def delete_away(request: Request, away_id: int, session: Db, me: Me) -> Response:
    """I am not away after all."""
    volunteer = _mine(session, me)
    keeping.come_back(session, me, volunteer, away_id)
    return go(request, HERE, flash="Noted: you are not away then.")


def _mine(session: Session, me: Actor) -> Volunteer:
    volunteer = keeping.of_account(session, me.id, to_change=True)
    if volunteer is None:
        raise NoSuchVolunteer("There is no record of you yet")
    return volunteer


def _asked(request: Request, session: Session, volunteer: Volunteer, status: int = 200,
           **more: Any) -> Response:
    words: dict[str, Any] = {"form": _as_it_is(volunteer), "away_form": AwayForm.blank(),
                             "version": volunteer.version} | more
    return page(request, "desk/volunteers/own.html", block="record", status=status, volunteer=volunteer,
                choices=choices(), away=keeping.away_days(session, volunteer), **words)


def _as_it_is(volunteer: Volunteer) -> Filled[ReachForm]:
    return ReachForm.blank(**{name: held(volunteer)[name] for name in ReachForm.model_fields})
