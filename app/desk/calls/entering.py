"""Logging a call while the bank is on the line: one screen, known people beside it, one request to save."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import spoken
from app.desk.calls import fields
from app.desk.calls.fields import CallForm, MatchForm
from app.desk.doors import begun, keep_unsaved
from app.desk.victims import told
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import calls, follow_ups
from outreach.casework.calls import BadCall, Call, banks, matches, visiting
from outreach.casework.calls.matches import Match
from outreach.casework.victims import Merged, NotFound, ReasonNeeded, Victim, look_alikes, open_victim
from outreach.foundation import clock, drafts
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/calls")
NEW = "/desk/calls/new"


@room.get("/new", needs=May.LOG_CALL)
def new(request: Request, session: Db, me: Me) -> Response:
    """The form, as of now, or as it was left."""
    form, kept_at = begun(request, session, me, CallForm, received_on=clock.today(), route="branch",
                          received_at=clock.local(clock.now()).time())
    return _asked(request, session, form, suggested(session, me, form.typed), kept_at=kept_at)


@room.ask("/matches", needs=May.LOG_CALL)
def create_matches(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Whoever on record may be meant, beside the form; without JavaScript the whole page with them on it."""
    form = CallForm.read(posted)
    form.errors.clear()
    return _asked(request, session, form, suggested(session, me, form.typed), block="matches")


@room.post("", needs=May.LOG_CALL)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Save the call and all that follows from it, or nothing."""
    form = CallForm.read(posted)
    victim = None if form.errors else _chosen(request, session, me, form, posted)
    if not form.errors and victim is None:
        _look_over(form)
        unseen = [] if form.errors else _unseen(session, me, form, posted)
        if unseen:
            form.wrong("victim_id", "Choose who it is: somebody on record may be the same person")
    call = None if form.errors else _log(session, me, victim, form)
    if call is None:
        return _asked(request, session, form, suggested(session, me, form.typed), status=422)
    drafts.drop(session, me.id, NEW)
    return go(request, f"/desk/calls/{call.id}", flash=_said(session, call))


def suggested(session: Session, me: Actor, typed: dict[str, Any]) -> Any:
    """Whom the fields as they stand may mean."""
    form = MatchForm.read({name: typed[name] for name in MatchForm.model_fields})
    readable = {name: text for name, text in form.typed.items() if name not in form.errors}
    values = MatchForm.read(readable).values
    number, chosen = values.pop("phone"), values.pop("victim_id")
    return matches.suggest(session, me, chosen=chosen, phone=form.typed["phone"],
                           phones=[(number, "")] if number else [], **(values | _half(form)))


def _half(form: Filled[MatchForm]) -> dict[str, Any]:
    """Half a postcode finds nobody by itself, but narrows a name."""
    return {"postcode": form.typed["postcode"]} if "postcode" in form.errors else {}


def _chosen(request: Request, session: Session, me: Actor, form: Filled[CallForm],
            posted: Posted) -> Victim | None:
    if form.values["victim_id"] is None:
        return None
    try:
        return open_victim(session, me, form.values["victim_id"], to_change=True)
    except ReasonNeeded:
        keep_unsaved(request, posted)
        raise
    except (NotFound, Merged):
        form.typed["victim_id"] = ""
        form.wrong("victim_id", "That record is no longer there, or was made one with another: choose again")
        return None


def _look_over(form: Filled[CallForm]) -> None:
    if not form.values["last_name"]:
        form.wrong("last_name", "Enter a last name, or choose somebody on record")


def _unseen(session: Session, me: Actor, form: Filled[CallForm], posted: Posted) -> list[int]:
    """Look-alikes who did not stand beside the form when it was sent."""
    shown = str(posted.get("apart_from") or "").split(",")
    seen = {int(id) for id in shown if id.isascii() and id.isdigit()}
    person = look_alikes.described(**_person(form.values))
    return [alike.victim.id for alike in look_alikes.find(session, me, person) if alike.victim.id not in seen]


def _log(session: Session, me: Actor, victim: Victim | None, form: Filled[CallForm]) -> Call | None:
    values = form.values
    if values["attended_at"] and not values["attended_on"]:
        values["attended_on"] = values["received_on"]
    facts = {name: values[name] for name in _FACTS}
    facts["attended_at"] = moment(values["attended_on"], values["attended_at"])
    person = _person(values) if victim is None else {"phones": _phones(values)}
    try:
        with session.begin_nested():
            return calls.log_call(session, me, victim, person=person,
                                  received_at=clock.at(values["received_on"], values["received_at"]), **facts)
    except BadCall as bad:
        for field, sentence in bad.troubles.items():
            form.wrong(field, sentence)
        return None


_FACTS = ("incident_number", "bank", "branch", "route", "staff_contact", "on_phone_to_fraudster",
          "cover_story", "fraud_type", "means", "attempted", "prevented", "lost", "recovered", "outcome",
          "arrests", "crime_recorded", "trading_standards", "safeguarding_referral", "missed_opportunity",
          "feedback_to_bank")


def moment(on: Any, at: Any) -> Any:
    """A day and a time of day as one moment; None unless both are known."""
    return clock.at(on, at) if on and at else None


def _person(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in fields.PERSON} | {"phones": _phones(values)}


def _phones(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(values["phone"], "")] if values["phone"] else []


def _said(session: Session, call: Call) -> str:
    said = f"Call from {call.bank.name} logged."
    if call.follow_up_id is None:
        return f"{said} No visit is planned."
    due_at = session.get_one(follow_ups.FollowUp, call.follow_up_id).due_at
    deed = "Visit" if visiting.may_be_visited(call.victim) else "They asked for no visits: ring them"
    return f"{said} {deed} by {spoken.when(due_at)}."


def _asked(request: Request, session: Session, form: Filled[CallForm], found: list[Match], *,
           block: str = "form", status: int = 200, **more: Any) -> Response:
    words = {"kept_at": None} | more
    return page(request, "desk/calls/new.html", block=block, status=status, form=form, matches=found,
                told=told, banks=banks.offered(session), branches=banks.branches_offered(session),
                **fields.choices(), **words)
