"""The pages a phone keeps for when there is no signal: the day's list, each visit, the form of each log."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from app.desk.my_visits.fields import LogForm, choices, held, start
from app.desk.my_visits.shown import Shown, shown
from app.pages import page
from outreach.casework.visits import Visit, company, logging, phones
from outreach.casework.visits.mine import MyVisit
from outreach.foundation import clock
from outreach.foundation.permissions import Actor

HOME = "/desk/my-visits"


def pages(request: Request, session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Each as its address and its HTML, in the very words of the page with signal. Looking is noted."""
    visits = phones.todays(session, actor)
    phones.consulted(session, actor, visits)
    seen = shown(session, actor, *visits)
    found = [(HOME, _list(request, seen, many=True))]
    for one in seen:
        found += [(f"{HOME}/{one.visit.id}", _list(request, [one], many=False)),
                  (f"{HOME}/{one.visit.id}/log", _log(request, session, actor, one.visit))]
    return found


def _list(request: Request, seen: Sequence[Shown], *, many: bool) -> str:
    return _html(request, "kept_list", seen=seen, many=many, in_danger=company.in_danger(),
                 now=clock.now())


def _log(request: Request, session: Session, actor: Actor, visit: MyVisit) -> str:
    log = logging.own(session, actor, visit.id)
    return _html(request, "kept_log", visit=visit, log=log, choices=choices(),
                 form=LogForm.blank(**(held(log) if log else start(visit))),
                 is_event=session.get_one(Visit, visit.id).victim_id is None)


def _html(request: Request, name: str, **words: Any) -> str:
    return bytes(page(request, f"desk/my_visits/{name}.html", **words).body).decode()
