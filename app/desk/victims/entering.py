"""Entering a victim: one page, with whoever looks like them on record shown while it is filled in."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import spoken
from app.desk.doors import begun
from app.desk.victims import fields
from app.desk.victims.fields import FirstReportForm, LookForm, NewVictimForm
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import fraud_reports
from outreach.casework.fraud_types import label
from outreach.casework.victims import Victim, entering, keeping, look_alikes
from outreach.casework.victims.look_alikes import LookAlike
from outreach.foundation import drafts
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims")
_REPORT = tuple(FirstReportForm.model_fields)
_START: dict[str, Any] = {
    "kind": "individual", "source": "call for service", "power_of_attorney": "unknown", "format": "standard",
    **dict.fromkeys(("may_leave_message", "may_post", "may_text", "may_email", "may_visit", "lives_alone",
                     "supporter_consent"), "unknown")}


@room.get("/new", needs=May.EDIT_VICTIM)
def new(request: Request, session: Db, me: Me) -> Response:
    """An empty form, or the one that was left unsaved."""
    form, kept_at = begun(request, session, me, NewVictimForm, **_START)
    return _asked(request, form, 200, kept_at=kept_at)


@room.post("", needs=May.EDIT_VICTIM)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Enter them, once it is clear that nobody on record is the same person."""
    form = NewVictimForm.read(posted)
    if not form.typed["fraud_type"] and any(form.typed[name] for name in _REPORT if name != "source"):
        form.wrong("fraud_type", "Choose the kind of fraud")
    if form.errors:
        return _asked(request, form, 422)
    person = look_alikes.described(**form.values)
    alikes = look_alikes.find(session, me, person)
    if {alike.victim.id for alike in alikes} - _seen(posted):
        return _asked(request, form, 422, alikes=beside(form.values, alikes))
    victim = _enter(session, me, form.values)
    drafts.drop(session, me.id, f"{request.url.path}/new")
    return go(request, f"/desk/victims/{victim.id}", flash=f"{victim.name} entered.")


@room.ask("/look-alikes", needs=May.EDIT_VICTIM)
def create_look(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Whoever on record may be the person being typed. Posted, so that no name stands in an address."""
    form = LookForm.read(posted)
    if form.errors:
        readable = {name: text for name, text in form.typed.items() if name not in form.errors}
        form = LookForm.read(readable)
    alikes = look_alikes.find(session, me, look_alikes.described(**form.values))
    return page(request, "desk/victims/look_alikes.html", block="look_alikes",
                alikes=beside(form.values, alikes))


def beside(typed: dict[str, Any], alikes: Any) -> list[dict[str, Any]]:
    """Each look-alike with its details beside those typed; a restricted record shows nothing of itself."""
    return [{"victim": alike.victim, "reasons": alike.reasons,
             "rows": [] if alike.victim.restricted else _rows(typed, alike)} for alike in alikes]


def _rows(typed: dict[str, Any], alike: LookAlike) -> list[tuple[str, str, str]]:
    theirs = fields.held(alike.victim) | {"phones": entering.phones_of(alike.victim)}
    return [(heading, words(typed), words(theirs)) for heading, words in (
        ("Name", lambda of: " ".join(filter(None, (of["title"], of["first_name"], of["last_name"])))),
        ("Date of birth", lambda of: spoken.day(of["born_on"])),
        ("Phone", lambda of: ", ".join(sorted(spoken.phone(number) for number, _ in of["phones"]))),
        ("Email", lambda of: of["email"]),
        ("Address", lambda of: ", ".join(filter(None, (of["address_line_1"], of["town"])))),
        ("Postcode", lambda of: of["postcode"]))]


def _seen(posted: Any) -> set[int]:
    """The look-alikes that its sender has looked at and told apart."""
    shown = str(posted.get("apart_from") or "").split(",")
    return {int(id) for id in shown if id.isascii() and id.isdigit()}


def _enter(session: Session, me: Actor, values: dict[str, Any]) -> Victim:
    report = {name: values[name] for name in _REPORT}
    details = {name: value for name, value in values.items() if name not in _REPORT}
    victim = entering.enter(session, me, **details)
    if report["fraud_type"]:
        fraud_reports.enter_report(session, me, victim, **report)
    if me.may(May.ASSIGN):
        keeping.assign(session, me, victim, me.id)
    return victim


def _asked(request: Request, form: Filled[NewVictimForm], status: int, **more: Any) -> Response:
    words = {"alikes": [], "kept_at": None} | more
    return page(request, "desk/victims/new.html", block="form", status=status, form=form, label=label,
                factors=fields.factors([]), districts=fields.districts(), **fields.choices(), **words)

