"""The list of visits, day by day: who goes, who is missing, who is in, and which logs wait."""

from itertools import groupby
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response

from app.desk.visits import fields
from app.doors import Db, Me, Room
from app.pages import link, page
from outreach.casework.visits import CrewState, VisitState, listing
from outreach.casework.visits.listing import Show
from outreach.foundation import clock
from outreach.foundation.force import current
from outreach.foundation.permissions import May

room = Room(prefix="/desk/visits")
SHOWN = {Show.COMING: "Today and to come", Show.UNSTAFFED: "Somebody still needed",
         Show.OVER: "Over, not finished", Show.LOGS: "A log waits",
         Show.FINISHED: "Finished", Show.CANCELLED: "Cancelled"}
From = Annotated[int | None, Query(ge=1, le=2**53)]


@room.get("", needs=May.SEE_VISITS)
def list(request: Request, session: Db, me: Me, after: From = None, before: From = None) -> Response:
    """Today's visits and those to come; or what the filter asks for."""
    asked = request.query_params
    show = Show(asked["state"]) if asked.get("state") in set(Show) else Show.COMING
    district = current().district_named(asked.get("district", ""))
    mine = asked.get("planned_by") == "me"
    found = listing.list_visits(session, me, show, district=district, planned_by=me.id if mine else None,
                                after=after, before=before)
    ends = (found.lines[0].id, found.lines[-1].id) if found.lines else (None, None)
    return page(request, "desk/visits/list.html", block="list", days=_by_day(found.lines), state_of=state_of,
                crew_words=fields.CREW, CrewState=CrewState, now=clock.now(),
                earlier=link(request, before=ends[0], after=None) if found.earlier else "",
                later=link(request, after=ends[1], before=None) if found.later else "",
                shown=[*SHOWN.items()][1:], chosen="" if show is Show.COMING else show.value,
                district=district,
                districts=[(one.name, one.name) for one in current().districts], mine="me" if mine else "",
                tags=_tags(request, show, district, mine), show=show)


def state_of(line: listing.Line) -> tuple[str, str]:
    """How a visit stands, in a word or two, and the kind of that state."""
    if line.state is not VisitState.PLANNED:
        return fields.STATES[line.state]
    if line.waiting_logs:
        return "A log waits", "going"
    going = [one for one in line.crew if one.state is CrewState.ACCEPTED]
    if any(one.is_in and not one.is_out for one in going):
        return ("Not out yet", "wrong") if line.ends_at < clock.now() else ("Under way", "going")
    if line.ends_at < clock.now():
        return ("Over, log to come", "waiting") if going else ("Nobody went", "wrong")
    missing = line.persons - len(going)
    if missing:
        return (f"{missing} still needed" if going else "Nobody goes yet"), "wrong"
    return "All set", "done"


def _by_day(lines: Any) -> Any:
    return [(day, [*those]) for day, those in groupby(lines, lambda line: clock.day_of(line.starts_at))]


def _tags(request: Request, show: Show, district: str, mine: bool) -> Any:
    start = {"after": None, "before": None}
    tags = [(SHOWN[show], link(request, state=None, **start))] if show is not Show.COMING else []
    if district:
        tags.append((district, link(request, district=None, **start)))
    return [*tags, ("Planned by me", link(request, planned_by=None, **start))] if mine else tags
