"""My visits with no signal: the page's shell for any phone; the key and today's visits for its owner's."""

import base64
import hashlib
import json
import re
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.assets import DIST, asset, manifest
from app.desk.my_visits import kept
from app.desk.my_visits.fields import LogForm, choices
from app.doors import Db, Me, Posted, Room
from app.pages import page
from app.spoken import count, sentence
from outreach.casework.visits import phones
from outreach.casework.visits.phones import Issued, NotAPhone
from outreach.foundation.permissions import Actor, May

room = Room()
HOME, HANDING_IN = "/desk/my-visits", "/desk/handing-in"
SHELL = f"{HOME}/shell"
LOOKS = ("app.css", "visits.js", "mark.svg")


@room.get(SHELL, needs=May.ANYONE)
def show_shell(request: Request) -> Response:
    """The page with nobody on it: what the phone opens where there is no signal."""
    return _shell(request)


@room.get(f"{HOME}-worker.js", needs=May.ANYONE)
def show_worker(request: Request) -> Response:
    """The service worker; its name for the shell changes with the shell, so that phones fetch it again."""
    shell = bytes(_shell(request).body)
    name = f"visits-{hashlib.sha256(shell).hexdigest()[:12]}"
    files = json.dumps([SHELL, *map(asset, LOOKS)])
    script = (DIST / manifest()["visits-worker.js"]).read_text(encoding="utf-8")
    return Response(f'const NAME = "{name}";\nconst SHELL = {files};\n{script}', media_type="text/javascript")


@room.get(f"{HOME}/manifest.webmanifest", needs=May.ANYONE)
def show_manifest() -> Response:
    """What makes the page installable."""
    icon = {"src": asset("mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return JSONResponse({"name": "Outreach visits", "short_name": "Visits", "id": HOME, "start_url": HOME,
                         "scope": HOME, "display": "standalone", "lang": "en-GB", "icons": [icon],
                         "background_color": "#ffffff", "theme_color": "#0d4a59"},
                        media_type="application/manifest+json")


def _shell(request: Request) -> Response:
    return page(request, "desk/my_visits/shell.html", csrf="", visit=None, log=None, form=LogForm.blank(),
                choices=choices())


@room.post(f"{HOME}/phone", needs=May.GO_ON_VISITS)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """The key for today's visits and, where the phone asks, their pages."""
    if posted.get("wiped"):
        return _wiped(session, me, posted)
    try:
        issued = phones.issue(session, me, **_told(posted))
    except NotAPhone as trouble:
        return _wrong(trouble)
    if not issued.shows:    # whatever was kept of a day that is over goes, though the key lasts for a log
        return JSONResponse(_answer(issued) | {"pages": []})
    pages = {"pages": kept.pages(request, session, me)} if posted.get("pages") else {}
    return JSONResponse(_answer(issued) | pages)


@room.post(f"{HANDING_IN}/phone", needs=May.HAND_IN)
def create_late(posted: Posted, session: Db, me: Me) -> Response:
    """The key for somebody without access: their logs can be opened and handed in, no visit can be seen."""
    if posted.get("wiped"):
        return _wiped(session, me, posted)
    try:
        issued = phones.reissue(session, me, **_told(posted))
    except NotAPhone as trouble:
        return _wrong(trouble)
    number = count(phones.handed_in(session, me), "log")
    done = {} if issued.key else {"wiped": f"Nothing of your visits is left on this phone. {number} with the "
                                           "supervisor."}
    return JSONResponse(_answer(issued) | {"pages": []} | done)


def _wiped(session: Session, me: Actor, posted: FormData) -> Response:
    try:
        phones.wipe(session, me, name=str(posted.get("name") or ""))
    except NotAPhone as trouble:
        return _wrong(trouble)
    return JSONResponse({"key": None, "pages": []})


def _wrong(trouble: NotAPhone) -> Response:
    return JSONResponse({"state": "wrong", "words": sentence(trouble)}, 422)


def _told(posted: FormData) -> dict[str, Any]:
    """What the phone says of itself; a number that is none counts as nought."""
    told: dict[str, Any] = {"name": str(posted.get("name") or "")}
    for name in ("unsent", "unsent_for"):
        text = str(posted.get(name) or "")
        told[name] = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    return told


def _answer(issued: Issued) -> dict[str, Any]:
    """The key as browsers take it in (RFC 7517), and for how many seconds."""
    key = issued.key and {"kty": "oct", "k": base64.urlsafe_b64encode(issued.key).decode().rstrip("=")}
    return {"key": key, "lasts": issued.seconds}
