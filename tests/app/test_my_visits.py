"""My visits as those who go see them: on the doorstep, with one thumb, plain and by htmx."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.contacts import Outcome
from outreach.casework.victims import Victim
from outreach.casework.visits import CrewMember, CrewState, LogState, Risk, Visit, VisitLog, VisitState
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, Actor
from outreach.foundation.volunteers import Volunteer
from tests.cast import PlanVisit, cleared
from tests.site import BOTH, HTMX

Desk = Callable[..., Any]
MINUTE = timedelta(minutes=1)
JSON = {"Accept": "application/json"}


def words(answer: Any) -> str:
    """What somebody reads of a page: no tags, one space between words."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


def part_of(session: Session, visit: Visit, actor: Actor) -> CrewMember:
    """As it stands now; the database is left to the next request."""
    session.expire_all()
    found = session.scalars(select(CrewMember).where(CrewMember.visit_id == visit.id,
                                                     CrewMember.account_id == actor.id)).one()
    session.expunge(found)
    session.rollback()
    return found


def change(session: Session, record: Any, **values: Any) -> None:
    with acting(session, COMMAND_LINE, "test"):
        for name, value in values.items():
            setattr(record, name, value)
    session.commit()


def log_of(session: Session, visit: Visit, actor: Actor, **more: Any) -> None:
    facts = {"key": f"key-{visit.id}-{actor.id}-0123456789", "body_hash": "x", "outcome": Outcome.SPOKE,
             "written_at": clock.now(), "began_at": visit.planned_start_at, "ended_at": visit.planned_end_at,
             "minutes": 60, **more}
    with acting(session, COMMAND_LINE, "test"):
        session.add(VisitLog(visit_id=visit.id, account_id=actor.id, **facts))
    session.commit()


# What is shown

def test_the_next_visit_stands_large_with_all_that_is_needed_at_the_door(
        desk: Desk, session: Session, volunteer: Actor, ambassador: Actor, mrs_hill: Victim, mr_hill: Victim,
        visit_of: PlanVisit) -> None:
    visit_of(mrs_hill, volunteer, ambassador, risk=Risk.CARE, safety_notes="A dog", access_notes="Ring twice")
    visit_of(mr_hill, volunteer, begins_at=clock.now() + timedelta(days=2))
    page = desk(volunteer).get("/desk/my-visits")
    told = words(page)
    for said in ("Margaret H.", "12 High Street", "YO12 4TX", "copper kettle", "Take care here", "A dog",
                 "Ring twice", "Leaflets", "You, with Dev M.", "Ada Cole", "101", "Check in",
                 "Said the password and showed the card", "In danger ring 999. Nobody watches this page",
                 "Harold H."):
        assert said in told, said
    assert page.text.count("<h1") == 1 and told.index("Margaret H.") < told.index("Harold H.")
    for hidden in ("Hill", "01632", "margaret.hill", "07700 900 101", "1941", "bereaved"):
        assert hidden not in page.text, hidden


