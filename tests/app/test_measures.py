"""Measures in the browser: one click for each step, Undo, and what cannot be is said beside it."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from outreach.casework.measures import Measure, MeasureStep, Status, take_step
from outreach.foundation.clock import now, today
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE
from tests.site import BOTH, HTMX


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


@pytest.fixture
def here(mrs_hill):
    return f"/desk/victims/{mrs_hill.id}/measures"


@pytest.fixture
def stands(session):
    """`stands()`: status of every measure by its code."""
    def all_of_them():
        session.rollback()
        session.expire_all()
        found = {measure.code: measure.status for measure in session.scalars(select(Measure))}
        session.commit()
        return found
    return all_of_them


def test_the_record_shows_the_checklist_with_its_next_steps(desk, officer, session, mrs_hill, here):
    take_step(session, officer, mrs_hill, "call_blocker", Status.ACCEPTED, note="Her son will fit it")
    session.commit()
    page = desk(officer).get(f"/desk/victims/{mrs_hill.id}")
    assert '<section id="measures"' in page.text and "Her son will fit it" in page.text
    assert 'value="call_blocker completed"' in page.text and 'value="call_blocker offered"' not in page.text
    assert 'value="door_sticker offered"' in page.text


@pytest.mark.parametrize("htmx", BOTH)
def test_one_click_is_one_step(desk, officer, mrs_hill, here, stands, htmx):
    client = desk(officer)
    answer = client.submit(here, {"step": "bank_notified completed"}, headers=htmx)
    assert stands() == {"bank_notified": Status.COMPLETED}
    if not htmx:
        assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/victims/{mrs_hill.id}")
        answer = client.get(answer.headers["location"])
    else:
        assert answer.text.lstrip().startswith('<section id="measures"') and "<html" not in answer.text
        assert 'data-focus tabindex="-1"' in answer.text and f'hx-post="{here}"' in answer.text
    assert "Bank notified: done." in words(answer) and f'action="{here}/1/undoing"' in answer.text


@pytest.mark.parametrize("htmx", BOTH)
def test_undo_takes_the_step_back(desk, officer, mrs_hill, here, session, stands, htmx):
    client = desk(officer)
    client.submit(here, {"step": "camera offered"})
    for _ in range(2):
        answer = client.submit(f"{here}/1/undoing", headers=htmx)
        assert answer.status_code == (200 if htmx else 303) and stands() == {"camera": None}
    assert "Taken back today" in words(client.get(here))
    assert len(session.scalars(select(MeasureStep)).all()) == 1


def test_only_the_last_step_offers_to_be_taken_back(desk, officer, here):
    client = desk(officer)
    for step in ("camera offered", "camera accepted", "door_sticker completed"):
        client.submit(here, {"step": step})
    page = client.get(here)
    steps = page.text.partition("Every step</h2>")[2]
    assert re.findall(r'action="[^"]+/(\d)/undoing"', steps) == ["3", "2"]


def test_the_day_and_a_note_can_be_given(desk, officer, session, here):
    desk(officer).submit(here, {"step": "camera offered", "on": "1 3 2026", "note": "By letter"})
    [step] = session.scalars(select(MeasureStep)).all()
    assert (str(step.on), step.note) == ("2026-03-01", "By letter")


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("typed", "sentence"), [
    ({"on": "tomorrow"}, "Enter a date"),
    ({"on": f"{today() + timedelta(days=2):%d %m %Y}"}, "Enter a date that is not in the future"),
    ({"on": "1 1 2026"}, "It was offered on 1 March 2026: enter that date or a later one"),
    ({"step": "camera sold"}, "Choose a step from the list"), ({"step": ""}, "Choose a step from the list"),
    ({"step": "magic offered"}, "Choose a measure from the list"),
    ({"step": "advice_pack offered"}, "“Advice pack given” is completed already"),
    ({"note": "x" * 501}, "Shorten this to 500 characters or fewer")])
def test_what_is_refused_is_said_and_changes_nothing(desk, officer, here, stands, htmx, typed, sentence):
    client = desk(officer)
    client.submit(here, {"step": "camera offered", "on": "1 3 2026"})
    client.submit(here, {"step": "advice_pack completed", "on": "1 3 2026"})
    before = stands()
    answer = client.submit(here, {"step": "camera completed", "note": "Words I typed"} | typed, headers=htmx)
    assert answer.status_code == 422 and ("<html" in answer.text) is not bool(htmx)
    assert sentence in words(answer) and (typed.get("note") or "Words I typed") in answer.text
    assert stands() == before


def test_a_step_of_another_day_stands(desk, officer, session, here, mrs_hill, stands):
    measure = take_step(session, officer, mrs_hill, "camera", Status.OFFERED)
    with acting(session, COMMAND_LINE, "test"):
        measure.steps[0].entered_at = now() - timedelta(days=2)
    session.commit()
    client = desk(officer)
    assert "Take back" not in client.get(here).text
    answer = client.submit(f"{here}/{measure.steps[0].id}/undoing")
    assert answer.status_code == 409 and "only on that day" in words(answer)
    assert stands() == {"camera": Status.OFFERED}


def test_a_step_of_somebody_else_is_not_found(desk, officer, session, here, mr_hill, stands):
    measure = take_step(session, officer, mr_hill, "camera", Status.OFFERED)
    session.commit()
    assert desk(officer).submit(f"{here}/{measure.steps[0].id}/undoing").status_code == 404
    assert stands() == {"camera": Status.OFFERED}


def test_nothing_is_offered_to_the_dead(desk, officer, session, mrs_hill, here, stands):
    with acting(session, COMMAND_LINE, "victim.died"):
        mrs_hill.deceased_on = today()
    session.commit()
    client = desk(officer)
    assert 'name="step"' not in client.get(f"/desk/victims/{mrs_hill.id}").text
    answer = client.submit(here, {"step": "camera offered"}, headers=HTMX)
    assert answer.status_code == 422 and "recorded as having died" in words(answer) and stands() == {}


def test_the_ambassador_records_for_their_own_victim_only(desk, ambassador, mr_shaw, here, stands):
    client = desk(ambassador)
    own = client.submit(f"/desk/victims/{mr_shaw.id}/measures", {"step": "camera offered"})
    assert own.status_code == 303
    assert client.submit(here, {"step": "camera offered"}).status_code == 404
    assert stands() == {"camera": Status.OFFERED}


def test_the_supervisor_reads_and_records_nothing(desk, supervisor, mrs_hill, here):
    client = desk(supervisor)
    assert 'name="step"' not in client.get(f"/desk/victims/{mrs_hill.id}").text
    assert client.get(here).status_code == 200
    assert client.submit(here, {"step": "camera offered"}).status_code == 403
