"""Safe contact: how a person may be reached without harm. What is unknown is asked first, never assumed."""

from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outreach.casework.victims import Victim


class Answer(StrEnum):
    """Yes, no, or nobody has asked yet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """A way of reaching somebody."""

    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    TEXT = "text"
    VISIT = "visit"


class UnsafeContact(Exception):
    """Reaching this person in this way would break what is known about their safety."""


_FIELD = {Channel.LETTER: "may_post", Channel.EMAIL: "may_email", Channel.TEXT: "may_text",
          Channel.VISIT: "may_visit"}
_VERB = {Channel.LETTER: "post to", Channel.EMAIL: "e-mail", Channel.TEXT: "text", Channel.VISIT: "visit",
         Channel.PHONE: "ring"}
_REFUSAL = {Channel.LETTER: "asked for no letters", Channel.EMAIL: "asked for no e-mails",
            Channel.TEXT: "must not be texted", Channel.VISIT: "asked for no visits"}


def answer(victim: "Victim", channel: Channel) -> Answer:
    """What is known about this channel. Ringing is refused only to somebody who has died."""
    return getattr(victim, _FIELD[channel]) if channel in _FIELD else Answer.YES


def refuse_unsafe(victim: "Victim", channel: Channel) -> None:
    """Stop anything planned by a person. Raises `UnsafeContact` in words for the page (domain.md §1)."""
    if victim.deceased_on:
        raise UnsafeContact(f"You cannot {_VERB[channel]} {victim.spoken_name}: recorded as having died")
    if answer(victim, channel) is Answer.NO:
        raise UnsafeContact(f"You cannot {_VERB[channel]} {victim.spoken_name}: {_REFUSAL[channel]}")


def refuse_automatic(victim: "Victim", channel: Channel) -> None:
    """Stop anything a machine would send: there, unknown counts as no. Raises `UnsafeContact`."""
    refuse_unsafe(victim, channel)
    if answer(victim, channel) is Answer.UNKNOWN:
        raise UnsafeContact(f"Ask {victim.spoken_name} first whether we may {_VERB[channel]} them: "
                            "nobody has recorded an answer")


def refuse_message(victim: "Victim") -> None:
    """Stop a message being left with whoever answers. Raises `UnsafeContact`."""
    if victim.may_leave_message is Answer.NO:
        raise UnsafeContact(f"You cannot leave a message for {victim.spoken_name}: recorded as unsafe")


def outside_hours(victim: "Victim", clock: time) -> bool:
    """Whether this time of day is one at which the person asked not to be rung."""
    early = victim.safe_from is not None and clock < victim.safe_from
    late = victim.safe_until is not None and clock >= victim.safe_until
    return early or late


def rules(victim: "Victim") -> list[tuple[str, Answer]]:
    """Every rule as (what, answer), for the head of the record."""
    return [("Leave a message", victim.may_leave_message), ("Post", victim.may_post),
            ("Text", victim.may_text), ("E-mail", victim.may_email), ("Visit", victim.may_visit)]
