"""Whose a victim is, who may look at the record, and what happens when somebody has died."""

from datetime import date

from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.victims.record import Victim
from outreach.casework.visits import planning
from outreach.foundation import audit
from outreach.foundation.accounts import Account, open_with_role
from outreach.foundation.audit import Action
from outreach.foundation.clock import today
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May, Role


class CannotLookAfter(Exception):
    """This account cannot be given a victim: closed, or of a role that sees none."""


class ReasonMissing(Exception):
    """A restriction was set or lifted without saying why."""


class NotYet(Exception):
    """A date of death that is still to come."""


def carers(session: Session) -> list[Account]:
    """Those a victim can be assigned to: officers and ambassadors with an open account, by name."""
    return open_with_role(session, Role.OFFICER, Role.AMBASSADOR)


@operation("victim.assigned", needs=May.ASSIGN)
def assign(session: Session, actor: Actor, victim: Victim, assignee_id: int | None) -> Victim:
    """Give a victim to an officer or ambassador, or to nobody (None). Raises `CannotLookAfter`."""
    if assignee_id is not None and assignee_id not in {account.id for account in carers(session)}:
        raise CannotLookAfter("Choose an officer or ambassador whose account is open")
    victim.assigned_to_id = assignee_id
    follow_ups.hand_over(session, actor, victim)
    return victim


@operation("victim.restricted", needs=May.SEE_RESTRICTED)
def restrict(session: Session, actor: Actor, victim: Victim, *, reason: str) -> Victim:
    """Let only officers and supervisors open a record, each saying why. Others who would have visited are
    taken off those visits, and told. Raises `ReasonMissing`."""
    _hold(session, actor, victim, True, reason)
    planning.close_to_others(session, victim)
    return victim


@operation("victim.restriction_lifted", needs=May.SEE_RESTRICTED)
def lift_restriction(session: Session, actor: Actor, victim: Victim, *, reason: str) -> Victim:
    """Open a restricted record to those who usually see it. Raises `ReasonMissing`."""
    _hold(session, actor, victim, False, reason)
    return victim


@operation("victim.died", needs=May.EDIT_VICTIM)
def record_death(session: Session, actor: Actor, victim: Victim, *, on: date | None = None) -> Victim:
    """Somebody has died: nobody rings or writes to them again, and what was planned is cancelled,
    visits too: whoever would have gone is told.

    Raises `NotYet` for a date to come.
    """
    if on is not None and on > today():
        raise NotYet("Enter a date of death that has passed")
    victim.deceased_on = on or today()
    follow_ups.cancel_all(session, actor, victim)
    planning.cancel_all(session, actor, victim, why="Recorded as having died")
    return victim


@operation("victim.lives", needs=May.EDIT_VICTIM)
def take_back_death(session: Session, actor: Actor, victim: Victim) -> Victim:
    """The death was recorded by mistake. Follow-ups that it cancelled are planned anew by hand."""
    victim.deceased_on = None
    return victim


@operation("victim.opened_with_reason", needs=May.SEE_RESTRICTED)
def say_why(session: Session, actor: Actor, victim_id: int, *, reason: str) -> None:
    """Say why a restricted record must be seen; it opens for half an hour. Raises `ReasonMissing`."""
    audit.write(session, [audit.entry(session, actor, Action.CONSULTATION, "victim.opened_with_reason",
                                      "victim", victim_id, reason=_given(reason))])


def _hold(session: Session, actor: Actor, victim: Victim, restricted: bool, reason: str) -> None:
    """The flag, and why: the reason stands in the log beside the change."""
    reason, victim.restricted = _given(reason), restricted
    session.flush()
    audit.write(session, [audit.entry(session, actor, Action.ALTERATION, session.info["operation"],
                                      "victim", victim.id, reason=reason, fields=["restricted"])])


def _given(reason: str) -> str:
    if len(reason.strip()) < 4:
        raise ReasonMissing("Say why in a few words; the log keeps them")
    return " ".join(reason.split())[:500]
