"""Volunteers on the desk: found, begun, cleared, suspended, trained, and what each may see of their own."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from outreach.foundation import clock, drafts
from outreach.foundation.accounts import Account
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.permissions import Actor
from outreach.foundation.volunteers import Training, Volunteer, Work, hours, keeping, training
from outreach.foundation.volunteers.keeping import Place, Reach
from tests.cast import cleared
from tests.site import BOTH, HTMX

LIST = "/desk/volunteers"
TYPED = {"mobile": "07700 900301", "emergency_name": "Jean Wren", "emergency_phone": "01632 960 301",
         "emergency_relationship": "wife", "districts": ["Scarborough"], "languages": ["Polish"],
         "other_languages": "Manx, Cornish", "free": ["mon am", "tue pm"], "started_on": "6 1 2025"}


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


def kept(database: Database, bill: Volunteer) -> Volunteer:
    with database.reading() as session:
        return session.get_one(Volunteer, bill.id)


@pytest.mark.parametrize("htmx", BOTH)
def test_a_record_is_begun_for_somebody_with_an_account(desk: Any, officer: Actor, volunteer: Actor,
                                                        database: Database, htmx: dict[str, str]) -> None:
    client = desk(officer)
    assert "Bill Wren, volunteer" in client.get(f"{LIST}/new").text
    answer = client.submit(LIST, TYPED | {"account_id": volunteer.id}, headers=htmx)
    assert done(answer, htmx)
    with database.reading() as session:
        found = session.scalars(select(Volunteer)).one()
    assert (found.mobile, found.languages, found.free) == (
        "+447700900301", ["Polish", "Manx", "Cornish"], ["mon am", "tue pm"])
    assert "Jean Wren, wife" in client.get(f"{LIST}/{found.id}").text


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"mobile": "01632 960301"}, "enter a mobile number"),
    ({"emergency_phone": "12"}, "Enter a phone number"),
    ({"districts": ["Atlantis"]}, "Atlantis is no district of ours"),
    ({"free": ["mon night"]}, "Tick the times of the week"),
    ({"left_on": "1 1 2024"}, "they cannot have left before"),
    ({"notes": "x" * 5000}, "Shorten this to 4000 characters"),
])
def test_a_mistake_comes_back_beside_its_field_with_what_was_typed(
        desk: Any, officer: Actor, bill: Volunteer, wrong: dict[str, Any], sentence: str,
        htmx: dict[str, str]) -> None:
    typed = TYPED | wrong | {"version": bill.version}
    answer = desk(officer).submit(f"{LIST}/{bill.id}", typed, headers=htmx)
    assert answer.status_code == 422 and sentence in answer.text and "Manx, Cornish" in answer.text


def test_a_record_that_somebody_changed_meanwhile_is_not_overwritten(desk: Any, officer: Actor,
                                                                     supervisor: Actor, bill: Volunteer,
                                                                     database: Database) -> None:
    ours = {"version": bill.version, **TYPED}
    assert desk(supervisor).submit(f"{LIST}/{bill.id}", ours | {"notes": "Theirs"}).status_code == 303
    client = desk(officer)
    for _ in range(2):      # sending it again does not get it through either
        answer = client.submit(f"{LIST}/{bill.id}", ours | {"notes": "Ours"})
        assert answer.status_code == 422 and "Somebody changed Bill Wren meanwhile" in answer.text
        assert "Ours" in answer.text and f'name="version" value="{bill.version}"' in answer.text
    assert kept(database, bill).notes == "Theirs"


def test_a_half_written_record_waits_as_a_draft(desk: Any, officer: Actor, bill: Volunteer,
                                                database: Database) -> None:
    with database.transaction() as session:
        drafts.keep(session, officer.id, f"{LIST}/{bill.id}/edit",
                    {"notes": "Half a sentence", "free": "sat am"})
    client = desk(officer)
    assert "Half a sentence" in client.get(f"{LIST}/{bill.id}/edit").text
    client.submit(f"{LIST}/{bill.id}", TYPED | {"version": bill.version})
    assert "Half a sentence" not in client.get(f"{LIST}/{bill.id}/edit").text


def test_where_everybody_has_a_record_the_page_says_who_opens_accounts(desk: Any, officer: Actor,
                                                                       session: Any) -> None:
    keeping.add(session, officer, session.get_one(Account, officer.id), Reach(), Place())
    session.commit()
    assert "ask an administrator to open one" in desk(officer).get(f"{LIST}/new").text


def test_looking_at_a_record_and_at_the_list_is_logged(desk: Any, officer: Actor, bill: Volunteer,
                                                       database: Database) -> None:
    client = desk(officer)
    client.get(f"{LIST}/{bill.id}")
    client.get(LIST)
    with database.reading() as session:
        seen = session.execute(select(AuditEntry.operation, AuditEntry.record_id).where(
            AuditEntry.record_type == "volunteer", AuditEntry.action == "consultation")).all()
    assert {tuple(row) for row in seen} == {("volunteer.opened", bill.id), ("volunteer.listed", None)}


@pytest.mark.parametrize(("asked", "names"), [
    ("", ["Bill Wren", "Percy Old", "Una Field"]),
    ("district=York", ["Percy Old", "Una Field"]),
    ("standing=ran+out", ["Percy Old"]),
    ("standing=has+left", ["Len Gone"]),
    ("training=lacks", ["Bill Wren", "Percy Old"]),
    ("q=una", ["Una Field"]),
    ("q=nobody%00", []),
    ("sort=-name", ["Una Field", "Percy Old", "Bill Wren"]),
    ("sort=nonsense&standing=nonsense", []),
])
@pytest.mark.parametrize("htmx", BOTH)
def test_the_list_is_narrowed_and_sorted(desk: Any, officer: Actor, bill: Volunteer, session: Any, asked: str,
                                         names: list[str], htmx: dict[str, str]) -> None:
    yesterday = clock.today() - timedelta(days=1)
    for name, place, vetting, trained in [
            ("Una Field", Place(["York"]), {}, True),
            ("Percy Old", Place(), {"expires_on": yesterday}, False),
            ("Len Gone", Place(left_on=yesterday), {}, True)]:
        actor = cleared(session, name.split()[0].lower(), name, **vetting)
        one = keeping.add(session, officer, session.get_one(Account, actor.id), Reach(), place)
        for course in training.needed() if trained else ():
            training.record(session, officer, one, course=course, done_on=clock.today())
    session.commit()
    html = desk(officer).get(f"{LIST}?{asked}", headers=htmx).text
    everybody = ("Bill Wren", "Percy Old", "Una Field", "Len Gone")
    there = sorted((html.index(f">{name}<"), name) for name in everybody if f">{name}<" in html)
    assert [name for _, name in there] == names


@pytest.mark.parametrize("htmx", BOTH)
def test_vetting_is_recorded_renewed_and_refused(desk: Any, officer: Actor, bill: Volunteer,
                                                 htmx: dict[str, str]) -> None:
    client, here = desk(officer), f"{LIST}/{bill.id}/vetting"
    facts = {"level": "nppv3", "cleared_on": "5 1 2026", "expires_on": "4 1 2029", "version": "1"}
    wrong = client.submit(here, facts | {"expires_on": "4 1 2020"}, headers=htmx)
    assert wrong.status_code == 422 and "it cannot have run out before" in wrong.text
    assert done(client.submit(here, facts, headers=htmx), htmx)
    assert "4 January 2029" in client.get(f"{LIST}/{bill.id}").text
    stale = client.submit(here, facts | {"level": "nppv2"}, headers=htmx)
    assert stale.status_code == 422 and "meanwhile" in stale.text


@pytest.mark.parametrize("htmx", BOTH)
def test_a_suspension_needs_a_reason_and_is_lifted(desk: Any, officer: Actor, bill: Volunteer,
                                                   htmx: dict[str, str]) -> None:
    client, here = desk(officer), f"{LIST}/{bill.id}"
    wrong = client.submit(f"{here}/suspension", {"why": ""}, headers=htmx)
    assert wrong.status_code == 422 and "Enter why they are suspended" in wrong.text
    assert done(client.submit(f"{here}/suspension", {"why": "A complaint"}, headers=htmx), htmx)
    page = client.get(here).text
    assert "Is suspended" in page and "A complaint" in page and "Lift the suspension" in page
    assert done(client.submit(f"{here}/suspension/lifting", headers=htmx), htmx)
    again = client.submit(f"{here}/suspension/lifting", headers=htmx)
    assert again.status_code == 422 and "Bill Wren is not suspended" in again.text


def test_nobody_sees_the_buttons_for_their_own_vetting(desk: Any, officer: Actor, session: Any) -> None:
    mine = keeping.add(session, officer, session.get_one(Account, officer.id), Reach(), Place())
    session.commit()
    client = desk(officer)
    assert "kept by a colleague" in client.get(f"{LIST}/{mine.id}").text
    answer = client.submit(f"{LIST}/{mine.id}/vetting", {"level": "police", "version": "0"})
    assert answer.status_code == 422 and "ask a colleague" in answer.text


@pytest.mark.parametrize("htmx", BOTH)
def test_a_course_is_recorded_and_taken_off(desk: Any, officer: Actor, bill: Volunteer, database: Database,
                                            htmx: dict[str, str]) -> None:
    client, here = desk(officer), f"{LIST}/{bill.id}"
    wrong = client.submit(f"{here}/training", {"course": "safeguarding"}, headers=htmx)
    assert wrong.status_code == 422 and "Enter a date" in wrong.text
    wrong = client.submit(f"{here}/training", {"course": "safeguarding", "done_on": "5 1 2026",
                                               "counts_until": "4 1 2026"}, headers=htmx)
    assert wrong.status_code == 422 and 'href="#counts_until"' in wrong.text
    assert done(client.submit(f"{here}/training", {"course": "safeguarding", "done_on": "5 1 2026"},
                              headers=htmx), htmx)
    assert "5 Jan 2029" in client.get(here).text
    with database.reading() as session:
        number = session.scalars(select(Training.id)).one()
    assert done(client.submit(f"{here}/training/{number}/removal", headers=htmx), htmx)
    assert "5 Jan 2029" not in client.get(here).text
    assert client.submit(f"{here}/training/{number}/removal").status_code == 404


@pytest.mark.parametrize("htmx", BOTH)
def test_days_away_are_noted_by_the_desk_and_by_themselves(desk: Any, supervisor: Actor, volunteer: Actor,
                                                           bill: Volunteer, htmx: dict[str, str]) -> None:
    days = {"from_on": "1 3 2031", "until_on": "9 3 2031"}
    assert done(desk(supervisor).submit(f"{LIST}/{bill.id}/away", days, headers=htmx), htmx)
    own = desk(volunteer)
    assert "9 March 2031" in own.get("/desk/my-record").text
    assert done(own.submit("/desk/my-record/away", days | {"until_on": "1 3 2031"}, headers=htmx), htmx)
    wrong = own.submit("/desk/my-record/away", days | {"until_on": "28 2 2031"}, headers=htmx)
    assert wrong.status_code == 422 and "enter a last day on or after that" in wrong.text
    assert done(own.submit("/desk/my-record/away/1/removal", headers=htmx), htmx)
    assert "9 March 2031" not in own.get("/desk/my-record").text


@pytest.mark.parametrize("htmx", BOTH)
def test_a_volunteer_keeps_their_own_contact_and_free_times(desk: Any, volunteer: Actor, bill: Volunteer,
                                                            database: Database, htmx: dict[str, str]) -> None:
    client = desk(volunteer)
    page = client.get("/desk/my-record").text
    assert "Jean Wren" in page and "NPPV" not in page
    facts = {"emergency_name": "Joan Wren", "free": ["sun eve"], "version": bill.version,
             "districts": ["York"], "notes": "I am the chief", "level": "police"}
    assert done(client.submit("/desk/my-record", facts, headers=htmx), htmx)
    found = kept(database, bill)
    assert (found.emergency_name, found.free, found.districts, found.notes) == (
        "Joan Wren", ["sun eve"], ["Scarborough"], "")
    stale = client.submit("/desk/my-record", facts, headers=htmx)
    assert stale.status_code == 422 and "Somebody changed your record meanwhile" in stale.text


def test_somebody_elses_days_and_hours_are_as_if_they_were_not(desk: Any, session: Any, officer: Actor,
                                                               ambassador: Actor, bill: Volunteer) -> None:
    keeping.add(session, officer, session.get_one(Account, ambassador.id), Reach(), Place())
    away = keeping.go_away(session, officer, bill, from_on=clock.today(), until_on=clock.today())
    given = hours.enter(session, officer, bill.account, on=clock.today(), work=Work.OFFICE, minutes=60)
    session.commit()
    client = desk(ambassador)
    for theirs, nobodys in [(f"/desk/my-record/away/{away.id}/removal", "/desk/my-record/away/999/removal"),
                            (f"/desk/my-hours/{given.id}/removal", "/desk/my-hours/999/removal"),
                            (f"/desk/my-hours/{given.id}/removal/undoing",
                             "/desk/my-hours/999/removal/undoing")]:
        foreign, missing = client.submit(theirs), client.submit(nobodys)
        assert (foreign.status_code, missing.status_code) == (404, 404) and foreign.text == missing.text


def test_whoever_has_no_record_is_told_who_begins_it(desk: Any, volunteer: Actor) -> None:
    client = desk(volunteer)
    assert "There is no record of you yet" in client.get("/desk/my-record").text
    assert client.submit("/desk/my-record", {"version": "1"}).status_code == 404


def test_a_back_button_miss_and_a_plain_link_get_the_whole_page(desk: Any, officer: Actor,
                                                                bill: Volunteer) -> None:
    whole = desk(officer).get(f"{LIST}/{bill.id}", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<h1>Bill Wren</h1>" in whole.text and "</html>" in whole.text
