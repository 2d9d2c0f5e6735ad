"""Visits on a victim's page: the next ones and the last, each with where it stands."""

from typing import Any

from sqlalchemy.orm import Session

from app.desk.visits.listing import state_of
from outreach.casework.victims import Victim
from outreach.casework.visits import listing
from outreach.foundation.permissions import Actor

MOST = 4


def gather(session: Session, me: Actor, victim: Victim) -> dict[str, Any]:
    """The newest visits."""
    return {"visits": [(line, state_of(line)) for line in listing.of_victim(session, victim.id, MOST)],
            "most": MOST}
