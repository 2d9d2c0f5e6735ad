"""Reports of fraud on the timeline, each by its day; one without a day stands where it was entered."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select

from outreach.casework.fraud_reports import FraudReport
from outreach.casework.fraud_types import label
from outreach.casework.timeline.entry import Entry, Kind, Source, dotted, money
from outreach.foundation.clock import midnight

_DAY: ColumnElement[date] = func.coalesce(FraudReport.reported_on, func.date(FraudReport.created_at),
                                          type_=FraudReport.reported_on.type)
_FROM = {"victim list": "a victim list", "call for service": "a call for service", "family": "the family",
         "Banking Protocol": "a Banking Protocol call", "partner": "a partner", "self": "the victim"}


def _told(id: int, victim: int, on: date, fraud_type: str, lost: Decimal | None, recovered: Decimal | None,
          national: str, force: str, source: str, summary: str) -> Entry:
    facts = dotted(money(lost, "lost"), money(recovered, "recovered"), national, force,
                   f"from {_FROM.get(source, source)}")
    return Entry(midnight(on), Kind.REPORT, id, victim, label(fraud_type) or "Kind of fraud not recorded",
                 "", summary, facts, day_only=True)


REPORTS = Source(
    Kind.REPORT,
    select(FraudReport.id, FraudReport.victim_id, _DAY, FraudReport.fraud_type, FraudReport.lost,
           FraudReport.recovered, FraudReport.national_reference, FraudReport.force_occurrence,
           FraudReport.source, FraudReport.summary),
    FraudReport.victim_id, _DAY, FraudReport.id, _told)
