"""Follow-ups on the timeline: those settled without a contact; one that a contact settled is told by it."""

from datetime import datetime

from sqlalchemy import select

from outreach.casework.follow_ups import FollowUp, Status
from outreach.casework.timeline.entry import Entry, Kind, Source
from outreach.foundation.accounts import Account


def _told(id: int, victim: int, at: datetime, status: Status, reason: str, by: str | None) -> Entry:
    return Entry(at, Kind.FOLLOW_UP, id, victim, f"Follow-up {status}", by or "", reason, quiet=True)


FOLLOW_UPS = Source(
    Kind.FOLLOW_UP,
    select(FollowUp.id, FollowUp.victim_id, FollowUp.settled_at, FollowUp.status, FollowUp.reason,
           Account.name)
    .outerjoin(Account, Account.id == FollowUp.settled_by_id)
    .where(FollowUp.settled_at.is_not(None), FollowUp.contact_id.is_(None)),
    FollowUp.victim_id, FollowUp.settled_at, FollowUp.id, _told)
