"""The loaders of the desk: a record named in the address comes in scope, and the look at it is logged."""

from typing import Annotated

from fastapi import Depends, Request

from app.doors import LOOKING, Db, Me
from outreach.casework.victims import Victim, open_victim


def opened_victim(victim_id: int, request: Request, session: Db, me: Me) -> Victim:
    """The victim named in the address: looked at on GET (and logged so), locked for change otherwise."""
    reason = request.query_params.get("reason", "")
    return open_victim(session, me, victim_id, to_change=request.method not in LOOKING, reason=reason)


OpenedVictim = Annotated[Victim, Depends(opened_victim)]
