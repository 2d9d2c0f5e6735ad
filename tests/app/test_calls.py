"""Banking Protocol calls in the browser: one screen, one request, and what came of it later."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from outreach.casework import calls
from outreach.casework.calls import Call, Outcome
from outreach.casework.follow_ups import FollowUp
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, merging
from outreach.foundation import clock, drafts
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import COMMAND_LINE
from tests.app.test_victims import words
from tests.site import BOTH, HTMX

NEW = "/desk/calls/new"


def typed(**more):
    """What an officer types while the bank is on the line."""
    at = clock.local(clock.now())
    return {"incident_number": "12 260 1121", "received_on": f"{at.day} {at.month} {at.year}",
            "received_at": f"{at:%H:%M}", "bank": "Dales Bank", "branch": "Whitby", "route": "branch",
            "cover_story": "Building work", "attempted": "9,000", "means": "cash", "fraud_type": "courier",
            "last_name": "Pennock", "first_name": "Ivy", "phone": "01632 960 404",
            "postcode": "YO21 3AB"} | more


@pytest.fixture
def call(session, officer, mrs_hill):
    found = calls.log_call(session, officer, mrs_hill, incident_number="1", bank="Dales Bank",
                           branch="Whitby", received_at=clock.now() - timedelta(hours=3),
                           attempted=Decimal(9000))
    session.commit()
    return found


def counted(session, noun):
    session.commit()
    number = session.scalar(select(func.count()).select_from(noun))
    session.commit()    # nothing stays locked
    return number


@pytest.mark.parametrize("htmx", BOTH)
def test_one_request_saves_the_call_and_all_that_follows(desk, officer, session, htmx):
    answer = desk(officer).submit("/desk/calls", typed(on_phone_to_fraudster="yes"), headers=htmx)
    to = answer.headers["HX-Redirect" if htmx else "location"]
    call = session.scalars(select(Call)).one()
    assert to == f"/desk/calls/{call.id}"
    victim = session.get(Victim, call.victim_id)
    assert (victim.name, victim.phones[0].number) == ("Ivy Pennock", "+441632960404")
    assert (call.incident_number, call.rang, call.attempted) == ("122601121", "Dales Bank, Whitby", 9000)
    assert session.scalars(select(FraudReport)).one().victim_id == victim.id
    assert session.scalars(select(FollowUp)).one().victim_id == victim.id
    kinds = set(session.scalars(select(OutboxMessage.kind)))
    assert kinds == {"follow_up.due", "call.tell_officer"}
    session.commit()
    page = words(desk(officer).get(to))
    assert "Call from Dales Bank, Whitby" in page and "Will tell Ada Cole about this call" in page
    assert "still on the phone to the fraudster" in page


@pytest.mark.parametrize("htmx", BOTH)
def test_a_chosen_person_is_the_one_the_call_is_about(desk, officer, mrs_hill, session, htmx):
    desk(officer).submit("/desk/calls", typed(victim_id=str(mrs_hill.id), last_name="", first_name=""),
                         headers=htmx)
    assert session.scalars(select(Call.victim_id)).one() == mrs_hill.id
    assert counted(session, Victim) == 1
    session.refresh(mrs_hill)
    assert "+441632960404" in {phone.number for phone in mrs_hill.phones}


def test_whoever_asked_for_no_visits_is_to_be_rung(desk, officer, mrs_hill, session):
    with acting(session, COMMAND_LINE, "test.visits"):
        mrs_hill.may_visit = Answer.NO
    session.commit()
    client = desk(officer)
    answer = client.submit("/desk/calls", typed(victim_id=str(mrs_hill.id)))
    page = words(client.get(answer.headers["location"]))
    assert "They asked for no visits: ring them by" in page and "Visit by" not in page


@pytest.mark.parametrize("htmx", BOTH)
def test_somebody_merged_meanwhile_is_chosen_again(desk, officer, mrs_hill, enter, session, htmx):
    peggy = enter("Peggy", "Hill")
    merging.merge(session, officer, mrs_hill, peggy)
    session.commit()
    answer = desk(officer).submit("/desk/calls", typed(victim_id=str(peggy.id)), headers=htmx)
    assert answer.status_code == 422 and "was made one with another: choose again" in words(answer)
    assert "Building work" in answer.text and counted(session, Call) == 0


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("field", "wrong", "says"), [
    ("prevented", {"prevented": "10000"}, "No more than was attempted (£9,000) can have been prevented"),
    ("lost", {"lost": "5000", "prevented": "5000"}, "Prevented and lost together are more"),
    ("recovered", {"recovered": "1"}, "No more than was lost (£0) can have been recovered"),
    ("received_at", {"received_on": "1 1 2031"}, "Enter when the bank rang: a date and time that"),
    ("attended_at", {"received_at": "midnight", "attended_on": "1 1 2020", "attended_at": "10am"},
     "They cannot have attended before the bank rang"),
    ("attended_at", {"attended_on": "1 1 2020"}, "Enter the time at which officers attended"),
    ("bank", {"bank": ""}, "Enter the bank that rang"),
    ("incident_number", {"incident_number": " "}, "Enter the incident number"),
    ("last_name", {"last_name": ""}, "Enter a last name, or choose somebody on record"),
    ("outcome", {"outcome": "no fraud", "lost": "1"}, "Where there was no fraud, nothing was prevented"),
    ("attempted", {"attempted": "lots"}, "Enter an amount in pounds, like 1,250 or 31.99"),
])
def test_what_does_not_fit_is_said_beside_the_field_and_nothing_is_lost(desk, officer, session, field, wrong,
                                                                        says, htmx):
    answer = desk(officer).submit("/desk/calls", typed(**wrong), headers=htmx)
    assert answer.status_code == 422 and says in words(answer)
    assert f'href="#{field}"' in answer.text and "Building work" in answer.text
    assert counted(session, Call) == counted(session, Victim) == counted(session, FollowUp) == 0


@pytest.mark.parametrize("htmx", BOTH)
def test_an_incident_is_logged_once(desk, officer, call, session, htmx):
    answer = desk(officer).submit("/desk/calls", typed(incident_number=" 1 "), headers=htmx)
    assert answer.status_code == 422 and f"Incident 1 is logged already, as call {call.id}" in words(answer)
    assert counted(session, Call) == 1


@pytest.mark.parametrize("some", [{"last_name": "Hil"}, {"last_name": "", "phone": "960 101"},
                                  {"last_name": "", "phone": "", "postcode": "yo12 4tx"}],
                         ids=["half a name", "the end of a number", "a postcode"])
def test_people_on_record_appear_beside_the_form_as_it_is_typed(desk, officer, mrs_hill, mr_hill, some):
    start = {"incident_number": "", "phone": "", "postcode": ""} | some
    answer = desk(officer).submit("/desk/calls/matches", start, headers=HTMX)
    assert "Mrs Margaret Hill" in answer.text and "Mr Harold Hill" in answer.text
    assert "Leave no message" in answer.text and "<h1" not in answer.text


def test_without_javascript_looking_for_them_is_a_step_that_loses_nothing(desk, officer, mrs_hill):
    answer = desk(officer).submit("/desk/calls/matches", typed(first_name="", last_name="Hill", phone=""))
    assert "<h1" in answer.text and "Mrs Margaret Hill" in answer.text and "Building work" in answer.text


def test_a_restricted_record_shows_nothing_of_itself(desk, officer, enter):
    enter("Alma", "Quick", phones=("+441632960505",), restricted=True)
    answer = desk(officer).submit("/desk/calls/matches", {"phone": "01632 960 505"}, headers=HTMX)
    assert "A restricted record" in answer.text and "Alma" not in answer.text


def test_somebody_who_may_be_known_is_not_entered_unseen(desk, officer, mrs_hill, session):
    likely = typed(first_name="Margaret", last_name="Hill", phone="01632 960 101", postcode="YO12 4TX")
    client = desk(officer)
    answer = client.submit("/desk/calls", likely)
    assert answer.status_code == 422 and "somebody on record may be the same person" in words(answer)
    assert counted(session, Call) == 0
    shown = re.findall(r'name="apart_from" value="([^"]*)"', answer.text)[0]
    assert client.submit("/desk/calls", likely | {"apart_from": shown}).status_code == 303
    assert counted(session, Victim) == 2


def test_the_draft_goes_when_the_call_is_saved(desk, officer, session):
    client = desk(officer)
    client.submit("/desk/drafts", typed(draft_of=NEW))
    assert "This is what you had typed" in client.get(NEW).text
    assert "Building work" in client.get(NEW).text
    client.submit("/desk/calls", typed(draft_of=NEW))
    session.commit()
    assert drafts.find(session, officer.id, NEW) is None


@pytest.mark.parametrize("htmx", BOTH)
def test_the_outcome_is_recorded_later_and_a_correction_is_kept(desk, officer, call, session, htmx):
    client, here = desk(officer), f"/desk/calls/{call.id}/outcome"
    was = client.fields(here)["was"].replace("&#34;", '"')
    later = {"outcome": "fraud prevented", "prevented": "9000", "attempted": "9000", "arrests": "1",
             "was": was}
    assert client.submit(here, later, headers=htmx).status_code in (200, 303)
    session.refresh(call)
    assert (call.outcome, call.prevented, call.arrests) == (Outcome.PREVENTED, 9000, 1)
    session.commit()
    was = client.fields(here)["was"].replace("&#34;", '"')
    wrong = later | {"was": was, "prevented": "8000"}
    answer = client.submit(here, wrong, headers=htmx)
    assert answer.status_code == 422 and "Say why prevented is put right" in words(answer)
    client.submit(here, wrong | {"reason": "The bank counted a fee twice"}, headers=htmx)
    page = words(client.get(f"/desk/calls/{call.id}"))
    assert "Prevented: £9,000 became £8,000" in page and "The bank counted a fee twice" in page


def test_an_outcome_that_does_not_fit_is_refused_by_its_page(desk, officer, call, session):
    client, here = desk(officer), f"/desk/calls/{call.id}/outcome"
    was = client.fields(here)["was"].replace("&#34;", '"')
    answer = client.submit(here, {"was": was, "attempted": "9000", "lost": "9001"})
    assert answer.status_code == 422 and "No more than was attempted" in words(answer)
    timeless = client.submit(here, {"was": was, "attended_on": "1 1 2026"})
    assert timeless.status_code == 422 and "Enter the time at which officers attended" in words(timeless)
    session.refresh(call)
    assert call.lost is None and call.attended_at is None
    session.commit()


def test_a_draft_taken_up_again_writes_over_nothing_saved_meanwhile(desk, officer, call, session):
    client, here = desk(officer), f"/desk/calls/{call.id}/outcome"
    was = client.fields(here)["was"].replace("&#34;", '"')
    begun = {"was": was, "attempted": "9000", "arrests": "1"}
    client.submit("/desk/drafts", begun | {"draft_of": here})
    with acting(session, officer, "test.meanwhile"):
        call.outcome, call.crime_recorded = Outcome.NOT_ATTENDED, True
    session.commit()
    again = client.fields(here)["was"].replace("&#34;", '"')
    client.submit(here, begun | {"was": again})
    session.refresh(call)
    assert (call.arrests, call.outcome, call.crime_recorded) == (1, Outcome.NOT_ATTENDED, True)
    session.commit()


def test_two_outcomes_at_once_stand_beside_each_other(desk, officer, call, session):
    client, here = desk(officer), f"/desk/calls/{call.id}/outcome"
    was = client.fields(here)["was"].replace("&#34;", '"')
    client.submit(here, {"was": was, "attempted": "9000", "outcome": "not attended"})
    answer = client.submit(here, {"was": was, "attempted": "9000", "outcome": "false alarm"})
    assert answer.status_code == 409 and "has changed this meanwhile" in words(answer)
    session.refresh(call)
    assert call.outcome is Outcome.NOT_ATTENDED
    session.commit()


@pytest.mark.parametrize("htmx", BOTH)
def test_every_figure_of_the_return_leads_to_the_calls_behind_it(desk, officer, call, htmx):
    client, month = desk(officer), clock.local(call.received_at).strftime("%Y-%m")
    page = client.get(f"/desk/calls/returns?month={month}", headers=htmx).text
    behind = {link.replace("&amp;", "&") for link in re.findall(r'href="(/desk/calls\?[^"]+)"', page)}
    assert len(behind) >= 6
    for link in behind:
        assert "1 call" in words(client.get(link)), link


def test_a_figure_of_calls_that_name_no_branch_leads_to_those_alone(desk, officer, mr_hill, call, session):
    calls.log_call(session, officer, mr_hill, incident_number="2", bank="Dales Bank",
                   received_at=call.received_at)
    session.commit()
    month = clock.local(call.received_at).strftime("%Y-%m")
    page = desk(officer).get(f"/desk/calls/returns?month={month}").text
    [link] = {link.replace("&amp;", "&") for link in re.findall(r'href="(/desk/calls\?[^"]+)"', page)
              if "branch=0" in link and "counted" not in link and f"since=1+{int(month[5:])}+" in link}
    shown = words(desk(officer).get(link))
    assert "1 call" in shown and "Harold Hill" in shown and "Margaret" not in shown
    assert "No branch named" in shown


@pytest.mark.parametrize(("kind", "start"), [("csv", b'"OFFICIAL-SENSITIVE"'), ("xlsx", b"PK")])
def test_the_return_is_a_file_that_names_nobody(desk, supervisor, call, kind, start):
    month = clock.local(call.received_at).strftime("%Y-%m")
    answer = desk(supervisor).get(f"/desk/calls/returns/files/{kind}?month={month}")
    assert answer.content.startswith(start) and b"Hill" not in answer.content
    assert desk(supervisor).get("/desk/calls/returns/files/doc").status_code == 404


@pytest.mark.parametrize("path", [
    "/desk/calls?after=99999", "/desk/calls?before=99999", "/desk/calls/returns?month=9999-12",
    "/desk/calls/returns?month=0001-01", "/desk/calls/returns/files/csv?month=9999-12"])
def test_an_address_that_leads_nowhere_still_shows_a_page(desk, officer, path):
    assert desk(officer).get(path).status_code == 200


@pytest.mark.parametrize("htmx", BOTH)
def test_the_list_is_filtered_and_exported_with_a_reason(desk, officer, call, session, htmx):
    client = desk(officer)
    assert "Mrs Margaret Hill" in client.get("/desk/calls?outcome=unknown", headers=htmx).text
    assert "No call matches" in client.get("/desk/calls?outcome=no+fraud", headers=htmx).text
    assert client.submit("/desk/calls/exports").status_code == 422
    file = client.submit("/desk/calls/exports?outcome=unknown",
                         {"recipient": "The supervisor", "reason": "Monthly check"})
    assert file.text.count("Dales Bank") == 1 and "Margaret Hill" in file.text


def test_an_ambassador_sees_only_calls_about_their_own(desk, officer, ambassador, mr_shaw, call, session):
    own = calls.log_call(session, officer, mr_shaw, incident_number="2", bank="Moor Bank",
                         received_at=clock.now() - timedelta(hours=1))
    session.commit()
    client = desk(ambassador)
    assert "Moor Bank" in (page := client.get("/desk/calls").text) and "Margaret" not in page
    assert client.get(f"/desk/calls/{own.id}").status_code == 200
    assert client.get(f"/desk/calls/{call.id}").status_code == 404


@pytest.mark.parametrize("htmx", BOTH)
def test_two_spellings_of_a_bank_become_one(desk, officer, call, mr_hill, session, htmx):
    second = calls.log_call(session, officer, mr_hill, incident_number="2", bank="Dales Bnk",
                            branch="Whitby",
                            received_at=clock.now() - timedelta(hours=1))
    session.commit()
    client = desk(officer)
    taken = client.submit(f"/desk/calls/banks/{second.bank_id}/name", {"name": "DALES BANK"}, headers=htmx)
    assert taken.status_code == 422 and "join the two instead" in words(taken)
    client.submit(f"/desk/calls/banks/{second.bank_id}/joining", {"into": str(call.bank_id)}, headers=htmx)
    session.refresh(second)
    assert (second.bank_id, second.branch_id) == (call.bank_id, call.branch_id)
    session.commit()
    offered = client.get(NEW).text
    assert 'value="Dales Bank"' in offered and 'value="Dales Bnk"' not in offered
