"""My visits: the one that comes next, large; what waits for an answer or a log; and the later ones."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.my_visits.shown import Shown, shown
from app.doors import Db, Me, Room
from app.pages import page
from outreach.casework.visits import company, mine, stages
from outreach.foundation import audit
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/my-visits")


@room.get("", needs=May.GO_ON_VISITS)
def list(request: Request, session: Db, me: Me) -> Response:
    """Somebody's own visits, each look at an accepted one logged."""
    visits = mine.all_of(session, me)
    seen = shown(session, me, *visits)
    _note(session, me, seen)
    day = stages.sorted_out(visits)
    by_id = {one.visit.id: one for one in seen}
    parts = {part.name: getattr(day, part.name) for part in fields(day) if part.name != "first"}
    return page(request, "desk/my_visits/list.html", in_danger=company.in_danger(), any=bool(visits),
                first=by_id.get(day.first.id) if day.first else None,
                **{name: _of(part, by_id) for name, part in parts.items()})


def _of(part: Sequence[mine.MyVisit], by_id: dict[int, Shown]) -> Any:
    return [by_id[visit.id] for visit in part]


def _note(session: Session, me: Actor, seen: Sequence[Shown]) -> None:
    if whole := [one.visit.id for one in seen if one.is_whole]:
        audit.consulted(session, me, "visit", operation="my_visits.opened", shown=whole)
