"""The list of those who help, to find whoever is needed and whose vetting runs out."""

from fastapi import Request
from fastapi.responses import Response

from app.doors import Db, Me, Room
from app.pages import link, page
from outreach.foundation.force import current
from outreach.foundation.permissions import May
from outreach.foundation.volunteers import listing
from outreach.foundation.volunteers.listing import Filters, Standing

room = Room(prefix="/desk/volunteers")
STANDINGS = [(one.value, one.value[:1].upper() + one.value[1:]) for one in Standing]
LOOKS = {Standing.CLEARED: "done", Standing.ELSEWHERE: "done", Standing.EXPIRING: "wrong",
         Standing.ENDED: "wrong", Standing.SUSPENDED: "wrong", Standing.WAITING: "waiting",
         Standing.LEFT: "off"}
SORTS = frozenset(way + name for name in ("name", "ends", "helped") for way in ("", "-"))


@room.get("", needs=May.SEE_VOLUNTEERS)
def list(request: Request, session: Db, me: Me) -> Response:
    """Everybody who helps: where, how the vetting stands, what training is missing."""
    asked = {name: request.query_params.get(name, "").replace("\x00", "")[:60]
             for name in Filters.__dataclass_fields__}
    filters, sort = Filters(**asked), request.query_params.get("sort", "")
    sort = sort if sort in SORTS else "name"
    return page(request, "desk/volunteers/list.html", block="volunteers", filters=filters, sort=sort,
                lines=listing.volunteers(session, me, filters, sort), tags=_tags(request, filters),
                districts=[(one.name, one.name) for one in current().districts], standings=STANDINGS,
                looks=LOOKS, trainings=[("lacks", "Missing or running out")])


def _tags(request: Request, filters: Filters) -> object:
    words = {"district": f"Goes to {filters.district}" if filters.district else "",
             "standing": dict(STANDINGS).get(filters.standing, filters.standing),
             "training": "Training missing or running out" if filters.training else "",
             "q": f"Name with “{filters.q}”" if filters.q else ""}
    return [(said, link(request, **{name: None})) for name, said in words.items() if said]
