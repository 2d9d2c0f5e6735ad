"""The desk's side of a visit's day: who is in, who is late, whom to ring, and who has spoken to them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim
from outreach.casework.visits import CrewMember, CrewState, Visit
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, Actor
from outreach.foundation.volunteers import Volunteer
from outreach.insight import today
from tests.app.test_my_visits import words
from tests.cast import PlanVisit
from tests.site import BOTH

Desk = Callable[..., Any]
MINUTE = timedelta(minutes=1)
WHY = {"why": "Rang Bill: he is at his car"}


@pytest.fixture
def overdue(session: Session, volunteer: Actor, mrs_hill: Victim,
            visit_of: PlanVisit) -> Callable[[int], Visit]:
    """A visit of Bill's that was to end so many minutes ago; his sister is to be rung for him."""
    with acting(session, COMMAND_LINE, "test"):
        session.add(Volunteer(account_id=volunteer.id, mobile="+447700900123", emergency_name="Jo Wren",
                              emergency_relationship="sister", emergency_phone="+441632960555"))
    session.commit()
    return lambda ago: visit_of(mrs_hill, volunteer, begins_at=clock.now() - (60 + ago) * MINUTE)


def members(session: Session) -> list[tuple[bool, int | None]]:
    session.expire_all()
    crew = session.scalars(select(CrewMember))
    found = [(one.checked_out_at is not None, one.vouched_by_id) for one in crew]
    session.rollback()
    return found


def test_the_visit_says_who_is_in_and_whom_to_ring(desk: Desk, officer: Actor,
                                                   overdue: Callable[[int], Visit]) -> None:
    told = words(desk(officer).get(f"/desk/visits/{overdue(31).id}"))
    assert "Bill Wren has not checked out" in told and "Bill Wren Late not checked in, to be out by" in told
    assert "07700 900 123" in told and "nobody watches this page" in told
    assert "Jo Wren" not in told


@pytest.mark.parametrize(("ago", "is_shown"), [(44, False), (46, True)])
def test_whom_to_ring_for_a_volunteer_is_shown_once_the_supervisors_are_told_and_the_look_is_logged(
        desk: Desk, session: Session, supervisor: Actor, overdue: Callable[[int], Visit], ago: int,
        is_shown: bool) -> None:
    told = words(desk(supervisor).get(f"/desk/visits/{overdue(ago).id}"))
    assert ("In an emergency ring Jo Wren, sister: 01632 960 555" in told) is is_shown
    looks = session.scalars(select(AuditEntry).where(
        AuditEntry.operation == "volunteer.emergency_shown")).all()
    assert [look.actor_id for look in looks] == ([supervisor.id] if is_shown else [])


def test_before_the_day_nothing_is_said_of_it(desk: Desk, officer: Actor, volunteer: Actor, mrs_hill: Victim,
                                              visit_of: PlanVisit) -> None:
    to_come = visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(days=1))
    offered = visit_of(mrs_hill, volunteer, state=CrewState.OFFERED)
    for visit in (to_come, offered):
        assert "day-heading" not in desk(officer).get(f"/desk/visits/{visit.id}").text


@pytest.mark.parametrize("headers", BOTH)
def test_whoever_spoke_to_them_says_so_and_the_watch_ends(
        desk: Desk, session: Session, supervisor: Actor, overdue: Callable[[int], Visit],
        headers: dict[str, str]) -> None:
    here = f"/desk/visits/{overdue(50).id}"
    client = desk(supervisor)
    answer = client.submit(f"{here}/safety", {"why": " "}, headers=headers)
    assert answer.status_code == 422 and "Say whom you spoke to and what they said" in answer.text
    answer = client.submit(f"{here}/safety", WHY, headers=headers)
    assert (answer.headers.get("location") or answer.headers.get("HX-Redirect")) == here
    assert members(session) == [(True, supervisor.id)]
    assert "Ruth Okafor has spoken to them: Rang Bill: he is at his car" in words(client.get(here))
    again = client.submit(f"{here}/safety", WHY, headers=headers)
    assert again.status_code == 422 and "Nobody else is in there" in again.text


def test_an_ambassador_vouches_for_the_visits_of_their_own_victims_only(
        desk: Desk, session: Session, ambassador: Actor, volunteer: Actor, mr_shaw: Victim,
        visit_of: PlanVisit, overdue: Callable[[int], Visit]) -> None:
    foreign, client = overdue(50), desk(ambassador)
    missing = client.submit("/desk/visits/999999/safety", WHY)
    answer = client.submit(f"/desk/visits/{foreign.id}/safety", WHY)
    assert (answer.status_code, answer.text) == (404, missing.text)
    own = visit_of(mr_shaw, volunteer, begins_at=clock.now() - timedelta(hours=2))
    assert client.submit(f"/desk/visits/{own.id}/safety", WHY).status_code == 303


@pytest.mark.parametrize(("ago", "stands"), [(29, 0), (31, 1)])
def test_today_says_who_has_not_checked_out_once_somebody_was_told(
        session: Session, officer: Actor, supervisor: Actor, overdue: Callable[[int], Visit], ago: int,
        stands: int) -> None:
    visit = overdue(ago)
    for actor in (officer, supervisor):
        found = [line for line in today.lines(session, actor) if line.weight == 95]
        assert len(found) == stands
        for line in found:
            assert (line.title, line.record_type, line.record_id, line.phone, line.late) == (
                "Bill Wren", "visit", visit.id, "+447700900123", True)
            assert "Hill" not in line.why and "Has not checked in either" in line.why


def test_an_ambassadors_today_has_their_own_victims_visits_only(
        session: Session, ambassador: Actor, volunteer: Actor, mr_shaw: Victim, visit_of: PlanVisit,
        overdue: Callable[[int], Visit]) -> None:
    overdue(50)
    own = visit_of(mr_shaw, volunteer, begins_at=clock.now() - timedelta(hours=2))
    found = [line.record_id for line in today.lines(session, ambassador) if line.weight == 95]
    assert found == [own.id]


def test_todays_line_opens_the_visit(desk: Desk, officer: Actor, overdue: Callable[[int], Visit]) -> None:
    visit = overdue(31)
    assert f'href="/desk/visits/{visit.id}"' in desk(officer).get("/desk/today").text
