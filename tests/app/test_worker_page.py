"""The worker's page and the follow-ups' pages, as a browser meets them."""

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.settings import settings
from outreach.casework import follow_ups, reaching
from outreach.casework.follow_ups import FollowUp, Status
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer, Channel
from outreach.casework.victims import Victim
from outreach.foundation import clock, outbox
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.force import current
from outreach.foundation.operation import acting
from outreach.foundation.outbox import Engine, Lane, OutboxMessage, State, lives
from outreach.foundation.permissions import COMMAND_LINE, Actor
from tests.site import BOTH, Browser

Desk = Callable[..., Browser]


@pytest.fixture(autouse=True)
def _at_any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts keep to hours of the day; these tests run at any."""
    monkeypatch.setattr(reaching, "outside_hours", lambda *_: False)


@pytest.fixture
def soon() -> Any:
    return clock.at(current().working_day_after(clock.today() + timedelta(days=10), 0), time(10))


@pytest.fixture
def planned(session: Session, officer: Actor, mrs_hill: Victim, soon: Any) -> FollowUp:
    """A follow-up of the officer's for Mrs Hill, with a text the day before."""
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_text = Answer.YES
    found = follow_ups.plan(session, officer, mrs_hill, due_at=soon, reason="Ring about the bank",
                            remind_by=Channel.TEXT)
    session.commit()
    return found


@pytest.fixture
def failed(session: Session, planned: FollowUp) -> OutboxMessage:
    """Its text, which could not be sent."""
    session.execute(update(OutboxMessage).where(OutboxMessage.kind == "follow_up.text").values(
        state=State.FAILED, last_error="must not be texted", done_at=clock.now()))
    found = session.scalars(select(OutboxMessage).where(OutboxMessage.state == State.FAILED)).one()
    session.commit()
    return found


def typed(follow_up: FollowUp, **other: str) -> dict[str, str]:
    local = clock.local(follow_up.due_at)
    return {"due_on": f"{local.day} {local.month} {local.year}", "due_at": "10am",
            "reason": "Ring about the bank", "remind_by": "text",
            "version": str(follow_up.version)} | other


def a_week_after(follow_up: FollowUp) -> str:
    later = clock.local(follow_up.due_at) + timedelta(days=7)
    return f"{later.day} {later.month} {later.year}"


def test_the_worker_s_page_says_that_nobody_works(desk: Desk, officer: Actor) -> None:
    html = desk(officer).get("/desk/worker").text
    assert "Never started" in html and "Nothing: every promise was kept" in html


def test_the_worker_s_page_says_who_is_alive_and_what_the_timetable_holds(desk: Desk, database: Database,
                                                                          officer: Actor) -> None:
    life = lives.Life(database)
    life.begin()
    html = desk(officer).get("/desk/worker").text
    assert "Working" in html and "The worker mails each person their day’s list" in html
    life.end()


def test_an_administrator_sees_that_something_failed_but_not_whom_it_concerns(
        desk: Desk, officer: Actor, administrator: Actor, failed: OutboxMessage) -> None:
    assert "Could not text Mrs Hill: must not be texted" in desk(officer).get("/desk/worker").text
    html = desk(administrator).get("/desk/worker").text
    assert "Could not text somebody: must not be texted" in html and "Hill" not in html
    assert "/retry" not in html


@pytest.mark.parametrize("headers", BOTH)
@pytest.mark.parametrize(("deed", "state"), [("retry", State.READY), ("drop", State.CANCELLED)])
def test_what_failed_is_retried_or_dropped_by_a_button(
        desk: Desk, database: Database, officer: Actor, failed: OutboxMessage, headers: dict[str, str],
        deed: str, state: State) -> None:
    browser = desk(officer)
    answer = browser.submit(f"/desk/worker/promises/{failed.id}/{deed}", headers=headers)
    assert answer.status_code == (200 if headers else 303)
    if headers:
        assert "<html" not in answer.text and 'id="worker"' in answer.text
    with database.reading() as session:
        assert session.get_one(OutboxMessage, failed.id).state is state
    again = browser.submit(f"/desk/worker/promises/{failed.id}/retry", headers=headers)
    assert again.status_code == 409 and "no longer waiting" in again.text


