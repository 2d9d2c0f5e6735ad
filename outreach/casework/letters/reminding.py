"""Reminders by letter: the worker writes them when their time has come; a person prints and posts them."""

from sqlalchemy.orm import Session

from outreach.casework.follow_ups import reminders
from outreach.casework.letters import writing
from outreach.casework.safe_contact import Channel
from outreach.foundation import outbox
from outreach.foundation.outbox import Suppressed, Words
from outreach.foundation.permissions import WORKER

TEMPLATE = "reminder"


@outbox.handles(reminders.KINDS[Channel.LETTER], who=reminders.who, private=True, words=Words(
    "Will write {who} a letter as a reminder", "Wrote a letter to {who}, to be printed and posted",
    "Could not write to {who}"))
def write_reminder(session: Session, message: outbox.OutboxMessage) -> None:
    """The reminder as a letter, in the transaction that says it is written."""
    follow_up, _ = reminders.still_wanted(Channel.LETTER, session, message)
    try:
        writing.write(session, WORKER, follow_up.victim, TEMPLATE,
                      facts={"appointment": reminders.when(follow_up)})
    except writing.NoAddress as cannot:
        raise Suppressed("there is no address to send it to") from cannot
    except writing.Unprintable as cannot:
        raise Suppressed("their name or address cannot be printed") from cannot
