"""Visits in the browser: planned, offered, answered, changed and cancelled."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from outreach.casework.safe_contact import Answer, Channel
from outreach.casework.victims import keeping
from outreach.casework.visits import CrewMember, CrewState, Risk, Visit, VisitState
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE
from tests.casework.test_visit_offers import fit, soon
from tests.cast import cleared
from tests.site import BOTH, HTMX


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def rows(session, noun):
    session.commit()
    session.expire_all()
    found = session.scalars(select(noun).order_by(noun.id)).all()
    for row in found:
        session.refresh(row)
    session.commit()
    return found


def to(answer, htmx):
    return answer.headers["hx-redirect"] if htmx else answer.headers["location"]


@pytest.fixture
def bill(session, volunteer):
    return fit(session, volunteer)


@pytest.fixture
def willing(enter):
    return enter("Margaret", "Hill", title="Mrs", phones=("+447700900101",), may_visit=Answer.YES,
                 may_text=Answer.YES, address_line_1="12 High Street", town="Filey", postcode="YO14 9AA",
                 district="Scarborough")


@pytest.fixture
def typed(officer) -> Callable[..., dict]:
    def made(**more):
        day = soon()
        return {"on": f"{day:%d %m %Y}", "starts": "11am", "ends": "midday", "persons": "2",
                "tell_by": "text", "risk": "no risk known", "agreed_password": "copper kettle",
                "take": ["leaflets"], "safety_notes": "A small dog",
                "named_contact_id": str(officer.id)} | more
    return made


def test_the_page_starts_from_two_people_and_a_password_and_shows_safe_contact(desk, officer, willing):
    page = desk(officer).get(f"/desk/victims/{willing.id}/visits/new")
    said = words(page)
    assert "Plan a visit to Mrs Hill" in said and "two go on a first visit" in said
    assert re.search(r'name="agreed_password"[^>]* value="[a-z]+ [a-z]+"', page.text)
    assert page.text.count("<h1") == 1 and page.text.count("autofocus=") == 1


@pytest.mark.parametrize("htmx", BOTH)
def test_a_visit_is_planned_and_the_next_page_says_who_could_go(desk, officer, bill, session, willing, typed,
                                                                htmx):
    client = desk(officer)
    answer = client.submit(f"/desk/victims/{willing.id}/visits", typed(), headers=htmx)
    [visit] = rows(session, Visit)
    assert to(answer, htmx) == f"/desk/visits/{visit.id}"
    assert (visit.persons, visit.password, visit.take, visit.risk) == (2, "copper kettle", ["leaflets"],
                                                                      Risk.NONE_KNOWN)
    said = words(client.get(f"/desk/visits/{visit.id}"))
    assert "Bill Wren" in said and "Suits" in said and "12 High Street" in said and "0 of 2" in said


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("wrong", "sentence", "field"), [
    ({"on": "1 1 2020"}, "Enter a date and time that has not passed", "on"),
    ({"ends": "10am"}, "Enter an end after the start", "ends"),
    ({"persons": "1"}, "Two go on a first visit", "alone_reason"),
    ({"tell_by": "email"}, "Ask Mrs Hill first whether we may e-mail them", "tell_by"),
    ({"agreed_password": ""}, "Enter the password you agreed", "agreed_password"),
    ({"starts": ""}, "Enter a time, like 2:30pm", "starts"),
    ({"answers": "77"}, "not open any more", "answers")])
def test_what_is_refused_stands_beside_its_field_and_nothing_is_saved(desk, officer, session, willing, typed,
                                                                      htmx, wrong, sentence, field):
    answer = desk(officer).submit(f"/desk/victims/{willing.id}/visits",
                                  typed(safety_notes="Every word I typed", **wrong), headers=htmx)
    assert answer.status_code == 422 and ("<html" in answer.text) is not bool(htmx)
    assert sentence in words(answer) and f'href="#{field}"' in answer.text
    assert "Every word I typed" in answer.text
    assert rows(session, Visit) == []


def test_where_nobody_has_asked_the_page_says_ring_first(desk, officer, session, mrs_hill, typed):
    client, here = desk(officer), f"/desk/victims/{mrs_hill.id}/visits"
    assert "Ring first" in words(client.get(f"{here}/new"))
    refused = client.submit(here, typed(tell_by=""))
    assert refused.status_code == 422 and "Ask Mrs Hill first" in words(refused)
    assert client.submit(here, typed(tell_by="", asked="yes")).status_code == 303


def test_a_restricted_record_asks_why_first(desk, officer, session, willing):
    keeping.restrict(session, officer, willing, reason="Works for us")
    session.commit()
    client = desk(officer)
    for path in (f"/desk/victims/{willing.id}/visits/new",):
        assert client.get(path).status_code == 403


@pytest.mark.parametrize("htmx", BOTH)
def test_help_at_an_event_is_planned_without_a_victim(desk, officer, session, typed, htmx):
    client = desk(officer)
    assert "Plan help at an event" in words(client.get("/desk/visits/new"))
    answer = client.submit("/desk/visits", typed(persons="1", tell_by="", event_name="Coffee morning",
                                                 event_place="Filey library"), headers=htmx)
    [visit] = rows(session, Visit)
    assert to(answer, htmx) == f"/desk/visits/{visit.id}" and visit.victim_id is None
    assert "Coffee morning" in words(client.get("/desk/visits"))


# Offers and answers

@pytest.mark.parametrize("htmx", BOTH)
def test_a_visit_is_offered_accepted_and_seen_by_whoever_goes(desk, officer, bill, session, willing, visit_of,
                                                              htmx):
    number = visit_of(willing, begins_at=soon(), persons=1).id
    answer = desk(officer).submit(f"/desk/visits/{number}/offers", {"account_ids": [bill.id]}, headers=htmx)
    assert to(answer, htmx) == f"/desk/visits/{number}"
    own = desk(bill)
    offered = words(own.get(f"/desk/my-visits/{number}/answer"))
    assert "A visit is offered to you" in offered and "Filey" in offered and "Hill" not in offered
    accepted = own.submit(f"/desk/my-visits/{number}/answer", {"answer": "yes"}, headers=htmx)
    assert to(accepted, htmx) == f"/desk/my-visits/{number}"
    assert [member.state for member in rows(session, CrewMember)] == [CrewState.ACCEPTED]
    back = words(own.get(f"/desk/my-visits/{number}/answer"))
    assert "Give the visit back" in back and "Margaret H." in back


@pytest.mark.parametrize("htmx", BOTH)
def test_what_cannot_be_offered_says_why_on_the_page(desk, officer, session, willing, visit_of, htmx):
    other = cleared(session, "low", "Lou Low", level="nppv1")
    fit(session, other)
    visit = visit_of(willing, begins_at=soon(), persons=1)
    answer = desk(officer).submit(f"/desk/visits/{visit.id}/offers", {"account_ids": [other.id]},
                                  headers=htmx)
    assert answer.status_code == 422 and "Lou Low cannot be asked" in words(answer)
    assert rows(session, CrewMember) == []


def test_whoever_is_too_late_gets_a_sentence(desk, bill, session, willing, visit_of):
    una = fit(session, cleared(session, "una", "Una Field"), mobile="")
    visit = visit_of(willing, bill, una, begins_at=soon(), persons=1, state=CrewState.OFFERED)
    first, second = desk(bill), desk(una)
    first.submit(f"/desk/my-visits/{visit.id}/answer", {"answer": "yes"})
    late = second.submit(f"/desk/my-visits/{visit.id}/answer", {"answer": "yes"})
    assert late.status_code == 409 and "taken by others" in words(late)
    assert {member.state for member in rows(session, CrewMember)} == {CrewState.ACCEPTED, CrewState.WITHDRAWN}


@pytest.mark.parametrize("htmx", BOTH)
def test_a_visit_is_declined_and_another_given_back(desk, bill, session, willing, visit_of, htmx):
    own = desk(bill)
    offered = visit_of(willing, bill, begins_at=soon(), persons=1, state=CrewState.OFFERED)
    going = visit_of(willing, bill, begins_at=soon(9), persons=1)
    assert to(own.submit(f"/desk/my-visits/{offered.id}/answer", {"answer": "no", "why": "Away"},
                         headers=htmx), htmx) == "/desk/my-visits"
    bare = own.submit(f"/desk/my-visits/{going.id}/handing-back", {"why": ""}, headers=htmx)
    assert bare.status_code == 422 and "Say why" in words(bare)
    own.submit(f"/desk/my-visits/{going.id}/handing-back", {"why": "A cold"}, headers=htmx)
    assert [(one.state, one.why) for one in rows(session, CrewMember)] == [
        (CrewState.DECLINED, "Away"), (CrewState.HANDED_BACK, "A cold")]


def test_a_foreign_visit_answers_like_a_missing_one(desk, bill, session, willing, visit_of):
    visit = visit_of(willing, begins_at=soon())
    own = desk(bill)
    for path in ("answer", "calendar"):
        foreign = own.get(f"/desk/my-visits/{visit.id}/{path}")
        missing = own.get(f"/desk/my-visits/9999/{path}")
        assert (foreign.status_code, foreign.text) == (404, missing.text)
    for path in ("answer", "handing-back"):
        answer = own.submit(f"/desk/my-visits/{visit.id}/{path}", {"answer": "yes", "why": "None"})
        assert answer.status_code == 404


def test_somebody_of_ours_is_put_on_it_and_taken_off(desk, officer, ambassador, session, willing, visit_of):
    client, visit = desk(officer), visit_of(willing, begins_at=soon(), persons=1)
    here = f"/desk/visits/{visit.id}"
    assert client.submit(f"{here}/crew", {"account_id": ambassador.id}).status_code == 303
    [member] = rows(session, CrewMember)
    assert client.submit(f"{here}/crew/{member.id}/removal").status_code == 303
    assert rows(session, CrewMember)[0].state is CrewState.WITHDRAWN
    assert client.submit(f"{here}/crew/{member.id}/removal").status_code == 409
    assert client.submit(f"{here}/crew/9999/removal").status_code == 404


# Changing, cancelling, calendars

@pytest.mark.parametrize("htmx", BOTH)
def test_two_who_change_one_visit_lose_nothing(desk, officer, session, willing, visit_of, typed, htmx):
    visit = visit_of(willing, begins_at=soon(), persons=2)
    client, here = desk(officer), f"/desk/visits/{visit.id}"
    version = client.fields(f"{here}/edit")["version"]
    client.submit(here, typed(version=version, safety_notes="The first"))
    second = client.submit(here, typed(version=version, safety_notes="The second"), headers=htmx)
    assert second.status_code == 409
    assert "The first" in words(second) and "The second" in words(second)
    assert rows(session, Visit)[0].safety_notes == "The first"


@pytest.mark.parametrize("htmx", BOTH)
def test_a_visit_is_cancelled_with_a_reason(desk, officer, bill, session, willing, visit_of, htmx):
    visit = visit_of(willing, bill, begins_at=soon(), persons=1)
    client, here = desk(officer), f"/desk/visits/{visit.id}"
    assert "Bill Wren is told at once" in words(client.get(f"{here}/cancellation"))
    bare = client.submit(f"{here}/cancellation", {"why": ""}, headers=htmx)
    assert bare.status_code == 422 and "Say why" in words(bare)
    client.submit(f"{here}/cancellation", {"why": "In hospital"}, headers=htmx)
    assert rows(session, Visit)[0].state is VisitState.CANCELLED
    said = words(client.get(here))
    assert "In hospital" in said and "Will mail Bill Wren that it is cancelled" in said
    assert "No visits are planned" in words(client.get("/desk/visits"))
    assert "Mrs Margaret Hill" in words(client.get("/desk/visits?state=cancelled"))


def test_a_calendar_file_is_a_disclosure_and_names_nobody(desk, officer, bill, session, willing, visit_of):
    visit = visit_of(willing, bill, begins_at=soon(), persons=1)
    for actor, path in ((officer, "visits"), (bill, "my-visits")):
        answer = desk(actor).get(f"/desk/{path}/{visit.id}/calendar")
        assert answer.headers["content-type"].startswith("text/calendar") and "Hill" not in answer.text
        assert f"/desk/{path}/{visit.id}" in answer.text.replace("\r\n ", "")
    logged = [entry for entry in rows(session, AuditEntry) if entry.operation == "visit.calendar"]
    assert [(entry.action, entry.record_id) for entry in logged] == [("disclosure", visit.id)] * 2


def test_the_page_says_in_plain_words_how_the_person_hears_of_it(desk, officer, bill, session, willing,
                                                                visit_of):
    said = {}
    for tell_by in (Channel.TEXT, None):
        visit = visit_of(willing, bill, begins_at=soon(), persons=2, tell_by=tell_by)
        said[tell_by] = words(desk(officer).get(f"/desk/visits/{visit.id}"))
    for sentence in ("How the person is told By a text from the worker",
                     "What they were told Nothing yet: the worker tells them once enough people go"):
        assert sentence in said[Channel.TEXT], sentence
    for sentence in ("How the person is told By whoever plans the visit, in person: nothing is sent",
                     "What they were told Nothing by the worker: ring to be sure that they expect"):
        assert sentence in said[None], sentence


# The list, the victim's page

@pytest.mark.parametrize("htmx", BOTH)
def test_the_list_says_who_goes_and_hides_the_restricted(desk, officer, bill, session, willing, visit_of,
                                                         htmx):
    visit_of(willing, bill, begins_at=soon(), persons=2)
    client = desk(officer)
    said = words(client.get("/desk/visits", headers=htmx))
    assert all(there in said for there in ("Mrs Margaret Hill", "Filey", "Bill Wren", "1 still needed"))
    for query, there in (("district=Craven", False), ("district=Scarborough", True),
                         ("state=unstaffed", True), ("planned_by=me", True),
                         ("state=finished", False), ("state=nonsense", True)):
        found = words(client.get(f"/desk/visits?{query}", headers=HTMX))
        assert ("Mrs Margaret Hill" in found) is there, query
    keeping.restrict(session, officer, willing, reason="Works for us")
    session.commit()
    assert "Filey" not in words(client.get("/desk/visits", headers=htmx))


def test_the_victims_page_tells_of_its_visits(desk, officer, bill, willing, visit_of):
    visit = visit_of(willing, bill, begins_at=soon(), persons=1)
    page = desk(officer).get(f"/desk/victims/{willing.id}")
    assert f'href="/desk/visits/{visit.id}"' in page.text and "All set" in words(page)
    assert f'href="/desk/victims/{willing.id}/visits/new"' in page.text and "Visit planned" in words(page)


def test_the_supervisor_reads_and_changes_nothing(desk, supervisor, session, willing, visit_of):
    visit = visit_of(willing, begins_at=soon(), persons=1)
    page = desk(supervisor).get(f"/desk/visits/{visit.id}")
    assert page.status_code == 200 and "Offer the visit" not in page.text and "Change it" not in page.text


def test_a_draft_is_kept_and_taken_up_again(desk, officer, session, willing, typed):
    client, form = desk(officer), f"/desk/victims/{willing.id}/visits/new"
    client.submit("/desk/drafts", typed(draft_of=form, safety_notes="Half a sentence"))
    page = client.get(form)
    assert "Half a sentence" in page.text and "copper kettle" in page.text


def test_a_visit_over_and_one_under_way_say_so(desk, officer, bill, session, willing, visit_of):
    with acting(session, COMMAND_LINE, "test"):
        under_way = visit_of(willing, bill, minutes=60)
        under_way.crew[0].checked_in_at = clock.now()
    visit_of(willing, bill, begins_at=clock.now() - timedelta(days=2))
    session.commit()
    client = desk(officer)
    assert "Under way" in words(client.get("/desk/visits")) and "is in" in words(client.get("/desk/visits"))
    assert "Over, log to come" in words(client.get("/desk/visits?state=over"))
