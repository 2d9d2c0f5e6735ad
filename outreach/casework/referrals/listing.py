"""The list of referrals: where each stands, which answers are overdue, and one of them to open."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from outreach.casework.referrals.agencies import Agency, Method
from outreach.casework.referrals.record import OPEN, Referral, Status, is_overdue
from outreach.casework.victims.listing import EXPORTED, RESTRICTED
from outreach.casework.victims.record import NotFound, Victim, name_of, scope, why_opened
from outreach.foundation import audit, clock
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import Actor, May

PAGE = 50


class Show(StrEnum):
    """Which of them."""

    OPEN = "open"
    OVERDUE = "overdue"
    ASKED = "asked"
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPORTED = "reported"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Line:
    """One referral in the list. Of a restricted person's it tells the name and nothing else."""

    id: int
    victim_id: int
    name: str
    agency: str
    basis: str
    method: Method
    status: Status
    asked: bool
    overdue: bool
    sent_at: datetime | None
    answer_due_on: date | None
    sender: str
    restricted: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `earlier` and `later` say whether there is more on either side."""

    lines: list[Line]
    earlier: bool
    later: bool


def list_referrals(session: Session, actor: Actor, show: Show | None = None, *, agency_id: int | None = None,
                   oldest_first: bool = False, after: int | None = None, before: int | None = None) -> Page:
    """Referrals of the people this person works with, the newest at the top; 50 a page, from the one with
    this id on (or back). All that are not done with when nothing is asked. The look is logged. Raises
    `NotAllowed`."""
    actor.must(May.SEE_VICTIM)
    backwards = before is not None
    down = oldest_first == backwards
    question = _question(actor, show, agency_id)
    if (start := before if backwards else after) is not None:
        question = question.where(Referral.id < start if down else Referral.id > start)
    question = question.order_by(Referral.id.desc() if down else Referral.id).limit(PAGE + 1)
    rows = session.execute(question).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    lines = [_line(row) for row in (reversed(rows) if backwards else rows)]
    audit.consulted(session, actor, "victim", operation="referral.listed",
                    shown=sorted({line.victim_id for line in lines}))
    return Page(lines, earlier=more if backwards else after is not None, later=backwards or more)


def export_referrals(session: Session, actor: Actor, show: Show | None, agency_id: int | None, *,
                     recipient: str, reason: str) -> list[Line]:
    """The whole list as it is filtered, written down as a disclosure. Raises `NotAllowed`."""
    actor.must(May.EXPORT)
    question = _question(actor, show, agency_id).order_by(Referral.id.desc()).limit(EXPORTED)
    lines = [_line(row) for row in session.execute(question)]
    audit.disclosed(session, actor, "victim", operation="referral.exported", recipient=recipient,
                    reason=reason, shown=sorted({line.victim_id for line in lines}))
    return lines


def open_referral(session: Session, actor: Actor, referral_id: int, *, to_change: bool = False) -> Referral:
    """One referral, and a note that it was looked at; locked when it is opened `to_change`.

    Raises `NotFound`, also where it concerns somebody this person does not work with; `ReasonNeeded` where
    the person's record is restricted and was not opened with a reason.
    """
    actor.must(May.SEE_VICTIM)
    question = select(Referral).join(Victim, Victim.id == Referral.victim_id).where(
        Referral.id == referral_id, *scope(actor))
    if to_change:
        question = question.with_for_update(of=Referral)
    found = session.scalars(question).one_or_none()
    if found is None:
        raise NotFound("There is no such referral")
    reason = why_opened(session, actor, found.victim)
    if not to_change:
        audit.consulted(session, actor, "referral", found.id, operation="referral.opened",
                        reason=reason or None, victim_id=found.victim_id)
    return found


def _question(actor: Actor, show: Show | None, agency_id: int | None) -> Select[*tuple[Any, ...]]:
    question = (
        select(Referral.id, Referral.victim_id, Referral.basis, Referral.method, Referral.status,
               Referral.question_at, Referral.sent_at, Referral.answer_due_on, Agency.name.label("agency"),
               Account.name.label("sender"), Victim.title, Victim.first_name, Victim.last_name,
               Victim.restricted)
        .join(Victim, Victim.id == Referral.victim_id).join(Agency, Agency.id == Referral.agency_id)
        .join(Account, Account.id == Referral.drafted_by_id).where(*scope(actor)))
    if agency_id is not None:
        question = question.where(Referral.agency_id == agency_id)
    return question.where(_condition(show))


def _condition(show: Show | None) -> Any:
    if show is None:
        return Referral.status.in_((Status.DRAFT, *OPEN))
    if show is Show.OPEN:
        return Referral.status.in_(OPEN)
    if show is Show.ASKED:
        return and_(Referral.status.in_(OPEN), Referral.question_at.is_not(None))
    if show is Show.OVERDUE:
        return and_(Referral.status == Status.SENT, Referral.question_at.is_(None),
                    Referral.answer_due_on < clock.today())
    return Referral.status == Status(show.value)


def _line(row: Any) -> Line:
    name = name_of(row)
    hidden = row.restricted
    return Line(row.id, row.victim_id, name, RESTRICTED if hidden else row.agency,
                "" if hidden else row.basis or "", row.method, row.status,
                asked=row.question_at is not None,
                overdue=is_overdue(row.status, row.question_at, row.answer_due_on), sent_at=row.sent_at,
                answer_due_on=row.answer_due_on, sender=row.sender, restricted=hidden)
