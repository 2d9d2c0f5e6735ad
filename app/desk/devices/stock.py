"""The stock: every unit in a list, and new ones by scanning or pasting their serials."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.asking import number
from app.desk.devices.fields import UnitsForm, choices
from app.desk.refusals import NotDone, beside
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, link, page
from app.sheets import csv_answer
from app.spoken import count as counted
from outreach.casework import devices
from outreach.casework.devices import BadSerials, Standing, listing, stock
from outreach.casework.devices.listing import Filters
from outreach.foundation.clock import today
from outreach.foundation.permissions import May

room = Room(prefix="/desk/devices")
STATES = [(one.value, one.value[:1].upper() + one.value[1:]) for one in Standing]
LOOKS = {Standing.IN_STOCK: "done", Standing.RESERVED: "waiting", Standing.ON_LOAN: "going",
         Standing.DUE_BACK: "waiting", Standing.FAULTY: "wrong", Standing.LOST: "wrong",
         Standing.RETIRED: "off"}
SORTS = frozenset(way + order for order in listing.Order for way in ("", "-"))
HEADINGS = ("Serial", "Asset tag", "Kind", "Model", "Status", "Cost (£)", "Funder")


@room.get("", needs=May.SEE_STOCK)
def list(request: Request, session: Db, me: Me) -> Response:
    """Every unit: where it stands and with whom it is."""
    filters, sort = _filters(request), _sort(request)
    shown = listing.list_devices(session, me, filters, sort, after=number(request, "after"),
                                 before=number(request, "before"))
    low = [(kind.words, there, kind.low_stock) for code, there in stock.in_stock(session).items()
           if (kind := devices.kind_of(code)) and there < kind.low_stock]
    ends = (shown.lines[0].id, shown.lines[-1].id) if shown.lines else (None, None)
    return page(request, "desk/devices/list.html", block="units", lines=shown.lines, sort=sort,
                earlier=link(request, before=ends[0], after=None) if shown.earlier else "",
                later=link(request, after=ends[1], before=None) if shown.later else "", filters=filters,
                states=STATES, looks=LOOKS, today=today(), tags=_tags(request, filters), low=low,
                choices=choices(),
                counts=listing.counts(session), counted=counted(listing.count(session, filters), "unit"),
                sheet=link(request, after=None, before=None).replace("/devices", "/devices/sheet", 1))


@room.get("/sheet", needs=May.SEE_STOCK)
def list_sheet(request: Request, session: Db, me: Me) -> Response:
    """The list as it is shown, as CSV, without anybody's name."""
    lines = listing.export_devices(session, me, _filters(request), _sort(request))
    return csv_answer("equipment", HEADINGS, (
        (one.serial, one.asset_tag, one.kind_words, one.model, one.status, one.cost, one.funder)
        for one in lines))


@room.get("/new", needs=May.LEND)
def new(request: Request, me: Me) -> Response:
    """An empty form to scan serials into."""
    kind = request.query_params.get("kind", "") or next(iter(devices.kinds()), "")
    return _asked(request, UnitsForm.blank(kind=kind), 200)


@room.post("", needs=May.LEND)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Add every unit, or say of each line why not."""
    form = UnitsForm.read(posted)
    problems: Any = ()
    try:
        with beside(session, form):
            added = devices.add(session, me, **form.values)
    except NotDone as no:
        if isinstance(no.__cause__, BadSerials):
            problems = no.__cause__
        return _asked(request, form, 422, problems)
    words = devices.kind_of(form.values["kind"]).words
    return go(request, f"/desk/devices?status=in+stock&kind={form.values['kind']}",
              flash=f"{counted(len(added), words)} added to the stock.")


def _filters(request: Request) -> Filters:
    asked = {name: request.query_params.get(name, "").replace("\x00", "")[:60]
             for name in ("kind", "status", "q")}
    return Filters(**asked)


def _sort(request: Request) -> str:
    asked = request.query_params.get("sort", "")
    return asked if asked in SORTS else "serial"


def _tags(request: Request, filters: Filters) -> Any:
    kind = devices.kinds().get(filters.kind)
    words = {"kind": kind.words[:1].upper() + kind.words[1:] if kind else "",
             "status": dict(STATES).get(filters.status, ""),
             "q": f"Serial or tag with “{filters.q}”" if filters.q else ""}
    return [(said, link(request, **{name: None, "after": None, "before": None}))
            for name, said in words.items() if said]


def _asked(request: Request, form: Filled[UnitsForm], status: int, problems: Any = ()) -> Response:
    return page(request, "desk/devices/new.html", block="form", status=status, form=form, problems=problems,
                choices=choices())
