"""Making an assessment: the score is shown as it is built, and nothing is decided for the assessor."""

from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import spoken
from app.desk.assessments.fields import (
    ANSWERS,
    BANDS,
    LIMBS,
    AssessmentForm,
    held,
    held_notes,
    judgement,
    so_far,
)
from app.desk.doors import OpenedVictim, begun
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import assessments
from outreach.casework.assessments import AssessedTwice, Assessment, Refused
from outreach.casework.victims import Victim, open_victim
from outreach.casework.victims.record import NotFound
from outreach.foundation import clock, drafts
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims/{victim_id:int}/assessments")
NEW = "desk/assessments/new.html"


@room.get("/new", needs=May.ASSESS)
def new(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """The form, starting from what the record knows, or from the assessment that is to be corrected."""
    number = request.query_params.get("corrects", "")
    if number.isascii() and number.isdigit():
        wrong = assessments.find(session, victim, int(number))
        form = AssessmentForm.blank(**held(wrong))
        form.typed.update(held_notes(wrong))
        return _asked(request, session, victim, form)
    form, kept_at = begun(request, session, me, AssessmentForm, on=clock.today(), plan_follow_up="yes",
                          ticked=assessments.known_already(victim))
    return _asked(request, session, victim, form, kept_at=kept_at)


@room.ask("/score", needs=May.ASSESS)
def create_score(request: Request, victim_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """The score and what it suggests, as far as the form is filled in. Nothing is saved."""
    victim = open_victim(session, me, victim_id)
    return _asked(request, session, victim, AssessmentForm.read(posted), block="scored")


@room.post("", needs=May.ASSESS)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Save the assessment; or, where only the score was asked for, show it on the page."""
    form = AssessmentForm.read(posted)
    if posted.get("work_out"):
        form.errors.clear()
        return _asked(request, session, victim, form)
    made = None if form.errors else _assess(session, me, victim, form)
    if made is None:
        return _asked(request, session, victim, form, status=422)
    drafts.drop(session, me.id, f"{request.url.path}/new")
    return go(request, f"/desk/victims/{victim.id}", flash=_said(victim, made))


def _assess(session: Session, me: Actor, victim: Victim, form: Filled[AssessmentForm]) -> Assessment | None:
    values = form.values
    try:
        wrong = assessments.find(session, victim, values["corrects"]) if values["corrects"] else None
        with session.begin_nested():
            return assessments.assess(session, me, victim, judgement(form), supersedes=wrong,
                                      superseding_reason=values["superseding_reason"],
                                      enhanced_rights=values["enhanced_rights"],
                                      plan_follow_up=values["plan_follow_up"])
    except Refused as refused:
        form.wrong(refused.field, str(refused))
    except (AssessedTwice, NotFound) as refused:
        form.wrong("", str(refused))
    return None


def _said(victim: Victim, made: Assessment) -> str:
    tell = f" Tell {made.council} today." if made.council else ""
    return (f"{victim.spoken_name} is assessed as in {made.band} need.{tell} "
            f"The next review is {spoken.due(made.next_review_on)}.")


def _asked(request: Request, session: Session, victim: Victim, form: Filled[AssessmentForm], *,
           status: int = 200, block: str = "form", kept_at: datetime | None = None) -> Response:
    said = so_far(form)
    said["on"] = max(said["on"], assessments.factors.first_day(session))
    score = assessments.work_out(session, victim, said["on"], said["ticked"])
    listed = assessments.factors.in_force(session, said["on"])
    shown = [listed[code] for code in assessments.shown_by_record(victim) if code in listed]
    return page(request, NEW, block=block, status=status, victim=victim, form=form, kept_at=kept_at,
                score=score, shown=shown, asked=_to_ask(victim, listed, said["ticked"]), limbs=LIMBS,
                answers=ANSWERS, bands=BANDS, override=said["override"],
                suggested=assessments.suggested(*said["limbs"]), answered=any(said["limbs"]),
                council=assessments.council_for(victim), proposal=_unplanned(session, victim),
                review_on=assessments.review_on(said["override"] or score.band, said["on"]))


def _to_ask(victim: Victim, listed: dict[str, Any], ticked: list[str]) -> list[tuple[str, str, int | None]]:
    """(code, words, points) of every box: what the list has, and what was ticked that it has no more."""
    known = {code for code in listed if code.partition(":")[0] in ("age", "lost")
             or code in ("repeat_victim", "suspect_known")}
    boxes = [(code, factor.words[:1].upper() + factor.words[1:], factor.points)
             for code, factor in listed.items() if code not in known]
    gone = [code for code in ticked if code not in listed]
    return [*boxes, *((code, code.replace("_", " ").capitalize(), None) for code in gone)]


def _unplanned(session: Session, victim: Victim) -> bool:
    """Whether nothing is planned for them yet."""
    return not assessments.is_planned(session, victim)
