"""Visits on the timeline: planned, cancelled, over without a log; one with a log is told by its contact."""

from datetime import datetime

from sqlalchemy import case, func, or_, select

from outreach.casework.timeline.entry import Entry, Kind, Source, dotted
from outreach.casework.visits import Visit, VisitLog, VisitState
from outreach.casework.visits.crew_told import from_to
from outreach.foundation.accounts import Account

_AT = case((Visit.state == VisitState.PLANNED, Visit.created_at),
           else_=func.coalesce(Visit.ended_at, Visit.created_at))
_IS_CONTACT = (select(VisitLog.id).where(VisitLog.visit_id == Visit.id, VisitLog.contact_id.is_not(None))
               .correlate(Visit).exists())


def _told(id: int, victim: int, at: datetime, state: VisitState, start: datetime, end: datetime, why: str,
          persons: int, by: str) -> Entry:
    when = from_to(start, end)
    if state is VisitState.CANCELLED:
        return Entry(at, Kind.VISIT, id, victim, "Visit cancelled", "", why, dotted(when), quiet=True)
    if state is VisitState.FINISHED:
        return Entry(at, Kind.VISIT, id, victim, "Visit over, without a log", "", "", dotted(when),
                     quiet=True)
    return Entry(at, Kind.VISIT, id, victim, "Visit planned", by, "",
                 dotted(when, "two people" if persons == 2 else "one person"), quiet=True)


VISITS = Source(
    Kind.VISIT,
    select(Visit.id, Visit.victim_id, _AT, Visit.state, Visit.planned_start_at, Visit.planned_end_at,
           Visit.ended_why, Visit.persons, Account.name)
    .join(Account, Account.id == Visit.planned_by_id)
    .where(or_(Visit.state != VisitState.FINISHED, ~_IS_CONTACT)),
    Visit.victim_id, _AT, Visit.id, _told)
