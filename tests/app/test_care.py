"""Restricting a record and recording a death in the browser: what the button said is what happens."""

import html
import re
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from outreach.casework import follow_ups
from outreach.casework.victims import keeping
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from tests.site import BOTH

WHY = {"reason": "Witness in a live investigation"}


def record(victim):
    return f"/desk/victims/{victim.id}"


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def reread(session, victim):
    """The record as the database has it; nothing stays locked afterwards."""
    session.commit()
    session.refresh(victim)
    session.commit()
    return victim


def looked(session, operation):
    """(who, at which record) of the looks that were logged under this name."""
    session.commit()
    rows = session.execute(select(AuditEntry.actor_id, AuditEntry.record_id).where(
        AuditEntry.operation == operation)).all()
    session.commit()
    return rows


# What the button said

def test_a_second_officer_who_presses_restrict_does_not_lift_it(desk, officer, supervisor, session, mrs_hill):
    first, second = desk(officer), desk(supervisor)
    typed = second.fields(f"{record(mrs_hill)}/care/edit") | WHY
    assert typed["wanted"] == "restricted"
    first.submit(f"{record(mrs_hill)}/restriction", WHY | {"wanted": "restricted"})
    second.submit(f"{record(mrs_hill)}/openings", {"reason": "Complaint 12"})
    second.post(f"{record(mrs_hill)}/restriction", data=typed)
    assert reread(session, mrs_hill).restricted
    assert "restricted already. Nothing was changed" in words(second.get(record(mrs_hill)))


def test_a_restriction_is_lifted_once(desk, officer, session, mrs_hill):
    client = desk(officer)
    client.submit(f"{record(mrs_hill)}/restriction", WHY | {"wanted": "restricted"})
    assert client.fields(f"{record(mrs_hill)}/care/edit")["wanted"] == "open"
    for told in ("The restriction is lifted", "open already. Nothing was changed"):
        client.submit(f"{record(mrs_hill)}/restriction", WHY | {"wanted": "open"})
        assert told in words(client.get(record(mrs_hill)))
        assert not reread(session, mrs_hill).restricted


@pytest.mark.parametrize("wanted", ["", "x"])
def test_a_restriction_that_says_nothing_changes_nothing(desk, officer, session, mrs_hill, wanted):
    answer = desk(officer).submit(f"{record(mrs_hill)}/restriction", WHY | {"wanted": wanted})
    assert answer.status_code == 422 and "Choose whether to restrict" in words(answer)
    assert not reread(session, mrs_hill).restricted


def test_a_death_recorded_twice_stands(desk, officer, session, mrs_hill):
    client = desk(officer)
    client.submit(f"{record(mrs_hill)}/death", {"died_on": "3 11 2025"})
    client.submit(f"{record(mrs_hill)}/death", {"died_on": ""})
    assert str(reread(session, mrs_hill).deceased_on) == "2025-11-03"
    assert "recorded already, on 3 November 2025" in words(client.get(record(mrs_hill)))


def test_undo_of_a_death_pressed_twice_records_none(desk, officer, session, mrs_hill):
    client = desk(officer)
    client.submit(f"{record(mrs_hill)}/death", {"died_on": ""})
    undo = re.search(r'action="([^"]+/death/undoing)"', client.get(record(mrs_hill)).text)[1]
    for told in ("The death is taken back", "No death is on this record"):
        client.submit(undo)
        assert told in words(client.get(record(mrs_hill)))
        assert reread(session, mrs_hill).deceased_on is None


# A restricted record is changed by nobody who has not said why

@pytest.fixture
def restricted(session, supervisor, mrs_hill):
    """Mrs Hill's record, restricted by the supervisor; the officer has said nothing yet."""
    keeping.restrict(session, supervisor, mrs_hill, **WHY)
    session.commit()
    return mrs_hill


@pytest.mark.parametrize("form", ["details/whereabouts", "death", "assignment", "contacts", "restriction",
                                  "fraud-reports", "household", "merges"])
@pytest.mark.parametrize("htmx", BOTH)
def test_a_restricted_record_is_neither_shown_nor_changed_without_a_reason(desk, officer, session, restricted,
                                                                           form, htmx):
    version = restricted.version
    answer = desk(officer).submit(f"{record(restricted)}/{form}", WHY | {"wanted": "open"}, headers=htmx)
    assert answer.status_code == 403 and "restricted" in words(answer)
    assert "Hill" not in answer.text and "Scarborough" not in answer.text
    found = reread(session, restricted)
    assert (found.restricted, found.deceased_on, found.version) == (True, None, version)


