"""The list of what makes people vulnerable: changed from a day on; old assessments stay as they were."""

from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app import spoken
from app.desk.victims.fields import Line
from app.doors import Db, Me, Posted, Room
from app.forms import Filled, Form, UkDate
from app.pages import go, page
from outreach.casework.assessments import BadFactor, Factor, factors
from outreach.casework.victims.record import NotFound
from outreach.foundation import clock
from outreach.foundation.permissions import May

room = Room(prefix="/desk/settings")
HERE = "/desk/settings/factors"
_POINTS = "Enter points as a whole number, like 10"


class FromForm(Form):
    messages = {"from_on": "Enter the date from which it counts"}
    from_on: UkDate


class PointsForm(FromForm):
    messages = {**FromForm.messages, "points": _POINTS}
    points: int


class FactorForm(PointsForm):
    messages = {**PointsForm.messages, "words": "Enter the factor in a few words"}
    words: Annotated[Line, Field(min_length=2)]


class BandsForm(FromForm):
    messages = {**FromForm.messages, "medium_from": _POINTS, "high_from": _POINTS}
    medium_from: int
    high_from: int


@room.get("/factors", needs=May.MANAGE_LISTS)
def list(request: Request, session: Db) -> Response:
    """What counts today, and what is planned."""
    return _listed(request, session)


@room.post("/factors", needs=May.MANAGE_LISTS)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """One more factor."""
    form = FactorForm.read(posted)
    if _changed(form, lambda values: factors.add(session, me, **values)):
        return go(request, HERE, flash=f"“{form.values['words']}” counts from "
                                       f"{spoken.day(form.values['from_on'])}.")
    return _listed(request, session, 422, factor_form=form)


@room.post("/bands", needs=May.MANAGE_LISTS)
def update_bands(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """The scores at which the bands begin."""
    form = BandsForm.read(posted)
    if _changed(form, lambda values: factors.change_thresholds(session, me, **values)):
        return go(request, HERE, flash=f"The bands are changed from {spoken.day(form.values['from_on'])}.")
    return _listed(request, session, 422, bands_form=form)


@room.get("/factors/{factor_id:int}", needs=May.MANAGE_LISTS)
def edit(request: Request, factor_id: int, session: Db) -> Response:
    """One factor: what it counted, and the form to change it."""
    return _one(request, session, _find(session, factor_id))


@room.post("/factors/{factor_id:int}", needs=May.MANAGE_LISTS)
def update(request: Request, factor_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Other points from a day on."""
    factor, form = _find(session, factor_id), PointsForm.read(posted)
    if _changed(form, lambda values: factors.change_points(session, me, factor.code, **values)):
        return go(request, HERE, flash=f"“{factor.words}” counts {form.values['points']} from "
                                       f"{spoken.day(form.values['from_on'])}.")
    return _one(request, session, factor, 422, form=form)


@room.post("/factors/{factor_id:int}/retirement", needs=May.MANAGE_LISTS)
def delete(request: Request, factor_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """It counts no more from a day on; the assessments that have it keep it."""
    factor, form = _find(session, factor_id), FromForm.read(posted)
    if _changed(form, lambda values: factors.retire(session, me, factor.code, **values)):
        return go(request, HERE, flash=f"“{factor.words}” counts no more from "
                                       f"{spoken.day(form.values['from_on'])}.")
    return _one(request, session, factor, 422, retire_form=form)


def _changed(form: Filled[Any], change: Any) -> bool:
    if not form.errors:
        try:
            change(form.values)
        except BadFactor as refused:
            form.wrong(refused.field, str(refused))
    return not form.errors


def _find(session: Session, factor_id: int) -> Factor:
    factor = session.get(Factor, factor_id)
    if factor is None:
        raise NotFound("There is no such factor")
    return factor


def _listed(request: Request, session: Session, status: int = 200, **forms: Any) -> Response:
    today = clock.today()
    every = factors.everything(session)
    words = {"factor_form": FactorForm.blank(from_on=today), "bands_form": BandsForm.blank(from_on=today)}
    return page(request, "desk/factors/list.html", block="factors", status=status,
                counted=[one for one in every if one.counts_on(today)],
                planned=[one for one in every if one.effective_from > today],
                gone=[one for one in every if one.effective_to and one.effective_to < today],
                bands=factors.thresholds(session, today), **(words | forms))


def _one(request: Request, session: Session, factor: Factor, status: int = 200, **forms: Any) -> Response:
    today = clock.today()
    rows = [one for one in factors.everything(session) if one.code == factor.code]
    words = {"form": PointsForm.blank(points=rows[0].points, from_on=today),
             "retire_form": FromForm.blank(from_on=today)}
    return page(request, "desk/factors/edit.html", block="factor", status=status, factor=factor, rows=rows,
                is_open=rows[0].effective_to is None, **(words | forms))
