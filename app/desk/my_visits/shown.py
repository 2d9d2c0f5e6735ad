"""A visit as its crew sees it on a page, on a phone with no signal, and after every check-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.spoken import at_clock
from outreach.casework.visits import company, mine, stages
from outreach.casework.visits.company import Company
from outreach.casework.visits.mine import MyVisit
from outreach.casework.visits.record import CrewState, Risk
from outreach.casework.visits.stages import Stage
from outreach.foundation import audit, clock
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor


@dataclass(frozen=True, slots=True)
class Shown:
    """One visit, who goes along, where it stands, and what is to be ticked off."""

    visit: MyVisit
    company: Company
    stage: Stage
    may_check_in: bool
    may_check_out: bool     # without having checked in: they forgot
    may_undo: bool          # a mistaken check-out
    is_overdue: bool
    is_contact_told: bool
    take: Sequence[str]
    careful: bool

    @property
    def when(self) -> str:
        """The day by its name, and the hours: "Today, 10am to 11am", "Tuesday 3 March, 2pm to 3pm"."""
        day, today = clock.day_of(self.visit.begins_at), clock.today()
        near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((day - today).days)
        year = f" {day.year}" if abs(day - today) > timedelta(180) else ""
        hours = f"{at_clock(self.visit.begins_at)} to {at_clock(self.visit.ends_at)}"
        return f"{near or f'{day:%A} {day.day} {day:%B}{year}'}, {hours}"

    @property
    def place(self) -> str:
        """The town alone, for a line of a list."""
        return self.visit.address[-2] if len(self.visit.address) > 1 else "".join(self.visit.address)

    @property
    def is_near(self) -> bool:
        """Whether this is the visit of the hour: nothing stands above it."""
        return self.stage is Stage.IN or (self.stage is Stage.TO_COME and self.may_check_in)

    @property
    def is_alone(self) -> bool:
        """Whether two were to go and there is one."""
        return self.visit.persons > 1 and not self.company.others

    @property
    def may_hand_back(self) -> bool:
        """Whether there is time to give it back."""
        return self.stage is Stage.TO_COME and self.visit.begins_at > clock.now()

    @property
    def is_whole(self) -> bool:
        """Whether more than the hour and the town may be seen."""
        return self.visit.state is CrewState.ACCEPTED


def shown(session: Session, actor: Actor, *visits: MyVisit) -> list[Shown]:
    """Somebody's own visits, ready to be shown."""
    names = company.of(session, actor, [visit.id for visit in visits])
    return [_one(visit, names[visit.id]) for visit in visits]


def opened(session: Session, actor: Actor, visit_id: int) -> Shown:
    """One of somebody's own visits, and a note that an accepted one was looked at. Raises `NoSuchVisit`."""
    [found] = shown(session, actor, mine.one(session, actor, visit_id))
    if found.is_whole:
        audit.consulted(session, actor, "visit", visit_id, operation="my_visit.opened")
    return found


def _one(visit: MyVisit, names: Company) -> Shown:
    at, stage, words = clock.now(), stages.stage(visit), current().visits.take
    return Shown(visit, names, stage, stages.may_check_in(visit, at),
                 stage is Stage.TO_COME and at >= visit.begins_at, stages.may_undo(visit, at),
                 stages.is_overdue(visit, at),
                 stages.is_contact_told(visit, at), [words.get(code, code) for code in visit.take],
                 visit.risk is Risk.CARE)
