"""Follow-ups: the dated promises to contact somebody, each of them kept or accounted for."""

from outreach.casework.follow_ups import day_list, due, escalation
from outreach.casework.follow_ups.cadence import first_attempt_due, first_working_moment, in_time, propose
from outreach.casework.follow_ups.listing import Show, list_follow_ups, open_follow_up
from outreach.casework.follow_ups.planning import (
    BadAssignee,
    BadTime,
    Settled,
    cancel,
    cancel_all,
    change,
    close_reviews,
    finish,
    hand_over,
    may_be_given,
    plan,
    plan_first_attempts,
    reassign,
    settle,
)
from outreach.casework.follow_ups.record import OPEN, FollowUp, Proposal, Status, Step
from outreach.casework.follow_ups.reminders import remind
from outreach.casework.reaching import CannotRemind

__all__ = ["OPEN", "BadAssignee", "BadTime", "CannotRemind", "FollowUp", "Proposal", "Settled", "Show",
           "Status", "Step", "cancel", "cancel_all", "change", "close_reviews", "day_list", "due",
           "escalation", "finish", "first_attempt_due", "first_working_moment", "hand_over", "in_time",
           "list_follow_ups", "may_be_given", "open_follow_up", "plan", "plan_first_attempts", "propose",
           "reassign", "remind", "settle"]
