"""One visit on the desk: when, to whom, who goes, what they should know, what the worker does about it."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk.visits import day, fields
from app.desk.visits.doors import Named
from app.desk.visits.fields import AssignForm, OfferForm, WhyForm
from app.doors import Db, Me, Room
from app.pages import page
from outreach.casework.visits import (
    CrewState,
    Risk,
    Visit,
    VisitLog,
    VisitState,
    choosing,
    crew_told,
    telling,
)
from outreach.casework.visits.escalation import is_mere_look
from outreach.foundation import clock, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/visits/{visit_id:int}")
LISTED = 8     # candidates who stand open; the rest under "More people"


@room.get("", needs=May.SEE_VISITS)
def show(request: Request, visit: Named, session: Db, me: Me) -> Response:
    """The whole visit."""
    return shown(request, session, me, visit)


def shown(request: Request, session: Session, me: Actor, visit: Visit, status: int = 200,
          **forms: Any) -> Response:
    """The page of a visit, with what was typed into its forms."""
    to_offer = me.may(May.PLAN_VISIT) and is_to_be_staffed(visit)
    found = choosing.candidates(session, visit) if to_offer else []
    names = dict(session.execute(select(Account.id, Account.name).where(
        Account.id.in_((visit.named_contact_id, visit.planned_by_id)))).all())
    return page(request, "desk/visits/show.html", block="visit", status=status, visit=visit, names=names,
                whom=fields.whom(visit), when=fields.said(visit.planned_start_at, visit.planned_end_at),
                answered=fields.ANSWERED, state=fields.STATES[visit.state],
                risk=fields.RISK_WORDS[visit.risk],
                crew_words=fields.CREW, taken_off=crew_told.VETTING,
                CrewState=CrewState, take=current().visits.take,
                going=sum(member.state is CrewState.ACCEPTED for member in visit.crew),
                told=fields.telling_of(visit, telling.told(session, visit)), logs=_logs(session, visit),
                story=_story(session, visit), to_offer=to_offer, unassessed=visit.risk is Risk.NOT_ASSESSED,
                begun=visit.planned_start_at <= clock.now(), candidates=found, listed=LISTED,
                ours=[(one.account.id, one.account.name) for one in found
                      if one.is_ours and not one.hard and one.state is not CrewState.ACCEPTED],
                day=day.gather(session, me, visit), **(_blank(me) | forms))


def _blank(me: Actor) -> dict[str, Any]:
    return {"offering": OfferForm.blank(), "assigning": AssignForm.blank(account_id=me.id),
            "vouching": WhyForm.blank()}


def is_to_be_staffed(visit: Visit) -> bool:
    """Whether somebody else is still needed, and there is time to ask."""
    return (visit.state is VisitState.PLANNED and visit.planned_start_at > clock.now()
            and not telling.is_staffed(visit))


def _logs(session: Session, visit: Visit) -> list[VisitLog]:
    return list(session.scalars(select(VisitLog).where(VisitLog.visit_id == visit.id).order_by(VisitLog.id)))


def _story(session: Session, visit: Visit) -> list[outbox.Line]:
    """What the worker did and will do: for the person, and for everybody who was asked. That it looks
    whether they are out goes without saying."""
    crew = [("visit_crew", member.id) for member in visit.crew]
    lines = outbox.about_many(session, [("visit", visit.id), *crew])
    return [line for line in lines if not is_mere_look(line)]
