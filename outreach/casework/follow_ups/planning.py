"""Planning a follow-up: its row and the worker's promise are written together, or neither is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Table, insert, or_, select
from sqlalchemy.orm import Session

from outreach.casework.follow_ups import cadence, reminders
from outreach.casework.follow_ups.record import OPEN, FollowUp, Status, Step
from outreach.casework.need import Band
from outreach.casework.safe_contact import Channel, outside_hours
from outreach.casework.victims.record import Victim
from outreach.foundation import audit, clock, outbox, times
from outreach.foundation.accounts import Account, open_with_role
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May, Role

DUE = "follow_up.due"
_GRACE = timedelta(minutes=5)    # the form was open for a moment
_RECENT = timedelta(days=1)      # an older contact, entered late, says nothing of what is planned now
_FURTHEST = timedelta(days=3 * 366)
_TABLE: Table = FollowUp.__table__  # type: ignore[assignment]


class BadTime(ValueError):
    """The follow-up cannot be at this time; the text says what to do."""


class BadAssignee(ValueError):
    """This person cannot be given the follow-up; the text says what to do."""


class Settled(Exception):
    """The follow-up was done or cancelled meanwhile."""


def may_be_given(session: Session, victim: Victim) -> list[Account]:
    """Whom a follow-up for this person may be given to."""
    everybody = open_with_role(session, Role.OFFICER, Role.AMBASSADOR, Role.SUPERVISOR)
    return [account for account in everybody if _sees(account, victim)]


@operation("follow_up.planned", needs=May.PLAN_FOLLOW_UP)
def plan(session: Session, actor: Actor, victim: Victim, *, due_at: datetime, reason: str,
         assignee_id: int | None = None, remind_by: Channel | None = None,
         step: Step = Step.OTHER) -> FollowUp:
    """Promise to contact somebody at a moment, by whoever is named, else by whoever plans it.

    Raises `BadTime` (past, or outside the person's hours), `BadAssignee`, and `UnsafeContact` or
    `reminders.CannotRemind` for a reminder that may not be sent.
    """
    _check_time(victim, due_at)
    assignee = _assignee(session, victim, assignee_id or actor.id)
    follow_up = FollowUp(victim_id=victim.id, due_at=due_at, reason=reason.strip(), step=step,
                         assignee_id=assignee.id)
    session.add(follow_up)
    session.flush()
    _promise(session, follow_up)
    if remind_by is not None:
        reminders.remind(session, actor, follow_up, remind_by)
    return follow_up


@operation("follow_up.planned_for_a_list", needs=May.PLAN_FOLLOW_UP)
def plan_first_attempts(session: Session, actor: Actor,
                        people: Sequence[tuple[int, Band, int]]) -> list[tuple[int, int]]:
    """Plan the first attempt for many people at once: (victim id, band, assignee id) each, as a list brings
    them in. Gives (follow-up id, victim id). Each is within the person's hours where those are known;
    whoever has died is left out."""
    since = clock.now()
    due, told = {band: cadence.first_attempt_due(band, since) for band in Band}, _told(session, people)
    rows = [{"victim_id": victim_id, "reason": "First attempt", "step": Step.ATTEMPT, "version": 1,
             "due_at": (cadence.first_attempt_due(band, since, told[victim_id]) if victim_id in told
                        else due[band]),
             "assignee_id": assignee_id, "status": Status.PLANNED, "created_at": since}
            for victim_id, band, assignee_id in people
            if victim_id not in told or not told[victim_id].deceased_on]
    if not rows:
        return []
    written = session.connection().execute(
        insert(_TABLE).returning(_TABLE.c.id, _TABLE.c.victim_id, _TABLE.c.due_at), rows).all()
    outbox.put_many(session, DUE, "follow_up", [(_key(row.id, 1), row.id, row.due_at) for row in written])
    audit.write(session, [audit.entry(session, actor, audit.Action.COLLECTION, "follow_up.planned_for_a_list",
                                      "follow_up", row.id, fields=[]) for row in written])
    return [(row.id, row.victim_id) for row in written]


@operation("follow_up.changed", needs=May.PLAN_FOLLOW_UP)
def change(session: Session, actor: Actor, follow_up: FollowUp, *, due_at: datetime, reason: str,
           remind_by: Channel | None = None) -> FollowUp:
    """Move a follow-up, say its reason anew, or change the reminder.

    Raises `Settled`, `BadTime`, `UnsafeContact`, `reminders.CannotRemind`.
    """
    _refuse_settled(follow_up)
    _refuse_dead(follow_up.victim)
    follow_up.reason = reason.strip()
    moved = due_at != follow_up.due_at
    if moved:
        _check_time(follow_up.victim, due_at)
        _move(session, follow_up, due_at)
    if moved or remind_by is not follow_up.remind_by:
        reminders.forget(session, follow_up)
        if remind_by is not None:
            reminders.remind(session, actor, follow_up, remind_by)
    return follow_up


@operation("follow_up.reassigned", needs=May.ASSIGN)
def reassign(session: Session, actor: Actor, follow_up: FollowUp, *, assignee_id: int) -> FollowUp:
    """Give a follow-up to somebody else. Raises `Settled`, `BadAssignee`."""
    _refuse_settled(follow_up)
    follow_up.assignee_id = _assignee(session, follow_up.victim, assignee_id).id
    return follow_up


def hand_over(session: Session, actor: Actor, victim: Victim) -> int:
    """Give open follow-ups of those who do not see this victim any more to whoever has them now, within the
    operation that calls this; gives how many. Else they would lie in a list that nobody reads."""
    found = [follow_up for follow_up in _open(session, victim)
             if not _sees(session.get_one(Account, follow_up.assignee_id), victim)]
    for follow_up in found:
        follow_up.assignee_id = victim.assigned_to_id or actor.id
    return len(found)


@operation("follow_up.cancelled", needs=May.PLAN_FOLLOW_UP)
def cancel(session: Session, actor: Actor, follow_up: FollowUp) -> FollowUp:
    """Take a follow-up back, and all the worker promised for it. Raises `Settled`."""
    _refuse_settled(follow_up)
    _settle(session, actor, follow_up, Status.CANCELLED)
    return follow_up


@operation("follow_up.done", needs=May.PLAN_FOLLOW_UP)
def finish(session: Session, actor: Actor, follow_up: FollowUp) -> FollowUp:
    """Mark done what another deed than a contact has answered. Raises `Settled`."""
    _refuse_settled(follow_up)
    _settle(session, actor, follow_up, Status.DONE)
    return follow_up


def cancel_all(session: Session, actor: Actor, victim: Victim) -> int:
    """Take back every open follow-up of a person, within the operation that calls this; gives how many."""
    found = _open(session, victim)
    for follow_up in found:
        _settle(session, actor, follow_up, Status.CANCELLED)
    return len(found)


@operation("follow_up.settled", needs=May.LOG_CONTACT)
def settle(session: Session, actor: Actor, victim: Victim, *, contact_id: int, reached: bool = False,
           at: datetime | None = None, planned_before: datetime | None = None) -> int:
    """Mark done what this contact answers: what was due by the end of its day, an attempt that was planned
    for later and made now, and, when the person was reached, what was to be decided next. A later check or
    visit stands, and so does one agreed for later that day where nobody answered. Gives how many.

    `at` is when the contact was, now if not given: last week's call does not answer what is due today.
    With `planned_before` it answers nothing that was planned from that moment on.
    """
    at, until = at or clock.now(), planned_before or clock.now()
    answered = [follow_up for follow_up in _open(session, victim)
                if follow_up.created_at <= until and _answers(follow_up, at, reached)]
    for follow_up in answered:
        follow_up.contact_id = contact_id
        _settle(session, actor, follow_up, Status.DONE)
    return len(answered)


def close_reviews(session: Session, actor: Actor, victim: Victim) -> int:
    """Somebody was assessed: what asked for it is done, within the operation that calls this; gives how
    many."""
    found = [follow_up for follow_up in _open(session, victim) if follow_up.step is Step.REVIEW]
    for follow_up in found:
        _settle(session, actor, follow_up, Status.DONE)
    return len(found)


def _answers(follow_up: FollowUp, at: datetime, reached: bool) -> bool:
    if follow_up.step is Step.REVIEW:
        return False
    if follow_up.due_at < clock.end_of(clock.day_of(at)):
        agreed = follow_up.step in (Step.OTHER, Step.CHECK) and follow_up.due_at >= at + _GRACE
        return reached or not agreed
    trying = (Step.ATTEMPT, Step.DECISION) if reached else (Step.ATTEMPT,)
    return follow_up.step in trying and at > clock.now() - _RECENT


def _told(session: Session, people: Sequence[tuple[int, Band, int]]) -> dict[int, Victim]:
    """Those of whom hours or a death are recorded, by id: few, so their records are read whole."""
    ids = {victim_id for victim_id, _, _ in people}
    question = select(Victim).where(Victim.id.in_(ids), or_(
        Victim.safe_from.is_not(None), Victim.safe_until.is_not(None), Victim.deceased_on.is_not(None)))
    return {victim.id: victim for victim in session.scalars(question)}


def _open(session: Session, victim: Victim) -> Sequence[FollowUp]:
    """Locked in the order in which the worker locks them."""
    question = select(FollowUp).where(FollowUp.victim_id == victim.id, FollowUp.status.in_(OPEN))
    return session.scalars(question.order_by(FollowUp.id).with_for_update(of=FollowUp)).all()


def _settle(session: Session, actor: Actor, follow_up: FollowUp, status: Status) -> None:
    follow_up.status, follow_up.settled_at, follow_up.settled_by_id = status, clock.now(), actor.id
    session.flush()
    outbox.cancel(session, ("follow_up", follow_up.id))


def _move(session: Session, follow_up: FollowUp, due_at: datetime) -> None:
    follow_up.due_at, follow_up.status, follow_up.escalated_at = due_at, Status.PLANNED, None
    session.flush()
    outbox.cancel(session, ("follow_up", follow_up.id), DUE)
    _promise(session, follow_up)


def _promise(session: Session, follow_up: FollowUp) -> None:
    outbox.put(session, DUE, key=_key(follow_up.id, follow_up.version), subject=("follow_up", follow_up.id),
               run_after=follow_up.due_at)


def _key(follow_up_id: int, version: int) -> str:
    return f"{DUE}-{follow_up_id}-{version}"


def _refuse_settled(follow_up: FollowUp) -> None:
    if follow_up.status not in OPEN:
        raise Settled(f"This follow-up is {follow_up.status} already. Plan a new one.")


def _refuse_dead(victim: Victim) -> None:
    if victim.deceased_on:
        raise BadTime(f"{victim.spoken_name} is recorded as having died: nobody is to be rung")


def _check_time(victim: Victim, due_at: datetime) -> None:
    _refuse_dead(victim)
    if due_at < clock.now() - _GRACE:
        raise BadTime("Enter a date and time that has not passed")
    if due_at > clock.now() + _FURTHEST:
        raise BadTime("Enter a date within the next three years")
    at, rules = clock.local(due_at).time(), current().safe_contact
    if outside_hours(victim, at):
        raise BadTime(f"{victim.spoken_name} asked to be contacted only {_hours(victim)}: choose a time then")
    if not rules.earliest <= at <= rules.latest:
        raise BadTime(f"Choose a time from {times.clock_face(rules.earliest)} "
                      f"to {times.clock_face(rules.latest)}")


def _hours(victim: Victim) -> str:
    if victim.safe_from and victim.safe_until:
        return f"from {times.clock_face(victim.safe_from)} to {times.clock_face(victim.safe_until)}"
    if victim.safe_from:
        return f"from {times.clock_face(victim.safe_from)} on"
    return f"before {times.clock_face(victim.safe_until)}" if victim.safe_until else "at certain hours"


def _assignee(session: Session, victim: Victim, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None or not account.is_open or not account.actor.may(May.SEE_VICTIM):
        raise BadAssignee("Choose somebody who works with victims and whose account is open")
    if not _sees(account, victim):
        raise BadAssignee(f"{account.name} does not see {victim.spoken_name} yet: assign the victim first")
    return account


def _sees(account: Account, victim: Victim) -> bool:
    return account.actor.may(May.SEE_ALL_VICTIMS) or victim.assigned_to_id == account.id
