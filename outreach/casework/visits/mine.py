"""What somebody who goes on visits sees: their own, from the offer until their log is accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from outreach.casework.victims.record import Kind, Victim, name_of
from outreach.casework.visits.lateness import later_of
from outreach.casework.visits.record import (
    ASKED,
    CrewMember,
    CrewState,
    LogState,
    NoSuchVisit,
    Risk,
    Visit,
    VisitLog,
    VisitState,
)
from outreach.foundation.permissions import Actor

_SHOWN: tuple[Any, ...] = (
    Visit.id, CrewMember.state, Visit.planned_start_at, Visit.planned_end_at, Visit.event_name,
    Visit.event_place, Visit.victim_id, Visit.risk, Visit.safety_notes, Visit.access_notes, Visit.password,
    Visit.take, Visit.persons, CrewMember.checked_in_at, CrewMember.checked_out_at,
    CrewMember.out_by_at, VisitLog.state.label("log_state"), VisitLog.decided_why, Victim.kind,
    Victim.title, Victim.first_name, Victim.last_name, Victim.address_line_1, Victim.address_line_2,
    Victim.town, Victim.postcode, Victim.district)


@dataclass(frozen=True, slots=True)
class MyVisit:
    """A visit as its crew sees it. Of one that is only offered: when, in which town, and what to take."""

    id: int
    state: CrewState
    begins_at: datetime
    ends_at: datetime
    who: str                  # "Margaret H.", or the event's name; "" while it is offered
    address: Sequence[str]    # its lines; of an offer only the town
    risk: Risk
    safety_notes: str
    access_notes: str
    password: str
    take: Sequence[str]       # codes
    persons: int
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    log_state: LogState | None
    returned_why: str         # what the officer wants put right
    out_by: datetime          # the planned end, or the later hour they asked for


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Which visits somebody of the crew sees: for questions that join `Visit`, their own `CrewMember` and, as
    an outer join, their own `VisitLog`."""
    return and_(CrewMember.account_id == actor.id, Visit.state == VisitState.PLANNED,
                CrewMember.state.in_(ASKED),
                CrewMember.owes_no_log_at.is_(None),
                or_(VisitLog.id.is_(None), VisitLog.state != LogState.ACCEPTED))


def all_of(session: Session, actor: Actor) -> list[MyVisit]:
    """Somebody's visits, the next one first."""
    in_order = _question(actor).order_by(Visit.planned_start_at, Visit.id)
    return [_seen(row) for row in session.execute(in_order)]


def one(session: Session, actor: Actor, visit_id: int) -> MyVisit:
    """One of somebody's visits. Raises `NoSuchVisit` for somebody else's and for a finished one."""
    row = session.execute(_question(actor).where(Visit.id == visit_id)).one_or_none()
    if row is None:
        raise NoSuchVisit("There is no such visit")
    return _seen(row)


def part(session: Session, actor: Actor, visit_id: int) -> CrewMember:
    """Somebody's own part in a visit they accepted, locked for change. Raises `NoSuchVisit`."""
    mine = one(session, actor, visit_id)
    found = session.scalars(select(CrewMember).where(
        CrewMember.visit_id == mine.id, CrewMember.account_id == actor.id).with_for_update()).one()
    if found.state is not CrewState.ACCEPTED:
        raise NoSuchVisit("There is no such visit")
    return found


def _question(actor: Actor) -> Select[Any]:
    return (select(*_SHOWN)
            .join(CrewMember, CrewMember.visit_id == Visit.id)
            .outerjoin(VisitLog, and_(VisitLog.visit_id == Visit.id, VisitLog.account_id == actor.id))
            .outerjoin(Victim, Victim.id == Visit.victim_id)
            .where(visible_to(actor)))


def _seen(row: Any) -> MyVisit:
    whole = row.state is CrewState.ACCEPTED
    returned = row.log_state is LogState.RETURNED
    return MyVisit(row.id, row.state, row.planned_start_at, row.planned_end_at, _who(row) if whole else "",
                   _address(row) if whole else [_town(row)], row.risk if whole else Risk.NOT_ASSESSED,
                   row.safety_notes if whole else "", row.access_notes if whole else "",
                   row.password if whole else "", row.take, row.persons, row.checked_in_at,
                   row.checked_out_at, row.log_state, row.decided_why if returned else "",
                   later_of(row.planned_end_at, row.out_by_at))


def _who(row: Any) -> str:
    """First name and initial; a business or charity by the name that stands over its door."""
    if not row.victim_id:
        return str(row.event_name)
    if row.kind is not Kind.INDIVIDUAL:
        return name_of(row)
    return f"{row.first_name or row.title or 'Somebody'} {row.last_name[:1]}."


def _address(row: Any) -> list[str]:
    if not row.victim_id:
        return [row.event_place]
    return [line for line in (row.address_line_1, row.address_line_2, row.town, row.postcode) if line]


def _town(row: Any) -> str:
    return (row.town or row.district or "") if row.victim_id else row.event_place
