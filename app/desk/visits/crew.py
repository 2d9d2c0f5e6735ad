"""Who goes: offers to those who could, putting one of us on it, and taking somebody off."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.visits.doors import Named
from app.desk.visits.fields import AssignForm, OfferForm
from app.desk.visits.record import shown
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework.visits import CrewMember, NoSuchVisit, Visit, offering
from outreach.casework.visits.offering import CannotOffer
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/visits/{visit_id:int}")


@room.post("/offers", needs=May.PLAN_VISIT)
def create(request: Request, visit: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Ask one person or several."""
    form = OfferForm.read(posted)
    return _deed(request, session, me, visit, "offering", form, lambda: offering.offer(
        session, me, visit, form.values["account_ids"], all_the_same=form.values["all_the_same"]),
        lambda asked: "Asked: " + ", ".join(member.account.name for member in asked) + ".")


@room.post("/crew", needs=May.PLAN_VISIT)
def create_member(request: Request, visit: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Put one of us on it."""
    form = AssignForm.read(posted)
    return _deed(request, session, me, visit, "assigning", form,
                 lambda: offering.assign(session, me, visit, form.values["account_id"]),
                 lambda member: f"{member.account.name} goes.")


@room.post("/crew/{member_id:int}/removal", needs=May.PLAN_VISIT)
def delete(request: Request, visit: Named, member_id: int, session: Db, me: Me) -> Response:
    """Take an offer back, or somebody off."""
    member = _member(visit, member_id)
    try:
        offering.take_off(session, me, visit, member)
    except CannotOffer as refused:
        return page(request, "error.html", status=409, heading="Nothing was changed", words=str(refused))
    return go(request, f"/desk/visits/{visit.id}",
              flash=f"{member.account.name} is not needed any more, and is told so.")


def _member(visit: Visit, member_id: int) -> CrewMember:
    found = next((member for member in visit.crew if member.id == member_id), None)
    if found is None:
        raise NoSuchVisit("There is no such visit")
    return found


def _deed(request: Request, session: Session, me: Actor, visit: Visit, name: str, form: Filled[Any],
          deed: Callable[[], Any], flash: Callable[[Any], str]) -> Response:
    done = None
    if not form.errors:
        try:
            with session.begin_nested():
                done = deed()
        except CannotOffer as refused:
            session.expire(visit, ["crew"])
            form.wrong(refused.field, str(refused))
    if form.errors:
        return shown(request, session, me, visit, 422, **{name: form})
    return go(request, f"/desk/visits/{visit.id}", flash=flash(done))
