"""Devices: call blockers and other equipment lent to keep somebody safe."""

from outreach.casework.devices import call_stats, chasing, control_panel, feelings, waiting
from outreach.casework.devices.call_stats import CallStats, Figures
from outreach.casework.devices.control_panel import ControlPanelContact, give_access, take_access
from outreach.casework.devices.feelings import DeviceAnswers, Feelings, Moment
from outreach.casework.devices.kinds import kind_of, kinds
from outreach.casework.devices.lending import Consent, Panel, Telephone, change_loan, install, lend, to_lend
from outreach.casework.devices.loans import (
    Condition,
    ConsentBy,
    DeviceLoan,
    Line,
    Profile,
    loans_of,
    open_loan,
    open_loan_of,
)
from outreach.casework.devices.refused import Refused
from outreach.casework.devices.reviewing import Decision, ask_back, review, take_back
from outreach.casework.devices.stock import (
    BadSerials,
    Device,
    Standing,
    add,
    change,
    change_standing,
    open_device,
)
from outreach.casework.devices.trusted_callers import TrustedCaller, distrust, trust
from outreach.casework.devices.waiting import DeviceWait

__all__ = ["BadSerials", "CallStats", "Condition", "Consent", "ConsentBy", "ControlPanelContact", "Decision",
           "Device", "DeviceAnswers", "DeviceLoan", "DeviceWait", "Feelings", "Figures", "Line", "Moment",
           "Panel", "Profile", "Refused", "Standing", "Telephone", "TrustedCaller", "add", "ask_back",
           "call_stats", "change", "change_loan", "change_standing", "chasing", "control_panel", "distrust",
           "feelings", "give_access", "install", "kind_of", "kinds", "lend", "loans_of", "open_device",
           "open_loan", "open_loan_of", "review", "take_access", "take_back", "to_lend", "trust", "waiting"]
