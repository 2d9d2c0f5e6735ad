"""Reminders to the person themselves: by text, e-mail or letter, and only where that is known to be safe."""

import re
from datetime import datetime, time, timedelta
from typing import NoReturn

from sqlalchemy.orm import Session

from outreach.casework import safe_contact
from outreach.casework.follow_ups.record import OPEN, FollowUp
from outreach.casework.safe_contact import Channel, UnsafeContact
from outreach.casework.victims.record import Victim
from outreach.foundation import clock, mail, outbox, sms, times
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.outbox import Policy, PutOff, Suppressed, Words
from outreach.foundation.permissions import Actor, May

CHANNELS = (Channel.TEXT, Channel.EMAIL, Channel.LETTER)
# (The letter is written where letters are: casework/letters/reminding.py.)
KINDS = {Channel.TEXT: "follow_up.text", Channel.EMAIL: "follow_up.email", Channel.LETTER: "follow_up.letter"}
DAYS_BEFORE = {Channel.TEXT: 1, Channel.EMAIL: 1, Channel.LETTER: 4}
_AT = time(10)
# What may stand beside a number without making it somebody else's; any other word may be a name ("Anne").
_NEUTRAL = re.compile(r"own|mobile|mob|cell|personal|main|best|preferred|new|texts?|only|please|ring|call"
                      r"|after|before|from|until|till|to|between|and|at|or|(\d{1,2})?(am|pm)|\d{1,2}|noon|midday"
                      r"|(morning|afternoon|evening|weekday|weekend|(mon|tues|wednes|thurs|fri|satur|sun)day)s?")
_ELSE = "add it, or choose another way"


class CannotRemind(ValueError):
    """There is no way, or no time, to send this reminder; the text says what to do."""


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
    _where(victim, channel)
    send_at = _send_at(victim, follow_up.due_at, channel)
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


def refusal(victim: Victim, channel: Channel) -> str:
    """Why somebody cannot be reminded in this way, in a few words; "" where they can."""
    try:
        safe_contact.refuse_automatic(victim, channel)
        _where(victim, channel)
        _hour(victim, channel)
    except UnsafeContact as unsafe:
        return str(unsafe)
    except CannotRemind as cannot:
        return str(cannot).partition(": ")[0]
    return ""


def _send_at(victim: Victim, due_at: datetime, channel: Channel) -> datetime:
    day = clock.day_of(due_at) - timedelta(days=DAYS_BEFORE[channel])
    while channel is Channel.LETTER and not current().is_working_day(day):
        day -= timedelta(days=1)      # nobody prints or posts on days off
    return clock.at(day, _hour(victim, channel))


def _hour(victim: Victim, channel: Channel) -> time:
    """The time of day at which to send: ten, or for a text the first that the person's hours and the force's
    leave. Raises `CannotRemind` where they leave none."""
    earliest = current().safe_contact.earliest
    for moment in (_AT, max(victim.safe_from or earliest, earliest)):
        if channel is not Channel.TEXT or _may_text_at(victim, moment):
            return moment
    raise CannotRemind(f"There is no hour at which {victim.spoken_name} may be texted: choose another way")


def _where(victim: Victim, channel: Channel) -> str:
    """Where to send it: a number or an address, for a letter the postcode. Raises `CannotRemind`."""
    if channel is Channel.TEXT:
        for phone in victim.phones:
            if phone.number.startswith("+447") and is_own(phone.note):
                return phone.number
        raise CannotRemind(f"There is no mobile number of their own for {victim.spoken_name}: {_ELSE}")
    if channel is Channel.EMAIL:
        if victim.email:
            return victim.email
        raise CannotRemind(f"There is no e-mail address for {victim.spoken_name}: {_ELSE}")
    if victim.address_line_1 and victim.postcode:
        return victim.postcode
    raise CannotRemind(f"There is no full address for {victim.spoken_name}: {_ELSE}")


def is_own(note: str) -> bool:
    """Whether a number with this note is the person's own: "after 6pm" is, "daughter" is somebody else's."""
    return all(_NEUTRAL.fullmatch(word) for word in re.findall(r"\w+", note.casefold()))


def _outside_hours(victim: Victim, channel: Channel) -> bool:
    return channel is Channel.TEXT and not _may_text_at(victim, clock.local(clock.now()).time())


def _may_text_at(victim: Victim, at: time) -> bool:
    rules = current().safe_contact
    return rules.earliest <= at < rules.latest and not safe_contact.outside_hours(victim, at)


def still_wanted(channel: Channel, session: Session, message: outbox.OutboxMessage) -> tuple[FollowUp, str]:
    """The follow-up to remind of now, and the number or address to send to. Raises `Suppressed` where nobody
    is to be reminded any more, and `PutOff` outside the person's hours."""
    follow_up = session.get_one(FollowUp, message.subject_id)
    victim = follow_up.victim
    if follow_up.status not in OPEN or follow_up.remind_by is not channel:
        raise Suppressed("it was no longer needed")
    try:
        safe_contact.refuse_automatic(victim, channel)
        where = _where(victim, channel)
    except UnsafeContact as unsafe:
        raise Suppressed(str(unsafe).rpartition(": ")[2]) from unsafe
    except CannotRemind as cannot:
        raise Suppressed("there is no number or address to send it to") from cannot
    if clock.now() >= follow_up.due_at:
        raise Suppressed("its time had passed")
    if _outside_hours(victim, channel):
        _put_off(victim, channel, follow_up.due_at)
    return follow_up, where


def when(follow_up: FollowUp) -> str:
    """When a follow-up is due, as it is said to the person: "Tuesday 3 March at about 2:30pm"."""
    local = clock.local(follow_up.due_at)
    return f"{local:%A} {local.day} {local:%B} at about {times.clock_face(local.time())}"


def _put_off(victim: Victim, channel: Channel, due_at: datetime) -> NoReturn:
    """Wait for the next hour at which the person may be reached, if one comes before the appointment."""
    today = clock.today()
    try:
        hour = _hour(victim, channel)
    except CannotRemind as cannot:
        raise Suppressed("there is no hour at which they may be reached") from cannot
    until = next(at for day in (today, today + timedelta(days=1))
                 if (at := clock.at(day, hour)) > clock.now())
    if until >= due_at:
        raise Suppressed("there is no hour left at which they may be reached")
    raise PutOff("this is outside the hours at which they may be reached", until=until)


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
