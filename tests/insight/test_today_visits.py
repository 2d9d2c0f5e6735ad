"""Visits on Today: who is still needed, and what must not be made any more."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim
from outreach.casework.visits import CrewState, Risk, planning
from outreach.foundation.clock import now
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, Actor
from outreach.insight.today import Line, visits
from tests.cast import PlanVisit


def lines(session: Session, actor: Actor) -> list[Line]:
    return [*visits.unstaffed(session, actor)]


def soon(days: int = 5) -> Any:
    return now() + timedelta(days=days)


def test_a_visit_that_needs_somebody_weighs_more_the_nearer_it_is(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit_of(mrs_hill, begins_at=soon(1))
    visit_of(mrs_hill, volunteer, begins_at=soon(5), state=CrewState.OFFERED)
    visit_of(mrs_hill, volunteer, begins_at=soon(20), persons=2)
    visit_of(mrs_hill, volunteer, begins_at=soon(6))          # somebody goes: nothing to do
    near, asked, half = lines(session, officer)
    assert near.weight > asked.weight > half.weight == 66
    assert near.why == "A visit: nobody goes yet, and nobody is asked."
    assert asked.why == "A visit: nobody goes yet, and 1 is asked."
    assert half.why == "A visit: one goes, one more is needed, and nobody is asked."


def test_a_visit_that_nobody_went_on_stands_there_until_it_is_cancelled(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    missed = visit_of(mrs_hill, volunteer, begins_at=soon(-2), state=CrewState.HANDED_BACK)
    visit_of(mrs_hill, volunteer, begins_at=soon(-3))           # somebody went: their log is owed
    [line] = lines(session, officer)
    assert line.record_id == missed.id and line.why.startswith("Nobody went on this visit. Cancel it")
    planning.cancel(session, officer, missed, why="Nobody could go")
    assert lines(session, officer) == []


def test_what_was_given_back_and_what_nobody_has_assessed_say_so(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit_of(mrs_hill, volunteer, begins_at=soon(), state=CrewState.HANDED_BACK)
    visit_of(mrs_hill, begins_at=soon(6), risk=Risk.NOT_ASSESSED)
    back, unassessed = lines(session, officer)
    assert "It was given back." in back.why and "not assessed yet" in unassessed.why


def test_a_visit_that_must_not_be_made_stands_there_though_somebody_goes(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit_of(mrs_hill, volunteer, begins_at=soon())
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_visit = Answer.NO
    [line] = lines(session, officer)
    assert "Asked for no visits" in line.why


def test_everybody_sees_their_own_and_of_the_restricted_no_more_than_the_name(
        session: Session, officer: Actor, ambassador: Actor, supervisor: Actor, mr_shaw: Victim,
        mrs_hill: Victim, visit_of: PlanVisit) -> None:
    own = visit_of(mr_shaw, begins_at=soon())
    visit_of(mrs_hill, begins_at=soon(6))
    assert [line.record_id for line in lines(session, ambassador)] == [own.id]
    assert lines(session, supervisor) == []         # a supervisor plans no visits
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.restricted = True
    hidden = lines(session, officer)[-1]
    assert hidden.place == "" and "nobody goes" not in hidden.why
