"""Two records of one person: found, set side by side, made one, and taken apart again."""

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.doors import OpenedVictim
from app.desk.victims import fields, told
from app.desk.victims.entering import beside
from app.doors import Db, Me, Posted, Room
from app.pages import go, page
from outreach.casework import search
from outreach.casework.victims import (
    Merged,
    NotFound,
    ReasonNeeded,
    Victim,
    entering,
    listing,
    look_alikes,
    merging,
    open_victim,
)
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims/{victim_id:int}/merges")
MOST_FOUND = 8


@room.get("/new", needs=May.MERGE_VICTIMS)
def new(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """Whoever may be the same person; with `with` in the address, that record beside this one."""
    return _asked(request, session, me, victim, request.query_params.get("with", ""))


@room.post("", needs=May.MERGE_VICTIMS)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Make the two records one. This one is kept, and leads on from the other's address."""
    chosen = str(posted.get("merged_id") or "")
    try:
        other = _other(session, me, chosen, to_change=True)
    except ReasonNeeded:    # the page says so, and offers the search again
        return _asked(request, session, me, victim, chosen)
    if other is None or other.id == victim.id:
        return _asked(request, session, me, victim, "", wrong="Choose the record to merge into this one")
    combined = merging.merge(session, me, victim, other)
    return go(request, f"/desk/victims/{victim.id}", undo=f"{request.url.path}/{combined.id}/undoing",
              flash=f"Record {other.id} is now part of this one.")


@room.post("/{merge_id:int}/undoing", needs=May.MERGE_VICTIMS)
def delete(request: Request, victim: OpenedVictim, merge_id: int, session: Db, me: Me) -> Response:
    """Take the two records apart again."""
    combined = session.get(merging.VictimMerge, merge_id)
    if combined is None or combined.kept_id != victim.id:
        raise NotFound("There is no such merge")
    try:
        other = merging.unmerge(session, me, combined)
    except merging.CannotUnmerge as refused:
        return page(request, "error.html", status=409, heading="That cannot be undone now",
                    words=str(refused))
    return go(request, f"/desk/victims/{victim.id}",
              flash=f"Taken apart again: {other.name} is record {other.id}.")


def _asked(request: Request, session: Session, me: Actor, victim: Victim, chosen: str,
           wrong: str = "") -> Response:
    try:
        other = _other(session, me, chosen)
    except ReasonNeeded:
        other, wrong = None, f"Record {chosen} is restricted: open it and say why first"
    alikes = look_alikes.find(session, me, look_alikes.person_of(victim))
    q = request.query_params.get("q", "").strip()[:200]
    ids = search.find(session, me, q, MOST_FOUND).ids if q else []
    found = [line for line in listing.lines_of(session, me, ids) if line.victim_id != victim.id]
    mine = fields.held(victim) | {"phones": entering.phones_of(victim)}
    return page(request, "desk/victims/merge.html", status=422 if wrong else 200, victim=victim, q=q,
                wrong=wrong, other=other, alikes=beside(mine, alikes), found=found,
                rows=_rows(victim, other) if other else [])


def _other(session: Session, me: Actor, id: str, *, to_change: bool = False) -> Victim | None:
    if not (id.isascii() and id.isdigit() and len(id) < 18):
        return None
    try:
        return open_victim(session, me, int(id), to_change=to_change)
    except (Merged, NotFound):
        return None


def _rows(victim: Victim, other: Victim) -> list[tuple[str, str, str]]:
    """Every detail of both records, line by line; one has lines that the other lacks."""
    one, two = _lines(victim), _lines(other)
    return [(name, one.get(name, ""), two.get(name, "")) for name in {**one, **two}]


def _lines(victim: Victim) -> dict[str, str]:
    lines = {name: ", ".join(value.splitlines()) for part in told.PARTS for name, value in told.rows(part,
                                                                                                     victim)}
    return lines | {"Reports": str(len(victim.fraud_reports))}
