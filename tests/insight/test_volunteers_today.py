"""Today says whose vetting or training runs out, to those who keep volunteers, while there is time."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from outreach.foundation import clock
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import Actor
from outreach.foundation.volunteers import clearing, keeping, training
from outreach.foundation.volunteers.keeping import Place, Reach
from outreach.insight.today import Kind, lines
from tests.cast import cleared


def helper(session: Session, officer: Actor, actor: Actor, **place: Any) -> None:
    kept = keeping.add(session, officer, session.get_one(Account, actor.id), Reach(), Place(**place))
    for course in training.needed():
        training.record(session, officer, kept, course=course, done_on=clock.today())
    session.commit()


def said(session: Session, actor: Actor) -> list[tuple[str, str, bool]]:
    return [(line.title, line.why.rpartition(" on ")[0], line.late) for line in lines(session, actor)
            if line.kind is Kind.VOLUNTEER]


@pytest.mark.parametrize(("days", "expected"), [
    (43, []),
    (42, [("Una Field", "Vetting runs out", False)]),
    (0, [("Una Field", "Vetting runs out", False)]),
    (-1, [("Una Field", "Vetting ran out", True)]),
])
def test_vetting_stands_on_today_from_six_weeks_before_its_end(
        session: Session, officer: Actor, supervisor: Actor, days: int, expected: list[Any]) -> None:
    una = cleared(session, "una", "Una Field", expires_on=clock.today() + timedelta(days=days))
    helper(session, officer, una)
    assert said(session, officer) == said(session, supervisor) == expected


def test_an_ambassador_is_not_told(session: Session, officer: Actor, ambassador: Actor) -> None:
    helper(session, officer, cleared(session, "una", "Una Field", expires_on=clock.today()))
    assert said(session, ambassador) == []


def test_missing_training_stands_there_and_what_is_in_hand_does_not(session: Session, officer: Actor,
                                                                    volunteer: Actor) -> None:
    bill = session.get_one(Account, volunteer.id)
    kept = keeping.add(session, officer, bill, Reach(), Place())
    [line] = [line for line in lines(session, officer) if line.kind is Kind.VOLUNTEER]
    assert "Induction: not done yet" in line.why and line.record_id == kept.id
    clearing.suspend(session, officer, bill, why="Being looked into")
    assert said(session, officer) == []


def test_whoever_has_left_is_not_chased(session: Session, officer: Actor) -> None:
    una = cleared(session, "una", "Una Field", expires_on=clock.today())
    helper(session, officer, una, left_on=clock.today() - timedelta(days=1))
    assert said(session, officer) == []
