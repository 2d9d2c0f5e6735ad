"""A helper's page, with the small forms on it as they were left."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.volunteers.fields import AwayForm, SuspensionForm, TrainingForm, VettingForm, choices, week
from app.desk.volunteers.listing import LOOKS
from app.forms import Filled
from app.pages import page
from outreach.foundation import audit, clock
from outreach.foundation.permissions import Actor
from outreach.foundation.vetting import Vetting
from outreach.foundation.volunteers import Volunteer, clearing, hours, keeping, listing, suitable, training


def shown(request: Request, session: Session, me: Actor, volunteer: Volunteer, status: int = 200,
          **forms: Filled[Any]) -> Response:
    """The whole record; `forms` are those that came back with something wrong."""
    if status != 200:
        audit.consulted(session, me, "volunteer", volunteer.id, operation="volunteer.shown_again")
    account, now = volunteer.account, clock.now()
    fit = suitable.fitness(session, [account.id], district="", starts_at=now, ends_at=now)
    words: dict[str, Any] = {**_blank(account.vetting), **forms}
    return page(request, "desk/volunteers/show.html", block="record", status=status, volunteer=volunteer,
                account=account, vetting=account.vetting, hard=fit[0].hard if fit else (),
                standing=listing.standing_of(volunteer), looks=LOOKS, choices=choices(volunteer),
                level_words=clearing.level_words, course_words=training.course_words,
                falls_short=listing.falls_short(account),
                done=training.of(session, volunteer), week=week(volunteer.free),
                lacks=training.lacks(training.last(session, [volunteer.id])[volunteer.id], clock.today()),
                away=keeping.away_days(session, volunteer), given=hours.of(session, account.id, limit=5),
                today=clock.today(), is_self=account.id == me.id, **words)


def _blank(vetting: Vetting | None) -> dict[str, Filled[Any]]:
    start = {"level": vetting.level, "cleared_on": vetting.cleared_on,
             "expires_on": vetting.expires_on} if vetting else {}
    return {"vetting_form": VettingForm.blank(**start), "suspension_form": SuspensionForm.blank(),
            "training_form": TrainingForm.blank(), "away_form": AwayForm.blank()}
