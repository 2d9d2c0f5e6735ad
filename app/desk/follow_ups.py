"""Follow-ups: the list of what was promised, and each of them to move, give away or take back."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.desk.doors import is_shown_again
from app.doors import LOOKING, Db, Me, Posted, Room
from app.forms import Blank, Filled, Form, Time, UkDate
from app.pages import go, link, page
from outreach.casework import follow_ups
from outreach.casework.follow_ups import (
    OPEN,
    BadAssignee,
    BadTime,
    CannotRemind,
    FollowUp,
    Settled,
    Show,
)
from outreach.casework.reaching import refusal
from outreach.casework.safe_contact import Channel, UnsafeContact
from outreach.casework.victims import why_opened
from outreach.foundation import audit, clock, outbox
from outreach.foundation.accounts import open_with_role
from outreach.foundation.permissions import Actor, May, Role

room = Room(prefix="/desk/follow-ups")
HERE = "/desk/follow-ups"
SHOWN = {Show.OPEN: "Open", Show.TODAY: "Due today", Show.OVERDUE: "Overdue", Show.ESCALATED: "Escalated",
         Show.DONE: "Done", Show.CANCELLED: "Cancelled"}
BY = {Channel.TEXT: "A text", Channel.EMAIL: "An e-mail", Channel.LETTER: "A letter"}


class FollowUpForm(Form):
    messages = {"due_on": "Enter the date, like 27 3 2026", "due_at": "Enter a time, like 2:30pm",
                "reason": "Enter the reason in a few words", "remind_by": "Choose how to remind them, or not"}

    due_on: UkDate
    due_at: Time
    reason: Annotated[str, Field(min_length=2, max_length=300)]
    remind_by: Annotated[Channel | None, Blank] = None


class AssigneeForm(Form):
    messages = {"assignee_id": "Choose who should do it"}

    assignee_id: int


def named_follow_up(follow_up_id: int, request: Request, session: Db, me: Me) -> Iterator[FollowUp]:
    """The follow-up in the address: looked at on GET (and logged so), locked for change otherwise. An answer
    to a change that shows it again is a look at it too."""
    follow_up = follow_ups.open_follow_up(session, me, follow_up_id, to_change=request.method not in LOOKING)
    yield follow_up
    if is_shown_again(request):
        audit.consulted(session, me, "follow_up", follow_up.id, operation="follow_up.shown_again",
                        reason=why_opened(session, me, follow_up.victim) or None,
                        victim_id=follow_up.victim_id)


Named = Annotated[FollowUp, Depends(named_follow_up, scope="function")]
From = Annotated[int | None, Query(ge=1)]


@room.get("", needs=May.SEE_VICTIM)
def list(request: Request, session: Db, me: Me, state: str = "", assignee: str = "", sort: str = "",
         after: From = None, before: From = None) -> Response:
    """What was promised, the first due at the top."""
    show = Show(state) if state in set(Show) else Show.OPEN
    whose = me.id if assignee == "me" else int(assignee) if re.fullmatch(r"[0-9]{1,17}", assignee) else None
    found = follow_ups.list_follow_ups(session, me, show, assignee_id=whose, newest_first=sort == "-due",
                                       after=after, before=before)
    ends = (found.lines[0].id, found.lines[-1].id) if found.lines else (None, None)
    return page(request, "desk/follow_ups/list.html", block="list", lines=found.lines,
                earlier=link(request, before=ends[0], after=None) if found.earlier else "",
                later=link(request, after=ends[1], before=None) if found.later else "",
                shown=[*SHOWN.items()], state=show, sort=sort or "due", assignee=assignee,
                people=_people(session, me), tags=_tags(request, session, show, assignee, me))


@room.get("/{follow_up_id}", needs=May.SEE_VICTIM)
def show(request: Request, follow_up: Named, session: Db, me: Me) -> Response:
    """One follow-up: what the worker did and will do, and the form to change it."""
    return _page(request, session, me, follow_up)


@room.post("/{follow_up_id}", needs=May.PLAN_FOLLOW_UP)
def update(request: Request, follow_up: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Move it, reword it, change the reminder."""
    form = FollowUpForm.read(posted)
    if posted.get("version") != str(follow_up.version):
        form.wrong("", "Somebody changed this follow-up meanwhile. Both texts are below: nothing is lost.")
        return _page(request, session, me, follow_up, form=form, status=409, twins=_twins(follow_up, form))
    if not form.errors:
        _change(session, me, follow_up, form)
    if form.errors:
        return _page(request, session, me, follow_up, form=form, status=422)
    return go(request, f"{HERE}/{follow_up.id}", flash="The follow-up was changed.")


