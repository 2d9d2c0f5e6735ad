"""A household in the browser: everybody at one address, what is due, what happened, and who lives apart."""

import html
import re
from datetime import timedelta

import pytest

from outreach.casework import follow_ups
from outreach.casework.fraud_reports import Source, enter_report
from outreach.casework.victims import household
from outreach.foundation import clock
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE
from tests.site import BOTH, HTMX


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


@pytest.fixture
def here(mrs_hill, mr_hill):
    return f"/desk/households/{mrs_hill.household_id}"


def test_each_is_shown_with_safe_contact_and_what_is_due(desk, officer, session, mrs_hill, mr_hill, here):
    follow_ups.plan(session, officer, mr_hill, due_at=clock.now() + timedelta(days=3), reason="Ring him back")
    for victim in (mrs_hill, mr_hill):
        enter_report(session, officer, victim, source=Source.SELF, fraud_type="courier",
                     reported_on=clock.today())
    session.commit()
    page = desk(officer).get(here)
    said = words(page)
    assert "12 High Street" in said and "Mrs Margaret Hill" in said and "Leave no message" in said
    assert "Ring him back , Mr Harold Hill" in said and said.count("Courier fraud report") == 2
    assert "2 people at this address were reported as defrauded" in said


def test_the_victims_page_leads_to_it(desk, officer, mrs_hill, here):
    assert f'href="{here}"' in desk(officer).get(f"/desk/victims/{mrs_hill.id}").text


def test_the_timeline_alone_comes_to_htmx(desk, officer, here):
    part = desk(officer).get(here, params={"kind": "contacts"}, headers=HTMX)
    assert part.text.lstrip().startswith('<section id="timeline"')
    assert "Nothing of this kind yet" in words(part)


@pytest.mark.parametrize("htmx", BOTH)
def test_who_lives_together_is_put_right_by_hand_here(desk, officer, session, mrs_hill, mr_hill, here, htmx):
    client = desk(officer)
    apart = {"standing": "apart", "back": "household"}
    answer = client.submit(f"/desk/victims/{mr_hill.id}/household", apart, headers=htmx)
    assert (answer.headers["hx-redirect"] if htmx else answer.headers["location"]) == here
    assert "lives apart from the others" in words(client.get(here))
    client.submit(f"/desk/victims/{mr_hill.id}/household", {"standing": "proposed", "back": "household"})
    client.submit(f"/desk/victims/{mrs_hill.id}/household", {"standing": "confirmed", "back": "household"})
    assert "2 people on record live here together, as somebody has confirmed" in words(client.get(here))


def test_a_restricted_member_is_a_link_and_no_more(desk, officer, session, mrs_hill, mr_hill, here):
    with acting(session, COMMAND_LINE, "victim.restricted"):
        mr_hill.restricted = True
    session.commit()
    said = words(desk(officer).get(here))
    assert "A restricted record" in said and "Harold" not in said


def test_a_foreign_household_answers_like_one_there_is_not(desk, ambassador, here):
    client = desk(ambassador)
    foreign, missing = client.get(here), client.get("/desk/households/999999")
    assert (foreign.status_code, missing.status_code) == (404, 404) and foreign.text == missing.text


def test_an_address_with_more_people_than_a_page_says_so(desk, officer, here, monkeypatch):
    assert "More people are on record" not in words(desk(officer).get(here))
    monkeypatch.setattr(household, "MOST", 1)
    page = words(desk(officer).get(here))
    assert "More people are on record at this address than are shown here" in page
    assert "Mr Harold Hill" in page and "Mrs Margaret Hill" not in page
