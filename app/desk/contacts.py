"""Logging a contact: one page, no mouse needed, and the next follow-up is saved with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app import spoken
from app.desk.doors import OpenedVictim, begun
from app.desk.victims import told
from app.desk.victims.fields import Story, Ticked
from app.doors import Db, Me, Posted, Room
from app.forms import Blank, Filled, Form, Time, UkDate
from app.pages import go, page
from outreach.casework import contacts, follow_ups
from outreach.casework.contacts import Contact, ContactChannel, LoggedTwice, Outcome
from outreach.casework.follow_ups import BadAssignee, BadTime, CannotRemind, FollowUp, Proposal, Step
from outreach.casework.safe_contact import Channel, UnsafeContact
from outreach.casework.victims import Victim, keeping
from outreach.foundation import clock, drafts
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims/{victim_id:int}/contacts")
_SLIP = timedelta(minutes=5)     # clocks differ a little
_LEFT = (Outcome.NO_REPLY_MESSAGE, Outcome.NO_REPLY_POSTED)
CHANNELS = [(way.value, {"email": "E-mail"}.get(way.value, way.value.capitalize())) for way in ContactChannel]
OUTCOMES = [(outcome.value, outcome.value[:1].upper() + outcome.value[1:]) for outcome in Outcome
            if outcome is not Outcome.POSTED]    # a letter logs that itself
REMINDERS = [("text", "A text the day before"), ("email", "An e-mail the day before"),
             ("letter", "A letter four days before")]


class ContactForm(Form):
    messages = {"outcome": "Choose an outcome", "on": "Enter the date of the contact",
                "at": "Enter the time of the contact", "minutes": "Enter the minutes, like 5",
                "next_assignee": "Choose who should do it"}

    channel: Annotated[ContactChannel, Blank] = ContactChannel.CALL
    outcome: Outcome
    on: UkDate
    at: Time
    minutes: Annotated[int | None, Field(ge=0, le=1440), Blank] = None
    verified_identity: Ticked = False
    summary: Annotated[Story, Blank] = ""
    no_follow_up: Ticked = False
    next_on: Annotated[UkDate | None, Blank] = None
    next_at: Annotated[Time | None, Blank] = None
    next_reason: Annotated[str, Field(max_length=300), Blank] = ""
    next_assignee: Annotated[int | None, Blank] = None
    next_step: Annotated[Step, Blank] = Step.OTHER
    remind_by: Annotated[Channel | None, Blank] = None


class ProposalForm(Form):
    """As much of a contact as a proposal needs."""

    outcome: Annotated[Outcome | None, Blank] = None
    on: Annotated[UkDate | None, Blank] = None
    at: Annotated[Time | None, Blank] = None


class _Refused(Exception):
    """The domain refused; why stands beside the field. Whatever was written is rolled back."""


@room.get("/new", needs=May.LOG_CONTACT)
def new(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """The form, as of now."""
    form, kept_at = begun(request, session, me, ContactForm, channel="call", on=clock.today(),
                          at=clock.local(clock.now()).time(), next_assignee=victim.assigned_to_id or me.id)
    return _asked(request, session, me, victim, form, kept_at=kept_at)


@room.get("/proposal", needs=May.LOG_CONTACT)
def show(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """The next follow-up as the cadence has it after this outcome, put into the fields of the form."""
    asked = ProposalForm.read(request.query_params)
    asked = ProposalForm.read({name: text for name, text in asked.typed.items() if name not in asked.errors})
    proposal = _proposed(session, victim, **asked.values)
    form = ContactForm.blank(**_as_fields(proposal, victim, me))
    return _asked(request, session, me, victim, form, block="next", proposal=proposal,
                  outcome=asked.values["outcome"])


@room.post("", needs=May.LOG_CONTACT)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Save the contact and what comes next, both or neither."""
    form = ContactForm.read(posted)
    try:
        follow_up = _save(session, me, victim, form)
    except _Refused:
        return _asked(request, session, me, victim, form, status=422)
    drafts.drop(session, me.id, f"{request.url.path}/new")
    planned = f" Next: {spoken.when(follow_up.due_at)}." if follow_up else " No follow-up is planned."
    return go(request, f"/desk/victims/{victim.id}",
              flash=f"Contact with {victim.spoken_name} logged.{planned}")


def _save(session: Session, me: Actor, victim: Victim, form: Filled[ContactForm]) -> FollowUp | None:
    _look_over(form)
    values = form.values
    at = clock.at(values["on"], values["at"])
    with session.begin_nested():
        proposal = None if values["no_follow_up"] else _wanted(session, me, victim, values, at)
        _log(session, me, victim, form, at)
        return _plan(session, me, victim, form, proposal) if proposal else None


