"""Contacts on the timeline."""

from datetime import datetime

from sqlalchemy import select

from outreach.casework.contacts import Contact, ContactChannel, Outcome
from outreach.casework.timeline.entry import Entry, Kind, Source, dotted
from outreach.foundation.accounts import Account


def _told(id: int, victim: int, at: datetime, channel: ContactChannel, outcome: Outcome, attempt: int,
          minutes: int | None, verified: bool, summary: str, by: str) -> Entry:
    facts = dotted(f"attempt {attempt}" if attempt > 1 else "", _minutes(minutes),
                   "identity verified" if verified else "")
    title = f"{channel.capitalize()}: {outcome}" if outcome is not Outcome.DECEASED else "Told of a death"
    return Entry(at, Kind.CONTACT, id, victim, title, by, summary, facts)


def _minutes(minutes: int | None) -> str:
    return "" if not minutes else "1 minute" if minutes == 1 else f"{minutes} minutes"


CONTACTS = Source(
    Kind.CONTACT,
    select(Contact.id, Contact.victim_id, Contact.at, Contact.channel, Contact.outcome,
           Contact.attempt_no, Contact.minutes, Contact.verified_identity, Contact.summary, Account.name)
    .join(Account, Account.id == Contact.by_id),
    Contact.victim_id, Contact.at, Contact.id, _told)
