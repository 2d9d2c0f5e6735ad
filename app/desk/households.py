"""A household on one page: everybody at an address, how each may be reached, what is due, what happened."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk.victims import told
from app.desk.victims.record import SHOWN
from app.doors import Db, Me, Room
from app.pages import link, page
from outreach.casework import timeline
from outreach.casework.follow_ups import OPEN, FollowUp
from outreach.casework.timeline import Place
from outreach.casework.victims.household import open_household
from outreach.foundation import clock, force
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import May

room = Room(prefix="/desk/households")


@room.get("/{household_id:int}", needs=May.SEE_VICTIM)
def show(request: Request, household_id: int, session: Db, me: Me) -> Response:
    """Who lives here and lived here, and one timeline of all of them."""
    seen = open_household(session, me, household_id)
    names = {victim.id: victim.name for victim in seen.shown}
    return page(request, "desk/households/show.html", block="timeline", seen=seen, names=names, told=told,
                months=force.current().households.repeat_victim_months, due=_due(session, [*names]),
                now=clock.now(), **_happened(request, session, [*names]))


def _due(session: Session, victims: list[int]) -> Any:
    """What is planned for any of them, the nearest first."""
    return session.execute(
        select(FollowUp.id, FollowUp.victim_id, FollowUp.due_at, FollowUp.reason, Account.name)
        .join(Account, Account.id == FollowUp.assignee_id)
        .where(FollowUp.victim_id.in_(victims), FollowUp.status.in_(OPEN)).order_by(FollowUp.due_at)).all()


def _happened(request: Request, session: Session, victims: list[int]) -> dict[str, Any]:
    kind = request.query_params.get("kind", "")
    found = timeline.page(session, victims, kinds=SHOWN.get(kind, ()),
                          after=Place.read(request.query_params.get("after", "")))
    filters = [(words, link(request, kind=name or None, after=None), name == kind)
               for words, name in (("Everything", ""), ("Contacts", "contacts"), ("Reports", "reports"),
                                   ("Protection", "protection"))]
    return {"entries": found.entries, "filters": filters,
            "first": link(request, after=None) if "after" in request.query_params else "",
            "further": link(request, after=str(found.further)) if found.further else ""}
