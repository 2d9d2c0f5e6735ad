"""What somebody who goes on visits sees: their own, and of those no more than they need."""

import pytest
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim
from outreach.casework.visits import CrewState, NoSuchVisit, VisitState, mine
from outreach.foundation.permissions import Actor
from tests.cast import PlanVisit, cleared


def test_an_accepted_visit_shows_who_where_and_the_password(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer, access_notes="Ring twice")
    [seen] = mine.all_of(session, volunteer)
    assert (seen.id, seen.who, seen.password, seen.access_notes) == (
        visit.id, "Margaret H.", "copper kettle", "Ring twice")
    assert [*seen.address] == ["12 High Street", "Scarborough", "YO12 4TX"]


def test_an_offer_shows_the_town_and_nobody(session: Session, volunteer: Actor, mrs_hill: Victim,
                                            visit_of: PlanVisit) -> None:
    visit_of(mrs_hill, volunteer, state=CrewState.OFFERED)
    [seen] = mine.all_of(session, volunteer)
    assert (seen.who, [*seen.address], seen.password) == ("", ["Scarborough"], "")


@pytest.mark.parametrize("state", [CrewState.DECLINED, CrewState.WITHDRAWN, CrewState.HANDED_BACK])
def test_a_visit_that_is_not_theirs_any_more_is_as_if_it_were_not(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, state: CrewState) -> None:
    visit = visit_of(mrs_hill, volunteer, state=state)
    with pytest.raises(NoSuchVisit):
        mine.one(session, volunteer, visit.id)


def test_somebody_elses_and_a_cancelled_visit_are_as_if_they_were_not(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    other = cleared(session, "other", "Una Field")
    theirs = visit_of(mrs_hill, other)
    cancelled = visit_of(mrs_hill, volunteer, state=CrewState.ACCEPTED)
    cancelled.state = VisitState.CANCELLED
    session.info.update(actor=volunteer, operation="test")
    for visit in (theirs, cancelled):
        with pytest.raises(NoSuchVisit):
            mine.one(session, volunteer, visit.id)
