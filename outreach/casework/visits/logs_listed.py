"""Which logs wait, and since when: those to decide, those not written yet, those still on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim, name_of, scope
from outreach.casework.victims.listing import RESTRICTED
from outreach.casework.visits.record import (
    CrewMember,
    CrewState,
    LogState,
    NoSuchVisit,
    Phone,
    Visit,
    VisitLog,
    VisitState,
)
from outreach.foundation import clock
from outreach.foundation.accounts import Account
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor

MOST = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A log that somebody is to decide, or one that has not come (`log_id` None)."""

    visit_id: int
    log_id: int | None
    who: str                  # the victim, or the event
    place: str                # RESTRICTED where the record is
    writer: str
    writer_id: int
    began_at: datetime
    received_at: datetime | None
    concern: bool
    concern_now: bool
    state: LogState | None


@dataclass(frozen=True, slots=True)
class Unsent:
    """Logs that lie on somebody's phone, as it last said."""

    name: str
    number: int
    since: datetime | None


def in_state(session: Session, actor: Actor, *states: LogState) -> list[Listed]:
    """Logs in these states of the visits that this person may see, the longest waiting first."""
    question = (_columns(actor, VisitLog.began_at).join(VisitLog, VisitLog.visit_id == Visit.id)
                .join(Account, Account.id == VisitLog.account_id)
                .where(VisitLog.state.in_(states)).order_by(VisitLog.received_at, VisitLog.id).limit(MOST))
    return [_listed(row) for row in session.execute(question)]


def not_come(session: Session, actor: Actor) -> list[Listed]:
    """Visits that were over so long ago that their log should have come, one line for each who owes it. One
    that was returned is owed again."""
    late = clock.now() - timedelta(hours=current().visits.log_by_hours)
    question = (_columns(actor, Visit.planned_start_at).join(CrewMember, CrewMember.visit_id == Visit.id)
                .join(Account, Account.id == CrewMember.account_id)
                .outerjoin(VisitLog, and_(VisitLog.visit_id == Visit.id,
                                          VisitLog.account_id == CrewMember.account_id))
                .where(Visit.state == VisitState.PLANNED, Visit.planned_end_at < late,
                       CrewMember.state == CrewState.ACCEPTED, CrewMember.owes_no_log_at.is_(None),
                       or_(VisitLog.id.is_(None), and_(VisitLog.state == LogState.RETURNED,
                                                       VisitLog.decided_at < late)))
                .order_by(Visit.planned_end_at, CrewMember.id).limit(MOST))
    return [_listed(row) for row in session.execute(question)]


def on_phones(session: Session) -> list[Unsent]:
    """Who has logs that were not sent yet, the longest first."""
    rows = session.execute(
        select(Account.name, Phone.unsent, Phone.unsent_since).join(Account, Account.id == Phone.account_id)
        .where(Phone.unsent > 0, Phone.wiped_at.is_(None)).order_by(Phone.unsent_since, Phone.id))
    return [Unsent(*row) for row in rows]


def of_visit(session: Session, visit_id: int) -> Sequence[tuple[CrewMember, VisitLog | None]]:
    """Each of the crew who goes, went or wrote, with their log if it has come."""
    rows = session.execute(
        select(CrewMember, VisitLog)
        .outerjoin(VisitLog, and_(VisitLog.visit_id == CrewMember.visit_id,
                                  VisitLog.account_id == CrewMember.account_id))
        .where(CrewMember.visit_id == visit_id,
               or_(CrewMember.state == CrewState.ACCEPTED, VisitLog.id.is_not(None)))
        .order_by(CrewMember.id)).all()
    return [(row[0], row[1]) for row in rows]


def visit_of(session: Session, actor: Actor, log_id: int) -> int:
    """The visit that a log is of. Raises `NoSuchVisit`, also where this person does not see it."""
    found = session.scalar(
        select(Visit.id).join(VisitLog, VisitLog.visit_id == Visit.id)
        .outerjoin(Victim, Victim.id == Visit.victim_id).where(VisitLog.id == log_id, seen_by(actor)))
    if found is None:
        raise NoSuchVisit("There is no such log")
    return found


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The visits whose logs this person may read: to the victims they see, and help at events. For questions
    that outer join `Victim`."""
    return or_(Visit.victim_id.is_(None), and_(*scope(actor), Victim.id.is_not(None)))


def _columns(actor: Actor, began_at: Any) -> Select[Any]:
    columns: tuple[Any, ...] = (
        Visit.id.label("visit_id"), Visit.event_name, Visit.event_place, Visit.victim_id, Victim.title,
        Victim.first_name, Victim.last_name, Victim.town, Victim.restricted, Account.name.label("writer"),
        Account.id.label("writer_id"), began_at.label("began_at"), VisitLog.id.label("log_id"),
        VisitLog.received_at, VisitLog.concern, VisitLog.concern_now, VisitLog.state)
    return (select(*columns).select_from(Visit).outerjoin(Victim, Victim.id == Visit.victim_id)
            .where(seen_by(actor)))


def _listed(row: Any) -> Listed:
    who = name_of(row) if row.victim_id else row.event_name
    place = row.town if row.victim_id else row.event_place
    return Listed(row.visit_id, row.log_id, who, RESTRICTED if row.restricted else place or "", row.writer,
                  row.writer_id, row.began_at, row.received_at, bool(row.concern), bool(row.concern_now),
                  row.state)
