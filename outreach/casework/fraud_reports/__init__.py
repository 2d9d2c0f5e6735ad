"""Fraud reports: one incident each, as the national service, the force or a partner recorded it."""

from outreach.casework.fraud_reports.entering import change_report, enter_report, erase_report
from outreach.casework.fraud_reports.record import (
    FirstContact,
    FraudReport,
    Payment,
    Source,
    tidy_reference,
)

__all__ = ["FirstContact", "FraudReport", "Payment", "Source", "change_report", "enter_report",
           "erase_report", "tidy_reference"]
