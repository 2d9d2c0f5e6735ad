"""Planning a visit and changing it: one form, everything on it proposed that can be."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import spoken
from app.desk.doors import OpenedVictim, begun
from app.desk.victims import told
from app.desk.visits import fields
from app.desk.visits.doors import Named
from app.desk.visits.fields import VisitForm, WhyForm
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework.follow_ups import OPEN, FollowUp
from outreach.casework.victims import Victim
from outreach.casework.visits import Visit, planning, plausible
from outreach.casework.visits.plausible import CannotPlan
from outreach.casework.visits.record import ASKED
from outreach.foundation import clock, drafts
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk")
PAGE = "desk/visits/new.html"
_COMPARED = (("Date", "on"), ("From", "starts"), ("Until", "ends"), ("Persons", "persons"),
             ("Address", "risk"), ("Safety notes", "safety_notes"), ("Access notes", "access_notes"),
             ("Password", "agreed_password"), ("Event", "event_name"), ("Place", "event_place"))


@room.get("/victims/{victim_id:int}/visits/new", needs=May.PLAN_VISIT)
def new(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """A new visit to somebody, or the one that was left unsaved."""
    return _new(request, session, me, victim)


@room.get("/visits/new", needs=May.PLAN_VISIT)
def new_event(request: Request, session: Db, me: Me) -> Response:
    """Help at an event, without a victim."""
    return _new(request, session, me, None)


@room.post("/victims/{victim_id:int}/visits", needs=May.PLAN_VISIT)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Plan it; the next page says who could go."""
    return _create(request, session, me, victim, posted)


@room.post("/visits", needs=May.PLAN_VISIT)
def create_event(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Plan help at an event."""
    return _create(request, session, me, None, posted)


@room.get("/visits/{visit_id:int}/edit", needs=May.PLAN_VISIT)
def edit(request: Request, visit: Named, session: Db, me: Me) -> Response:
    """A planned visit, to be changed."""
    form, kept_at = begun(request, session, me, VisitForm, **fields.held(visit))
    kept = drafts.find(session, me.id, request.url.path) if kept_at else None
    return _asked(request, session, visit.victim, form, visit=visit, kept_at=kept_at,
                  version=kept.typed.get("version") if kept else None)


@room.post("/visits/{visit_id:int}", needs=May.PLAN_VISIT)
def update(request: Request, visit: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Change it. Neither of two texts is lost where two people wrote."""
    form = VisitForm.read(posted)
    if posted.get("version") != str(visit.version) and not form.errors:
        form.wrong("", "Somebody changed this visit meanwhile. Both texts are below: nothing is lost.")
        saved = VisitForm.blank(**fields.held(visit)).typed
        twins = [(words, saved[name], form.typed[name]) for words, name in _COMPARED]
        return _asked(request, session, visit.victim, form, 409, visit=visit, twins=twins)
    if not form.errors:
        _try(session, form, lambda: planning.change(session, me, visit, fields.plan_of(form),
                                                    asked=form.values["asked"]))
    if form.errors:
        return _asked(request, session, visit.victim, form, 422, visit=visit)
    drafts.drop(session, me.id, f"{request.url.path}/edit")
    return go(request, f"/desk/visits/{visit.id}", flash="The visit was changed.")


@room.get("/visits/{visit_id:int}/cancellation", needs=May.PLAN_VISIT)
def show(request: Request, visit: Named) -> Response:
    """Why it is cancelled, and who will be told."""
    return _cancelling(request, visit, WhyForm.blank())


@room.post("/visits/{visit_id:int}/cancellation", needs=May.PLAN_VISIT)
def delete(request: Request, visit: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Cancel it, and have everybody told."""
    form = WhyForm.read(posted)
    if not form.errors:
        _try(session, form, lambda: planning.cancel(session, me, visit, why=form.values["why"]))
    if form.errors:
        return _cancelling(request, visit, form, 422)
    return go(request, f"/desk/visits/{visit.id}", flash="The visit is cancelled.")


def _new(request: Request, session: Session, me: Actor, victim: Victim | None) -> Response:
    tomorrow = current().working_day_after(clock.today(), 1)
    start = planning.start(session, me, victim, clock.at(tomorrow, current().cadence.times_of_day[0]))
    asked = None if request.query_params.get("follow_up") is None else request.query_params["follow_up"]
    form, kept_at = begun(request, session, me, VisitForm, **fields.fields_of(start) | {"answers": asked})
    return _asked(request, session, victim, form, kept_at=kept_at)


def _create(request: Request, session: Session, me: Actor, victim: Victim | None, posted: Any) -> Response:
    form = VisitForm.read(posted)
    made = None if form.errors else _try(session, form, lambda: planning.plan(
        session, me, victim, fields.plan_of(form), asked=form.values["asked"],
        answers=_chosen(session, victim, form.values["answers"])))
    if made is None:
        return _asked(request, session, victim, form, 422)
    drafts.drop(session, me.id, f"{request.url.path}/new")
    return go(request, f"/desk/visits/{made.id}",
              flash=f"The visit is planned {spoken.due(made.planned_start_at)}. Now say who goes.")


def _try(session: Session, form: Filled[Any], deed: Any) -> Any:
    """Do it, or put what the domain refused beside the field it is about, and take everything back."""
    try:
        with session.begin_nested():
            return deed()
    except CannotPlan as refused:
        form.wrong(fields.CALLED.get(refused.field, refused.field), str(refused))
    return None


def _chosen(session: Session, victim: Victim | None, number: int | None) -> FollowUp | None:
    """The open follow-up of theirs that the visit answers. Raises `CannotPlan`."""
    if victim is None or number is None:
        return None
    found = next((one for one in _open(session, victim) if one.id == number), None)
    if found is None:
        raise CannotPlan("answers", "That follow-up is not open any more: choose again")
    return found


def _open(session: Session, victim: Victim) -> list[FollowUp]:
    return list(session.scalars(select(FollowUp).where(
        FollowUp.victim_id == victim.id, FollowUp.status.in_(OPEN)).order_by(FollowUp.due_at, FollowUp.id)))


def _asked(request: Request, session: Session, victim: Victim | None, form: Filled[VisitForm],
           status: int = 200, **more: Any) -> Response:
    words = {"kept_at": None, "visit": None, "twins": (), "version": None} | more
    due = [(one.id, one.reason, spoken.when(one.due_at)) for one in _open(session, victim)] if victim else []
    return page(request, PAGE, block="form", status=status, victim=victim, form=form, told=told,
                risks=fields.RISKS, take=[*current().visits.take.items()], follow_ups=due,
                ways=fields.ways(victim) if victim else [], rules=current().visits,
                first=victim is not None and plausible.is_first(session, victim),
                to_be_asked=victim is not None and plausible.is_to_be_asked(victim),
                contacts=[(account.id, account.name) for account in planning.named_contacts(session, victim)],
                **words)


def _cancelling(request: Request, visit: Visit, form: Filled[WhyForm], status: int = 200) -> Response:
    return page(request, "desk/visits/cancel.html", block="form", status=status, visit=visit, form=form,
                whom=fields.whom(visit), when=fields.said(visit.planned_start_at, visit.planned_end_at),
                asked=[one.account.name for one in visit.crew if one.state in ASKED])
