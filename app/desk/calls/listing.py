"""The list of calls."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import spoken
from app.asking import day, number, whole
from app.desk.calls import fields
from app.doors import Db, Me, Room
from app.pages import link, page
from outreach.casework.calls import banks, listing
from outreach.casework.calls.listing import NO_BRANCH, UNKNOWN, Filters, Order
from outreach.foundation.permissions import May

room = Room(prefix="/desk/calls")
ASKED = ("since", "until", "bank", "branch", "outcome", "district", "counted")
COUNTED = {"attended": "Attended", "arrests": "With arrests", "crime_recorded": "Crime recorded",
           "missed": "Missed opportunities", "nothing_wrong": "No fraud or false alarm",
           "attempted": "With an amount attempted", "prevented": "With an amount prevented",
           "lost": "With an amount lost", "recovered": "With an amount recovered", "age": "With an age"}
SORTS = {"-received": (Order.RECEIVED, False), "received": (Order.RECEIVED, True),
         "-attempted": (Order.ATTEMPTED, False), "attempted": (Order.ATTEMPTED, True)}
OUTCOMES = [(UNKNOWN, "Not known yet"), *fields.OUTCOMES]


@room.get("", needs=May.SEE_VICTIM)
def list(request: Request, session: Db, me: Me) -> Response:
    """The newest first, of whatever period, bank, outcome and place the address asks for."""
    asked, sort = asked_of(request), sort_of(request)
    filters = filters_of(asked)
    order, rising = SORTS[sort]
    shown = listing.list_calls(session, me, filters, order=order, rising=rising,
                               after=number(request, "after"), before=number(request, "before"))
    ends = (shown.lines[0].id, shown.lines[-1].id) if shown.lines else (None, None)
    return page(request, "desk/calls/list.html", block="calls", lines=shown.lines, sort=sort, asked=asked,
                number=shown.number, tags=_tags(request, session, asked, filters), outcomes=OUTCOMES,
                bank_names=[(str(bank.id), bank.name) for bank in banks.everyone(session)],
                districts=fields.choices()["districts"], exports=_exports(request),
                earlier=link(request, before=ends[0], after=None) if shown.earlier else "",
                later=link(request, after=ends[1], before=None) if shown.later else "")


def asked_of(request: Request) -> dict[str, str]:
    """What the address asks for, as text."""
    return {name: request.query_params.get(name, "").strip().replace("\x00", "")[:60] for name in ASKED}


def sort_of(request: Request) -> str:
    """What the list is sorted by; the newest first where the address says nothing sensible."""
    asked = request.query_params.get("sort", "")
    return asked if asked in SORTS else "-received"


def filters_of(asked: dict[str, str]) -> Filters:
    """The same as filters; what cannot be read asks for nothing."""
    known = {value for value, _ in OUTCOMES}
    return Filters(from_on=day(asked["since"]), to_on=day(asked["until"]), bank_id=whole(asked["bank"]),
                   branch_id=whole(asked["branch"]), district=asked["district"],
                   outcome=asked["outcome"] if asked["outcome"] in known else "",
                   counted=asked["counted"] if asked["counted"] in COUNTED else "")


def _tags(request: Request, session: Session, asked: dict[str, str], filters: Filters) -> Any:
    """Each filter in use, in words, with the address that takes it away."""
    names = {bank.id: bank for bank in banks.everyone(session)}
    bank = names.get(filters.bank_id or 0)
    places = {branch.id: branch.name for one in names.values() for branch in one.branches}
    branch = "No branch named" if filters.branch_id == NO_BRANCH else places.get(filters.branch_id or 0, "")
    words = {"since": filters.from_on and f"From {spoken.day(filters.from_on)}",
             "until": filters.to_on and f"To {spoken.day(filters.to_on)}", "bank": bank and bank.name,
             "branch": branch, "outcome": dict(OUTCOMES).get(filters.outcome, ""),
             "district": filters.district, "counted": COUNTED.get(filters.counted, "")}
    return [(said, link(request, **{name: None, "after": None, "before": None}))
            for name, said in words.items() if said]


def _exports(request: Request) -> str:
    return link(request, after=None, before=None).replace(room.prefix, f"{room.prefix}/exports/new", 1)
