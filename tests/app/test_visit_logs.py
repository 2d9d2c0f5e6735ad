"""The log of a visit through its page and from a phone: the same words, and nothing typed is lost."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim
from outreach.casework.visits import LogState, VisitLog, VisitState
from outreach.foundation import clock
from outreach.foundation.clock import local, now
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, Actor
from tests.cast import PlanVisit
from tests.site import BOTH, Browser

Desk = Callable[..., Browser]
JSON = {"Accept": "application/json"}
KEY = "k" * 22


def typed(**more: Any) -> dict[str, Any]:
    """What a phone sends of a visit that went well."""
    hour = "{:%H:%M}".format
    return {"key": KEY, "outcome": "visited", "began": hour(local(now() - timedelta(minutes=10))),
            "ended": hour(local(now())), "met": ["person"], "discussed": ["bank_notified"],
            "words": "She was glad of it.", "sent_at": now().isoformat(), **more}


def logs(session: Session) -> list[VisitLog]:
    session.expire_all()
    found = [*session.scalars(select(VisitLog))]
    session.commit()
    return found


@pytest.mark.parametrize("headers", BOTH)
def test_a_log_is_written_on_the_page(desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim,
                                      visit_of: PlanVisit, headers: dict[str, str]) -> None:
    visit, bill = visit_of(mrs_hill, volunteer), desk(volunteer)
    here = f"/desk/my-visits/{visit.id}/log"
    page = bill.get(here)
    assert page.status_code == 200 and "Margaret H." in page.text and "Hill" not in page.text
    answer = bill.submit(here, typed(key="", idempotency_key=KEY, miles="7.5 miles"), headers=headers)
    assert (answer.headers.get("location") or answer.headers["hx-redirect"]) == "/desk/my-visits"
    [log] = logs(session)
    assert (log.state, log.key, log.words) == (LogState.RECEIVED, KEY, "She was glad of it.")


@pytest.mark.parametrize("headers", BOTH)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        headers: dict[str, str]) -> None:
    visit, bill = visit_of(mrs_hill, volunteer), desk(volunteer)
    long = "x" * 2**20
    answer = bill.submit(f"/desk/my-visits/{visit.id}/log",
                         typed(met=["person", "nobody"], words=long, accepted=["call_blocker"]),
                         headers=headers)
    assert answer.status_code == 422
    assert "Untick “Nobody”" in answer.text and "it has 1,048,576" in answer.text and long in answer.text
    assert 'name="accepted" value="call_blocker" checked' in answer.text
    assert logs(session) == []


@pytest.mark.parametrize(("field", "value", "says"), [
    ("began", "half past", "Enter a time"), ("minutes", "an hour", "Enter minutes as a number"),
    ("miles", "far", "Enter miles as a number"), ("miles", "NaN", "Enter miles as a number"),
    ("miles", "501", "from 0 to 500"),
    ("worried", "very", "Choose an answer"), ("outcome", "posted", "Choose what came"),
    ("outcome", "eaten", "Choose what came"), ("words", "a\x00b", "hidden character"),
    ("travel_minutes", "9" * 30, "Enter minutes as a number"), ("fitted", ["moat"], "on the list")])
def test_a_phone_is_told_what_to_put_right(desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim,
                                           visit_of: PlanVisit, field: str, value: Any, says: str) -> None:
    visit, bill = visit_of(mrs_hill, volunteer), desk(volunteer)
    answer = bill.submit(f"/desk/my-visits/{visit.id}/log", typed(**{field: value}), headers=JSON)
    told = answer.json()
    assert (answer.status_code, told["state"]) == (422, "wrong")
    assert says in told["errors"][field] and told["words"]
    assert all(words.endswith(".") for words in (told["words"], *told["errors"].values()))
    assert logs(session) == []


def test_what_is_wrong_with_the_whole_is_said_once(desk: Desk, volunteer: Actor, mrs_hill: Victim,
                                                   visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    told = desk(volunteer).submit(f"/desk/my-visits/{visit.id}/log", typed(key="short"), headers=JSON).json()
    assert told["words"].startswith("This log came without its key") and told["errors"] == {}
    assert told["words"].endswith(".")


def test_a_phone_that_sends_twice_hears_the_same_and_other_words_are_refused(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit, bill = visit_of(mrs_hill, volunteer), desk(volunteer)
    here = f"/desk/my-visits/{visit.id}/log"
    first = typed()     # once: it tells the time of day, which goes on
    answers = [bill.submit(here, first, headers=JSON), bill.submit(here, first, headers=JSON),
               bill.submit(here, typed(words="No."), headers=JSON)]
    assert [(one.status_code, one.json()["state"]) for one in answers] == [
        (200, "received"), (200, "same"), (409, "different")]
    assert logs(session)[0].words == "She was glad of it."


def test_a_phone_is_told_when_the_log_was_accepted_is_too_long_or_of_no_visit_of_theirs(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit, bill = visit_of(mrs_hill, volunteer), desk(volunteer)
    here = f"/desk/my-visits/{visit.id}/log"
    bill.submit(here, typed(), headers=JSON)
    with acting(session, COMMAND_LINE, "test"):
        [log] = session.scalars(select(VisitLog))
        log.state, log.decided_at, log.visit.state = LogState.ACCEPTED, now(), VisitState.FINISHED
    session.commit()
    answers = [bill.submit(here, typed(words="Late."), headers=JSON),
               bill.submit(here, typed(words="x" * 2**17), headers=JSON),
               bill.submit("/desk/my-visits/999999/log", typed(), headers=JSON)]
    assert [(one.status_code, one.json()["state"]) for one in answers] == [
        (409, "accepted"), (413, "too long"), (404, "refused")]
    assert bill.get(here).status_code == 404
    assert "That log stands as it is" in bill.submit(here, typed(words="Late.")).text


def test_other_words_on_the_page_may_take_the_place_of_the_first(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit, bill = visit_of(mrs_hill, volunteer), desk(volunteer)
    here = f"/desk/my-visits/{visit.id}/log"
    bill.submit(here, typed(), headers=JSON)
    refused = bill.submit(here, typed(key="o" * 22, words="Better."))
    assert refused.status_code == 409 and "Better." in refused.text and "was kept" in refused.text
    again = typed(key="o" * 22, words="Better.", corrects=bill.fields(here)["corrects"])
    assert bill.submit(here, again).status_code == 303
    assert logs(session)[0].words == "Better."


def test_a_correction_may_come_from_a_phone_too(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit, bill = visit_of(mrs_hill, volunteer), desk(volunteer)
    here = f"/desk/my-visits/{visit.id}/log"
    bill.submit(here, typed(), headers=JSON)
    better = typed(key="o" * 22, words="Better.", corrects=bill.fields(here)["corrects"])
    answers = [bill.submit(here, told, headers=JSON).json()["state"]
               for told in (better, better, {**better, "key": "s" * 22, "words": "Stale."})]
    assert answers == ["received", "same", "different"]
    assert logs(session)[0].words == "Better."


def test_a_log_that_was_returned_says_what_to_put_right_and_holds_what_was_written(
        desk: Desk, session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit, bill = visit_of(mrs_hill, volunteer), desk(volunteer)
    here = f"/desk/my-visits/{visit.id}/log"
    bill.submit(here, typed(miles="7.5"), headers=JSON)
    with acting(session, COMMAND_LINE, "test"):
        [log] = session.scalars(select(VisitLog))
        log.state, log.decided_why = LogState.RETURNED, "How long were you there?"
    session.commit()
    page = bill.get(here).text
    assert "How long were you there?" in page and "She was glad of it." in page and 'value="7.5"' in page


def test_the_log_of_a_visit_still_to_come_says_so_and_holds_the_planned_times(
        desk: Desk, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    at = clock.at(clock.today() + timedelta(days=1), time(10))
    html = desk(volunteer).get(f"/desk/my-visits/{visit_of(mrs_hill, volunteer, begins_at=at).id}/log").text
    assert "Write its log once you have been there" in html
    assert 'value="10:00"' in html and 'value="11:00"' in html


def test_nobody_opens_the_log_of_somebody_elses_visit(desk: Desk, volunteer: Actor, officer: Actor,
                                                      mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    assert desk(officer).get(f"/desk/my-visits/{visit.id}/log").status_code == 404
