"""Somebody has died, as a contact or a merge has told: nobody goes to see them any more."""

from sqlalchemy.orm import Session

from outreach.casework.victims.record import DIED, Victim
from outreach.casework.visits import planning
from outreach.foundation import outbox
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage, Words
from outreach.foundation.permissions import WORKER


def _who(session: Session, message: OutboxMessage) -> str:
    return session.get_one(Victim, message.subject_id).spoken_name


@outbox.handles(DIED, who=_who, words=Words(
    "Will cancel the visits to {who}", "Cancelled the visits to {who} that were still to come",
    "Could not cancel the visits to {who}"))
def cancel_all(session: Session, message: OutboxMessage) -> None:
    """Cancel what is still to come; the crews are told. Nothing where the death was a mistake and has been
    taken back meanwhile."""
    victim = session.get_one(Victim, message.subject_id, populate_existing=True)
    if victim.deceased_on:
        with acting(session, WORKER, "visit.cancelled"):
            planning.cancel_all(session, WORKER, victim, why="Recorded as having died")
