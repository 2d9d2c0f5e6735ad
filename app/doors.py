"""The doors of the house: each names the permission that opens it, and a door that names none stays shut."""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from app import security
from outreach.foundation import audit, sign_ins, submissions, walls
from outreach.foundation.clock import now
from outreach.foundation.permissions import Actor, May, NotAllowed
from outreach.foundation.sign_ins import SignIn

LOOKING = frozenset({"GET", "HEAD"})
SECRET_FIELDS = ("csrf", "idempotency_key", "draft_of", "password")
_KEY = re.compile(r"[0-9A-Za-z_-]{16,64}")


class SignInFirst(Exception):
    """Nobody is signed in, or not any more; what was typed goes with it, to be kept as a draft."""

    def __init__(self, account_id: int | None = None, draft_of: str = "",
                 typed: dict[str, Any] | None = None) -> None:
        super().__init__("Sign in first")
        self.account_id, self.draft_of, self.typed = account_id, draft_of, typed


class AlreadyAnswered(Exception):
    """This very form came in before: its sender gets the same answer again."""

    def __init__(self, to: str) -> None:
        super().__init__("Already answered")
        self.to = to


async def posted_form(request: Request) -> FormData | None:
    """The form that came with the request; None where nothing could. However long one answer is, its form
    says so beside it and shows it again: only the whole is limited (`security`)."""
    if request.method in LOOKING:
        return None
    return await request.form(max_fields=5000, max_part_size=security.LARGEST_BODY)


Sent = Annotated[FormData | None, Depends(posted_form)]


async def one_transaction(request: Request, sent: Sent) -> AsyncIterator[Session]:
    """One session for the whole request, begun when its form is here whole. Looking reads, and what was
    looked at is written down before the answer leaves; every other request writes in one transaction:
    returning commits, raising rolls back. It stands as nobody until `lock` knows who is there."""
    door, turns = _door(request), request.app.state.turns
    if request.method in LOOKING or door.get("looks"):
        async with contextmanager_in_threadpool(_looking(request)) as session:
            yield session
        if notes := _notes(request, session):
            async with turns.one():
                await run_in_threadpool(_write_down, request, notes)
        return
    async with (turns.one(slow=door.get("slow") or door.get("needs") is May.ANYONE),
                contextmanager_in_threadpool(_writing(request)) as session):
        yield session


@contextmanager
def _looking(request: Request) -> Iterator[Session]:
    with request.app.state.database.reading() as session:
        session.info["request_id"] = request.state.request_id
        yield session


@contextmanager
def _writing(request: Request) -> Iterator[Session]:
    with request.app.state.database.writing.begin() as session:
        session.info["request_id"] = request.state.request_id
        yield session
        audit.write(session, audit.waiting(session))
        _remember_answer(request, session)
    request.app.state.ring(session.info.get("outbox_ids", []))


def _notes(request: Request, session: Session) -> dict[str, Any]:
    """What is to be written down about this look, where there is anything."""
    notes = {"looks": audit.waiting(session), "stale": getattr(request.state, "seen_is_stale", False),
             "told": getattr(request.state, "told", False)}
    return notes if any(notes.values()) else {}


def _write_down(request: Request, notes: dict[str, Any]) -> None:
    with request.app.state.database.transaction() as writing:
        audit.write(writing, notes["looks"])
        if notes["stale"]:
            sign_ins.seen(writing, request.state.sign_in_id)
        if notes["told"]:
            sign_ins.tell_next(writing, request.state.sign_in_id, {})


def _remember_answer(request: Request, session: Session) -> None:
    """Keep where the sender was sent, under the key of their form, and what the next page tells them."""
    key, answer = getattr(request.state, "form_key", None), getattr(request.state, "answer", None)
    if key and answer:
        submissions.remember(session, request.state.actor.id, key, request.state.body_hash, answer)
    if words := getattr(request.state, "tell_next", None):
        sign_ins.tell_next(session, request.state.sign_in_id, words)


Db = Annotated[Session, Depends(one_transaction, scope="function")]


def lock(request: Request, session: Db, sent: Sent) -> None:
    """Runs before every route: who is this, may they, is the form theirs, and is it new?"""
    door = _door(request)
    needs: May | None = door.get("needs")
    request.state.actor, request.state.csrf, request.state.flash = None, "", None
    if sent is not None:
        security.refuse_foreign(request)
        if needs is May.ANYONE:  # signing in: nothing is asked of the database while a password is checked
            return
    if door.get("slow"):  # the write lock is not taken before there is something to write
        with request.app.state.database.reading() as looking:
            sign_in = _recognise(request, looking)
    else:
        sign_in = _recognise(request, session)
    if needs is May.ANYONE:
        return
    if request.state.actor is None:
        raise _sign_in_first(request, sign_in, sent)
    if needs is None:
        raise NotAllowed("This page names no permission, so it stays shut.")
    request.state.actor.must(needs)
    walls.stand_as(session, request.state.actor)
    if sent is not None:
        security.refuse_forged(request, sent)
        if not (door.get("slow") or door.get("looks")):
            _keep_alive(request, session)
            _answer_repeat(request, session, sent)