@pytest.mark.parametrize("headers", BOTH)
def test_the_list_of_follow_ups_is_filtered_and_the_look_is_logged(
        desk: Desk, database: Database, officer: Actor, planned: FollowUp, headers: dict[str, str]) -> None:
    browser = desk(officer)
    assert "Margaret Hill" in browser.get("/desk/follow-ups?assignee=me", headers=headers).text
    assert "None of these" in browser.get("/desk/follow-ups?state=escalated", headers=headers).text
    with database.reading() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.operation == "follow_up.listed",
                                                           AuditEntry.details.is_not(None)).limit(1))
        assert entry.details["shown"] == [planned.victim_id]


def test_the_list_turns_its_pages_both_ways(desk: Desk, session: Session, officer: Actor, mrs_hill: Victim,
                                            soon: Any) -> None:
    follow_ups.plan_first_attempts(session, officer, [(mrs_hill.id, Band.HIGH, officer.id)] * 120)
    session.commit()
    seen: list[int] = []
    after = None
    for _ in range(3):
        page = follow_ups.list_follow_ups(session, officer, after=after)
        seen += [line.id for line in page.lines]
        after = seen[-1]
    assert len(seen) == len(set(seen)) == 120 and not page.later
    back = follow_ups.list_follow_ups(session, officer, before=seen[100])
    assert [line.id for line in back.lines] == seen[50:100]
    downwards = follow_ups.list_follow_ups(session, officer, newest_first=True)
    assert [line.id for line in downwards.lines] == seen[::-1][:50]
    session.rollback()


def test_one_follow_up_tells_what_the_worker_will_do(desk: Desk, officer: Actor, planned: FollowUp) -> None:
    html = desk(officer).get(f"/desk/follow-ups/{planned.id}").text
    assert "Will queue this follow-up at 10am" in html and "Will text Mrs Hill a reminder at 10am" in html


def test_beside_each_way_of_reminding_stands_why_it_would_be_refused(desk: Desk, officer: Actor,
                                                                     planned: FollowUp) -> None:
    html = desk(officer).get(f"/desk/follow-ups/{planned.id}").text
    assert "Ask Mrs Hill first whether we may e-mail them: nobody has recorded an answer" in html


@pytest.mark.parametrize(("back", "to"), [("follow_up", "/desk/follow-ups/{0.id}"),
                                          ("victim", "/desk/victims/{0.victim_id}"), ("", "/desk/worker"),
                                          ("https://example.org", "/desk/worker")])
