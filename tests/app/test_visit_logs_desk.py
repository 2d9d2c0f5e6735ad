"""Logs on the desk: read beside the plan, accepted or returned, reviewed, handed in; none without a word."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.contacts import Contact
from outreach.casework.victims import Victim
from outreach.casework.visits import CrewMember, CrewState, LogState, Phone, VisitLog, VisitState
from outreach.casework.visits.logging import hand_in, hand_in_late
from outreach.foundation.clock import now
from outreach.foundation.permissions import Actor
from tests.app.test_visit_logs import JSON, typed
from tests.casework.test_visit_logs import change, entry, lapse
from tests.cast import PlanVisit
from tests.site import BOTH, Browser

Desk = Callable[..., Browser]
KEY = "k" * 22


@pytest.fixture
def log(session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> VisitLog:
    """Bill's log of a visit to Mrs Hill, with a concern, sent from a phone whose clock is fast."""
    visit = visit_of(mrs_hill, volunteer)
    written = hand_in(session, volunteer, visit.id, key=KEY, sent_at=now() + timedelta(hours=3),
                      entry=entry(concern="A man in a van.", concern_now=True, fitted=["call_blocker"]))
    session.commit()
    return written


def address(log: VisitLog) -> str:
    return f"/desk/visits/{log.visit_id}/logs/{log.id}"


def state(session: Session, log: VisitLog) -> LogState:
    session.expire_all()
    found = session.get_one(VisitLog, log.id).state
    session.commit()
    return found


def test_the_officer_reads_it_beside_the_plan(desk: Desk, officer: Actor, log: VisitLog) -> None:
    page = desk(officer).get(address(log)).text
    for words in ("Visit to Mrs Margaret Hill", "A man in a van.", "3 hours fast", "Beside the plan",
                  "Bank notified", "It cannot be undone", "Two-week check",
                  "record the loan of a call blocker"):
        assert words in page
    assert "Bill Wren" in desk(officer).get("/desk/visits/logs").text
    assert desk(officer).get(f"/desk/visits/logs/{log.id}").headers["location"] == address(log)


@pytest.mark.parametrize("headers", BOTH)
def test_it_is_accepted_once(desk: Desk, session: Session, officer: Actor, log: VisitLog, mrs_hill: Victim,
                             headers: dict[str, str]) -> None:
    ada, hers = desk(officer), f"/desk/victims/{mrs_hill.id}"
    answer = ada.submit(f"{address(log)}/acceptance", {"plan_next": "yes"}, headers=headers)
    assert (answer.headers.get("location") or answer.headers["hx-redirect"]) == "/desk/visits/logs"
    again = ada.submit(f"{address(log)}/acceptance", headers=headers)
    assert again.status_code == 422 and "This log is accepted" in again.text
    assert state(session, log) is LogState.ACCEPTED and session.scalars(select(Contact)).one()
    session.commit()
    page = ada.get(hers).text
    assert "She was glad of it." in page and "Bill Wren" in page


def test_a_log_that_was_corrected_meanwhile_is_read_again_first(
        desk: Desk, session: Session, officer: Actor, volunteer: Actor, log: VisitLog) -> None:
    ada, bill, where = desk(officer), desk(volunteer), address(log)
    here = f"/desk/my-visits/{log.visit_id}/log"
    [seen] = re.findall(r'name="seen" value="(\d+)"', ada.get(where).text)
    bill.submit(here, typed(key="c" * 22, words="Corrected.", corrects=bill.fields(here)["corrects"]))
    answer = ada.submit(f"{where}/acceptance", {"seen": seen})
    assert answer.status_code == 422 and "Bill Wren corrected this log" in answer.text
    assert "Corrected." in answer.text and state(session, log) is LogState.RECEIVED
    [fresh] = re.findall(r'name="seen" value="(\d+)"', answer.text)
    assert ada.submit(f"{where}/acceptance", {"seen": fresh}).status_code == 303


@pytest.mark.parametrize("headers", BOTH)
def test_it_is_returned_with_a_word_of_why(desk: Desk, session: Session, officer: Actor, volunteer: Actor,
                                           log: VisitLog, headers: dict[str, str]) -> None:
    ada = desk(officer)
    silent = ada.submit(f"{address(log)}/return", {"why": " "}, headers=headers)
    assert silent.status_code == 422 and "Say what is to be put right" in silent.text
    ada.submit(f"{address(log)}/return", {"why": "How long were you there?"}, headers=headers)
    assert state(session, log) is LogState.RETURNED
    assert "How long were you there?" in desk(volunteer).get(f"/desk/my-visits/{log.visit_id}/log").text
    session.commit()
    assert "Accept it as it stands" in ada.get(address(log)).text
    ada.submit(f"{address(log)}/acceptance", headers=headers)
    assert state(session, log) is LogState.ACCEPTED


def test_only_the_officer_has_the_buttons(desk: Desk, session: Session, supervisor: Actor, ambassador: Actor,
                                          mrs_hill: Victim, log: VisitLog) -> None:
    assert "Accept the log" not in desk(supervisor).get(address(log)).text
    for there in (address(log), f"/desk/visits/logs/{log.id}"):
        assert desk(ambassador).get(there).status_code == 404
    change(session, mrs_hill, assigned_to_id=ambassador.id)
    page = desk(ambassador).get(address(log))
    assert page.status_code == 200 and "Accept the log" not in page.text
    assert desk(ambassador).submit(f"{address(log)}/acceptance").status_code == 403


