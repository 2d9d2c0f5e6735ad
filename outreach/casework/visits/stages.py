"""What a visit asks next of somebody who goes on it: an answer, a check-in, a check-out, a log."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.casework.visits.lateness import Step, minutes
from outreach.casework.visits.mine import MyVisit
from outreach.casework.visits.on_the_day import SAME_DAY, earliest
from outreach.casework.visits.record import CrewState, LogState
from outreach.foundation import clock


class Stage(StrEnum):
    """Where one of somebody's own visits stands."""

    OFFERED = "offered to you"
    TO_COME = "planned"
    IN = "you are there now"
    OWED = "waits for your log"
    RETURNED = "your log came back"
    SENT = "your log is with the officer"


def stage(visit: MyVisit, at: datetime | None = None) -> Stage:
    """Where a visit stands. Whoever neither checked in nor out that day owes a log that says why."""
    if visit.state is CrewState.OFFERED:
        return Stage.OFFERED
    if visit.log_state is not None:
        return Stage.RETURNED if visit.log_state is LogState.RETURNED else Stage.SENT
    if visit.checked_out_at or (at or clock.now()) > visit.ends_at + SAME_DAY:
        return Stage.OWED
    return Stage.IN if visit.checked_in_at else Stage.TO_COME


def may_check_in(visit: MyVisit, at: datetime | None = None) -> bool:
    """Whether it is time to check in."""
    return (at or clock.now()) >= visit.begins_at - earliest()


def may_undo(visit: MyVisit, at: datetime | None = None) -> bool:
    """Whether a check-out may still be called a slip."""
    moment = at or clock.now()
    return (stage(visit, moment) is Stage.OWED and visit.checked_out_at is not None
            and moment <= visit.ends_at + SAME_DAY)


def is_overdue(visit: MyVisit, at: datetime | None = None) -> bool:
    """Whether somebody should be out by now and has not said so."""
    moment = at or clock.now()
    return stage(visit, moment) in (Stage.TO_COME, Stage.IN) and moment >= visit.out_by


def is_contact_told(visit: MyVisit, at: datetime | None = None) -> bool:
    """Whether the hour has come at which the named contact is told."""
    moment = at or clock.now()
    return is_overdue(visit, moment) and moment >= visit.out_by + timedelta(minutes=minutes(Step.CONTACT))


@dataclass(frozen=True, slots=True)
class Day:
    """Somebody's visits by what they ask: the one that comes first large, the rest in their order."""

    first: MyVisit | None
    returned: Sequence[MyVisit] = field(default=())
    owed: Sequence[MyVisit] = field(default=())
    offered: Sequence[MyVisit] = field(default=())
    later: Sequence[MyVisit] = field(default=())
    sent: Sequence[MyVisit] = field(default=())


def sorted_out(visits: Sequence[MyVisit], at: datetime | None = None) -> Day:
    """A list of visits, the next one first, put in order. An offer whose hour has come is left out: nobody
    can accept it any more."""
    moment = at or clock.now()
    by: dict[Stage, list[MyVisit]] = {name: [] for name in Stage}
    for visit in visits:
        by[stage(visit, moment)].append(visit)
    to_go = sorted(by[Stage.IN] + by[Stage.TO_COME], key=lambda visit: (visit.begins_at, visit.id))
    # Whoever is somewhere now sees that one first, whatever was forgotten before it.
    first = next(iter(by[Stage.IN] or to_go), None)
    return Day(first, by[Stage.RETURNED], by[Stage.OWED],
               [visit for visit in by[Stage.OFFERED] if visit.begins_at > moment],
               [visit for visit in to_go if visit is not first], by[Stage.SENT])
