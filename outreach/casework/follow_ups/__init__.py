"""Follow-ups: the dated promises to contact somebody, each of them kept or accounted for."""

from outreach.casework.follow_ups import day_list, due, escalation
from outreach.casework.follow_ups.cadence import first_attempt_due, propose
from outreach.casework.follow_ups.planning import (
    BadAssignee,
    BadTime,
    Settled,
    cancel,
    cancel_all,
    change,
    plan,
    plan_first_attempts,
    reassign,
    settle,
)
from outreach.casework.follow_ups.record import OPEN, FollowUp, Proposal, Status, Step
from outreach.casework.follow_ups.reminders import CannotRemind, remind

__all__ = ["OPEN", "BadAssignee", "BadTime", "CannotRemind", "FollowUp", "Proposal", "Settled", "Status",
           "Step", "cancel", "cancel_all", "change", "day_list", "due", "escalation", "first_attempt_due",
           "plan", "plan_first_attempts", "propose", "reassign", "remind", "settle"]
