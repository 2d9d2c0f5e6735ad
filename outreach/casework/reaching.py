"""Reaching somebody by text, e-mail or letter: where to, when, and only where that is known to be safe."""

import re
from datetime import datetime, time, timedelta
from typing import NoReturn

from outreach.casework import safe_contact
from outreach.casework.safe_contact import Channel, UnsafeContact
from outreach.casework.victims.record import Victim
from outreach.foundation import clock, times
from outreach.foundation.force import current
from outreach.foundation.outbox import PutOff, Suppressed

CHANNELS = (Channel.TEXT, Channel.EMAIL, Channel.LETTER)
DAYS_BEFORE = {Channel.TEXT: 1, Channel.EMAIL: 1, Channel.LETTER: 4}    # a reminder of something planned
_AT = time(10)
# What may stand beside a number without making it somebody else's; any other word may be a name ("Anne").
_NEUTRAL = re.compile(r"own|mobile|mob|cell|personal|main|best|preferred|new|texts?|only|please|ring|call"
                      r"|after|before|from|until|till|to|between|and|at|or|(\d{1,2})?(am|pm)|\d{1,2}|noon|midday"
                      r"|(morning|afternoon|evening|weekday|weekend|(mon|tues|wednes|thurs|fri|satur|sun)day)s?")
_ELSE = "add it, or choose another way"


class CannotRemind(ValueError):
    """There is no way, or no time, to send this message; the text says what to do."""


def refuse(victim: Victim, channel: Channel) -> None:
    """Raise `UnsafeContact` or `CannotRemind` where nothing may be sent in this way (unknown is asked first,
    never automatic: design, answers 13)."""
    safe_contact.refuse_automatic(victim, channel)
    where(victim, channel)
    hour(victim, channel)


def refusal(victim: Victim, channel: Channel) -> str:
    """Why nothing can be sent to somebody in this way, in a few words; "" where it can."""
    try:
        refuse(victim, channel)
    except UnsafeContact as unsafe:
        return str(unsafe)
    except CannotRemind as cannot:
        return str(cannot).partition(": ")[0]
    return ""


def send_at(victim: Victim, due_at: datetime, channel: Channel) -> datetime:
    """When a reminder of something due at a moment is sent: the day before, by letter four days before and
    never on a day off. Raises `CannotRemind`."""
    day = clock.day_of(due_at) - timedelta(days=DAYS_BEFORE[channel])
    while channel is Channel.LETTER and not current().is_working_day(day):
        day -= timedelta(days=1)      # nobody prints or posts on days off
    return clock.at(day, hour(victim, channel))


def hour(victim: Victim, channel: Channel) -> time:
    """The time of day at which to send: ten, or for a text the first that the person's hours and the force's
    leave. Raises `CannotRemind` where they leave none."""
    earliest = current().safe_contact.earliest
    for moment in (_AT, max(victim.safe_from or earliest, earliest)):
        if channel is not Channel.TEXT or _may_text_at(victim, moment):
            return moment
    raise CannotRemind(f"There is no hour at which {victim.spoken_name} may be texted: choose another way")


def where(victim: Victim, channel: Channel) -> str:
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


def now(victim: Victim, channel: Channel, before: datetime) -> str:
    """The number or address to send to at this moment, about something due at another. Raises `Suppressed`
    where nothing is to be sent any more, and `PutOff` outside the person's hours."""
    try:
        safe_contact.refuse_automatic(victim, channel)
        found = where(victim, channel)
    except UnsafeContact as unsafe:
        raise Suppressed(str(unsafe).rpartition(": ")[2]) from unsafe
    except CannotRemind as cannot:
        raise Suppressed("there is no number or address to send it to") from cannot
    if clock.now() >= before:
        raise Suppressed("its time had passed")
    if outside_hours(victim, channel):
        _put_off(victim, channel, before)
    return found


def outside_hours(victim: Victim, channel: Channel) -> bool:
    """Whether nothing may be sent in this way at this hour."""
    return channel is Channel.TEXT and not _may_text_at(victim, clock.local(clock.now()).time())


def said(moment: datetime) -> str:
    """When something is to happen, as it is said to the person: "Tuesday 3 March at about 2:30pm"."""
    local = clock.local(moment)
    return f"{local:%A} {local.day} {local:%B} at about {times.clock_face(local.time())}"


def _may_text_at(victim: Victim, at: time) -> bool:
    rules = current().safe_contact
    return rules.earliest <= at < rules.latest and not safe_contact.outside_hours(victim, at)


def _put_off(victim: Victim, channel: Channel, before: datetime) -> NoReturn:
    """Wait for the next hour at which the person may be reached, if one comes before the appointment."""
    today = clock.today()
    try:
        at = hour(victim, channel)
    except CannotRemind as cannot:
        raise Suppressed("there is no hour at which they may be reached") from cannot
    until = next(moment for day in (today, today + timedelta(days=1))
                 if (moment := clock.at(day, at)) > clock.now())
    if until >= before:
        raise Suppressed("there is no hour left at which they may be reached")
    raise PutOff("this is outside the hours at which they may be reached", until=until)
