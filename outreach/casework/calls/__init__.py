"""Banking Protocol calls: the bank rings because a customer is being defrauded at this very moment."""

from outreach.casework.calls import telling
from outreach.casework.calls.banks import Bank, BankBranch
from outreach.casework.calls.listing import Filters, export_calls, list_calls
from outreach.casework.calls.logging import log_call
from outreach.casework.calls.outcomes import corrections, record_outcome
from outreach.casework.calls.plausible import BadCall
from outreach.casework.calls.record import (
    MONEY,
    NOTHING_WRONG,
    Call,
    CallCorrection,
    Means,
    Outcome,
    Route,
    open_call,
)
from outreach.casework.calls.returns import monthly_return

__all__ = ["MONEY", "NOTHING_WRONG", "BadCall", "Bank", "BankBranch", "Call", "CallCorrection", "Filters",
           "Means", "Outcome", "Route", "corrections", "export_calls", "list_calls", "log_call",
           "monthly_return", "open_call", "record_outcome", "telling"]
