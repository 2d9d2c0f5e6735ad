"""Follow-ups that come due: the worker moves them from planned to due, many at a time, each exactly once."""

from collections.abc import Sequence

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from outreach.casework.follow_ups.planning import DUE
from outreach.casework.follow_ups.record import FollowUp, Status
from outreach.foundation import audit, outbox
from outreach.foundation.outbox import OutboxMessage, Words
from outreach.foundation.permissions import WORKER

_TABLE: Table = FollowUp.__table__  # type: ignore[assignment]


@outbox.handles_many(DUE, words=Words(
    "Will queue this follow-up", "Queued this follow-up", "Could not queue this follow-up"))
def queue(session: Session, messages: Sequence[OutboxMessage]) -> None:
    """Mark these follow-ups due. One that was done or cancelled meanwhile stays as it is.

    The version stays too: nobody who has the form open loses their change because the hour struck.
    """
    ids = sorted(message.subject_id for message in messages)
    planned = session.scalars(
        select(FollowUp.id).where(FollowUp.id.in_(ids), FollowUp.status == Status.PLANNED)
        .order_by(FollowUp.id).with_for_update()).all()
    if not planned:
        return
    session.connection().execute(update(_TABLE).where(_TABLE.c.id.in_(planned)).values(status=Status.DUE))
    audit.write(session, [audit.entry(session, WORKER, audit.Action.ALTERATION, "follow_up.fell_due",
                                      "follow_up", number, fields=["status"]) for number in planned])
