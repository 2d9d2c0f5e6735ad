"""The list of victims, and finding one of them."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.asking import number
from app.doors import Db, Me, Room
from app.pages import link, page
from outreach.casework import search
from outreach.casework.victims import listing
from outreach.casework.victims.listing import Filters
from outreach.foundation import force
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims")
BANDS = {"high": "High need", "medium": "Medium need", "standard": "Standard"}
FILTERS = ("district", "band", "assigned", "not_reached", "repeat")
MINE, NOBODY = "me", "nobody"
SORTS = frozenset(way + order for order in listing.Order for way in ("", "-"))


@room.get("", needs=May.SEE_VICTIM)
def list(request: Request, session: Db, me: Me, q: str = "", wide: str = "") -> Response:
    """Everybody by need, or whoever the words in the search box could mean."""
    words = _searched(session, me, q, wide == "1") if q.strip() else _listed(request, session, me)
    return page(request, "desk/victims/list.html", block="victims", band_words=BANDS, **words)


def _searched(session: Db, me: Actor, q: str, wide: bool) -> dict[str, Any]:
    found = search.find(session, me, q, wide=wide)
    lines = listing.lines_of(session, me, found.ids)
    return {"q": q.strip()[:200], "found": found, "lines": lines, "counted": listing.counted(len(lines)),
            "hows": {hit.victim_id: hit.how for hit in found.hits}, "exact": search.How.EXACT,
            "sort": "", "earlier": "", "later": "", "tags": []}


def _listed(request: Request, session: Db, me: Actor) -> dict[str, Any]:
    filters, sort = filters_of(request, me), sort_of(request)
    shown = listing.list_victims(session, me, filters, sort, after=number(request, "after"),
                                 before=number(request, "before"))
    counted = listing.counted(listing.count(session, me, filters))
    pages = {"earlier": _earlier(request, shown), "later": _later(request, shown)}
    return {"q": "", "lines": shown.lines, "sort": sort, "tags": _tags(request, filters, me),
            "counted": counted, "chosen": _chosen(request), **pages,
            "exports": _exports(request), **_choices(session, me)}


def filters_of(request: Request, me: Actor) -> Filters:
    """What the address asks for; whatever cannot be read asks for nothing."""
    asked = _chosen(request)
    whose = {MINE: me.id, NOBODY: 0}.get(asked["assigned"], number(request, "assigned"))
    return Filters(district=asked["district"], band=asked["band"], assigned_to_id=whose,
                   not_reached=asked["not_reached"] == "1", repeat=asked["repeat"] == "1")


def sort_of(request: Request) -> str:
    """What the list is sorted by; the greatest need first where the address says nothing sensible."""
    asked = request.query_params.get("sort", "")
    return asked if asked in SORTS else "-need"


def _chosen(request: Request) -> dict[str, str]:
    return {name: request.query_params.get(name, "").replace("\x00", "") for name in FILTERS}


def _choices(session: Db, me: Actor) -> dict[str, Any]:
    """What the filter offers. Somebody who sees only their own victims has no choice of person."""
    everybody = listing.assignable(session) if me.may(May.SEE_ALL_VICTIMS) else []
    people = [(str(account_id), name) for account_id, name in everybody]
    return {"districts": [(district.name, district.name) for district in force.current().districts],
            "bands": BANDS.items(), "people": people and [(MINE, "Me"), (NOBODY, "Nobody"), *people]}


def _tags(request: Request, filters: Filters, me: Actor) -> Any:
    """Each filter in use, in words, with the address that takes it away."""
    whose = {None: "", 0: "Assigned to nobody", me.id: "Assigned to me"}
    words = {"district": filters.district, "band": BANDS.get(filters.band, ""),
             "assigned": whose.get(filters.assigned_to_id, "Assigned to one person"),
             "not_reached": "Not reached yet" if filters.not_reached else "",
             "repeat": "More than one report" if filters.repeat else ""}
    return [(said, link(request, **{name: None, "after": None, "before": None}))
            for name, said in words.items() if said]


def _exports(request: Request) -> str:
    return link(request, after=None, before=None).replace(room.prefix, f"{room.prefix}/exports/new", 1)


def _earlier(request: Request, shown: listing.Page) -> str:
    return link(request, before=shown.lines[0].victim_id, after=None) if shown.earlier and shown.lines else ""


def _later(request: Request, shown: listing.Page) -> str:
    return link(request, after=shown.lines[-1].victim_id, before=None) if shown.later and shown.lines else ""
