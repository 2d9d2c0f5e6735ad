"""Every assessment of one person, and what changed from each to the next."""

from fastapi import Request
from fastapi.responses import Response

from app.desk.assessments.fields import LIMBS
from app.desk.doors import OpenedVictim
from app.doors import Db, Room
from app.pages import page
from outreach.casework import assessments
from outreach.foundation.permissions import May

room = Room(prefix="/desk/victims/{victim_id:int}/assessments")


@room.get("", needs=May.SEE_VICTIM)
def list(request: Request, victim: OpenedVictim, session: Db) -> Response:
    """The newest first; those that were corrected too."""
    return page(request, "desk/assessments/list.html", victim=victim, limbs=LIMBS,
                told=assessments.history(session, victim))
