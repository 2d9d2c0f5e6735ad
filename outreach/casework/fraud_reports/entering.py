"""Entering a report of fraud and putting one right; the victim's need is reckoned anew each time."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from outreach.casework import need
from outreach.casework.fraud_reports.record import FirstContact, FraudReport, Payment, Source, tidy_reference
from outreach.foundation import stale
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

if TYPE_CHECKING:
    from outreach.casework.victims import Victim

DETAILS = frozenset({
    "source", "fraud_type", "national_reference", "force_occurrence", "reported_on", "nfib_code",
    "first_contact", "lost", "recovered", "payment", "suspect_known", "under_investigation", "summary"})
REFERENCES = ("national_reference", "force_occurrence")


@operation("fraud_report.entered", needs=May.EDIT_VICTIM)
def enter_report(session: Session, actor: Actor, victim: "Victim", *, source: Source, fraud_type: str,
                 national_reference: str = "", force_occurrence: str = "", reported_on: date | None = None,
                 nfib_code: str = "", first_contact: FirstContact | None = None, lost: Decimal | None = None,
                 recovered: Decimal | None = None, payment: Payment | None = None,
                 suspect_known: bool = False, under_investigation: bool = False,
                 summary: str = "") -> FraudReport:
    """Enter a report of fraud against a victim; their need is reckoned anew."""
    report = FraudReport(
        victim=victim, source=source, fraud_type=fraud_type,
        national_reference=tidy_reference(national_reference),
        force_occurrence=tidy_reference(force_occurrence), reported_on=reported_on, nfib_code=nfib_code,
        first_contact=first_contact, lost=lost, recovered=recovered, payment=payment,
        suspect_known=suspect_known, under_investigation=under_investigation, summary=summary.strip())
    session.add(report)
    session.flush()
    need.reckon_for(victim)
    return report


@operation("fraud_report.erased", needs=May.EDIT_VICTIM)
def erase_report(session: Session, actor: Actor, report: FraudReport) -> None:
    """Take a report away that turned out to be none; the victim's need is reckoned anew."""
    victim = report.victim
    victim.fraud_reports.remove(report)
    session.delete(report)
    session.flush()
    need.reckon_for(victim)


@operation("fraud_report.changed", needs=May.EDIT_VICTIM)
def change_report(session: Session, actor: Actor, /, report: FraudReport, *, seen: Mapping[str, Any],
                  **wanted: Any) -> FraudReport:
    """Put a report right, from what was `seen` to what is `wanted`, detail by detail (`DETAILS`).

    Raises `stale.ChangedMeanwhile` where somebody else has changed the very same detail since.
    """
    if odd := wanted.keys() - DETAILS:
        raise TypeError(f"not a detail of a report: {', '.join(sorted(odd))}")
    for name, value in stale.ours(lambda name: getattr(report, name), seen, wanted).items():
        setattr(report, name, tidy_reference(value) if name in REFERENCES else value)
    session.flush()
    need.reckon_for(report.victim)
    return report