def test_whoever_goes_alone_where_two_were_to_go_is_told_to_ring_first(
        desk: Desk, volunteer: Actor, ambassador: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    both, alone = visit_of(mrs_hill, volunteer, ambassador), visit_of(mrs_hill, volunteer, persons=2)
    said = [words(desk(volunteer).get(f"/desk/my-visits/{visit.id}")) for visit in (both, alone)]
    warned = "Two people were to go, and nobody else has said yes so far. Ring Ada Cole before you go in."
    assert [warned in one for one in said] == [False, True]


def test_the_contact_is_rung_on_their_own_mobile(desk: Desk, session: Session, volunteer: Actor,
                                                 officer: Actor, mrs_hill: Victim,
                                                 visit_of: PlanVisit) -> None:
    with acting(session, COMMAND_LINE, "test"):
        session.add(Volunteer(account_id=officer.id, mobile="+447700900177"))
    session.commit()
    visit = visit_of(mrs_hill, volunteer)
    page = desk(volunteer).get(f"/desk/my-visits/{visit.id}")
    assert 'href="tel:+447700900177"' in page.text and "07700 900 177" in page.text


def test_an_offer_shows_the_town_and_two_buttons_and_nobody(desk: Desk, volunteer: Actor, mrs_hill: Victim,
                                                            visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer, state=CrewState.OFFERED, begins_at=clock.now() + 50 * MINUTE)
    for path in ("/desk/my-visits", f"/desk/my-visits/{visit.id}"):
        page = desk(volunteer).get(path)
        assert "A visit in Scarborough" in page.text and "I can go" in page.text
        assert f'action="/desk/my-visits/{visit.id}/answer"' in page.text
        for hidden in ("Margaret", "High Street", "copper kettle", "YO12"):
            assert hidden not in page.text


def test_an_offer_whose_hour_has_come_is_not_on_the_list(desk: Desk, volunteer: Actor, mrs_hill: Victim,
                                                         visit_of: PlanVisit) -> None:
    visit_of(mrs_hill, volunteer, state=CrewState.OFFERED)
    assert "Can you go?" not in desk(volunteer).get("/desk/my-visits").text


def test_a_log_that_came_back_says_what_the_officer_wants(desk: Desk, session: Session, volunteer: Actor,
                                                          mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    log_of(session, visit, volunteer, state=LogState.RETURNED, decided_why="Which blocker was it?")
    told = words(desk(volunteer).get("/desk/my-visits"))
    assert "Margaret H. The officer asks you" in told and "Which blocker was it?" in told


def test_a_visit_that_is_over_asks_for_its_log_and_a_log_that_was_sent_for_nothing(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, mr_hill: Victim,
        visit_of: PlanVisit) -> None:
    owed = visit_of(mrs_hill, volunteer, begins_at=clock.now() - timedelta(days=1))
    log_of(session, visit_of(mr_hill, volunteer), volunteer)
    page = desk(volunteer).get("/desk/my-visits")
    assert f'href="/desk/my-visits/{owed.id}/log"' in page.text and "Write the log" in page.text
    assert "With the officer" in page.text and "Harold H." in page.text


def test_an_empty_list_teaches(desk: Desk, volunteer: Actor) -> None:
    assert "No visits yet" in desk(volunteer).get("/desk/my-visits").text


def test_a_volunteer_begins_here_and_has_neither_search_nor_calls_nor_victims(
        desk: Desk, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit_of(mrs_hill, volunteer)
    client = desk(volunteer)
    assert client.get("/desk").headers["location"] == "/desk/my-visits"
    page = client.get("/desk/my-visits").text
    for absent in ('role="search"', "Log a call", "/desk/victims", "/desk/today", "/desk/visits"):
        assert absent not in page, absent


def test_each_look_is_logged(desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim,
                             mr_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    offered = visit_of(mr_hill, volunteer, state=CrewState.OFFERED)
    client = desk(volunteer)
    for path in ("", f"/{visit.id}", f"/{offered.id}"):
        assert client.get(f"/desk/my-visits{path}").status_code == 200
    client.submit(f"/desk/my-visits/{visit.id}/check-in", headers=HTMX)
    client.get(f"/desk/my-visits/{offered.id}/answer")
    client.get(f"/desk/my-visits/{visit.id}/answer")
    client.submit(f"/desk/my-visits/{visit.id}/log", {"outcome": "nonsense"})
    looks = session.scalars(select(AuditEntry).where(AuditEntry.action == "consultation",
                                                     AuditEntry.record_type == "visit")
                            .order_by(AuditEntry.id)).all()
    assert [(look.operation, look.record_id, look.details) for look in looks] == [
        ("my_visits.opened", None, {"shown": [visit.id]}), ("my_visit.opened", visit.id, {}),
        ("my_visit.opened", visit.id, {}), ("my_visit.opened", visit.id, {}),
        ("visit_log.opened", visit.id, {})]


@pytest.mark.parametrize("headers", BOTH)
def test_what_is_not_open_to_them_answers_exactly_like_what_is_not_there(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        headers: dict[str, str]) -> None:
    foreign = visit_of(mrs_hill, cleared(session, "other", "Una Field"))
    cancelled, finished = visit_of(mrs_hill, volunteer), visit_of(mrs_hill, volunteer)
    change(session, cancelled, state=VisitState.CANCELLED)
    change(session, finished, state=VisitState.FINISHED)
    accepted = visit_of(mrs_hill, volunteer)
    log_of(session, accepted, volunteer, state=LogState.ACCEPTED)
    returned = visit_of(mrs_hill, volunteer, state=CrewState.HANDED_BACK)
    client = desk(volunteer)
    missing = client.get("/desk/my-visits/999999", headers=headers)
    assert missing.status_code == 404
    for visit in (foreign, cancelled, finished, accepted, returned):
        answer = client.get(f"/desk/my-visits/{visit.id}", headers=headers)
        assert (answer.status_code, answer.text) == (404, missing.text)
        for door in ("check-in", "check-out", "check-out/undoing", "longer"):
            answer = client.submit(f"/desk/my-visits/{visit.id}/{door}", headers=headers)
            assert (answer.status_code, answer.text) == (404, missing.text), door


# Checking in and out

@pytest.mark.parametrize("headers", BOTH)
def test_in_and_out_and_then_the_log(desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim,
                                     visit_of: PlanVisit, headers: dict[str, str]) -> None:
    visit = visit_of(mrs_hill, volunteer)
    client, here = desk(volunteer), f"/desk/my-visits/{visit.id}"
    for door, says, then in (("check-in", "Checked in at", "You should be out by"),
                             ("longer", "You are still there, until", "You should be out by"),
                             ("check-out", "Now write the log", "Write the log"),
                             ("check-out/undoing", "You are still there", "Check out")):
        answer = client.submit(f"{here}/{door}", {"minutes": "30"}, headers=headers)
        if not headers:
            assert (answer.status_code, answer.headers["location"]) == (303, here)
            answer = client.get(here)
        assert says in words(answer) and then in words(answer), door
    member = part_of(session, visit, volunteer)
    assert member.checked_in_at and member.checked_out_at is None and member.out_by_at


@pytest.mark.parametrize("headers", BOTH)
def test_what_cannot_be_is_said_on_the_visit_itself(desk: Desk, volunteer: Actor, mrs_hill: Victim,
                                                    visit_of: PlanVisit, headers: dict[str, str]) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(hours=3))
    for door, says in (("check-in", "check in from 30 minutes before"), ("check-out", "Check in first"),
                       ("longer", "Choose 15 or 30 minutes")):
        answer = desk(volunteer).submit(f"/desk/my-visits/{visit.id}/{door}", headers=headers)
        assert answer.status_code == 422 and says in words(answer) and "Margaret H." in answer.text


def test_before_the_time_there_is_no_button_to_check_in(desk: Desk, volunteer: Actor, mrs_hill: Victim,
                                                        visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(hours=3))
    page = desk(volunteer).get(f"/desk/my-visits/{visit.id}").text
    assert "/check-in" not in page and "from 30 minutes before" in page


def test_whoever_is_late_sees_it_and_what_happens_next(desk: Desk, volunteer: Actor, mrs_hill: Victim,
                                                       visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=clock.now() - 70 * MINUTE)
    told = words(desk(volunteer).get(f"/desk/my-visits/{visit.id}"))
    assert "You should have been out at" in told and "Ada Cole is told" in told


def test_a_phone_that_kept_a_check_in_is_answered_in_a_line(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    change(session, session.scalars(select(CrewMember)).one(), offered_at=clock.now() - timedelta(days=1))
    client, here = desk(volunteer), f"/desk/my-visits/{visit.id}"
    phone = clock.now() + timedelta(hours=3)       # its clock is three hours ahead
    typed = {"at": (phone - 20 * MINUTE).isoformat(), "sent_at": phone.isoformat()}
    first = client.submit(f"{here}/check-in", typed, headers=JSON)
    again = client.submit(f"{here}/check-in", typed, headers=JSON)
    assert first.status_code == 200 and first.json() == again.json()
    assert first.json()["state"] == "received" and first.json()["words"].startswith("Checked in at")
    member = part_of(session, visit, volunteer)
    assert member.checked_in_at and abs(member.checked_in_at - clock.now() + 20 * MINUTE) < MINUTE
    wrong = client.submit(f"{here}/check-out", {"at": (clock.now() - 90 * MINUTE).isoformat()}, headers=JSON)
    assert wrong.status_code == 422 and wrong.json()["state"] == "wrong"
    assert wrong.json()["words"].endswith(".")
    gone = client.submit("/desk/my-visits/999999/check-out", headers=JSON)
    assert gone.status_code == 404 and gone.json()["state"] == "refused"


@pytest.mark.parametrize("typed", ["yesterday", "2026-03-03T10:00", "9" * 400, "0001-01-01T00:00:00+23:59"])
def test_a_moment_that_cannot_be_read_is_now(desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim,
                                             visit_of: PlanVisit, typed: str) -> None:
    visit = visit_of(mrs_hill, volunteer)
    answer = desk(volunteer).submit(f"/desk/my-visits/{visit.id}/check-in", {"at": typed}, headers=JSON)
    assert answer.status_code == 200
    found = part_of(session, visit, volunteer).checked_in_at
    assert found and abs(found - clock.now()) < MINUTE
