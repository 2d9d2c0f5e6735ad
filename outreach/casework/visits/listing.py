"""The list of visits: what is planned, who goes, what is missing, and one of them to open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from outreach.casework.victims.record import RESTRICTED, Victim, name_of, scope, why_opened
from outreach.casework.visits.planning import locked
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
from outreach.foundation import audit, clock
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import Actor, May

PAGE = 50


class Show(StrEnum):
    """Which of them."""

    COMING = "coming"          # from this morning on
    UNSTAFFED = "unstaffed"    # too few have said that they go
    OVER = "over"              # not finished: a log is missing, or waits
    LOGS = "logs"              # a log waits for the officer or the supervisor
    FINISHED = "finished"
    CANCELLED = "cancelled"


NEWEST_FIRST = frozenset({Show.OVER, Show.FINISHED, Show.CANCELLED})


@dataclass(frozen=True, slots=True)
class Going:
    """One of the crew in the list."""

    name: str
    state: CrewState
    is_in: bool
    is_out: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One visit in the list. Of a restricted person's it tells the time and who goes."""

    id: int
    victim_id: int | None
    who: str
    town: str
    starts_at: datetime
    ends_at: datetime
    persons: int
    state: VisitState
    risk: Risk
    crew: Sequence[Going]
    waiting_logs: int

    @property
    def going(self) -> int:
        """How many have said that they go."""
        return sum(one.state is CrewState.ACCEPTED for one in self.crew)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `earlier` and `later` say whether there is more on either side."""

    lines: list[Line]
    earlier: bool
    later: bool


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """The visits this person works with: to their own victims, and help at events; for questions that join
    `Victim` as an outer join."""
    return or_(Visit.victim_id.is_(None), and_(*scope(actor))) if scope(actor) else Visit.id.is_not(None)


def is_unstaffed() -> ColumnElement[bool]:
    """Whether too few have said that they go."""
    going = (select(func.count(CrewMember.id)).where(
        CrewMember.visit_id == Visit.id, CrewMember.state == CrewState.ACCEPTED)
        .correlate(Visit).scalar_subquery())
    return going < Visit.persons


def list_visits(session: Session, actor: Actor, show: Show = Show.COMING, *, district: str = "",
                planned_by: int | None = None, after: int | None = None, before: int | None = None) -> Page:
    """Visits by when they are, 50 a page, from the one with this id on (or back). The look is logged. Raises
    `NotAllowed`."""
    actor.must(May.SEE_VISITS)
    question = _question(show).where(in_scope(actor))
    if district:
        question = question.where(Victim.district == district)
    if planned_by is not None:
        question = question.where(Visit.planned_by_id == planned_by)
    backwards = before is not None
    down = (show in NEWEST_FIRST) != backwards
    if (start := _place(session, before if backwards else after)) is not None:
        question = question.where(_beyond(start, down=down))
    order = (Visit.planned_start_at, Visit.id)
    rows = session.execute(question.order_by(*(c.desc() for c in order) if down else order)
                           .limit(PAGE + 1)).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    lines = _lines(session, list(reversed(rows) if backwards else rows))
    audit.consulted(session, actor, "victim", operation="visit.listed",
                    shown=sorted({line.victim_id for line in lines if line.victim_id}))
    return Page(lines, earlier=more if backwards else after is not None, later=backwards or more)


def open_visit(session: Session, actor: Actor, visit_id: int, *, to_change: bool = False) -> Visit:
    """One visit as the desk sees it, and a note that it was looked at; locked when it is opened `to_change`.

    Raises `NoSuchVisit`, also where it is to somebody this person does not work with; `ReasonNeeded` where
    the person's record is restricted and was not opened with a reason.
    """
    actor.must(May.SEE_VISITS)
    question = select(Visit).outerjoin(Victim, Victim.id == Visit.victim_id)
    found = session.scalars(question.where(Visit.id == visit_id, in_scope(actor))).one_or_none()
    if found is None:
        raise NoSuchVisit("There is no such visit")
    reason = why_opened(session, actor, found.victim) if found.victim else ""
    if to_change:
        return locked(session, visit_id)
    audit.consulted(session, actor, "visit", found.id, operation="visit.opened", reason=reason or None,
                    victim_id=found.victim_id)
    return found


def of_victim(session: Session, victim_id: int, most: int) -> list[Line]:
    """The visits to one person, the newest first."""
    rows = session.execute(_OF_VICTIM, {"victim": victim_id, "most": most}).all()
    return _lines(session, rows, hiding=False)


def _columns() -> Select[*tuple[Any, ...]]:
    return (select(Visit.id, Visit.victim_id, Visit.event_name, Visit.event_place, Visit.planned_start_at,
                   Visit.planned_end_at, Visit.persons, Visit.state, Visit.risk, Victim.title,
                   Victim.first_name, Victim.last_name, Victim.town, Victim.district, Victim.restricted)
            .outerjoin(Victim, Victim.id == Visit.victim_id))


# Built once: building a question anew for every page costs more than asking it.
_OF_VICTIM = (_columns().where(Visit.victim_id == bindparam("victim"))
              .order_by(Visit.planned_start_at.desc(), Visit.id.desc())
              .limit(bindparam("most", type_=Integer)))


def _question(show: Show) -> Select[*tuple[Any, ...]]:
    logs = select(VisitLog.id).where(VisitLog.visit_id == Visit.id, VisitLog.state.in_(
        (LogState.RECEIVED, LogState.REVIEW))).exists()
    planned, today = Visit.state == VisitState.PLANNED, clock.midnight(clock.today())
    conditions: dict[Show, Sequence[ColumnElement[bool]]] = {
        Show.COMING: (planned, Visit.planned_start_at >= today),
        Show.UNSTAFFED: (planned, Visit.planned_end_at >= clock.now(), is_unstaffed()),
        Show.OVER: (planned, Visit.planned_end_at < clock.now()),
        Show.LOGS: (planned, logs),
        Show.FINISHED: (Visit.state == VisitState.FINISHED,),
        Show.CANCELLED: (Visit.state == VisitState.CANCELLED,)}
    return _columns().where(*conditions[show])


def _lines(session: Session, rows: Sequence[Any], *, hiding: bool = True) -> list[Line]:
    if not rows:
        return []
    ids = [row.id for row in rows]
    crews, logs = _crews(session, ids), _waiting(session, ids)
    return [Line(row.id, row.victim_id, name_of(row) if row.victim_id else row.event_name,
                 _town(row, hiding), row.planned_start_at, row.planned_end_at, row.persons, row.state,
                 row.risk, crews.get(row.id, ()), logs.get(row.id, 0)) for row in rows]


def _town(row: Any, hiding: bool) -> str:
    if row.victim_id is None:
        return str(row.event_place)
    return RESTRICTED if row.restricted and hiding else str(row.town or row.district)


def _crews(session: Session, visit_ids: Sequence[int]) -> dict[int, list[Going]]:
    rows = session.execute(
        select(CrewMember.visit_id, Account.name, CrewMember.state, CrewMember.checked_in_at,
               CrewMember.checked_out_at).join(Account, Account.id == CrewMember.account_id)
        .where(CrewMember.visit_id.in_(visit_ids), CrewMember.state.in_(ASKED))
        .order_by(CrewMember.id))
    found: dict[int, list[Going]] = {}
    for row in rows:
        found.setdefault(row.visit_id, []).append(
            Going(row.name, row.state, bool(row.checked_in_at), bool(row.checked_out_at)))
    return found


def _waiting(session: Session, visit_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(VisitLog.visit_id, func.count(VisitLog.id)).where(
            VisitLog.visit_id.in_(visit_ids), VisitLog.state.in_((LogState.RECEIVED, LogState.REVIEW)))
        .group_by(VisitLog.visit_id))
    return {row[0]: row[1] for row in rows}


def _place(session: Session, visit_id: int | None) -> tuple[datetime, int] | None:
    at = session.scalar(select(Visit.planned_start_at).where(Visit.id == visit_id))
    return (at, visit_id) if at and visit_id else None


def _beyond(start: tuple[datetime, int], *, down: bool) -> Any:
    at, number = start
    if down:
        return or_(Visit.planned_start_at < at, and_(Visit.planned_start_at == at, Visit.id < number))
    return or_(Visit.planned_start_at > at, and_(Visit.planned_start_at == at, Visit.id > number))
