"""A record that is restricted while visits are planned: whoever may not see such a one does not go."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim, keeping, merging
from outreach.casework.visits import CrewState, NoSuchVisit, Visit, mine
from outreach.foundation import clock
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import Actor
from tests.cast import Enter, PlanVisit

SOON = timedelta(days=2)


@pytest.fixture
def planned(visit_of: PlanVisit, mrs_hill: Victim, volunteer: Actor, ambassador: Actor,
            officer: Actor) -> Visit:
    """In two days, with somebody of each kind who goes on visits."""
    return visit_of(mrs_hill, volunteer, ambassador, officer, begins_at=clock.now() + SOON, persons=2)


def states(visit: Visit) -> list[CrewState]:
    return [member.state for member in visit.crew]


def restricted(session: Session, supervisor: Actor, victim: Victim) -> None:
    keeping.restrict(session, supervisor, victim, reason="A relative works here")
    session.commit()


def test_only_officers_still_go_and_the_others_are_told(session: Session, supervisor: Actor, mrs_hill: Victim,
                                                        volunteer: Actor, officer: Actor,
                                                        planned: Visit) -> None:
    restricted(session, supervisor, mrs_hill)
    assert states(planned) == [CrewState.WITHDRAWN, CrewState.WITHDRAWN, CrewState.ACCEPTED]
    with pytest.raises(NoSuchVisit):
        mine.one(session, volunteer, planned.id)
    assert mine.one(session, officer, planned.id).who == "Margaret H."
    told = select(OutboxMessage.kind).where(OutboxMessage.subject_type == "visit_crew")
    assert session.scalars(told).all() == ["visit.crew_taken_off_mail"] * 2


def test_an_offer_is_withdrawn_too(session: Session, supervisor: Actor, mrs_hill: Victim, volunteer: Actor,
                                   visit_of: PlanVisit) -> None:
    offered = visit_of(mrs_hill, volunteer, begins_at=clock.now() + SOON, state=CrewState.OFFERED)
    restricted(session, supervisor, mrs_hill)
    assert states(offered) == [CrewState.WITHDRAWN]


def test_whoever_is_there_stays_on_their_visit(session: Session, supervisor: Actor, mrs_hill: Victim,
                                               volunteer: Actor, visit_of: PlanVisit) -> None:
    """They check out and write their log."""
    under_way = visit_of(mrs_hill, volunteer)
    early = visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(minutes=20))
    with acting(session, volunteer, "visit.checked_in"):
        early.crew[0].checked_in_at = clock.now()
    session.commit()
    restricted(session, supervisor, mrs_hill)
    assert states(under_way) == states(early) == [CrewState.ACCEPTED]


def test_a_merge_with_a_restricted_record_does_the_same(session: Session, officer: Actor, mrs_hill: Victim,
                                                        enter: Enter, planned: Visit) -> None:
    other = enter("Margaret", "Hill", restricted=True)
    merging.merge(session, officer, mrs_hill, other)
    session.commit()
    assert states(planned)[0] is CrewState.WITHDRAWN


def test_nobody_else_loses_a_visit(session: Session, supervisor: Actor, mrs_hill: Victim, mr_shaw: Victim,
                                   volunteer: Actor, visit_of: PlanVisit) -> None:
    other = visit_of(mr_shaw, volunteer, begins_at=clock.now() + SOON)
    restricted(session, supervisor, mrs_hill)
    assert states(other) == [CrewState.ACCEPTED]


def test_through_the_page(desk: Any, session: Session, supervisor: Actor, volunteer: Actor, mrs_hill: Victim,
                          planned: Visit) -> None:
    bill = desk(volunteer)
    assert "Margaret H." in bill.get(f"/desk/my-visits/{planned.id}").text
    answer = desk(supervisor).submit(f"/desk/victims/{mrs_hill.id}/restriction",
                                     {"wanted": "restricted", "reason": "A relative works here"})
    assert answer.status_code == 303
    assert bill.get(f"/desk/my-visits/{planned.id}").status_code == 404
    assert "Margaret" not in bill.get("/desk/my-visits").text
