"""Safeguarding measures on the timeline: each step that stands."""

from datetime import date, datetime

from sqlalchemy import select

from outreach.casework.measures import Measure, MeasureStep, Status, words_of
from outreach.casework.timeline.entry import Entry, Kind, Source
from outreach.foundation.accounts import Account
from outreach.foundation.clock import midnight


def _told(id: int, victim: int, at: datetime, on: date, code: str, status: Status, note: str,
          by: str) -> Entry:
    return Entry(at, Kind.MEASURE, id, victim, f"{words_of(code)}: {status}", by, note,
                 day_only=at == midnight(on))


MEASURES = Source(
    Kind.MEASURE,
    select(MeasureStep.id, Measure.victim_id, MeasureStep.at, MeasureStep.on, Measure.code,
           MeasureStep.status, MeasureStep.note, Account.name)
    .join(Measure, Measure.id == MeasureStep.measure_id)
    .join(Account, Account.id == MeasureStep.by_id)
    .where(MeasureStep.taken_back_at.is_(None)),
    Measure.victim_id, MeasureStep.at, MeasureStep.id, _told)
