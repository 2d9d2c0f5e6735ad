"""The worker: is it alive, what did it promise, what could it not do, and what left the house."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from app.doors import LOOKING, Db, Me, Posted, Room
from app.pages import done, go, page
from app.settings import settings
from outreach.casework.follow_ups import FollowUp
from outreach.casework.visits import CrewMember
from outreach.foundation import audit, clock, outbox
from outreach.foundation.outbox import (
    NoSuchPromise,
    NothingToMend,
    OutboxMessage,
    kept,
    lives,
    timetable,
)
from outreach.foundation.outbox.kinds import called
from outreach.foundation.outbox.troubles import waiting
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/worker")
HERE = "/desk/worker"
Older = Annotated[int | None, Query(ge=1)]


def named_promise(promise_id: int, request: Request, session: Db) -> OutboxMessage:
    """The promise in the address, locked where it is about to change."""
    try:
        return outbox.find(session, promise_id, to_change=request.method not in LOOKING)
    except NoSuchPromise:
        raise HTTPException(404) from None


Named = Annotated[OutboxMessage, Depends(named_promise)]


@room.get("", needs=May.SEE_WORKER)
def show(request: Request, session: Db, me: Me, before: Older = None) -> Response:
    """How the worker is, what waits and what went wrong. Victims are named only to those who may see them."""
    return page(request, "desk/worker/show.html", block="worker", **_standing(request, session, me, before))


@room.post("/promises/{promise_id}/retry", needs=May.RETRY)
def update(request: Request, promise: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Try a promise again, now. A form on a record's page says `back`, and its sender returns there."""
    try:
        outbox.retry(session, me, promise)
    except NothingToMend as moved_on:
        return _too_late(request, moved_on)
    return _back(request, session, me, promise, posted, "It will be tried again at once.")


@room.post("/promises/{promise_id}/drop", needs=May.RETRY)
def delete(request: Request, promise: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Give a promise up."""
    try:
        outbox.drop(session, me, promise)
    except NothingToMend as moved_on:
        return _too_late(request, moved_on)
    return _back(request, session, me, promise, posted, "It was dropped and will not be done.")


@room.get("/messages", needs=May.SEE_MAIL)
def list(request: Request, session: Db, me: Me, before: Older = None) -> Response:
    """What left the house, newest first."""
    found = kept.sent(session, before=before, limit=kept.PAGE + 1)
    audit.consulted(session, me, "outbox", operation="message.listed", shown=[m.id for m in found])
    return page(request, "desk/worker/messages.html", block="messages",
                lines=[outbox.told(session, message) for message in found[:kept.PAGE]],
                later=found[kept.PAGE - 1].id if len(found) > kept.PAGE else None)


@room.get("/messages/{promise_id}", needs=May.SEE_MAIL)
def show_message(request: Request, promise: Named, session: Db, me: Me) -> Response:
    """One message as it left, where a copy is kept."""
    copy = outbox.copy_of(settings().data, promise)
    if copy is None:
        raise HTTPException(404)
    audit.consulted(session, me, "outbox", promise.id, operation="message.opened")
    return page(request, "desk/worker/message.html", copy=copy, line=outbox.told(session, promise),
                desk_url=settings().desk_url)


def _back(request: Request, session: Session, me: Actor, promise: OutboxMessage, posted: Posted,
          flash: str) -> Response:
    follow_up = session.get(FollowUp, promise.subject_id) if promise.subject_type == "follow_up" else None
    if follow_up and posted.get("back") == "follow_up":
        return go(request, f"/desk/follow-ups/{follow_up.id}", flash=flash)
    if follow_up and posted.get("back") == "victim":
        return go(request, f"/desk/victims/{follow_up.victim_id}", flash=flash)
    return done(request, "desk/worker/show.html", block="worker", to=HERE, flash=flash,
                **_standing(request, session, me, None))


def _too_late(request: Request, moved_on: NothingToMend) -> Response:
    return page(request, "error.html", status=409, heading="Nothing was changed", words=str(moved_on))


def _standing(request: Request, session: Session, me: Actor, before: int | None) -> dict[str, Any]:
    wrong = outbox.in_trouble(session, before=before, limit=kept.PAGE + 1)
    audit.consulted(session, me, "outbox", operation="worker.opened")
    return {"alive": lives.somebody_works(session), "seen_at": lives.last_seen(session),
            "troubles": outbox.troubles(session),
            "waiting": [(called(kind), number, first) for kind, number, first in waiting(session)],
            "wrong": [(outbox.told(session, m, naming=me.may(May.SEE_ALL_VICTIMS)), _about(session, m, me))
                      for m in wrong[:kept.PAGE]],
            "later": wrong[kept.PAGE - 1].id if len(wrong) > kept.PAGE else None,
            "timetable": [(task.words, timetable.last_fired(session, task.name),
                           timetable.next_tick(task, clock.now())) for task in timetable.TASKS.values()]}


def _about(session: Session, message: OutboxMessage, me: Actor) -> str:
    """Where the record is that a promise concerns, for those who may see it."""
    if message.subject_type == "follow_up" and me.may(May.SEE_ALL_VICTIMS):
        return f"/desk/follow-ups/{message.subject_id}"
    if message.subject_type in ("visit", "visit_crew") and me.may(May.SEE_ALL_VICTIMS):
        member = session.get(CrewMember, message.subject_id) if message.subject_type == "visit_crew" else None
        return f"/desk/visits/{member.visit_id if member else message.subject_id}"
    if message.subject_type == "import" and me.may(May.IMPORT):
        return f"/desk/imports/{message.subject_id}"
    return ""
