"""What is lent is a safeguarding measure too: waiting for it, having it and fitting it are its steps."""

from contextlib import suppress
from datetime import date

from sqlalchemy.orm import Session

from outreach.casework import measures
from outreach.casework.measures import Status, UnknownMeasure
from outreach.casework.victims.record import Victim
from outreach.foundation.permissions import Actor


def note(session: Session, actor: Actor, victim: Victim, kind: str, status: Status,
         on: date | None = None) -> None:
    """Take the step where the force counts this kind as a measure of the same code. One that has come further
    stays as it is; one whose last step is later than `on` takes this one today."""
    for day in (on, None):
        with suppress(UnknownMeasure, measures.OutOfOrder, measures.HasDied):
            try:
                measures.take_step(session, actor, victim, kind, status, on=day)
            except measures.BadDate:
                continue
        return
