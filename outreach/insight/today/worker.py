"""What the worker could not do, on Today."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from outreach.foundation import outbox
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import Kind, Line


def troubles(session: Session, actor: Actor) -> Iterable[Line]:
    """Promises that could not be kept."""
    if not actor.may(May.SEE_WORKER):
        return []
    weight = current().today.worker_trouble
    return [Line(weight, Kind.WORKER, trouble.title, trouble.words, "worker")
            for trouble in outbox.troubles(session)]
