"""What every answer carries and every form must bring, so that nobody acts in somebody else's name."""

import hmac
import ipaddress
import re
import secrets
import time
from logging import getLogger

from fastapi import Request
from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.pages import page
from app.settings import settings
from outreach.foundation.faults import place_of

log = getLogger("outreach.web")
_OWN_PATH = re.compile(r"/desk(/[a-z0-9-]+){1,8}")

# reliability.md §3.3; no `unsafe-*` anywhere
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
          "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
# The pages that a phone keeps its shell of: the script that opens them without signal, and installing them.
KEPT_ON_PHONES = "/desk/my-visits"
POLICY_ON_PHONES = f"{POLICY}; worker-src 'self'; manifest-src 'self'"
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
LARGEST_BODY = 64 * 2**20    # bytes: a list of 50 MB and its form
LARGEST_ANSWER = 64 * 2**10  # bytes: what a resident or a partner may send
PATIENCE = 8 * LARGEST_BODY
HSTS = "max-age=63072000; includeSubDomains"


class Forged(Exception):
    """A form that did not come from our own page, or came from somebody else's sign-in."""


class Guard:
    """Gives each request a number and each answer its headers; logs route, status and time, no person."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = secrets.token_hex(8)
        began = time.perf_counter()

        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(MutableHeaders(scope=message), scope["path"])
                _log(scope, message["status"], began)
            await send(message)

        if _declared_size(scope) > _largest(scope["path"]):
            await _read_and_forget(receive)
            await _too_big(scope)(scope, receive, answer)
            return
        try:
            await self.app(scope, receive, answer)
        except Exception as trouble:  # its words may name somebody: only its kind and place are logged
            log.error("unexpected %s request %s", place_of(trouble), scope["state"]["request_id"])
            if started:
                raise ConnectionAbortedError from None
            await _unexpected(scope)(scope, receive, answer)


def _declared_size(scope: Scope) -> int:
    """In bytes; a body that declares none counts as none on the desk and as too big anywhere else."""
    headers = Headers(scope=scope)
    size = headers.get("content-length", "0")
    if "transfer-encoding" in headers and not scope["path"].startswith("/desk"):
        return LARGEST_ANSWER + 1
    return int(size) if size.isdecimal() else 0


def _largest(path: str) -> int:
    return LARGEST_BODY if path.startswith("/desk") else LARGEST_ANSWER


async def _read_and_forget(receive: Receive) -> None:
    """A browser shows our answer only once it has sent all it has; nothing of it is kept. One that sends far
    more than any list is cut off."""
    size = 0
    while size < PATIENCE:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _unexpected(scope: Scope) -> Response:
    return page(Request(scope), "error.html", status=500, heading="Something went wrong",
                words=f"Nothing was saved. If it happens again, quote {scope['state']['request_id']}.")


def _too_big(scope: Scope) -> Response:
    if not scope["path"].startswith("/desk"):
        return page(Request(scope), "error.html", status=413, heading="That is too long",
                    words="Go back and shorten what you typed.")
    return page(Request(scope), "error.html", status=413, heading="That file is too big",
                words="Send a smaller file: cut the list into parts.")


def _add_headers(headers: MutableHeaders, path: str) -> None:
    if path.startswith(KEPT_ON_PHONES):
        headers["content-security-policy"] = POLICY_ON_PHONES
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if settings().desk_url.startswith("https://"):
        headers["strict-transport-security"] = HSTS
    if path.startswith("/desk"):
        headers["cache-control"] = "no-store"


def _log(scope: Scope, status: int, began: float) -> None:
    """The route's pattern instead of the path: neither ids nor tokens nor searches reach the log."""
    route = getattr(scope.get("route"), "path", "-")
    if route.startswith("/health"):  # asked every few seconds by machines
        return
    log.info("%s %s %s %.1f ms %s", scope["method"], route, status, (time.perf_counter() - began) * 1000,
             scope["state"]["request_id"])


def is_secure() -> bool:
    """Whether the desk is served over https (in a demo it may be plain http)."""
    return settings().desk_url.startswith("https://")


def cookie_name() -> str:
    """The session cookie's name: with the `__Host-` promise wherever there is https."""
    return "__Host-outreach_session" if is_secure() else "outreach_session"


def set_cookie(response: Response, token: str) -> None:
    """Hand over the session cookie; it ends with the browser and never reaches a script."""
    response.set_cookie(cookie_name(), token, httponly=True, secure=is_secure(), samesite="lax", path="/")


def clear_browser(response: Response, *, but_storage: bool = False) -> None:
    """At sign-out: forget the cookie and whatever the browser kept, so that Back shows nothing.

    `but_storage`: the page itself has thrown away the key and all it could read; what is left is sealed."""
    response.delete_cookie(cookie_name(), path="/", secure=is_secure(), httponly=True, samesite="lax")
    response.headers["clear-site-data"] = '"cache"' if but_storage else '"cache", "storage"'


def refuse_foreign(request: Request) -> None:
    """A form must come from our own origin. Raises `Forged`."""
    site = request.headers.get("sec-fetch-site")
    if site:
        if site not in ("same-origin", "none"):
            raise Forged("This form was sent from another site.")
        return
    origin = request.headers.get("origin")  # browsers without Sec-Fetch-Site send at least this
    if origin is None or origin.partition("://")[2] != request.headers.get("host"):
        raise Forged("This form was sent from another site.")


def is_own_path(path: str) -> bool:
    """Whether this is the address of a page of our own desk, and nothing else."""
    return _OWN_PATH.fullmatch(path) is not None


def brings(request: Request, sent: FormData, token: str) -> bool:
    """Whether a form brings this token, as a field or as a header."""
    brought = request.headers.get("x-csrf-token") or str(sent.get("csrf") or "")
    return hmac.compare_digest(brought.encode(), token.encode())


def refuse_forged(request: Request, sent: FormData) -> None:
    """A form must bring the token of its own sign-in. Raises `Forged`."""
    if not brings(request, sent, request.state.csrf):
        raise Forged("This form belongs to an earlier sign-in. Open the page again and send it once more.")


def network_of(request: Request) -> str:
    """Where a request comes from, as far as throttling needs: the address, or an IPv6 customer's /64."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network(f"{host}/64", strict=False)) if address.version == 6 else host
