"""Letters on a victim's page: the last few, and the way to write one."""

from typing import Any

from sqlalchemy.orm import Session

from app.desk.letters.posting import STATES
from outreach.casework.letters import listing, writing
from outreach.casework.victims import Victim
from outreach.foundation.permissions import Actor


def gather(session: Session, me: Actor, victim: Victim) -> dict[str, Any]:
    """The last letters, and why none can be written if none can."""
    return {"letters": listing.of_victim(session, victim.id), "states": STATES,
            "refusal": writing.refusal(victim)}
