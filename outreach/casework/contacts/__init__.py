"""Contacts: every call, visit, letter and e-mail to a victim, with what really came of it."""

from outreach.casework.contacts.logging import LoggedTwice, log_contact, write_down
from outreach.casework.contacts.record import (
    IS_ATTEMPT,
    NO_REPLY,
    REACHED,
    Contact,
    ContactChannel,
    Outcome,
    attempts,
    tries,
)

__all__ = ["IS_ATTEMPT", "NO_REPLY", "REACHED", "Contact", "ContactChannel", "LoggedTwice", "Outcome",
           "attempts", "log_contact", "tries", "write_down"]
