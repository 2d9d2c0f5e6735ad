"""Reminders to the person themselves: by text, e-mail or letter, and only where that is known to be safe."""

from sqlalchemy.orm import Session

from outreach.casework import reaching, safe_contact
from outreach.casework.follow_ups.record import OPEN, FollowUp
from outreach.casework.reaching import CHANNELS, CannotRemind
from outreach.casework.safe_contact import Channel
from outreach.foundation import clock, mail, outbox, sms
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.outbox import Policy, Suppressed, Words
from outreach.foundation.permissions import Actor, May

# (The letter is written where letters are: casework/letters/reminding.py.)
KINDS = {Channel.TEXT: "follow_up.text", Channel.EMAIL: "follow_up.email", Channel.LETTER: "follow_up.letter"}


@operation("follow_up.reminder_planned", needs=May.PLAN_FOLLOW_UP)
def remind(session: Session, actor: Actor, follow_up: FollowUp, channel: Channel) -> FollowUp:
    """Have the worker remind the person of a follow-up: by text or e-mail the day before, by letter four days
    before. Replaces an earlier reminder.

    Raises `UnsafeContact` where the record says no, or says nothing (unknown is asked first, never automatic:
    design, answers 13), and `CannotRemind`. The same is asked again at the moment of sending.
    """
    victim = follow_up.victim
    if channel not in CHANNELS:
        raise CannotRemind("Choose a text, an e-mail or a letter as the reminder")
    safe_contact.refuse_automatic(victim, channel)
    reaching.where(victim, channel)
    send_at = reaching.send_at(victim, follow_up.due_at, channel)
    if send_at <= clock.now():
        raise CannotRemind(f"It is too late for a reminder by {channel}: ring instead")
    forget(session, follow_up)
    follow_up.remind_by, follow_up.remind_at = channel, send_at
    session.flush()
    outbox.put(session, KINDS[channel], key=f"{KINDS[channel]}-{follow_up.id}-{follow_up.version}",
               subject=("follow_up", follow_up.id), run_after=send_at)
    return follow_up


def forget(session: Session, follow_up: FollowUp) -> None:
    """Take a reminder back, within the operation that calls this."""
    follow_up.remind_by = follow_up.remind_at = None
    outbox.cancel(session, ("follow_up", follow_up.id), *KINDS.values())


def still_wanted(channel: Channel, session: Session, message: outbox.OutboxMessage) -> tuple[FollowUp, str]:
    """The follow-up to remind of now, and the number or address to send to. Raises `Suppressed` where nobody
    is to be reminded any more, and `PutOff` outside the person's hours."""
    follow_up = session.get_one(FollowUp, message.subject_id)
    if follow_up.status not in OPEN or follow_up.remind_by is not channel:
        raise Suppressed("it was no longer needed")
    return follow_up, reaching.now(follow_up.victim, channel, follow_up.due_at)


def when(follow_up: FollowUp) -> str:
    """When a follow-up is due, as it is said to the person: "Tuesday 3 March at about 2:30pm"."""
    return reaching.said(follow_up.due_at)


def _words(follow_up: FollowUp) -> str:
    """Says nothing of a crime, nor of our unit's name, which would: it may be read by somebody else. Tells
    how to check that it is really us."""
    force = current()
    return (f"A reminder from {force.name}: we will be in touch on {when(follow_up)}. To change this, or to "
            f"check that it is really us, ring {force.numbers['police']}. We never ask for a PIN, a password "
            "or money.")


def who(session: Session, message: outbox.OutboxMessage) -> str:
    """Whom a reminder goes to."""
    return session.get_one(FollowUp, message.subject_id).victim.spoken_name


@outbox.posts(KINDS[Channel.TEXT], policy=Policy.NEVER_TWICE, who=who, private=True, words=Words(
    "Will text {who} a reminder", "Texted {who} a reminder", "Could not text {who}"))
def text(session: Session, message: outbox.OutboxMessage, _means: outbox.Means) -> outbox.Parcel:
    """The reminder as a text."""
    follow_up, number = still_wanted(Channel.TEXT, session, message)
    return sms.Text(number, _words(follow_up))


@outbox.posts(KINDS[Channel.EMAIL], policy=Policy.NEVER_TWICE, who=who, private=True, words=Words(
    "Will e-mail {who} a reminder", "E-mailed {who} a reminder", "Could not e-mail {who}"))
def email(session: Session, message: outbox.OutboxMessage, _means: outbox.Means) -> outbox.Parcel:
    """The reminder as an e-mail."""
    follow_up, address = still_wanted(Channel.EMAIL, session, message)
    return mail.Letter(address, f"A reminder from {current().name}", _words(follow_up))
