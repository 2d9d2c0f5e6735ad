"""Today is one list, the most pressing first, and every line says why it is there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from outreach.casework.follow_ups import FollowUp, Status
from outreach.casework.imports.record import ImportRow, State, Verdict, VictimImport
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, VictimPhone
from outreach.foundation import audit
from outreach.foundation.clock import at, now, today
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, Actor, NotAllowed
from outreach.insight.today import Kind, lines, newest_import
from tests.site import BOTH

Add = Callable[..., Any]


@pytest.fixture
def add(session: Session) -> Add:
    def one(record: Any) -> Any:
        with acting(session, COMMAND_LINE, "test"):
            session.add(record)
        session.commit()
        return record
    return one


def follow_up(victim: Victim, assignee: Actor, days: int = 0, **more: Any) -> FollowUp:
    return FollowUp(victim_id=victim.id, assignee_id=assignee.id, reason="Ring back", status=Status.DUE,
                    due_at=at(today() + timedelta(days=days), more.pop("clock", now().time())), **more)


def victim_import(officer: Actor, days_ago: int, **more: Any) -> VictimImport:
    then = now() - timedelta(days=days_ago)
    return VictimImport(source="A list", file_name="list.csv", file_hash="x", stored_as="x.csv",
                        state=more.pop("state", State.COMMITTED), uploaded_by_id=officer.id, uploaded_at=then,
                        committed_at=then, **more)


def test_what_is_latest_stands_first_and_says_how_late(session: Session, officer: Actor, mrs_hill: Victim,
                                                      add: Add) -> None:
    add(follow_up(mrs_hill, officer, days=0))
    add(follow_up(mrs_hill, officer, days=-3))
    found = [line for line in lines(session, officer) if line.kind is Kind.FOLLOW_UP]
    assert [line.why for line in found] == ["3 days late. Ring back", "Ring back"]
    assert found[0].late and mrs_hill.last_name in found[0].title


def test_what_is_planned_for_tomorrow_waits(session: Session, officer: Actor, mrs_hill: Victim,
                                            add: Add) -> None:
    add(follow_up(mrs_hill, officer, days=1))
    assert [line for line in lines(session, officer) if line.kind is Kind.FOLLOW_UP] == []


def test_each_sees_their_own_and_the_supervisor_what_was_escalated(
        session: Session, officer: Actor, supervisor: Actor, ambassador: Actor, mrs_hill: Victim,
        add: Add) -> None:
    add(follow_up(mrs_hill, officer, days=-1))
    add(follow_up(mrs_hill, ambassador, days=-2, escalated_at=now()))
    assert len([li for li in lines(session, supervisor) if li.kind is Kind.FOLLOW_UP]) == 1
    theirs = [li for li in lines(session, officer) if li.kind is Kind.FOLLOW_UP]
    assert {li.assignee for li in theirs} == {"", ambassador.name}


def test_an_old_victim_list_is_said_loudly(session: Session, officer: Actor, add: Add) -> None:
    add(victim_import(officer, 31))
    newest = newest_import(session)
    assert newest and (newest.days, newest.is_stale) == (31, True)
    assert "The last victim list is 31 days old." in [line.why for line in lines(session, officer)]


def test_a_fresh_victim_list_is_no_work(session: Session, officer: Actor, add: Add) -> None:
    add(victim_import(officer, 2))
    newest = newest_import(session)
    assert newest and not newest.is_stale
    assert [line for line in lines(session, officer) if line.kind is Kind.IMPORT] == []


def test_rows_that_wait_for_a_person_are_work(session: Session, officer: Actor, add: Add) -> None:
    record = add(victim_import(officer, 0))
    for number, verdict in enumerate((Verdict.ERROR, Verdict.REVIEW, Verdict.NEW), 1):
        add(ImportRow(import_id=record.id, number=number, cells=[], values={}, verdict=verdict))
    [line] = [line for line in lines(session, officer) if line.kind is Kind.IMPORT]
    assert line.record_id == record.id and "2 rows wait" in line.why


def test_nobody_in_great_need_falls_between_two_lists(session: Session, officer: Actor, enter: Any,
                                                     add: Add) -> None:
    edith = enter("Edith", "Storr", age_estimate=90, vulnerability=["dementia", "bereaved", "isolation"])
    assert [li.record_id for li in lines(session, officer) if li.kind is Kind.NOBODY_PLANNED] == [edith.id]
    add(follow_up(edith, officer, days=5, clock=now().time()))
    assert [li for li in lines(session, officer) if li.kind is Kind.NOBODY_PLANNED] == []


def test_opening_today_is_logged_as_looking(session: Session, officer: Actor, mrs_hill: Victim,
                                            add: Add) -> None:
    add(follow_up(mrs_hill, officer))
    audit.waiting(session)
    lines(session, officer)
    [note] = audit.waiting(session)
    assert note["action"] == "consultation" and note["details"]["shown"] == [mrs_hill.id]


def test_the_number_to_ring_is_their_own_before_somebody_elses(session: Session, officer: Actor, enter: Any,
                                                               add: Add) -> None:
    for last_name, phones in (("Storr", [("+441632960301", "daughter, Anne"), ("+441632960302", "")]),
                              ("Pell", [("+441632960303", "son"), ("+441632960304", "neighbour")])):
        victim = enter("Edith", last_name)
        for number, note in phones:
            add(VictimPhone(victim_id=victim.id, number=number, note=note))
        add(follow_up(victim, officer))
    shown = {line.title: (line.phone, line.phone_note) for line in lines(session, officer)
             if line.kind is Kind.FOLLOW_UP}
    assert shown == {"Edith Storr": ("+441632960302", ""), "Edith Pell": ("+441632960303", "son")}


def test_todays_page_says_whose_number_it_is_and_who_may_answer(desk: Any, officer: Actor, enter: Any,
                                                                add: Add) -> None:
    victim = enter("Edith", "Storr", title="Mrs", who_may_answer="her daughter Anne",
                   may_leave_message=Answer.NO)
    add(VictimPhone(victim_id=victim.id, number="+441632960301", note="daughter, Anne"))
    add(follow_up(victim, officer))
    html = desk(officer).get("/desk/today").text
    assert "</a> <span class=\"work__careful\">daughter, Anne</span>" in html
    assert "Leave no message. Ask for Mrs Storr. May answer: her daughter Anne" in html


def test_nobody_rings_who_has_died(session: Session, officer: Actor, mrs_hill: Victim, add: Add) -> None:
    add(follow_up(mrs_hill, officer))
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.deceased_on = today()
    session.commit()
    assert [line for line in lines(session, officer) if line.record_type == "victim"] == []


def test_of_a_restricted_record_today_tells_the_name_only(session: Session, officer: Actor, enter: Any,
                                                          add: Add) -> None:
    victim = enter("Edith", "Storr", phones=("+441632960301",), town="Whitby", restricted=True,
                   who_may_answer="her daughter", age_estimate=90,
                   vulnerability=["dementia", "bereaved", "isolation"])
    assert [line for line in lines(session, officer) if line.record_type == "victim"] == []
    add(follow_up(victim, officer, days=-2))
    [line] = [line for line in lines(session, officer) if line.record_type == "victim"]
    told = (line.title, line.why, line.place, line.phone, line.phone_note, line.careful)
    assert told == ("Edith Storr", "Restricted: open it and say why", "", "", "", "")


@pytest.mark.parametrize("who", ["administrator", "communicator", "volunteer"])
def test_those_who_see_no_victim_have_no_today(session: Session, request: pytest.FixtureRequest,
                                               who: str) -> None:
    with pytest.raises(NotAllowed):
        lines(session, request.getfixturevalue(who))


@pytest.mark.parametrize("htmx", BOTH)
def test_the_page_shows_the_list(desk: Any, officer: Actor, mrs_hill: Victim, add: Add,
                                 htmx: dict[str, str]) -> None:
    add(follow_up(mrs_hill, officer, days=-3))
    page = desk(officer).get("/desk/today", headers=htmx)
    assert page.status_code == 200 and "3 days late. Ring back" in page.text
    assert ("<html" in page.text) is not bool(htmx)
