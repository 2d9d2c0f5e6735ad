"""The list of reports: what is being done to people here, by kind, place and month; newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from outreach.casework.fraud_reports.record import FraudReport, Source
from outreach.casework.fraud_types import label
from outreach.casework.victims.record import Victim, scope
from outreach.foundation import audit
from outreach.foundation.permissions import Actor, May

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show; a blank shows all. The period is by date of report, both days included."""

    fraud_type: str = ""
    district: str = ""
    source: Source | None = None
    since: date | None = None
    until: date | None = None


class Line(NamedTuple):
    """One report in the list. `on` is the day of the report, else the day it was entered."""

    id: int
    victim_id: int
    name: str
    district: str
    on: date
    kind: str
    lost: Decimal | None
    source: Source
    reference: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list, and the line after which the next one begins (None: that was all)."""

    lines: Sequence[Line]
    further: tuple[date, int] | None


_day: ColumnElement[date] = func.coalesce(FraudReport.reported_on, func.date(FraudReport.created_at),
                                          type_=FraudReport.reported_on.type)


def list_reports(session: Session, actor: Actor, filters: Filters, *, after: tuple[date, int] | None = None,
                 limit: int = PAGE) -> Page:
    """A page of the reports of those victims whom the actor sees, without restricted records; logged."""
    actor.must(May.SEE_VICTIM)
    question = (
        select(FraudReport.id, FraudReport.victim_id, Victim.title, Victim.first_name, Victim.last_name,
               Victim.district, _day, FraudReport.fraud_type, FraudReport.lost, FraudReport.source,
               FraudReport.national_reference, FraudReport.force_occurrence)
        .join(Victim, Victim.id == FraudReport.victim_id)
        .where(*scope(actor), Victim.restricted.is_(False), *_conditions(filters))
        .order_by(_day.desc(), FraudReport.id.desc()).limit(limit + 1))
    if after is not None:
        day, last = literal(after[0]), after[1]
        question = question.where(or_(_day < day, and_(_day == day, FraudReport.id < last)))
    rows: Iterable[Sequence[Any]] = session.execute(question)
    lines = [_line(*row) for row in rows]
    audit.consulted(session, actor, "fraud_report", operation="fraud_report.listed",
                    shown=[line.id for line in lines[:limit]])
    further = (lines[limit - 1].on, lines[limit - 1].id) if len(lines) > limit else None
    return Page(lines[:limit], further)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    words = ((FraudReport.fraud_type, filters.fraud_type), (Victim.district, filters.district),
             (FraudReport.source, filters.source))
    found: list[ColumnElement[bool]] = [column == asked for column, asked in words if asked]
    if filters.since:
        found.append(_day >= filters.since)
    if filters.until:
        found.append(_day <= filters.until)
    return found


def _line(id: int, victim_id: int, title: str, first: str, last: str, district: str, on: date,
          fraud_type: str, lost: Decimal | None, source: Source, national: str, force: str) -> Line:
    name = " ".join(filter(None, (title, first, last)))
    return Line(id, victim_id, name, district, on, label(fraud_type) or "Not recorded", lost, source,
                national or force)
