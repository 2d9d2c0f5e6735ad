"""The list of referrals: where each stands, and which partners have let their day pass."""

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response

from app.desk.referrals import fields
from app.doors import Db, Me, Room
from app.pages import link, page
from outreach.casework import referrals
from outreach.casework.referrals import Show
from outreach.foundation.permissions import May

room = Room(prefix="/desk/referrals")
SHOWN = {Show.OVERDUE: "Answer overdue", Show.ASKED: "Asked a question", Show.DRAFT: "Drafts",
         Show.SENT: "Waiting for an answer", Show.ACCEPTED: "Accepted", Show.DECLINED: "Declined",
         Show.REPORTED: "Reported back", Show.CLOSED: "Closed", Show.WITHDRAWN: "Withdrawn"}
From = Annotated[int | None, Query(ge=1, le=2**53)]


@room.get("", needs=May.SEE_VICTIM)
def list(request: Request, session: Db, me: Me, after: From = None, before: From = None) -> Response:
    """Every referral that is not done with, the newest at the top; or those the filter asks for."""
    show, agency_id, sort = asked(request)
    found = referrals.list_referrals(session, me, show, agency_id=agency_id, oldest_first=sort == "sent",
                                     after=after, before=before)
    ends = (found.lines[0].id, found.lines[-1].id) if found.lines else (None, None)
    agencies = [(str(one.id), one.name) for one in referrals.agencies(session, retired=True)]
    return page(request, "desk/referrals/list.html", block="list", lines=found.lines, state=fields.state,
                earlier=link(request, before=ends[0], after=None) if found.earlier else "",
                later=link(request, after=ends[1], before=None) if found.later else "",
                shown=[*SHOWN.items()], chosen=show or "", agency=str(agency_id or ""), agencies=agencies,
                sort=sort, tags=_tags(request, show, dict(agencies).get(str(agency_id), "")),
                exports=link(request, after=None, before=None).replace(
                    room.prefix, f"{room.prefix}/exports/new", 1))


def asked(request: Request) -> tuple[Show | None, int | None, str]:
    """What the address asks for; whatever cannot be read asks for nothing."""
    state, agency = request.query_params.get("state", ""), request.query_params.get("agency", "")
    sort = request.query_params.get("sort", "")
    return (Show(state) if state in set(Show) else None,
            int(agency) if agency.isascii() and agency.isdigit() and len(agency) < 16 else None,
            "sent" if sort == "sent" else "-sent")


def _tags(request: Request, show: Show | None, agency: str) -> Any:
    start = {"after": None, "before": None}
    tags = [(SHOWN.get(show, "Open"), link(request, state=None, **start))] if show else []
    return [*tags, (agency, link(request, agency=None, **start))] if agency else tags