def test_no_log_is_needed_from_whoever_did_not_write_one(
        desk: Desk, session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim,
        visit_of: PlanVisit) -> None:
    visit, ada = visit_of(mrs_hill, volunteer, begins_at=now() - timedelta(days=2)), desk(officer)
    assert "Not come yet" in ada.get("/desk/visits/logs").text
    there = f"/desk/visits/{visit.id}/crew/{volunteer.id}/no-log"
    assert ada.submit(there, {"went": "yes"}).status_code == 303
    session.expire_all()
    assert session.get_one(type(visit), visit.id).state is VisitState.FINISHED
    session.commit()
    assert "Not come yet" not in ada.get("/desk/visits/logs").text
    assert ada.submit("/desk/visits/999999/crew/1/no-log").status_code == 404


def test_who_has_logs_on_their_phone_and_since_when(desk: Desk, session: Session, supervisor: Actor,
                                                    volunteer: Actor) -> None:
    session.add(Phone(account_id=volunteer.id, name_hash="x", salt="y", unsent=3,
                      unsent_since=now() - timedelta(hours=2)))
    session.commit()
    page = desk(supervisor).get("/desk/visits/logs").text
    assert "Still on somebody’s phone" in page and "Bill Wren" in page


@pytest.mark.parametrize("headers", BOTH)
@pytest.mark.parametrize(("door", "becomes"), [("review", LogState.RECEIVED),
                                               ("setting-aside", LogState.SET_ASIDE)])
def test_the_supervisor_reviews_what_came_without_access(
        desk: Desk, session: Session, supervisor: Actor, officer: Actor, volunteer: Actor, mrs_hill: Victim,
        visit_of: PlanVisit, headers: dict[str, str], door: str, becomes: LogState) -> None:
    visit = visit_of(mrs_hill, volunteer)
    late = hand_in_late(session, lapse(session, volunteer), visit.id, key=KEY, entry=entry())
    session.commit()
    ruth = desk(supervisor)
    assert "Mrs Margaret Hill" in ruth.get("/desk/visits/reviews").text
    assert "Pass it on" in ruth.get(address(late)).text
    assert "Accept the log" not in desk(officer).get(address(late)).text
    assert desk(officer).submit(f"{address(late)}/acceptance").status_code == 422
    if door == "setting-aside":
        assert ruth.submit(f"{address(late)}/{door}", {"why": ""}, headers=headers).status_code == 422
    ruth.submit(f"{address(late)}/{door}", {"why": "They never went"}, headers=headers)
    assert state(session, late) is becomes


def test_whoever_has_no_access_any_more_has_one_page_and_hands_in_there(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    foreign = visit_of(mrs_hill)
    lapse(session, volunteer)
    bill = desk(volunteer)
    page = bill.get("/desk/handing-in")
    assert page.status_code == 200 and "Your vetting was suspended" in page.text and "Hill" not in page.text
    assert bill.get("/desk").headers["location"] == "/desk/handing-in"
    assert bill.get(f"/desk/my-visits/{visit.id}/log").status_code == 403
    there = f"/desk/handing-in/{visit.id}"
    first = typed()     # once: it tells the time of day, which goes on
    answers = [bill.submit(there, first, headers=JSON), bill.submit(there, first, headers=JSON),
               bill.submit(there, typed(words="Other."), headers=JSON),
               bill.submit(f"/desk/handing-in/{foreign.id}", typed(key="f" * 22), headers=JSON),
               bill.submit(there, typed(met=["nobody"], key="z" * 22), headers=JSON)]
    assert [(one.status_code, one.json()["state"]) for one in answers] == [
        (200, "received"), (200, "same"), (409, "different"), (404, "refused"), (409, "different")]
    assert "supervisor" in answers[0].json()["words"]
    session.expire_all()
    assert session.scalars(select(VisitLog)).one().state is LogState.REVIEW


@pytest.mark.parametrize("headers", BOTH)
def test_a_log_that_was_being_typed_when_access_ended_is_finished_for_the_supervisor(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        headers: dict[str, str]) -> None:
    visit, bill = visit_of(mrs_hill, volunteer), desk(volunteer)
    here, there = f"/desk/my-visits/{visit.id}/log", f"/desk/handing-in/{visit.id}"
    assert bill.get(here).status_code == 200
    lapse(session, volunteer)
    cut_off = bill.submit(here, typed(draft_of=here))
    assert "sign-in" in cut_off.headers["location"]
    again = desk(volunteer)
    assert there in again.get("/desk/handing-in").text
    page = again.get(there)
    assert "She was glad of it." in page.text and "Margaret" not in page.text
    wrong = again.submit(there, typed(minutes="900"), headers=headers)
    assert wrong.status_code == 422 and "from 0 to 720" in wrong.text and "She was glad" in wrong.text
    again.submit(there, typed(), headers=headers)
    session.expire_all()
    assert session.scalars(select(VisitLog)).one().state is LogState.REVIEW
    session.commit()
    assert there not in again.get("/desk/handing-in").text
    assert again.get(there).status_code == 404


def test_whoever_is_cleared_again_hands_in_what_was_taken_from_them_for_review(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    change(session, session.scalars(select(CrewMember)).one(), state=CrewState.HANDED_BACK, answered_at=now(),
           why="vetting")
    answer: Any = desk(volunteer).submit(f"/desk/my-visits/{visit.id}/log", typed(), headers=JSON)
    assert (answer.status_code, answer.json()["words"]) == (200, "Your log is with the supervisor.")
