"""Measures on the desk: a checklist with one click for each step, and Undo instead of a question."""

from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BeforeValidator
from sqlalchemy.orm import Session

from app.desk.doors import OpenedVictim
from app.desk.measures import panel
from app.desk.victims.fields import at_most
from app.doors import Db, Me, Posted, Room
from app.forms import Blank, Filled, Form, UkDate
from app.pages import done, go, page, wants_fragment
from outreach.casework import measures
from outreach.casework.measures import BadDate, CannotTakeBack, Measure, Refused, Status, UnknownMeasure
from outreach.casework.victims import Victim
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims/{victim_id:int}/measures")
SHOW = "desk/measures/show.html"
SAID = {Status.OFFERED: "offered", Status.ACCEPTED: "accepted", Status.DECLINED: "declined",
        Status.COMPLETED: "done"}


def _step(typed: str) -> tuple[str, Status]:
    """A button's value, "call_blocker accepted"."""
    code, _, status = typed.rpartition(" ")
    if status not in set(Status):
        raise ValueError("Choose a step from the list")
    return code, Status(status)


class StepForm(Form):
    messages = {"step": "Choose a step from the list"}

    step: Annotated[Any, BeforeValidator(_step)]
    on: Annotated[UkDate | None, Blank] = None
    note: Annotated[str, at_most(500), Blank] = ""


@room.get("", needs=May.SEE_VICTIM)
def show(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """The checklist, and every step that was taken."""
    return _shown(request, session, me, victim)


@room.post("", needs=May.RECORD_MEASURE)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """One step: the button says which."""
    form = StepForm.read(posted)
    measure = None if form.errors else _take(session, me, victim, form)
    if measure is None:
        return _shown(request, session, me, victim, form=form, status=422)
    code, status = form.values["step"]
    here = f"/desk/victims/{victim.id}"
    return done(request, SHOW, block="checklist", to=f"{here}/measures" if posted.get("whole") else here,
                flash=f"{measures.words_of(code)}: {SAID[status]}.", undo=_undo(here, measure), victim=victim,
                shown=panel.gather(session, me, victim) | {"changed": code})


@room.post("/{step_id:int}/undoing", needs=May.RECORD_MEASURE)
def delete(request: Request, victim: OpenedVictim, step_id: int, session: Db, me: Me) -> Response:
    """Take a step of today back."""
    step = measures.find_step(session, victim, step_id)
    try:
        measures.take_back(session, me, step)
    except CannotTakeBack as refused:
        return page(request, "error.html", status=409, heading="Nothing was changed", words=str(refused))
    words = measures.words_of(step.measure.code)
    return go(request, f"/desk/victims/{victim.id}", flash=f"{words}: “{SAID[step.status]}” is taken back.")


def _take(session: Session, me: Actor, victim: Victim, form: Filled[StepForm]) -> Measure | None:
    code, status = form.values["step"]
    try:
        return measures.take_step(session, me, victim, code, status, on=form.values["on"],
                                  note=form.values["note"])
    except BadDate as refused:
        form.wrong("on", str(refused))
    except (Refused, UnknownMeasure) as refused:
        form.wrong("", str(refused))
    return None


def _undo(here: str, measure: Measure) -> str:
    return f"{here}/measures/{measure.standing[-1].id}/undoing"


def _shown(request: Request, session: Session, me: Actor, victim: Victim, *,
           form: Filled[StepForm] | None = None, status: int = 200) -> Response:
    shown = panel.gather(session, me, victim) | {"whole": not wants_fragment(request)}
    if form is not None:
        shown["form"] = form
    return page(request, SHOW, block="checklist", status=status, victim=victim, said=SAID, shown=shown,
                steps=measures.steps_of(session, victim))
