"""Whoever may not go any more gives their visits back: the worker sees to it, whatever ended it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim
from outreach.casework.visits import CrewMember, CrewState, handing_back
from outreach.foundation import accounts, clock, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.db import Database
from outreach.foundation.operation import acting
from outreach.foundation.outbox import Engine, Lane, lives
from outreach.foundation.permissions import Actor, Role
from outreach.foundation.volunteers import clearing, keeping
from outreach.foundation.volunteers.keeping import Place, Reach
from tests.cast import PlanVisit, account

TODAY = clock.today()


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Any:
    """A worker that does all that is due when asked."""
    assert handing_back.ENDED == accounts.ENDED
    life = lives.Life(database)
    life.begin()
    engine = Engine(database, outbox.means(tmp_path, "https://desk.example.org/desk"), life.name)
    yield lambda: engine.work(Lane.ROWS)
    life.end()


def states(database: Database) -> list[CrewState]:
    with database.reading() as session:
        return list(session.scalars(select(CrewMember.state).order_by(CrewMember.id)))


def suspended(session: Session, officer: Actor, bill: Account) -> None:
    clearing.suspend(session, officer, bill, why="A complaint is being looked into")


def cut_short(session: Session, officer: Actor, bill: Account) -> None:
    clearing.record(session, officer, bill, level="nppv2", cleared_on=TODAY - timedelta(days=9),
                    expires_on=TODAY - timedelta(days=1))


def level_too_low(session: Session, officer: Actor, bill: Account) -> None:
    clearing.record(session, officer, bill, level="nppv1", cleared_on=TODAY)


def left(session: Session, officer: Actor, bill: Account) -> None:
    kept = keeping.add(session, officer, bill, Reach(), Place())
    keeping.change(session, officer, kept, Reach(), Place(left_on=TODAY - timedelta(days=1)))


def other_work(session: Session, officer: Actor, bill: Account) -> None:
    administrator = account(session, "admin", "Joan Pike", Role.ADMINISTRATOR)
    accounts.change_account(session, administrator, bill, name=bill.name, role=Role.COMMUNICATOR,
                            district="", expires_on=None)


def closed(session: Session, officer: Actor, bill: Account) -> None:
    administrator = account(session, "admin", "Joan Pike", Role.ADMINISTRATOR)
    accounts.close_account(session, administrator, bill)


def has_left_since(session: Session, officer: Actor, bill: Account) -> None:
    """It was noted before that day came."""
    kept = keeping.add(session, officer, bill, Reach(), Place())
    with acting(session, officer, "volunteer.changed"):
        kept.left_on = TODAY - timedelta(days=1)
    clearing.fire(session, clock.now())


@pytest.mark.parametrize("ended", [suspended, cut_short, level_too_low, left, other_work, closed,
                                   has_left_since])
def test_visits_to_come_go_back_and_one_under_way_stays(
        session: Session, database: Database, worker: Any, officer: Actor, volunteer: Actor,
        mrs_hill: Victim, visit_of: PlanVisit, ended: Any) -> None:
    visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(days=2))
    visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(days=3), state=CrewState.OFFERED)
    under_way = visit_of(mrs_hill, volunteer)
    session.info.update(actor=volunteer, operation="visit.checked_in")
    under_way.crew[0].checked_in_at = clock.now()
    ended(session, officer, session.get_one(Account, volunteer.id))
    session.commit()
    worker()
    assert states(database)[::2] == [CrewState.HANDED_BACK, CrewState.ACCEPTED]
    assert states(database)[1] in (CrewState.HANDED_BACK, CrewState.WITHDRAWN)


def test_a_suspension_lifted_before_the_worker_came_gives_nothing_back(
        session: Session, database: Database, worker: Any, officer: Actor, volunteer: Actor,
        mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(days=2))
    bill = session.get_one(Account, volunteer.id)
    suspended(session, officer, bill)
    clearing.lift(session, officer, bill)
    session.commit()
    worker()
    assert states(database) == [CrewState.ACCEPTED]


def test_a_closed_account_gives_its_visits_back_within_the_hour(
        session: Session, database: Database, worker: Any, administrator: Actor, volunteer: Actor,
        mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(days=2))
    accounts.close_account(session, administrator, session.get_one(Account, volunteer.id))
    clearing.fire(session, clock.now())
    session.commit()
    worker()
    assert states(database) == [CrewState.HANDED_BACK]
