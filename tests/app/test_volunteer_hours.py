"""Hours on the desk: one's own and others', entered, taken off, by month, and as a file."""

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from outreach.foundation import clock
from outreach.foundation.accounts import Account
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.permissions import Actor
from outreach.foundation.volunteers import Hours, Volunteer, hours, keeping
from outreach.foundation.volunteers.keeping import Place, Reach
from tests.site import BOTH

LIST = "/desk/volunteers"


@pytest.fixture
def bill(session: Any, officer: Actor, volunteer: Actor) -> Volunteer:
    """Bill's record."""
    kept = keeping.add(session, officer, session.get_one(Account, volunteer.id),
                       Reach("+447700900301", "Jean Wren"), Place(["Scarborough"]))
    session.commit()
    return kept


def done(answer: Any, htmx: dict[str, str]) -> bool:
    """Whether a form was taken, and its sender sent on."""
    return bool(answer.headers.get("HX-Redirect") if htmx else answer.status_code == 303)


@pytest.mark.parametrize("htmx", BOTH)
def test_own_hours_are_entered_on_one_short_form_and_taken_off(desk: Any, volunteer: Actor,
                                                               database: Database,
                                                               htmx: dict[str, str]) -> None:
    client = desk(volunteer)
    typed = {"on": f"{clock.today():%d/%m/%Y}", "work": "event or talk", "hours": "1",
             "minutes": "30", "travel_minutes": "25", "miles": "12.5"}
    assert done(client.submit("/desk/my-hours", typed, headers=htmx), htmx)
    with database.reading() as session:
        given = session.scalars(select(Hours)).one()
    assert (given.account_id, given.minutes, given.travel_minutes, str(given.miles)) == (
        volunteer.id, 90, 25, "12.5")
    assert "1h 30" in client.get("/desk/my-hours").text
    assert done(client.submit(f"/desk/my-hours/{given.id}/removal", headers=htmx), htmx)
    assert "1h 30" not in client.get("/desk/my-hours").text
    assert done(client.submit(f"/desk/my-hours/{given.id}/removal/undoing", headers=htmx), htmx)
    assert "1h 30" in client.get("/desk/my-hours").text


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"on": "1 1 2099"}, "is still to come"), ({"minutes": "0"}, "Enter how long it took"),
    ({"hours": "half"}, "Enter whole hours, like 1"), ({"hours": "24", "minutes": "1"}, "at most 24 hours"),
    ({"miles": "far"}, "Enter miles, like 12.5"), ({"miles": "9999"}, "Enter from 0 to 500 miles"),
    ({"work": "sleeping"}, "Choose what the time went into"), ({"travel_minutes": "-5"}, "minutes of travel"),
])
def test_hours_that_cannot_be_right_come_back_with_a_sentence(
        desk: Any, officer: Actor, bill: Volunteer, wrong: dict[str, str], sentence: str,
        htmx: dict[str, str]) -> None:
    typed = {"on": f"{clock.today():%d/%m/%Y}", "work": "office", "minutes": "45", "note": "Folding leaflets"}
    answer = desk(officer).submit(f"{LIST}/{bill.id}/hours", typed | wrong, headers=htmx)
    assert answer.status_code == 422 and sentence in answer.text and "Folding leaflets" in answer.text


def test_hours_from_a_log_are_not_taken_off_here(desk: Any, officer: Actor, volunteer: Actor, bill: Volunteer,
                                                 session: Any) -> None:
    session.info.update(actor=officer, operation="log.accepted")
    given = hours.from_visit(session, officer, volunteer.id, on=clock.today(), minutes=60, log_id=3)
    session.commit()
    for client, path in ((desk(officer), f"{LIST}/{bill.id}/hours"), (desk(volunteer), "/desk/my-hours")):
        assert "from the visit" in client.get(path).text
        answer = client.submit(f"{path}/{given.id}/removal")
        assert answer.status_code == 422 and "return that log" in answer.text


@pytest.fixture
def july(session: Any, officer: Actor, volunteer: Actor) -> None:
    """A July with a visit in it."""
    session.info.update(actor=officer, operation="log.accepted")
    hours.from_visit(session, officer, volunteer.id, on=date(2026, 7, 31), minutes=75, travel_minutes=30,
                     log_id=1)
    session.commit()


def test_a_month_shows_each_person_and_leads_to_its_neighbours(desk: Any, officer: Actor, july: None) -> None:
    client = desk(officer)
    page = client.get(f"{LIST}/hours?month=2026-07").text
    assert "Hours in July 2026" in page and "1h 15" in page and "Bill Wren" in page
    assert "month=2026-06" in page and "month=2026-08" in page
    assert "Bill Wren" not in client.get(f"{LIST}/hours?month=2026-08").text
    assert "rel=\"next\"" not in client.get(f"{LIST}/hours").text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_month_leaves_with_a_reason_and_a_recipient(desk: Any, officer: Actor, july: None, kind: str,
                                                      database: Database) -> None:
    client, here = desk(officer), f"{LIST}/hours/exports?month=2026-07&as={kind}"
    asked = client.get(here.replace("/exports", "/exports/new")).text
    assert "hours in July 2026" in asked.replace("&#39;", "'")
    assert client.submit(here, {"recipient": "", "reason": ""}).status_code == 422
    answer = client.submit(here, {"recipient": "The SOC Board", "reason": "Quarterly figures"})
    assert answer.status_code == 200 and "OFFICIAL-SENSITIVE" in answer.headers["Content-Disposition"]
    if kind == "csv":
        assert '"Bill Wren","1","1.25","0.5","0"' in answer.text
    else:
        assert b"Bill Wren" in ZipFile(BytesIO(answer.content)).read("xl/sharedStrings.xml")
    with database.reading() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "disclosure")).one()
    assert (row.recipient, row.details["month"]) == ("The SOC Board", "2026-07")
