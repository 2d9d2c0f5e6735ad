"""The checklist of measures on a victim's page: what waits first, then what is done, then the rest."""

from typing import Any

from sqlalchemy.orm import Session

from app.forms import Filled
from outreach.casework import measures
from outreach.casework.measures import Item, Status
from outreach.casework.victims import Victim
from outreach.foundation.permissions import Actor, May

# The steps that can come next, and what their buttons say.
_NEXT: dict[Status | None, tuple[tuple[Status, str], ...]] = {
    None: ((Status.OFFERED, "Offered"), (Status.COMPLETED, "Done")),
    Status.OFFERED: ((Status.ACCEPTED, "Accepted"), (Status.DECLINED, "Declined"),
                     (Status.COMPLETED, "Done")),
    Status.ACCEPTED: ((Status.COMPLETED, "Done"), (Status.DECLINED, "Declined")),
    Status.DECLINED: ((Status.OFFERED, "Offered again"),),
    Status.COMPLETED: ()}
_LOOKS = {Status.OFFERED: ("Offered", "waiting"), Status.ACCEPTED: ("Accepted", "going"),
          Status.COMPLETED: ("Done", "done"), Status.DECLINED: ("Declined", "off")}
_ORDER = [Status.ACCEPTED, Status.OFFERED, Status.COMPLETED, Status.DECLINED]


def gather(session: Session, me: Actor, victim: Victim) -> dict[str, Any]:
    """The checklist in two parts: what was begun, and what was not spoken of yet."""
    items = measures.checklist(session, victim)
    begun = sorted((item for item in items if item.status), key=_place)
    may_act = me.may(May.RECORD_MEASURE) and not victim.deceased_on
    rest = [item for item in items if item.status is None] if may_act else []
    return {"begun": begun, "rest": rest, "next": _NEXT if may_act else {}, "looks": _LOOKS,
            "may_act": may_act, "changed": "", "whole": False,
            "form": Filled({"on": "", "note": ""}, {}, None)}


def _place(item: Item) -> int:
    return _ORDER.index(item.status) if item.status else len(_ORDER)