def test_a_retry_leads_back_to_where_it_was_pressed(desk: Desk, officer: Actor, planned: FollowUp,
                                                    failed: OutboxMessage, back: str, to: str) -> None:
    answer = desk(officer).submit(f"/desk/worker/promises/{failed.id}/retry", {"back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, to.format(planned))


def test_a_follow_up_of_somebody_else_s_victim_does_not_exist(desk: Desk, ambassador: Actor,
                                                              planned: FollowUp) -> None:
    browser = desk(ambassador)
    assert browser.get(f"/desk/follow-ups/{planned.id}").status_code == 404
    assert browser.submit(f"/desk/follow-ups/{planned.id}", typed(planned)).status_code == 404
    assert "Hill" not in browser.get("/desk/follow-ups").text


def test_a_follow_up_is_moved_and_its_reminder_with_it(desk: Desk, database: Database, officer: Actor,
                                                       planned: FollowUp) -> None:
    answer = desk(officer).submit(f"/desk/follow-ups/{planned.id}", typed(
        planned, due_on=a_week_after(planned), due_at="2:30pm", reason="Ring her daughter"))
    assert answer.status_code == 303
    with database.reading() as session:
        found = session.get_one(FollowUp, planned.id)
        assert (found.reason, clock.local(found.due_at).time()) == ("Ring her daughter", time(14, 30))
        assert found.remind_at and found.remind_at > planned.due_at


def test_a_refused_change_leaves_everything_as_it_was_and_keeps_what_was_typed(
        desk: Desk, database: Database, session: Session, officer: Actor, planned: FollowUp,
        mrs_hill: Victim) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_email = Answer.NO
    session.commit()
    answer = desk(officer).submit(f"/desk/follow-ups/{planned.id}", typed(
        planned, due_on=a_week_after(planned), reason="Something else", remind_by="email"))
    assert answer.status_code == 422
    assert "You cannot e-mail Mrs Hill: asked for no e-mails" in answer.text
    assert "Something else" in answer.text
    with database.reading() as reading:
        found = reading.get_one(FollowUp, planned.id)
        assert (found.reason, found.due_at) == ("Ring about the bank", planned.due_at)
        assert found.remind_by is Channel.TEXT


def test_a_stale_save_shows_both_texts(desk: Desk, officer: Actor, planned: FollowUp) -> None:
    answer = desk(officer).submit(f"/desk/follow-ups/{planned.id}",
                                  typed(planned, version="1", reason="Ring her son"))
    assert answer.status_code == 409
    assert "Ring her son" in answer.text and "Ring about the bank" in answer.text


def test_a_supervisor_gives_a_follow_up_to_somebody_else_and_changes_nothing_else(
        desk: Desk, database: Database, supervisor: Actor, planned: FollowUp) -> None:
    browser = desk(supervisor)
    assert browser.submit(f"/desk/follow-ups/{planned.id}", typed(planned)).status_code == 403
    answer = browser.submit(f"/desk/follow-ups/{planned.id}/assignee", {"assignee_id": str(supervisor.id)})
    assert answer.status_code == 303
    with database.reading() as session:
        assert session.get_one(FollowUp, planned.id).assignee_id == supervisor.id


def test_a_follow_up_is_taken_back_with_all_that_was_promised(desk: Desk, database: Database,
                                                              officer: Actor, planned: FollowUp) -> None:
    assert desk(officer).submit(f"/desk/follow-ups/{planned.id}/cancellation").status_code == 303
    with database.reading() as session:
        assert session.get_one(FollowUp, planned.id).status is Status.CANCELLED
        assert set(session.scalars(select(OutboxMessage.state))) == {State.CANCELLED}


def test_a_kept_message_is_read_by_those_who_may_and_the_reading_is_logged(
        desk: Desk, database: Database, session: Session, officer: Actor, administrator: Actor,
        planned: FollowUp) -> None:
    session.execute(update(OutboxMessage).values(run_after=clock.now()))
    session.commit()
    life = lives.Life(database)
    life.begin()
    Engine(database, outbox.means(Path(settings().data), "https://desk.example.org/desk"), life.name).work(
        Lane.POST)
    life.end()
    promise = session.scalars(select(OutboxMessage.id).where(OutboxMessage.kind == "follow_up.text")).one()
    session.rollback()
    browser = desk(officer)
    assert "Texted Mrs Hill a reminder" in browser.get("/desk/worker/messages").text
    html = browser.get(f"/desk/worker/messages/{promise}").text
    assert "A reminder from North Yorkshire Police" in html and "+447700900101" in html
    for path in ("/desk/worker/messages", f"/desk/worker/messages/{promise}"):
        assert desk(administrator).get(path).status_code == 403
    with database.reading() as reading:
        assert "message.opened" in set(reading.scalars(select(AuditEntry.operation)))


@pytest.mark.parametrize("path", ["/desk/worker/messages/999", "/desk/follow-ups/999"])
def test_what_is_not_there_is_not_found(desk: Desk, officer: Actor, path: str) -> None:
    assert desk(officer).get(path).status_code == 404
