"""Visits: who goes to see whom, when, with what; what each of them said of it afterwards."""

from outreach.casework.visits.record import (
    CrewMember,
    CrewState,
    LogState,
    NoSuchVisit,
    Phone,
    Risk,
    Visit,
    VisitLog,
    VisitState,
)

__all__ = ["CrewMember", "CrewState", "LogState", "NoSuchVisit", "Phone", "Risk", "Visit", "VisitLog",
           "VisitState"]