def _look_over(form: Filled[ContactForm]) -> None:
    """What the fields say to one another."""
    if not form.errors:
        values = form.values
        if clock.at(values["on"], values["at"]) > clock.now() + _SLIP:
            form.wrong("on", "Enter a date and time that have passed")
        if values["next_on"] and not values["next_at"] and not values["no_follow_up"]:
            form.wrong("next_at", "Enter a time for the next follow-up, like 2:30pm")
    if form.errors:
        raise _Refused


def _wanted(session: Session, me: Actor, victim: Victim, values: dict[str, Any],
            at: datetime) -> Proposal | None:
    """The follow-up as typed; where no date is, as the cadence has it."""
    proposed = follow_ups.in_time(follow_ups.propose(session, victim, values["outcome"], at))
    assignee = values["next_assignee"] or victim.assigned_to_id or me.id
    if values["next_on"] is None:
        return proposed and Proposal(proposed.due_at, proposed.reason, assignee, proposed.step)
    reason = values["next_reason"] or (proposed.reason if proposed else f"After: {values['outcome']}")
    return Proposal(clock.at(values["next_on"], values["next_at"]), reason, assignee, values["next_step"])


def _log(session: Session, me: Actor, victim: Victim, form: Filled[ContactForm], at: datetime) -> Contact:
    values = form.values
    by_call = values["channel"] is ContactChannel.CALL
    unsafe = "outcome" if by_call and values["outcome"] in _LEFT else "channel"
    kept = {name: values[name] for name in ("channel", "outcome", "minutes", "verified_identity", "summary")}
    with _beside(form, "outcome", LoggedTwice), _beside(form, unsafe, UnsafeContact):
        return contacts.log_contact(session, me, victim, at=at, **kept)


def _plan(session: Session, me: Actor, victim: Victim, form: Filled[ContactForm],
          proposal: Proposal) -> FollowUp:
    with _beside(form, "next_on", BadTime), _beside(form, "next_assignee", BadAssignee):
        follow_up = follow_ups.plan(session, me, victim, due_at=proposal.due_at, reason=proposal.reason,
                                    assignee_id=proposal.assignee_id, step=proposal.step)
    if channel := form.values["remind_by"]:
        with _beside(form, "remind_by", UnsafeContact, CannotRemind):
            follow_ups.remind(session, me, follow_up, channel)
    return follow_up


@contextmanager
def _beside(form: Filled[ContactForm], field: str, *troubles: type[Exception]) -> Iterator[None]:
    """Put what the domain refuses beside the field it is about, and take everything back."""
    try:
        yield
    except troubles as trouble:
        form.wrong(field, str(trouble))
        raise _Refused from trouble


def _proposed(session: Session, victim: Victim, outcome: Outcome | None, on: Any, at: Any) -> Proposal | None:
    if outcome is None:
        return None
    now = clock.now()
    moment = clock.at(on or clock.day_of(now), at or clock.local(now).time())
    return follow_ups.in_time(follow_ups.propose(session, victim, outcome, min(moment, now)))


def _as_fields(proposal: Proposal | None, victim: Victim, me: Actor) -> dict[str, Any]:
    assignee = {"next_assignee": victim.assigned_to_id or me.id}
    if proposal is None:
        return assignee
    return assignee | {"next_on": clock.day_of(proposal.due_at), "next_step": proposal.step,
                       "next_at": clock.local(proposal.due_at).time(), "next_reason": proposal.reason}


def _asked(request: Request, session: Session, me: Actor, victim: Victim, form: Filled[ContactForm], *,
           block: str = "form", status: int = 200, **more: Any) -> Response:
    words = {"kept_at": None, "proposal": None, "outcome": None} | more
    return page(request, "desk/contacts/new.html", block=block, status=status, victim=victim, form=form,
                channels=CHANNELS, outcomes=OUTCOMES, reminders=REMINDERS, told=told,
                people=_people(session, me, victim), **words)


def _people(session: Session, me: Actor, victim: Victim) -> list[tuple[int, str]]:
    """Those who can be given the follow-up: all who see this victim, whoever logs first."""
    carers = [(account.id, account.name) for account in keeping.carers(session)
              if account.id in (me.id, victim.assigned_to_id) or account.actor.may(May.SEE_ALL_VICTIMS)]
    return sorted(carers, key=lambda carer: carer[0] != me.id)
