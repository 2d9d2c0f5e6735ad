"""Visits on Today: those for which somebody is still needed, and those that cannot be made any more."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, name_of
from outreach.casework.victims.listing import RESTRICTED
from outreach.casework.visits import CrewMember, CrewState, Risk, Visit, VisitLog, VisitState
from outreach.casework.visits.listing import in_scope, is_unstaffed
from outreach.foundation.clock import day_of, now, today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import MOST, Kind, Line

_NEAR = 7      # days: each day nearer than this weighs as much as a day overdue


def unstaffed(session: Session, actor: Actor) -> Iterable[Line]:
    """Visits to come that too few have accepted, or that must not be made: the nearer, the heavier. One that
    nobody went on stands there until it is cancelled: the person may have waited."""
    if not actor.may(May.PLAN_VISIT):
        return []
    not_any_more = or_(Victim.deceased_on.is_not(None), Victim.may_visit == Answer.NO)
    went = or_(Visit.crew.any(or_(CrewMember.state == CrewState.ACCEPTED,
                                  CrewMember.checked_in_at.is_not(None))),
               select(VisitLog.id).where(VisitLog.visit_id == Visit.id).correlate(Visit).exists())
    question = (
        select(Visit.id, Visit.victim_id, Visit.planned_start_at, Visit.persons, Visit.risk, Visit.event_name,
               Visit.event_place, Victim.title, Victim.first_name, Victim.last_name, Victim.town, Victim.band,
               Victim.restricted, Victim.deceased_on, Victim.may_visit)
        .outerjoin(Victim, Victim.id == Visit.victim_id)
        .where(Visit.state == VisitState.PLANNED, in_scope(actor), or_(
            and_(Visit.planned_start_at > now(), or_(is_unstaffed(), not_any_more)),
            and_(Visit.planned_end_at <= now(), ~went)))
        .order_by(Visit.planned_start_at, Visit.id).limit(MOST))
    rows = session.execute(question).all()
    crews = _crews(session, [row.id for row in rows])
    return [_line(row, crews.get(row.id, {})) for row in rows]


def _crews(session: Session, visit_ids: list[int]) -> dict[int, dict[CrewState, int]]:
    rows = session.execute(
        select(CrewMember.visit_id, CrewMember.state, func.count(CrewMember.id))
        .where(CrewMember.visit_id.in_(visit_ids)).group_by(CrewMember.visit_id, CrewMember.state))
    found: dict[int, dict[CrewState, int]] = {}
    for visit_id, state, number in rows:
        found.setdefault(visit_id, {})[state] = number
    return found


def _line(row: Any, crew: dict[CrewState, int]) -> Line:
    who = name_of(row) if row.victim_id else row.event_name
    place = (row.town or "") if row.victim_id else row.event_place
    hidden = bool(row.restricted)
    return Line(_weight(row.planned_start_at), Kind.VISIT, who, RESTRICTED if hidden else _why(row, crew),
                "visit", row.id, due_at=row.planned_start_at, band=row.band, place="" if hidden else place)


def _weight(start: datetime) -> int:
    weights = current().today
    days = (day_of(start) - today()).days
    return weights.visit_unstaffed + weights.overdue_per_day * max(0, _NEAR - days)


def _why(row: Any, crew: dict[CrewState, int]) -> str:
    if row.planned_start_at <= now():
        return "Nobody went on this visit. Cancel it, and tell whoever may have waited."
    if row.deceased_on:
        return "Recorded as having died: cancel the visit, so that nobody goes."
    if row.may_visit is Answer.NO:
        return "Asked for no visits since it was planned: cancel it."
    if row.risk is Risk.NOT_ASSESSED:
        return "A visit: the address is not assessed yet, so nobody can be asked to go."
    going, asked = crew.get(CrewState.ACCEPTED, 0), crew.get(CrewState.OFFERED, 0)
    waits = "nobody is asked" if not asked else "1 is asked" if asked == 1 else f"{asked} are asked"
    goes = "one goes, one more is needed" if going else "nobody goes yet"
    back = " It was given back." if crew.get(CrewState.HANDED_BACK) and not going else ""
    return f"A visit: {goes}, and {waits}.{back}"
