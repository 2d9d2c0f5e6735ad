"""The list of follow-ups: whose they are, which are due, which are late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from outreach.casework.follow_ups.record import OPEN, FollowUp, Status
from outreach.casework.need import Band
from outreach.casework.victims.record import RESTRICTED, NotFound, Victim, name_of, scope, why_opened
from outreach.foundation import audit, clock
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import Actor, May

PAGE = 50


class Show(StrEnum):
    """Which of them."""

    OPEN = "open"
    TODAY = "today"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Line:
    """One follow-up in the list."""

    id: int
    victim_id: int
    name: str
    town: str
    band: Band
    due_at: datetime
    reason: str
    assignee: str
    status: Status
    is_late: bool
    is_escalated: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `earlier` and `later` say whether there is more on either side."""

    lines: list[Line]
    earlier: bool
    later: bool


def list_follow_ups(session: Session, actor: Actor, show: Show = Show.OPEN, *, assignee_id: int | None = None,
                    newest_first: bool = False, after: int | None = None, before: int | None = None) -> Page:
    """Follow-ups of the people this person works with, by when they are due; 50 a page, from the follow-up
    with this id on (or back). The look is logged. Raises `NotAllowed`."""
    actor.must(May.SEE_VICTIM)
    question = _question(show).where(*scope(actor))
    if assignee_id is not None:
        question = question.where(FollowUp.assignee_id == assignee_id)
    backwards = before is not None
    if (start := _place(session, before if backwards else after)) is not None:
        question = question.where(_beyond(start, down=newest_first != backwards))
    order = (FollowUp.due_at, FollowUp.id)
    question = question.order_by(*(c.desc() for c in order) if newest_first != backwards else order)
    rows = session.execute(question.limit(PAGE + 1)).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    lines = [_line(row) for row in (reversed(rows) if backwards else rows)]
    audit.consulted(session, actor, "victim", operation="follow_up.listed",
                    shown=sorted({line.victim_id for line in lines}))
    return Page(lines, earlier=more if backwards else after is not None, later=backwards or more)


def open_follow_up(session: Session, actor: Actor, follow_up_id: int, *, to_change: bool = False) -> FollowUp:
    """One follow-up, and a note that it was looked at; locked when it is opened `to_change`.

    Raises `NotFound`, also where it concerns somebody this person does not work with; `ReasonNeeded` where
    the person's record is restricted and was not opened with a reason.
    """
    actor.must(May.SEE_VICTIM)
    question = select(FollowUp).join(Victim, Victim.id == FollowUp.victim_id).where(
        FollowUp.id == follow_up_id, *scope(actor))
    if to_change:
        question = question.with_for_update(of=FollowUp)
    follow_up = session.scalars(question).one_or_none()
    if follow_up is None:
        raise NotFound("There is no such follow-up")
    reason = why_opened(session, actor, follow_up.victim)
    if not to_change:
        audit.consulted(session, actor, "follow_up", follow_up.id, operation="follow_up.opened",
                        reason=reason or None, victim_id=follow_up.victim_id)
    return follow_up


def _question(show: Show) -> Select[*tuple[Any, ...]]:
    columns = (FollowUp.id, FollowUp.victim_id, FollowUp.due_at, FollowUp.reason, FollowUp.status,
               FollowUp.escalated_at, Account.name.label("assignee"), Victim.title, Victim.first_name,
               Victim.last_name, Victim.town, Victim.band, Victim.restricted)
    conditions: dict[Show, Sequence[Any]] = {
        Show.OPEN: (FollowUp.status.in_(OPEN),),
        Show.TODAY: (FollowUp.status.in_(OPEN), FollowUp.due_at < clock.end_of(clock.today())),
        Show.OVERDUE: (FollowUp.status.in_(OPEN), FollowUp.due_at < clock.now()),
        Show.ESCALATED: (FollowUp.status.in_(OPEN), FollowUp.escalated_at.is_not(None)),
        Show.DONE: (FollowUp.status == Status.DONE,),
        Show.CANCELLED: (FollowUp.status == Status.CANCELLED,)}
    return (select(*columns).join(Victim, Victim.id == FollowUp.victim_id)
            .join(Account, Account.id == FollowUp.assignee_id).where(*conditions[show]))


def _place(session: Session, follow_up_id: int | None) -> tuple[datetime, int] | None:
    due_at = session.scalar(select(FollowUp.due_at).where(FollowUp.id == follow_up_id))
    return (due_at, follow_up_id) if due_at and follow_up_id else None


def _beyond(start: tuple[datetime, int], *, down: bool) -> Any:
    due_at, number = start
    if down:
        return or_(FollowUp.due_at < due_at, and_(FollowUp.due_at == due_at, FollowUp.id < number))
    return or_(FollowUp.due_at > due_at, and_(FollowUp.due_at == due_at, FollowUp.id > number))


def _line(row: Any) -> Line:
    name = name_of(row)
    is_open = row.status in OPEN
    town, reason = ("", RESTRICTED) if row.restricted else (row.town, row.reason)
    return Line(row.id, row.victim_id, name, town, row.band, row.due_at, reason, row.assignee, row.status,
                is_late=is_open and row.due_at < clock.now(),
                is_escalated=is_open and bool(row.escalated_at))
