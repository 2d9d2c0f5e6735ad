"""A page, or the one block of it that changed; and the way on after something was done."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import (
    ChainableUndefined,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup

from app import spoken
from app.assets import asset
from app.forms import fresh_key
from app.settings import settings
from outreach.foundation import force
from outreach.foundation.permissions import May

TEMPLATES = Path(__file__).resolve().parent / "templates"
TROUBLE = "error.html"
MACROS = ("forms", "lists", "records", "notices")
GOVUK = ("button", "checkboxes", "error-summary", "file-upload", "input", "password-input", "radios",
         "select", "textarea")

# The bar of the desk: what is opened all day stands on it …
DESK_BAR = (
    ("Today", "/desk/today", May.SEE_TODAY),
    ("Victims", "/desk/victims", May.SEE_VICTIM),
    ("Calls", "/desk/calls", May.SEE_VICTIM),
    ("Follow-ups", "/desk/follow-ups", May.SEE_VICTIM),
    ("Visits", "/desk/visits", May.SEE_VISITS),
)
# … and the rest under "More". A later noun adds its line to one of the two.
DESK_MORE = (
    ("Referrals", "/desk/referrals", May.SEE_VICTIM),
    ("Equipment", "/desk/devices", May.SEE_STOCK),
    ("Letters", "/desk/letters", May.SEE_VICTIM),
    ("My visits", "/desk/my-visits", May.GO_ON_VISITS),
    ("My hours", "/desk/my-hours", May.GO_ON_VISITS),
    ("Volunteers", "/desk/volunteers", May.SEE_VOLUNTEERS),
    ("Reports", "/desk/fraud-reports", May.SEE_VICTIM),
    ("Victim lists", "/desk/imports", May.IMPORT),
    ("Worker", "/desk/worker", May.SEE_WORKER),
    ("Audit", "/desk/audit", May.READ_AUDIT),
    ("Accounts", "/desk/accounts", May.MANAGE_ACCOUNTS),
    ("Settings", "/desk/settings", May.MANAGE_SETTINGS),
)


def page(request: Request, template: str, *, block: str | None = None, status: int = 200,
         **words: Any) -> HTMLResponse:
    """The whole page, or only its named block where htmx asked for one.

    Every template has `request`, `me` (an Actor or None), `csrf` and `flash` (what the page before wanted
    said, a dict, or None) besides `words`.
    """
    chosen = jinja.get_template(template)
    known = _known_everywhere(request) | words
    if template == TROUBLE and wants_fragment(request):
        return _trouble_in_place(status, known)
    if block and wants_fragment(request):
        html = "".join(chosen.blocks[block](chosen.new_context(known)))
    else:
        html = chosen.render(known)
        request.state.told = bool(known["flash"])
    return HTMLResponse(html, status, headers={"Vary": "HX-Request"})


def done(request: Request, template: str, *, block: str, to: str, flash: str = "", undo: str = "",
         **words: Any) -> Response:
    """After a change: the fresh block and what to say for htmx, a redirect for everyone else.

    `flash` is a sentence; `undo` the address that takes the change back when it is posted to.
    """
    if not wants_fragment(request):
        return go(request, to, flash=flash, undo=undo)
    request.state.answer = to
    answer = page(request, template, block=block, **words)
    if flash:
        told = _tell(flash, undo) | {"csrf": request.state.csrf}
        html = bytes(answer.body).decode() + jinja.get_template("macros/told.html").render(told=told)
        return HTMLResponse(html, headers={"Vary": "HX-Request"})
    return answer


def go(request: Request, to: str, *, flash: str = "", undo: str = "") -> Response:
    """After a change: on to another page, which says `flash`, whoever asked."""
    request.state.answer = to
    if flash:
        request.state.tell_next = _tell(flash, undo)
    if "hx-request" in request.headers and "hx-boosted" not in request.headers:
        return Response(headers={"HX-Redirect": to, "Vary": "HX-Request"})
    return RedirectResponse(to, 303, headers={"Vary": "HX-Request"})


def wants_fragment(request: Request) -> bool:
    """Whether htmx asked for a part of the page: not for a boosted link, not when Back found nothing kept."""
    return ("hx-request" in request.headers and "hx-boosted" not in request.headers
            and "hx-history-restore-request" not in request.headers)


def link(request: Request, **changes: Any) -> str:
    """This very address with some of its questions changed; None takes one away."""
    asked = {name: request.query_params.getlist(name) for name in request.query_params}
    asked.update({name: value if isinstance(value, list) else [value] for name, value in changes.items()})
    kept = [(name, value) for name, values in asked.items() for value in values if value not in (None, "")]
    return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path


def _tell(flash: str, undo: str) -> dict[str, str]:
    return {"words": flash, "undo": undo}


def _trouble_in_place(status: int, known: dict[str, Any]) -> HTMLResponse:
    """For htmx a trouble is told above the page, which stays as it was, with all that was typed."""
    html = jinja.get_template("macros/trouble.html").render(known)
    return HTMLResponse(html, status, headers={"Vary": "HX-Request"})


def _known_everywhere(request: Request) -> dict[str, Any]:
    state = request.state
    return {"request": request, "me": getattr(state, "actor", None), "csrf": getattr(state, "csrf", ""),
            "flash": getattr(state, "flash", None)}


@pass_context
def _secret_fields(context: Context, draft_of: str = "") -> Markup:
    """The hidden fields of every form that changes something: whose it is, and which one it is."""
    fields = {"csrf": context["csrf"], "idempotency_key": fresh_key(), "draft_of": draft_of}
    return Markup("").join(Markup('<input type="hidden" name="{}" value="{}">').format(name, value)
                           for name, value in fields.items() if value)


def _environment() -> Environment:
    found = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True,
                        trim_blocks=True, lstrip_blocks=True, cache_size=-1, bytecode_cache=_compiled(),
                        auto_reload=sys.flags.dev_mode)
    found.filters.update(spoken.FILTERS)
    found.globals.update(force=force.current(), asset=asset, May=May, desk_bar=DESK_BAR,
                         desk_more=DESK_MORE, link=link, secret_fields=_secret_fields,
                         fresh_key=fresh_key, govuk=_govuk())
    found.globals["ui"] = _macros(found)
    return found


def _compiled() -> FileSystemBytecodeCache:
    """Templates are compiled once for each data folder, not at every start: it is a third of a second."""
    folder = settings().data / "templates"
    folder.mkdir(mode=0o700, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


def _macros(environment: Environment) -> SimpleNamespace:
    """Our own macros under one name, so that a block rendered alone has them too."""
    modules = [environment.get_template(f"macros/{name}.html").module for name in MACROS]
    return SimpleNamespace(**{name: macro for module in modules for name, macro in vars(module).items()
                              if not name.startswith("_")})


def _govuk() -> SimpleNamespace:
    """The GOV.UK macros. They ask for keys that are not there, so they live outside the strict pages."""
    loader = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    theirs = Environment(loader=loader, undefined=ChainableUndefined, autoescape=True,
                         trim_blocks=True, lstrip_blocks=True, cache_size=-1, auto_reload=False,
                         bytecode_cache=_compiled())
    found = {}
    for name in GOVUK:
        module = theirs.get_template(f"govuk_frontend_jinja/components/{name}/macro.html").module
        found[name.replace("-", "_")] = getattr(module, "govuk" + name.title().replace("-", ""))
    return SimpleNamespace(**found)


jinja = _environment()
