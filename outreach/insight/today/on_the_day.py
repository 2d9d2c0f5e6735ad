"""Visitors on Today who have not checked out, from the moment at which their named contact is told."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim
from outreach.casework.visits import CrewMember, Visit, lateness
from outreach.casework.visits.lateness import Step
from outreach.casework.visits.listing import in_scope
from outreach.foundation import clock, times
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers import Volunteer
from outreach.insight.today.line import MOST, Kind, Line


def overdue(session: Session, actor: Actor) -> Iterable[Line]:
    """For whoever sees the visit: who went, since when they should be out, and the number to ring."""
    if not actor.may(May.SEE_VISITS):
        return []
    question = (lateness.expected().outerjoin(Victim, Victim.id == Visit.victim_id)
                .where(Visit.planned_end_at <= clock.now(), in_scope(actor))
                .order_by(None).order_by(Visit.planned_end_at, CrewMember.id).limit(MOST))
    late = [one for one in session.scalars(question).unique()
            if Step.CONTACT in lateness.steps_taken(one) and one.account_id != actor.id]
    numbers = dict(session.execute(select(Volunteer.account_id, Volunteer.mobile).where(
        Volunteer.account_id.in_([one.account_id for one in late]))).all()) if late else {}
    return [_line(one, numbers.get(one.account_id, "")) for one in late]


def _line(member: CrewMember, mobile: str) -> Line:
    seen = (f"Checked in {times.said(member.checked_in_at)}" if member.checked_in_at
            else "Has not checked in either")
    return Line(current().today.visit_overdue, Kind.VISIT, member.account.name,
                f"Has not checked out of a visit that was to end {times.said(lateness.out_by(member))}. "
                f"{seen}. Ring them, then say on the visit that they are safe.",
                "visit", member.visit_id, due_at=lateness.out_by(member), late=True, phone=mobile)
