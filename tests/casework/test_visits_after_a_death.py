"""Nobody goes to see somebody who has died, however the death became known."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from outreach.casework import contacts
from outreach.casework.contacts import ContactChannel, Outcome
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, keeping, merging
from outreach.casework.visits import Visit, VisitState, deaths
from outreach.foundation import clock, outbox
from outreach.foundation.db import Database
from outreach.foundation.outbox import Engine, Lane, lives
from outreach.foundation.permissions import Actor
from tests.cast import Enter, PlanVisit


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Any:
    """A worker that does all that is due when asked, deaths among it."""
    assert deaths.DIED
    life = lives.Life(database)
    life.begin()
    engine = Engine(database, outbox.means(tmp_path, "https://desk.example.org/desk"), life.name)
    yield lambda: engine.work(Lane.ROWS)
    life.end()


def state(database: Database, visit: Visit) -> VisitState:
    with database.reading() as session:
        return session.get_one(Visit, visit.id).state


def tomorrow(visit_of: PlanVisit, victim: Victim, bill: Actor) -> Visit:
    return visit_of(victim, bill, begins_at=clock.now() + timedelta(days=1))


def told_of_a_death(session: Session, officer: Actor, victim: Victim) -> None:
    contacts.log_contact(session, officer, victim, channel=ContactChannel.CALL, outcome=Outcome.DECEASED)


def test_a_death_that_a_contact_tells_cancels_the_visits_to_come(
        session: Session, database: Database, worker: Any, officer: Actor, volunteer: Actor,
        mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = tomorrow(visit_of, mrs_hill, volunteer)
    told_of_a_death(session, officer, mrs_hill)
    session.commit()
    worker()
    assert state(database, visit) is VisitState.CANCELLED


def test_a_death_taken_back_before_the_worker_came_cancels_nothing(
        session: Session, database: Database, worker: Any, officer: Actor, volunteer: Actor,
        mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = tomorrow(visit_of, mrs_hill, volunteer)
    told_of_a_death(session, officer, mrs_hill)
    keeping.take_back_death(session, officer, mrs_hill)
    session.commit()
    worker()
    assert state(database, visit) is VisitState.PLANNED


def test_a_death_that_a_merge_brings_cancels_the_visits_to_come(
        session: Session, database: Database, officer: Actor, volunteer: Actor, mrs_hill: Victim,
        enter: Enter, visit_of: PlanVisit) -> None:
    twin = enter("Margaret", "Hill", may_visit=Answer.YES)
    visit = tomorrow(visit_of, twin, volunteer)
    keeping.record_death(session, officer, mrs_hill)
    merging.merge(session, officer, mrs_hill, twin)
    session.commit()
    assert state(database, visit) is VisitState.CANCELLED
