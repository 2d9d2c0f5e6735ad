"""Logging a contact in the browser: one page, the next follow-up proposed, changed and saved with it."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from outreach.casework.contacts import Contact, Outcome
from outreach.casework.follow_ups import OPEN, FollowUp, Status, plan
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, entering
from outreach.foundation import clock
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import COMMAND_LINE
from tests.site import BOTH, HTMX

UNSAFE = "no reply, unsafe to leave a message"


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def typed(answer):
    """What stands in the fields of a form."""
    text = re.sub(r'<input[^>]*type="checkbox"[^>]*>', "", answer.text)
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', text))
    chosen = re.findall(r'<select[^>]* name="([^"]+)".*?</select>', answer.text, re.S)
    for name in chosen:
        block = re.search(rf'<select[^>]* name="{name}".*?</select>', answer.text, re.S)[0]
        option = re.search(r'<option value="([^"]*)" selected', block)
        fields[name] = option[1] if option else ""
    return {name: html.unescape(value) for name, value in fields.items()}


def now_typed(**more):
    now = clock.local(clock.now())
    return {"channel": "call", "on": f"{now:%d %m %Y}", "at": f"{now:%H:%M}", "outcome": UNSAFE} | more


def rows(session, noun):
    session.commit()
    session.expire_all()
    found = session.scalars(select(noun).order_by(noun.id)).all()
    for row in found:
        session.refresh(row)
    session.commit()
    return found


@pytest.fixture
def here(mrs_hill):
    return f"/desk/victims/{mrs_hill.id}/contacts"


def test_the_page_starts_from_now_and_shows_how_to_contact_safely(desk, officer, here):
    page = desk(officer).get(f"{here}/new")
    said, fields = words(page), typed(page)
    assert "Log a contact with Mrs Hill" in said and "Leave no message" in said and "01632 960 101" in said
    assert fields["on"] == f"{clock.today().day} {clock.today().month} {clock.today().year}"
    assert re.findall(r"<label[^>]*>\s*(Outcome|Next follow-up)\s*</label>", page.text) == ["Outcome",
                                                                                            "Next follow-up"]
    assert page.text.count("autofocus=") == 1 and page.text.count("<h1") == 1


def test_the_next_attempt_is_proposed_as_soon_as_the_outcome_is_chosen(desk, officer, here):
    part = desk(officer).get(f"{here}/proposal", params={"outcome": UNSAFE, "on": "", "at": "10am"},
                             headers=HTMX)
    fields = typed(part)
    assert "<html" not in part.text and part.text.lstrip().startswith('<section class="form__part" id="next"')
    assert fields["next_on"] and fields["next_at"] and "Second attempt" in fields["next_reason"]
    assert fields["next_step"] == "attempt" and "Proposed" in words(part)


def test_what_needs_no_follow_up_proposes_none(desk, officer, here):
    part = desk(officer).get(f"{here}/proposal", params={"outcome": "lives out of area"}, headers=HTMX)
    assert "None is needed" in words(part) and typed(part)["next_on"] == ""


@pytest.mark.parametrize("htmx", BOTH)
def test_an_unanswered_call_and_the_next_attempt_are_saved_together(desk, officer, session, mrs_hill, here,
                                                                    htmx):
    client = desk(officer)
    proposed = typed(client.get(f"{here}/proposal", params={"outcome": UNSAFE}, headers=HTMX))
    answer = client.submit(here, now_typed(minutes="3", summary="Rang out", **proposed), headers=htmx)
    to = f"/desk/victims/{mrs_hill.id}"
    assert (answer.headers["hx-redirect"] if htmx else answer.headers["location"]) == to
    [contact], [follow_up] = rows(session, Contact), rows(session, FollowUp)
    assert (contact.outcome, contact.minutes, contact.by_id) == (Outcome.NO_REPLY_UNSAFE, 3, officer.id)
    assert (follow_up.status, follow_up.assignee_id) == (Status.PLANNED, officer.id)
    assert [message.kind for message in rows(session, OutboxMessage)] == ["follow_up.due"]
    said = words(client.get(to))
    assert "logged. Next:" in said and "Second attempt" in said and "Rang out" in said


def test_without_a_date_the_cadence_plans(desk, officer, session, here):
    desk(officer).submit(here, now_typed())
    assert "Second attempt" in rows(session, FollowUp)[0].reason


def test_a_person_changes_every_part_of_the_proposal(desk, officer, ambassador, session, mr_shaw):
    due = clock.today() + timedelta(days=9)
    desk(officer).submit(f"/desk/victims/{mr_shaw.id}/contacts", now_typed(
        next_on=f"{due:%d/%m/%Y}", next_at="11.15am", next_reason="Visit with the PCSO",
        next_assignee=ambassador.id, next_step="attempt"))
    [follow_up] = rows(session, FollowUp)
    assert clock.local(follow_up.due_at).strftime("%d/%m/%Y %H:%M") == f"{due:%d/%m/%Y} 11:15"
    assert (follow_up.reason, follow_up.assignee_id) == ("Visit with the PCSO", ambassador.id)


def test_no_follow_up_is_planned_when_none_is_needed(desk, officer, session, here):
    desk(officer).submit(here, now_typed(no_follow_up="yes", next_on="1 1 2027"))
    assert rows(session, FollowUp) == [] and len(rows(session, Contact)) == 1


def test_a_contact_settles_what_was_due(desk, officer, session, mrs_hill, here):
    first = plan(session, officer, mrs_hill, reason="First attempt",
                 due_at=clock.at(clock.today() + timedelta(days=1), clock.time(11)))
    with acting(session, officer, "follow_up.changed"):
        first.due_at = clock.now() - timedelta(hours=1)
    session.commit()
    desk(officer).submit(here, now_typed(outcome="spoke"))
    first = rows(session, FollowUp)[0]
    assert first.status is Status.DONE and first.contact_id == rows(session, Contact)[0].id


# What would not be safe

@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("wrong", "sentence", "field"), [
    ({"outcome": "no reply, message left"}, "You cannot leave a message for Mrs Hill", "outcome"),
    ({"channel": "visit", "outcome": "visited"}, "asked for no visits", "channel"),
    ({"remind_by": "text"}, "Ask Mrs Hill first whether we may text them", "remind_by"),
    ({"next_on": "1 1 2020", "next_at": "10am"}, "Enter a date and time that has not passed", "next_on"),
    ({"next_on": "1 1 2027"}, "Enter a time for the next follow-up", "next_at"),
    ({"on": "1 1 2099"}, "Enter a date and time that have passed", "on"),
    ({"outcome": ""}, "Choose an outcome", "outcome"),
    ({"minutes": "some"}, "Enter the minutes, like 5", "minutes")])
def test_what_is_refused_stands_beside_its_field_and_nothing_is_saved(desk, officer, session, enter, htmx,
                                                                      wrong,
                                                                      sentence, field):
    hill = enter("Margaret", "Hill", title="Mrs", phones=("+447700900101",), may_leave_message=Answer.NO,
                 may_visit=Answer.NO)
    answer = desk(officer).submit(f"/desk/victims/{hill.id}/contacts",
                                  now_typed(summary="Every word I typed", **wrong), headers=htmx)
    assert answer.status_code == 422 and ("<html" in answer.text) is not bool(htmx)
    assert sentence in words(answer) and f'href="#{field}"' in answer.text
    assert "Every word I typed" in answer.text
    assert rows(session, Contact) == [] == rows(session, FollowUp) == rows(session, OutboxMessage)


def test_a_double_click_is_refused_and_the_first_stands(desk, officer, session, here):
    client = desk(officer)
    client.submit(here, now_typed())
    answer = client.submit(here, now_typed())
    assert answer.status_code == 422 and "less than a minute ago" in words(answer)
    assert len(rows(session, Contact)) == 1


def test_a_safe_reminder_is_promised(desk, officer, session, mrs_hill, here):
    entering.change(session, COMMAND_LINE, mrs_hill, seen={"may_text": Answer.UNKNOWN}, may_text=Answer.YES)
    session.commit()
    due = clock.today() + timedelta(days=9)
    desk(officer).submit(here, now_typed(next_on=f"{due:%d %m %Y}", next_at="11am", remind_by="text"))
    assert {message.kind for message in rows(session, OutboxMessage)} == {"follow_up.due", "follow_up.text"}


def test_a_death_told_on_the_telephone_ends_what_was_planned(desk, officer, session, mrs_hill, here):
    plan(session, officer, mrs_hill, due_at=clock.at(clock.today() + timedelta(days=20), clock.time(11)),
         reason="Two-week check")
    session.commit()
    desk(officer).submit(here, now_typed(outcome="deceased"))
    assert [one for one in rows(session, FollowUp) if one.status in OPEN] == []
    assert rows(session, Victim)[0].deceased_on == clock.today()


# Who

def test_the_ambassador_logs_for_their_own_victim_only(desk, ambassador, session, mr_shaw, mrs_hill, here):
    client = desk(ambassador)
    assert client.submit(f"/desk/victims/{mr_shaw.id}/contacts", now_typed()).status_code == 303
    assert client.submit(here, now_typed()).status_code == 404
    assert [contact.victim_id for contact in rows(session, Contact)] == [mr_shaw.id]


def test_the_supervisor_reads_and_logs_nothing(desk, supervisor, mrs_hill, here):
    assert desk(supervisor).get(f"{here}/new").status_code == 403
    assert "Log a contact" not in desk(supervisor).get(f"/desk/victims/{mrs_hill.id}").text


def test_what_was_typed_is_kept_when_the_session_ends(desk, officer, here):
    client = desk(officer)
    client.submit("/desk/drafts", now_typed(summary="Half a sen", draft_of=f"{here}/new"))
    assert "Half a sen" in client.get(f"{here}/new").text
