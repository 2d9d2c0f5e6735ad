"""Visits on the timeline: those planned and those cancelled; one that was made is told by its contact."""

from datetime import datetime

from sqlalchemy import case, select

from outreach.casework.timeline.entry import Entry, Kind, Source, dotted
from outreach.casework.visits import Visit, VisitState
from outreach.casework.visits.crew_told import from_to
from outreach.foundation.accounts import Account

_AT = case((Visit.state == VisitState.CANCELLED, Visit.ended_at), else_=Visit.created_at)


def _told(id: int, victim: int, at: datetime, state: VisitState, start: datetime, end: datetime, why: str,
          persons: int, by: str) -> Entry:
    when = from_to(start, end)
    if state is VisitState.CANCELLED:
        return Entry(at, Kind.VISIT, id, victim, "Visit cancelled", "", why, dotted(when), quiet=True)
    return Entry(at, Kind.VISIT, id, victim, "Visit planned", by, "",
                 dotted(when, "two people" if persons == 2 else "one person"), quiet=True)


VISITS = Source(
    Kind.VISIT,
    select(Visit.id, Visit.victim_id, _AT, Visit.state, Visit.planned_start_at, Visit.planned_end_at,
           Visit.ended_why, Visit.persons, Account.name)
    .join(Account, Account.id == Visit.planned_by_id).where(Visit.state != VisitState.FINISHED),
    Visit.victim_id, _AT, Visit.id, _told)
