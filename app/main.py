"""Builds the site: which rooms it has, and how a trouble of the trade becomes a page."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from logging import getLogger
from pathlib import Path
from typing import Any, Literal

import anyio.to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from app.assets import KeptForAYear
from app.doors import AlreadyAnswered, Room, SignInFirst, lock
from app.pages import page, wants_fragment
from app.public import rooms as public_rooms
from app.security import LARGEST_BODY, Forged, Guard
from app.settings import Settings, settings
from app.turns import THREADS, Turns
from outreach.foundation import drafts
from outreach.foundation.db import Database
from outreach.foundation.permissions import Actor, NotAllowed, Role
from outreach.foundation.submissions import DifferentForm

Face = Literal["desk", "public", "both"]
NO_TELEMETRY: Any = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
STATIC = Path(__file__).resolve().parents[1] / "static"
log = getLogger("outreach.web")


def build(face: Face = "both", database: Database | None = None,
          ring: Callable[[list[int]], None] | None = None) -> FastAPI:
    """The site with one face or both. `ring` tells the worker, after a commit, which promises are new."""
    found = settings()
    app = FastAPI(openapi_url=None, dependencies=[Depends(lock)], default_response_class=HTMLResponse,
                  lifespan=_lifespan, telemetry=NO_TELEMETRY)
    app.state.database = (database or Database(found.database_url)).standing_as(None)
    app.state.turns = Turns(is_sqlite=app.state.database.is_sqlite)
    app.state.ring = ring or (lambda ids: None)
    for room in _rooms(face):
        app.include_router(room)
    app.mount("/static", KeptForAYear(directory=STATIC / "dist", check_dir=False), name="static")
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(found), www_redirect=False)
    app.add_middleware(Guard)
    for trouble, answer in {**_TROUBLES, **(_desk_troubles() if face != "public" else {})}.items():
        app.add_exception_handler(trouble, answer)
    return app


def _rooms(face: Face) -> list[Room]:
    """The public face never so much as imports the desk (design: answers 1)."""
    rooms = public_rooms() if face != "desk" else []
    if face != "public":
        from app.desk import rooms as desk_rooms
        rooms += desk_rooms()
    return rooms


def _hosts(found: Settings) -> list[str]:
    """The names this site answers to; a demo also answers to whatever this machine calls itself."""
    names = {address.partition("://")[2].split("/")[0].split(":")[0]
             for address in (found.public_url, found.desk_url)}
    return [*names] if found.is_production else [*names, "127.0.0.1", "localhost", "testserver"]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield
    app.state.database.close()


def _says(status: int, heading: str) -> Callable[[Request, Exception], Response]:
    """A page with a heading and what the trouble itself says."""
    def answer(request: Request, trouble: Exception) -> Response:
        return page(request, "error.html", status=status, heading=heading, words=str(trouble))
    return answer


def _not_allowed(request: Request, trouble: Exception) -> Response:
    """Whoever's access has ended is led to handing in."""
    actor: Actor | None = request.state.actor
    is_lapsed = actor is not None and actor.role is Role.LAPSED
    return page(request, "error.html", status=403, words=str(trouble),
                heading="Your access has ended" if is_lapsed else "You may not do that")


def _sign_in_first(request: Request, trouble: Exception) -> Response:
    """Off to the sign-in page, with the way back; what was typed waits as a draft. htmx gets a 401 and is
    sent as a whole page, so that no sign-in form ever lands inside a table cell."""
    assert isinstance(trouble, SignInFirst)
    if trouble.account_id and trouble.typed:
        theirs = request.app.state.database.standing_as(Actor(trouble.account_id, "", Role.LAPSED))
        with theirs.transaction() as session:
            drafts.keep(session, trouble.account_id, trouble.draft_of, trouble.typed)
    back = trouble.draft_of or (request.url.path if request.method == "GET" else "")
    to = f"/desk/sign-in?next={back}" if back.startswith("/desk/") else "/desk/sign-in"
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": to})
    return RedirectResponse(to, 303)


def _already_answered(request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, AlreadyAnswered)
    if wants_fragment(request):
        return Response(headers={"HX-Redirect": trouble.to})
    return RedirectResponse(trouble.to, 303)


def _http(request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, HTTPException)
    if trouble.status_code in (404, 405):
        return _no_such_page(request, trouble)
    return page(request, "error.html", status=trouble.status_code, heading="That did not work",
                words=str(trouble.detail))


def _no_such_page(request: Request, trouble: Exception) -> Response:
    """Also for a number in an address that no database could hold."""
    return page(request, "error.html", status=404, heading="Page not found",
                words="Check the address, or start again from Today.")


def _busy(request: Request, trouble: Exception) -> Response:
    words = str(trouble).partition("\n")[0]
    if "no such" in words or "does not exist" in words:  # a fault of ours, and no waiting will mend it
        raise trouble
    log.error("database %s", type(trouble).__name__)
    return page(request, "error.html", status=503, heading="The database is busy",
                words="Nothing was saved. Wait a few seconds, go back and send it again.")


_TROUBLES: dict[Any, Any] = {
    NotAllowed: _not_allowed,
    Forged: _says(403, "That form was refused"),
    DifferentForm: _says(409, "That form was used before"),
    StaleDataError: lambda request, _: page(
        request, "error.html", status=409, heading="Somebody else changed this meanwhile",
        words="Nothing was saved. Go back, load the page again and make your change to the new text."),
    SignInFirst: _sign_in_first,
    AlreadyAnswered: _already_answered,
    HTTPException: _http,
    RequestValidationError: _no_such_page,
    OperationalError: _busy,
    OverflowError: _no_such_page,
    DataError: _no_such_page,
}


def _desk_troubles() -> dict[Any, Any]:
    from app.desk.troubles import TROUBLES
    return TROUBLES
