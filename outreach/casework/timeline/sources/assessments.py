"""Vulnerability assessments on the timeline, each by its day."""

from datetime import date
from typing import Any

from sqlalchemy import select

from outreach.casework.assessments import Assessment, Tells
from outreach.casework.need import Band
from outreach.casework.timeline.entry import Entry, Kind, Source, dotted
from outreach.foundation.accounts import Account
from outreach.foundation.clock import midnight


def _told(id: int, victim: int, on: date, factors: list[Any], score: int, scored: Band,
          override: Band | None, reason: str, at_risk: Tells, capacity: bool, corrects: int | None,
          by: str) -> Entry:
    facts = dotted(f"{score} points", f"overridden from {scored}" if override else "",
                   "adult at risk" if at_risk is Tells.YES else "",
                   "concern about capacity" if capacity else "",
                   "corrects an earlier one" if corrects else "")
    words = reason or ", ".join(factor["words"] for factor in factors)
    return Entry(midnight(on), Kind.ASSESSMENT, id, victim, f"Assessed: {override or scored} need", by,
                 words[:1].upper() + words[1:], facts, day_only=True)


ASSESSMENTS = Source(
    Kind.ASSESSMENT,
    select(Assessment.id, Assessment.victim_id, Assessment.assessed_on, Assessment.factors, Assessment.score,
           Assessment.scored_band, Assessment.override, Assessment.override_reason, Assessment.adult_at_risk,
           Assessment.capacity_concern, Assessment.supersedes_id, Account.name)
    .join(Account, Account.id == Assessment.by_id),
    Assessment.victim_id, Assessment.assessed_on, Assessment.id, _told)