def test_whoever_has_said_why_changes_a_restricted_record(desk, officer, session, restricted):
    client = desk(officer)
    client.submit(f"{record(restricted)}/openings", {"reason": "Ringing about the hearing"})
    assert client.submit(f"{record(restricted)}/death", {"died_on": ""}).status_code == 303
    assert reread(session, restricted).deceased_on


def test_what_was_typed_is_kept_while_the_page_asks_why(desk, officer, restricted):
    client, new = desk(officer), f"{record(restricted)}/contacts/new"
    asked = client.submit(f"{record(restricted)}/contacts", {"summary": "Rang about the hearing",
                                                             "draft_of": new})
    assert f'action="{record(restricted)}/openings"' in asked.text
    client.submit(f"{record(restricted)}/openings", {"reason": "Ringing about the hearing"})
    assert "Rang about the hearing" in client.get(new).text


def test_a_restricted_record_is_not_merged_before_somebody_says_why(desk, officer, session, restricted,
                                                                    mr_hill):
    client = desk(officer)
    answer = client.submit(f"{record(mr_hill)}/merges", {"merged_id": str(restricted.id)})
    assert answer.status_code == 422 and "open it and say why first" in words(answer)
    assert "Margaret" not in answer.text and reread(session, restricted).merged_into_id is None
    client.submit(f"{record(restricted)}/openings", {"reason": "The same person"})
    client.submit(f"{record(mr_hill)}/merges", {"merged_id": str(restricted.id)})
    assert reread(session, restricted).merged_into_id == mr_hill.id


def test_a_follow_up_of_a_restricted_record_asks_why_too(desk, officer, session, restricted):
    planned = follow_ups.plan(session, officer, restricted, reason="Ring about the bank",
                              due_at=clock.at(clock.today() + timedelta(days=20), time(10)))
    session.commit()
    client, here = desk(officer), f"/desk/follow-ups/{planned.id}"
    for answer in (client.get(here), client.submit(here), client.submit(f"{here}/cancellation")):
        assert answer.status_code == 403 and "Hill" not in answer.text and "bank" not in answer.text
        assert f'action="{record(restricted)}/openings"' in answer.text
    client.submit(f"{record(restricted)}/openings", {"reason": "Ringing about the hearing"})
    assert "Margaret" in client.get(here).text
    assert client.submit(f"{here}/cancellation").status_code == 303


# Looks that are logged

def test_the_timeline_of_a_household_is_a_look_at_each_who_stands_in_it(desk, officer, session, mrs_hill,
                                                                        mr_hill):
    client = desk(officer)
    client.get(record(mrs_hill))
    assert looked(session, "household.timeline_shown") == []
    assert "Harold" in client.get(f"{record(mrs_hill)}?of=household").text
    assert looked(session, "household.timeline_shown") == [(officer.id, mr_hill.id)]


@pytest.mark.parametrize("htmx", BOTH)
def test_a_refused_form_that_shows_the_record_again_is_a_look(desk, officer, session, mrs_hill, htmx):
    desk(officer).submit(f"{record(mrs_hill)}/contacts", {"outcome": ""}, headers=htmx)
    assert looked(session, "victim.shown_again") == [(officer.id, mrs_hill.id)]


@pytest.mark.parametrize("htmx", BOTH)
def test_a_saved_part_is_a_look_where_the_record_is_shown_at_once(desk, officer, session, mrs_hill, htmx):
    desk(officer).submit(f"{record(mrs_hill)}/details/circumstances", {"lives_alone": "yes"}, headers=htmx)
    assert looked(session, "victim.shown_again") == ([(officer.id, mrs_hill.id)] if htmx else [])


@pytest.mark.parametrize("htmx", BOTH)
def test_a_change_that_leads_on_is_no_look_by_itself(desk, officer, session, mrs_hill, htmx):
    desk(officer).submit(f"{record(mrs_hill)}/death", {"died_on": ""}, headers=htmx)
    assert looked(session, "victim.shown_again") == []


def test_a_refused_change_of_a_follow_up_is_a_look_with_the_reason(desk, officer, session, restricted):
    planned = follow_ups.plan(session, officer, restricted, reason="Ring about the bank",
                              due_at=clock.at(clock.today() + timedelta(days=20), time(10)))
    session.commit()
    client = desk(officer)
    client.submit(f"{record(restricted)}/openings", {"reason": "Ringing about the hearing"})
    answer = client.submit(f"/desk/follow-ups/{planned.id}", {"version": str(planned.version)})
    assert answer.status_code == 422
    assert looked(session, "follow_up.shown_again") == [(officer.id, planned.id)]
    reasons = session.scalars(select(AuditEntry.reason).where(
        AuditEntry.operation == "follow_up.shown_again")).all()
    assert reasons == ["Ringing about the hearing"]
