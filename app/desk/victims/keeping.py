"""Whose a victim is, who may open the record, who they live with, and a death: small forms on the record."""

from enum import StrEnum
from typing import Annotated

from fastapi import Request
from fastapi.responses import Response

from app import spoken
from app.desk.doors import OpenedVictim
from app.doors import Db, Me, Posted, Room
from app.forms import Blank, Form, UkDate
from app.pages import go, page
from outreach.casework.victims import home, keeping, open_victim
from outreach.foundation.permissions import May

room = Room(prefix="/desk/victims/{victim_id:int}")


class ReasonForm(Form):
    reason: str = ""


class Wanted(StrEnum):
    """What the button of the restriction said when its page was opened."""

    RESTRICTED = "restricted"
    OPEN = "open"


ALREADY = {Wanted.RESTRICTED: "This record was restricted already. Nothing was changed.",
           Wanted.OPEN: "This record was open already. Nothing was changed."}


class RestrictionForm(ReasonForm):
    messages = {"wanted": "Choose whether to restrict this record or lift the restriction"}
    wanted: Wanted


class AssignmentForm(Form):
    messages = {"assignee_id": "Choose somebody from the list"}
    assignee_id: Annotated[int | None, Blank] = None


class DeathForm(Form):
    died_on: Annotated[UkDate | None, Blank] = None


@room.get("/care/edit", needs=May.SEE_VICTIM)
def edit(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """Assignment, restriction and death, on one page."""
    return _asked(request, session, victim)


@room.post("/assignment", needs=May.ASSIGN)
def update(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Give the victim to somebody, or to nobody."""
    form = AssignmentForm.read(posted)
    try:
        if not form.errors:
            keeping.assign(session, me, victim, form.values["assignee_id"])
            return go(request, f"/desk/victims/{victim.id}", flash="Assigned." if victim.assigned_to_id
                      else f"{victim.spoken_name} is assigned to nobody.")
    except keeping.CannotLookAfter as refused:
        form.wrong("assignee_id", str(refused))
    return _asked(request, session, victim, 422, assignment=form)


@room.post("/restriction", needs=May.SEE_RESTRICTED)
def update_restriction(request: Request, victim: OpenedVictim, posted: Posted, session: Db,
                       me: Me) -> Response:
    """Restrict the record, or lift the restriction, whichever the button said; either with a reason."""
    form = RestrictionForm.read(posted)
    if form.errors:
        return _asked(request, session, victim, 422, restriction=form)
    wanted = form.values["wanted"]
    if (wanted is Wanted.RESTRICTED) == victim.restricted:
        return go(request, f"/desk/victims/{victim.id}", flash=ALREADY[wanted])
    change = keeping.restrict if wanted is Wanted.RESTRICTED else keeping.lift_restriction
    try:
        change(session, me, victim, reason=form.typed["reason"])
        keeping.say_why(session, me, victim.id, reason=form.typed["reason"])
    except keeping.ReasonMissing as refused:
        return _asked(request, session, victim, 422, restriction=form.wrong("reason", str(refused)))
    return go(request, f"/desk/victims/{victim.id}", flash="Restricted: whoever opens this record says why."
              if victim.restricted else "The restriction is lifted.")


@room.post("/death", needs=May.EDIT_VICTIM)
def update_death(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Record that somebody has died. What somebody else recorded meanwhile stands."""
    if victim.deceased_on:
        return go(request, f"/desk/victims/{victim.id}", flash="The death was recorded already, on "
                  f"{spoken.day(victim.deceased_on)}. Nothing was changed.")
    form = DeathForm.read(posted)
    try:
        if not form.errors:
            keeping.record_death(session, me, victim, on=form.values["died_on"])
            return go(request, f"/desk/victims/{victim.id}", undo=f"{request.url.path}/undoing",
                      flash="Recorded as having died. What was planned is cancelled.")
    except keeping.NotYet as refused:
        form.wrong("died_on", str(refused))
    return _asked(request, session, victim, 422, death=form)


@room.post("/death/undoing", needs=May.EDIT_VICTIM)
def delete_death(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """The death was recorded by mistake."""
    if victim.deceased_on is None:
        return go(request, f"/desk/victims/{victim.id}",
                  flash="No death is on this record. Nothing was changed.")
    keeping.take_back_death(session, me, victim)
    return go(request, f"/desk/victims/{victim.id}", flash="The death is taken back. Plan follow-ups anew.")


@room.post("/household", needs=May.EDIT_VICTIM)
def update_household(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Confirm that these people live together, or tell this one apart."""
    change, flash = {
        "confirmed": (home.confirm, "Household confirmed."),
        "apart": (home.split, f"{victim.spoken_name} is told apart from the others at this address."),
    }.get(str(posted.get("standing")), (home.rejoin, "Back in the household."))
    change(session, me, victim)
    together = posted.get("back") == "household" and victim.household_id
    return go(request, f"/desk/households/{together}" if together else f"/desk/victims/{victim.id}",
              flash=flash)


@room.post("/openings", needs=May.SEE_RESTRICTED)
def create(request: Request, victim_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Say why a restricted record must be seen; it then opens for half an hour."""
    victim = open_victim(session, me, victim_id, to_change=True, to_say_why=True)
    form = ReasonForm.read(posted)
    try:
        keeping.say_why(session, me, victim.id, reason=form.typed["reason"])
    except keeping.ReasonMissing as refused:
        return page(request, "desk/victims/reason.html", status=422, victim_id=victim.id,
                    form=form.wrong("reason", str(refused)))
    return go(request, f"/desk/victims/{victim.id}")


def _asked(request: Request, session: Db, victim: OpenedVictim, status: int = 200,
           **forms: object) -> Response:
    blank = {"assignment": AssignmentForm.blank(assignee_id=victim.assigned_to_id),
             "restriction": RestrictionForm.blank(), "death": DeathForm.blank()}
    people = [(account.id, f"{account.name}{', ' + account.district if account.district else ''}")
              for account in keeping.carers(session)]
    return page(request, "desk/victims/care.html", status=status, victim=victim, people=people,
                **(blank | forms))
