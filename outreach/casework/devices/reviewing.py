"""Reviews, extensions and returns: is it still needed, what did it change, and how did it come back?"""

from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from outreach.casework.devices import call_stats, feelings
from outreach.casework.devices.feelings import Feelings, Moment
from outreach.casework.devices.lending import plan_next, review_after, settle_planned
from outreach.casework.devices.loans import Condition, DeviceLoan, refuse_ended, refuse_future
from outreach.casework.devices.refused import (
    HasDied,
    NotOnLoan,
    Refused,
    ReviewBeforeInstall,
    StillToCome,
    TooEarly,
)
from outreach.casework.devices.stock import Standing, lock
from outreach.foundation.clock import today
from outreach.foundation.dates import spoken
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

_STANDING = {Condition.GOOD: Standing.IN_STOCK, Condition.FAULTY: Standing.FAULTY,
             Condition.LOST: Standing.LOST}
_BACK_WITHIN = timedelta(days=14)


class Decision(StrEnum):
    """What a review comes to."""

    EXTEND = "extend"
    BACK = "back"


@operation("device.reviewed", needs=May.LEND)
def review(session: Session, actor: Actor, loan: DeviceLoan, *, on: date, decision: Decision,
           after: Feelings | None = None, until: date | None = None) -> DeviceLoan:
    """Review a loan: extend it (to the next review) or ask for the unit back (by a day).

    Raises `ReviewBeforeInstall`, `StillToCome`, `TooEarly`, `LoanEnded`.
    """
    refuse_ended(loan)
    if loan.installed_on is None:
        raise ReviewBeforeInstall(f"{loan.device.serial} has not been installed yet: record that first", "on")
    refuse_future(on, "on")
    if on < loan.installed_on:
        raise ReviewBeforeInstall(f"It was installed on {spoken(loan.installed_on)}: a review comes after",
                                  "on")
    feelings.keep(session, actor, loan, Moment.AFTER, on, after or Feelings())
    if decision is Decision.EXTEND:
        _extend(session, actor, loan, until or review_after(on))
    else:
        _ask_back(session, actor, loan, until or today() + _BACK_WITHIN)
    return loan


@operation("device.asked_back", needs=May.LEND)
def ask_back(session: Session, actor: Actor, loan: DeviceLoan, *, by: date | None = None) -> DeviceLoan:
    """Ask for a unit back by a day, without a review. Raises `LoanEnded`, `TooEarly`."""
    refuse_ended(loan)
    _ask_back(session, actor, loan, by or today() + _BACK_WITHIN)
    return loan


@operation("device.returned", needs=May.LEND)
def take_back(session: Session, actor: Actor, loan: DeviceLoan, *, on: date, condition: Condition,
              reason: str = "", after: Feelings | None = None) -> DeviceLoan:
    """The unit came back, good or faulty, or is lost: the loan ends.

    Raises `NotOnLoan` for one that came back before, `StillToCome`, `TooEarly`.
    """
    device = loan.device
    lock(session, device)
    if not loan.is_open:
        raise NotOnLoan(f"{device.serial} is {device.status}: nobody has it on this loan", "serial")
    refuse_future(on, "on")
    if on < loan.has_begun_on:
        raise TooEarly(f"The loan began on {spoken(loan.has_begun_on)}: it cannot have come back before",
                       "on")
    _refuse_before_figures(session, loan, on)
    feelings.keep(session, actor, loan, Moment.AFTER, on, after or Feelings())
    settle_planned(session, actor, loan)
    loan.ended_on, loan.ended_by_id, loan.condition = on, actor.id, condition
    loan.end_reason = reason.strip() or ("lost" if condition is Condition.LOST else "")
    device.status = _STANDING[condition]
    device.status_reason = "" if condition is Condition.GOOD else loan.end_reason
    return loan


def _refuse_before_figures(session: Session, loan: DeviceLoan, on: date) -> None:
    """What was counted or answered while they had it shows that they still had it then."""
    days = [*(one.to_on for one in call_stats.stats_of(session, loan)),
            *(one.asked_on for one in feelings.answers_of(session, loan))]
    if days and on < max(days):
        raise TooEarly(f"Figures or answers of {spoken(max(days))} stand on this loan: enter that day or a "
                       "later one", "on")


def _extend(session: Session, actor: Actor, loan: DeviceLoan, until: date) -> None:
    if loan.victim.deceased_on:
        raise HasDied(f"{loan.victim.spoken_name} is recorded as having died: ask for it back", "decision")
    if until <= today():
        raise TooEarly("Enter a day to come for the next review", "until")
    if until > review_after(today(), 24):
        raise StillToCome("Enter a day within the next two years for the review", "until")
    loan.review_due_on, loan.asked_back_on = until, None
    _stand(session, loan, Standing.ON_LOAN)
    plan_next(session, actor, loan, until, f"Review the loan of the {loan.device.kind_words}")


def _ask_back(session: Session, actor: Actor, loan: DeviceLoan, by: date) -> None:
    if by < today():
        raise TooEarly("Enter a day to come by which it should be back", "until")
    if by > review_after(today(), 12):
        raise Refused("Enter a day within the next year", "until")
    loan.asked_back_on = by
    _stand(session, loan, Standing.DUE_BACK)
    plan_next(session, actor, loan, by, f"Bring the {loan.device.kind_words} back")


def _stand(session: Session, loan: DeviceLoan, standing: Standing) -> None:
    lock(session, loan.device)
    loan.device.status = standing