def _door(request: Request) -> dict[str, Any]:
    """What the door itself says: the permission it needs, and how it is to be passed."""
    said: dict[str, Any] = request.scope["route"].openapi_extra or {}
    return said


def _recognise(request: Request, session: Session) -> SignIn | None:
    """Put whoever is signed in on `request.state`; gives their sign-in even when it has ended."""
    token = request.cookies.get(security.cookie_name())
    sign_in = sign_ins.of_token(session, token) if token else None
    if token and sign_in and sign_in.is_live:
        request.state.actor, request.state.csrf = sign_in.account.actor, sign_ins.csrf_token(token)
        request.state.sign_in_id = sign_in.id
        request.state.flash = sign_in.flash or None
        stale = now() - sign_in.last_seen_at > sign_ins.SEEN_EVERY
        # A page that asks by itself how far some work is keeps nobody signed in.
        request.state.seen_is_stale = stale and "poll" not in request.query_params
    return sign_in


def _keep_alive(request: Request, session: Session) -> None:
    if request.state.seen_is_stale:
        sign_ins.seen(session, request.state.sign_in_id)


def _sign_in_first(request: Request, sign_in: SignIn | None, sent: FormData | None) -> SignInFirst:
    """What was typed goes along only where it is sure whose it is: a sign-in that ran out, its own token."""
    token = request.cookies.get(security.cookie_name()) or ""
    draft_of = str(sent.get("draft_of") or "") if sent is not None else ""
    if sign_in is None or sent is None or sign_in.ended_at or not security.is_own_path(draft_of):
        return SignInFirst()
    if not security.brings(request, sent, sign_ins.csrf_token(token)):
        return SignInFirst()
    return SignInFirst(sign_in.account_id, draft_of, typed_fields(sent))


def typed_fields(sent: FormData) -> dict[str, Any]:
    """What a person typed: lists where a name came more than once, no secrets, no files."""
    names = [name for name in sent if name not in SECRET_FIELDS]
    values = {name: [text.replace("\x00", "") for text in sent.getlist(name) if isinstance(text, str)]
              for name in names}
    return {name: found[0] if len(found) == 1 else found for name, found in values.items() if found}


def _answer_repeat(request: Request, session: Session, sent: FormData) -> None:
    key = str(sent.get("idempotency_key") or "")
    if not _KEY.fullmatch(key):
        return
    if not request.app.state.database.is_sqlite:  # there, a twin already waits for the write lock
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": key})
    request.state.form_key, request.state.body_hash = key, _body_hash(request, sent)
    if to := submissions.answered(session, request.state.actor.id, key, request.state.body_hash):
        raise AlreadyAnswered(to)


def _body_hash(request: Request, sent: FormData) -> str:
    fields = [(name, value.filename if isinstance(value, UploadFile) else value)
              for name, value in sent.multi_items() if name not in SECRET_FIELDS]
    return hashlib.sha256(json.dumps([request.url.path, fields]).encode()).hexdigest()


def current_actor(request: Request) -> Actor:
    """Whoever is signed in; `lock` has made sure that somebody is."""
    actor: Actor = request.state.actor
    return actor


def sent_form(sent: Sent) -> FormData:
    """The form of a route that takes one."""
    return sent or FormData()


Me = Annotated[Actor, Depends(current_actor)]
Posted = Annotated[FormData, Depends(sent_form)]


class Room(APIRouter):
    """A router in which every door names the permission that opens it."""

    def get(self, path: str, *, needs: May, **more: Any) -> Callable[..., Any]:  # type: ignore[override]
        """A page to look at."""
        return super().get(path, openapi_extra={"needs": needs}, response_model=None, **more)

    def post(self, path: str, *, needs: May, slow: bool = False,  # type: ignore[override]
             **more: Any) -> Callable[..., Any]:
        """A form to send. `slow`: its work takes a while before anything is written, and it guards against
        repeats by itself."""
        return super().post(path, openapi_extra={"needs": needs, "slow": slow}, response_model=None, **more)

    def ask(self, path: str, *, needs: May, **more: Any) -> Callable[..., Any]:
        """A question whose words are too private for an address: posted, but it reads and changes nothing,
        so that it waits for nobody who writes."""
        return super().post(path, openapi_extra={"needs": needs, "looks": True}, response_model=None, **more)
