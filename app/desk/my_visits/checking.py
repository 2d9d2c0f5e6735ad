"""Checking in and out of a visit: with one thumb on the page, or by a phone that kept it meanwhile."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.asking import whole
from app.desk.my_visits.receiving import moment, wants_json
from app.desk.my_visits.shown import opened
from app.doors import Db, Me, Posted, Room
from app.pages import done, page
from app.spoken import at_clock, sentence
from outreach.casework.visits import CrewMember, NoSuchVisit, company, lateness, on_the_day
from outreach.casework.visits.lateness import Step
from outreach.casework.visits.on_the_day import CannotCheck
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/my-visits/{visit_id:int}")
PAGE = "desk/my_visits/show.html"
_GONE = "This visit is not, or not any more, among those open to you. Ring the officer who planned it."


@room.post("/check-in", needs=May.GO_ON_VISITS)
def create(request: Request, visit_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Going in."""
    return _deed(request, session, me, visit_id, _is_in,
                 lambda: on_the_day.check_in(session, me, visit_id, **_moments(posted)))


@room.post("/check-out", needs=May.GO_ON_VISITS)
def create_out(request: Request, visit_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """Safely out."""
    return _deed(request, session, me, visit_id, _is_out,
                 lambda: on_the_day.check_out(session, me, visit_id, **_moments(posted)))


@room.post("/check-out/undoing", needs=May.GO_ON_VISITS)
def delete(request: Request, visit_id: int, session: Db, me: Me) -> Response:
    """Still there: the check-out was a slip."""
    return _deed(request, session, me, visit_id, _is_back,
                 lambda: on_the_day.still_here(session, me, visit_id))


@room.post("/longer", needs=May.GO_ON_VISITS)
def update(request: Request, visit_id: int, posted: Posted, session: Db, me: Me) -> Response:
    """A quarter or half an hour more."""
    minutes = whole(str(posted.get("minutes") or "")) or 0
    return _deed(request, session, me, visit_id, _is_back,
                 lambda: on_the_day.need_longer(session, me, visit_id, minutes))


def _deed(request: Request, session: Session, me: Actor, visit_id: int, says: Callable[[CrewMember], str],
          deed: Callable[[], CrewMember]) -> Response:
    """Do it and show the visit as it now stands; a phone's script is told in a line."""
    by_script = wants_json(request)
    try:
        with session.begin_nested():
            member = deed()
    except CannotCheck as cannot:
        if by_script:
            return _told(422, "wrong", str(cannot))
        return _shown(request, session, me, visit_id, 422, str(cannot))
    except NoSuchVisit:
        if not by_script:
            raise
        return _told(404, "refused", _GONE)
    if by_script:
        return _told(200, "received", says(member))
    return done(request, PAGE, block="visit", to=f"/desk/my-visits/{visit_id}", flash=says(member),
                one=opened(session, me, visit_id), in_danger=company.in_danger(), wrong="")


def _shown(request: Request, session: Session, me: Actor, visit_id: int, status: int, wrong: str) -> Response:
    return page(request, PAGE, block="visit", status=status, one=opened(session, me, visit_id),
                in_danger=company.in_danger(), wrong=sentence(wrong))


def _told(status: int, state: str, words: str) -> JSONResponse:
    return JSONResponse({"state": state, "words": sentence(words)}, status)


def _is_in(member: CrewMember) -> str:
    return f"Checked in at {at_clock(member.checked_in_at)}. {_asks(member)}."


def _is_out(member: CrewMember) -> str:
    forgot = "" if member.checked_in_at else " You did not check in: the log asks when the visit began."
    return f"Out at {at_clock(member.checked_out_at)}. Now write the log.{forgot}"


def _is_back(member: CrewMember) -> str:
    return f"You are still there, until {at_clock(lateness.out_by(member))}. {_asks(member)}."


def _asks(member: CrewMember) -> str:
    return f"Check out when you leave, or we ask after you at {at_clock(lateness.due(member, Step.ASK))}"


def _moments(posted: FormData) -> dict[str, Any]:
    """When it was, and when it was sent, by the phone's own clock; nothing from a page."""
    return {name: moment(posted, name) for name in ("at", "sent_at")}
