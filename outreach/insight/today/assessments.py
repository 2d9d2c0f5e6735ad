"""Assessments on Today: those whose review is due, and for which no follow-up asks already."""

from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from outreach.casework.follow_ups import OPEN, FollowUp, Step
from outreach.casework.victims import Victim, name_of, scope
from outreach.casework.victims.listing import RESTRICTED
from outreach.casework.victims.standing import STANDS
from outreach.foundation.clock import today
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import Kind, Line

_SHOWN = 20


def reviews_due(session: Session, actor: Actor) -> Iterable[Line]:
    """Whose assessment should be looked at again, the longest due first."""
    if not actor.may(May.ASSESS):
        return []
    asked = exists().where(FollowUp.victim_id == Victim.id, FollowUp.status.in_(OPEN),
                           FollowUp.step == Step.REVIEW)
    question = (
        select(Victim.id, Victim.title, Victim.first_name, Victim.last_name, Victim.town, Victim.band,
               Victim.restricted, Victim.review_on)
        .where(Victim.review_on <= today(), Victim.deceased_on.is_(None), STANDS, ~asked, *scope(actor))
        .order_by(Victim.review_on, Victim.id).limit(_SHOWN))
    return [Line(current().today.assessment_review, Kind.ASSESSMENT, name_of(row),
                 RESTRICTED if row.restricted else
                 f"The vulnerability assessment was to be reviewed on {spoken(row.review_on)}.",
                 "victim", row.id, band=row.band, place="" if row.restricted else row.town)
            for row in session.execute(question)]
