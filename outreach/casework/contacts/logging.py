"""Logging a contact: it settles the follow-up it answers, and the next one is planned in the same breath."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import follow_ups, need
from outreach.casework.contacts.record import REACHED, Contact, ContactChannel, Outcome, attempts
from outreach.casework.safe_contact import Answer, Channel, refuse_message, refuse_unsafe
from outreach.casework.victims.record import DIED, Victim
from outreach.foundation import outbox
from outreach.foundation.clock import now, today
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

_SAFE_CHANNEL = {ContactChannel.LETTER: Channel.LETTER, ContactChannel.EMAIL: Channel.EMAIL,
                 ContactChannel.VISIT: Channel.VISIT, ContactChannel.JOINT_VISIT: Channel.VISIT,
                 ContactChannel.CALL: Channel.PHONE}


class LoggedTwice(Exception):
    """The same outcome for the same person within a minute: a double click, not a second call."""


@operation("contact.logged", needs=May.LOG_CONTACT)
def log_contact(session: Session, actor: Actor, victim: Victim, *, channel: ContactChannel, outcome: Outcome,
                at: datetime | None = None, summary: str = "", minutes: int | None = None,
                verified_identity: bool = False, follow_up: "follow_ups.Proposal | None" = None) -> Contact:
    """Log a contact, settle the follow-up it answers, and plan the next one if a proposal is given.

    A letter that was posted is no attempt and answers nothing: what was due stays due.
    Raises `UnsafeContact` where the channel, or a message left, would break the person's safety rules, and
    `LoggedTwice` for the same outcome again within a minute.
    """
    at = at or now()
    posted = outcome is Outcome.POSTED      # each letter is posted once: `letters` sees to that
    _refuse_unsafe(victim, channel, outcome)
    if not posted:
        _refuse_double_click(session, actor, victim, outcome)
    contact = Contact(victim_id=victim.id, at=at, by_id=actor.id, channel=channel, outcome=outcome,
                      attempt_no=0 if posted else attempts(session, victim) + 1, summary=summary.strip(),
                      minutes=minutes, verified_identity=verified_identity)
    _write(session, victim, contact)
    if not posted:
        follow_ups.settle(session, actor, victim, contact_id=contact.id, reached=outcome in REACHED, at=at)
    _go_on(session, actor, victim, contact, follow_up)
    return contact


@operation("contact.told", needs=May.LOG_CONTACT)
def write_down(session: Session, actor: Actor, victim: Victim, *, by_id: int, channel: ContactChannel,
               outcome: Outcome, at: datetime, over_at: datetime, summary: str, minutes: int,
               is_told_before: bool = False, follow_up: "follow_ups.Proposal | None" = None) -> Contact:
    """Write down a contact that somebody else made, as they told it: what took place is a fact, whatever has
    been learnt since of how the person may be reached. It answers nothing that was planned after it was over.
    `is_told_before`: by somebody else who was along; then it is no further attempt.
    """
    contact = Contact(victim_id=victim.id, at=at, by_id=by_id, channel=channel, outcome=outcome,
                      attempt_no=0 if is_told_before else attempts(session, victim) + 1,
                      summary=summary.strip(), minutes=minutes)
    _write(session, victim, contact)
    follow_ups.settle(session, actor, victim, contact_id=contact.id, reached=outcome in REACHED, at=at,
                      planned_before=over_at)
    _go_on(session, actor, victim, contact, follow_up)
    return contact


def _write(session: Session, victim: Victim, contact: Contact) -> None:
    session.add(contact)
    session.flush()
    _learn(victim, contact.outcome, contact.at)


def _go_on(session: Session, actor: Actor, victim: Victim, contact: Contact,
           follow_up: "follow_ups.Proposal | None") -> None:
    """Plan what comes next; of somebody who has died nothing does, and what is planned is cancelled (visits
    by the worker: contacts know nothing of them)."""
    if contact.outcome is Outcome.DECEASED:
        follow_ups.cancel_all(session, actor, victim)
        outbox.put(session, DIED, key=f"{DIED}-contact-{contact.id}", subject=("victim", victim.id))
    elif follow_up is not None:
        follow_ups.plan(session, actor, victim, due_at=follow_up.due_at, reason=follow_up.reason,
                        assignee_id=follow_up.assignee_id or actor.id, step=follow_up.step)


def _refuse_unsafe(victim: Victim, channel: ContactChannel, outcome: Outcome) -> None:
    if outcome is not Outcome.DECEASED:
        refuse_unsafe(victim, _SAFE_CHANNEL[channel])
    if outcome is Outcome.NO_REPLY_MESSAGE:
        refuse_message(victim)
    if outcome is Outcome.NO_REPLY_POSTED:
        refuse_unsafe(victim, Channel.LETTER)


def _refuse_double_click(session: Session, actor: Actor, victim: Victim, outcome: Outcome) -> None:
    since = now() - timedelta(seconds=current().worker.repeat_contact_seconds)
    same = select(Contact.id).where(Contact.victim_id == victim.id, Contact.outcome == outcome,
                                    Contact.by_id == actor.id, Contact.created_at > since)
    if session.scalar(same.limit(1)):
        raise LoggedTwice(f"You logged “{outcome}” for {victim.spoken_name} less than a minute ago. "
                          "If this is another attempt, wait a minute.")


def _learn(victim: Victim, outcome: Outcome, at: datetime) -> None:
    """What the outcome teaches about the person."""
    if outcome is Outcome.NO_REPLY_UNSAFE:
        victim.may_leave_message = Answer.NO
    if outcome is Outcome.DECEASED:
        victim.deceased_on = victim.deceased_on or today()
    if outcome in REACHED and victim.first_reached_at is None:
        victim.first_reached_at = at
    need.reckon_for(victim)