@room.post("/{follow_up_id}/assignee", needs=May.ASSIGN)
def update_assignee(request: Request, follow_up: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Give it to somebody else."""
    form = AssigneeForm.read(posted)
    if not form.errors:
        try:
            follow_ups.reassign(session, me, follow_up, assignee_id=form.values["assignee_id"])
        except (BadAssignee, Settled) as refused:
            form.wrong("assignee_id", str(refused))
    if form.errors:
        return _page(request, session, me, follow_up, assignee_form=form, status=422)
    return go(request, f"{HERE}/{follow_up.id}", flash="The follow-up was given to somebody else.")


@room.post("/{follow_up_id}/cancellation", needs=May.PLAN_FOLLOW_UP)
def delete(request: Request, follow_up: Named, session: Db, me: Me) -> Response:
    """Take it back, with all the worker promised for it."""
    try:
        follow_ups.cancel(session, me, follow_up)
    except Settled as refused:
        return page(request, "error.html", status=409, heading="Nothing was changed", words=str(refused))
    return go(request, f"{HERE}/{follow_up.id}", flash="The follow-up was cancelled.")


def _change(session: Session, me: Actor, follow_up: FollowUp, form: Filled[FollowUpForm]) -> None:
    answers = form.values
    try:
        with session.begin_nested():    # a refused reminder must not leave half a change behind
            follow_ups.change(session, me, follow_up, due_at=_moment(follow_up, answers),
                              reason=answers["reason"], remind_by=answers["remind_by"])
    except BadTime as refused:
        form.wrong("due_on" if "date" in str(refused) else "due_at", str(refused))
    except (UnsafeContact, CannotRemind) as refused:
        form.wrong("remind_by", str(refused))
    except Settled as refused:
        form.wrong("", str(refused))


def _moment(follow_up: FollowUp, answers: dict[str, Any]) -> Any:
    """The moment that was typed; the one on record, seconds and all, where nothing was changed."""
    typed = clock.at(answers["due_on"], answers["due_at"])
    kept = follow_up.due_at
    return kept if typed == kept.replace(second=0, microsecond=0) else typed


def _page(request: Request, session: Session, me: Actor, follow_up: FollowUp, *,
          form: Filled[FollowUpForm] | None = None, assignee_form: Filled[AssigneeForm] | None = None,
          status: int = 200, twins: Any = ()) -> Response:
    story = outbox.story(session, "follow_up", follow_up.id)
    given = [(account.id, account.name) for account in follow_ups.may_be_given(session, follow_up.victim)]
    return page(request, "desk/follow_ups/show.html", block="follow_up", status=status, follow_up=follow_up,
                victim=follow_up.victim, form=form or _as_it_is(follow_up), story=story, twins=twins,
                assignee_form=assignee_form or AssigneeForm.blank(assignee_id=follow_up.assignee_id),
                people=given, assignee=dict(given).get(follow_up.assignee_id, "somebody who has left"),
                is_open=follow_up.status in OPEN, ways=_ways(follow_up))


def _ways(follow_up: FollowUp) -> Any:
    """How the person could be reminded, and beside each way why it would be refused."""
    return [("", "No reminder"), *((way, words, refusal(follow_up.victim, way)) for way, words in BY.items())]


def _as_it_is(follow_up: FollowUp) -> Filled[FollowUpForm]:
    local = clock.local(follow_up.due_at)
    return FollowUpForm.blank(due_on=local.date(), due_at=local.time().replace(second=0, microsecond=0),
                              reason=follow_up.reason, remind_by=follow_up.remind_by)


def _twins(follow_up: FollowUp, form: Filled[FollowUpForm]) -> Any:
    saved, typed = _as_it_is(follow_up).typed, form.typed
    names = (("Date", "due_on"), ("Time", "due_at"), ("Reason", "reason"), ("Reminder", "remind_by"))
    return [(words, saved[name], typed[name]) for words, name in names]


def _people(session: Session, me: Actor) -> Any:
    if not me.may(May.SEE_ALL_VICTIMS):
        return []
    everybody = open_with_role(session, Role.OFFICER, Role.AMBASSADOR, Role.SUPERVISOR)
    return [("me", "Me"), *((str(account.id), account.name) for account in everybody)]


def _tags(request: Request, session: Session, show: Show, assignee: str, me: Actor) -> Any:
    people = dict(_people(session, me))
    start = {"after": None, "before": None}
    tags = [] if show is Show.OPEN else [(SHOWN[show], link(request, state=None, **start))]
    return [*tags, (people[assignee], link(request, assignee=None, **start))] if assignee in people else tags
