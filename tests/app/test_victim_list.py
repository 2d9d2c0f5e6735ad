"""The list of victims as a browser meets it: by need, filtered, page by page, searched and exported."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from outreach.casework import need, search
from outreach.casework.contacts import Contact, ContactChannel, Outcome
from outreach.casework.follow_ups import FollowUp
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.victims import Victim
from outreach.foundation.accounts import Account
from outreach.foundation.audit import AuditEntry
from outreach.foundation.clock import now, today
from outreach.foundation.db import Database
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, Actor, Role
from tests.site import BOTH

LIST = "/desk/victims"


@pytest.fixture
def people(database: Database) -> dict[str, Actor]:
    with database.transaction() as session, acting(session, COMMAND_LINE, "account.opened"):
        accounts = {role: Account(name=f"A {role}", role=role, email=f"{role}@example.org")
                    for role in (Role.OFFICER, Role.AMBASSADOR, Role.SUPERVISOR, Role.COMMUNICATOR)}
        session.add_all(accounts.values())
        session.flush()
        return {str(role): account.actor for role, account in accounts.items()}


@pytest.fixture
def enter(database: Database) -> Callable[..., int]:
    def one(last_name: str, *, lost: int | None = None, reports: int = 1, reported_on: date | None = None,
            **more: object) -> int:
        with database.transaction() as session, acting(session, COMMAND_LINE, "victim.entered"):
            victim = Victim(last_name=last_name, **more)
            victim.fraud_reports = [FraudReport(lost=lost and Decimal(lost), reported_on=reported_on)
                                    for _ in range(reports)]
            session.add(victim)
            session.flush()
            search.index_victim(session, victim)
            return victim.id
    return one


def names(html: str) -> list[str]:
    return re.findall(r'<a data-row href="/desk/victims/\d+">([^<]*)</a>', html)


def test_the_greatest_need_stands_first_with_its_reason(desk, people, enter):
    enter("Low", need_score=1)
    hill = enter("Hill", title="Mrs", first_name="Edith", need_score=60, band=need.Band.HIGH, town="Whitby",
                 need_reasons=["age:85", "lives_alone"], age_estimate=87, lost=12500, reports=2)
    html = desk(people["officer"]).get(LIST).text
    assert names(html) == ["Mrs Edith Hill", "Low"]
    assert f'href="/desk/victims/{hill}"' in html
    for words in ("High need", "Aged 85 or over, lives alone", "£25,000", "Whitby", ">87<", "2 victims"):
        assert words in html


def test_a_line_says_when_they_were_last_contacted_and_when_next(desk, people, enter, database):
    victim, officer = enter("Hill"), people["officer"]
    with database.transaction() as session, acting(session, officer, "contact.logged"):
        session.add(Contact(victim_id=victim, at=now() - timedelta(days=40), by_id=officer.id, attempt_no=1,
                            channel=ContactChannel.CALL, outcome=Outcome.SPOKE))
        session.add(FollowUp(victim_id=victim, due_at=now() + timedelta(days=400), reason="Check",
                             assignee_id=officer.id))
    html = desk(officer).get(LIST).text
    for day in (today() - timedelta(days=40), today() + timedelta(days=400)):
        assert f"{day.day} {day:%b}" in html.replace("Sept ", "Sep ")


@pytest.mark.parametrize(("asked", "expected"), [
    ("district=Craven", ["Craven high"]), ("band=high", ["Craven high", "York high"]),
    ("not_reached=1", ["Craven high", "York low"]), ("repeat=1", ["York low"]),
    ("assigned=me", ["York high"]), ("assigned=nobody", ["Craven high", "York low"]),
    ("district=York&band=high", ["York high"]), ("district=Nowhere", []),
    ("band=odd&assigned=x&sort=odd&after=x",
     ["Craven high", "York high", "York low"])])
def test_filters_leave_out_whom_they_should(desk, people, enter, asked, expected):
    enter("Craven high", district="Craven", band=need.Band.HIGH, need_score=70)
    enter("York high", district="York", band=need.Band.HIGH, need_score=60, first_reached_at=now(),
          assigned_to_id=people["officer"].id)
    enter("York low", district="York", need_score=5, reports=2)
    html = desk(people["officer"]).get(f"{LIST}?{asked}").text
    assert names(html) == expected


@pytest.mark.parametrize(("sort", "expected"), [
    ("-need", "CBAD"), ("need", "DABC"), ("name", "ABCD"), ("-name", "DCBA"), ("-newest", "BCA"),
    ("newest", "ACB")])
def test_every_order_pages_forwards_and_back_without_losing_anybody(database, people, enter, sort, expected):
    from outreach.casework.victims.listing import list_victims
    enter("A", need_score=5, reported_on=date(2026, 1, 1))
    enter("B", need_score=5, reported_on=date(2026, 3, 1))
    enter("C", need_score=9, reported_on=date(2026, 2, 1), reports=2)
    enter("D", need_score=1)
    with database.reading() as session:
        seen, pages, after = "", [], None
        while not pages or (pages[-1].later and len(pages) < 10):
            pages.append(list_victims(session, people["officer"], sort=sort, after=after, rows=1))
            after = pages[-1].lines[-1].victim_id
            seen += pages[-1].lines[0].name
        assert seen == expected
        assert [page.earlier for page in pages] == [False] + [True] * (len(expected) - 1)
        back = list_victims(session, people["officer"], sort=sort, before=after, rows=2)
        assert "".join(line.name for line in back.lines) == expected[:-1][-2:]
        assert back.later


def test_pages_follow_one_another_in_the_browser(desk, people, enter):
    for number in range(53):
        enter(f"Person {number:02}", need_score=number)
    officer = desk(people["officer"])
    first = officer.get(LIST).text
    on = re.search(r'href="([^"]*after=\d+)"', first)[1]
    second = officer.get(on).text
    assert names(first)[0] == "Person 52" and len(names(first)) == 50
    assert names(second) == ["Person 02", "Person 01", "Person 00"]
    back = re.search(r'href="([^"]*before=\d+)"', second)[1]
    assert names(officer.get(back).text) == names(first)


@pytest.mark.parametrize("headers", BOTH)
def test_searching_from_the_bar(desk, people, enter, headers):
    enter("Hill", first_name="Edith")
    enter("Braithwaite", first_name="William")
    html = desk(people["officer"]).get(f"{LIST}?q=edth+hill", headers=headers).text
    assert names(html) == ["Edith Hill"]
    assert "spelt nearly so" in html
    assert ("<html" in html) is not bool(headers)


def test_finding_nobody_says_what_else_to_try(desk, people, enter):
    html = desk(people["officer"]).get(f"{LIST}?q=zzz%3Cscript%3E").text
    assert "Nobody matches “zzz&lt;script&gt;”" in html
    assert "last six figures" in html


def test_an_ambassador_sees_only_their_own_and_cannot_export(desk, people, enter):
    enter("Mine", assigned_to_id=people["ambassador"].id)
    enter("Mine restricted", assigned_to_id=people["ambassador"].id, restricted=True)
    enter("Other")
    ambassador = desk(people["ambassador"])
    html = ambassador.get(f"{LIST}?assigned=nobody").text + ambassador.get(LIST).text
    assert names(html) == ["Mine"]
    assert "Export" not in html
    assert ambassador.get(f"{LIST}/exports/new").status_code == 403
    assert ambassador.submit(f"{LIST}/exports", {"reason": "because", "recipient": "me"}).status_code == 403


def test_those_without_casework_see_no_list(desk, people):
    assert desk(people["communicator"]).get(LIST).status_code == 403
    assert desk().get(LIST).status_code == 303


def test_the_look_at_a_list_is_written_down(desk, people, enter, database):
    victim = enter("Hill")
    officer = desk(people["officer"])
    officer.get(LIST)
    officer.get(f"{LIST}?q=hill")
    with database.reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.operation.in_(
            ["victim.listed", "victim.searched"])).order_by(AuditEntry.id)).all()
        assert [(row.operation, row.actor_id, row.details["shown"]) for row in rows] == [
            ("victim.listed", people["officer"].id, [victim]),
            ("victim.searched", people["officer"].id, [victim])]


def test_an_export_needs_a_reason_and_keeps_what_was_typed(desk, people, enter):
    officer = desk(people["officer"])
    refused = officer.submit(f"{LIST}/exports", {"recipient": "ECU supervisor", "reason": ""})
    assert refused.status_code == 422
    assert "Enter why this list has to leave the system" in refused.text
    assert 'value="ECU supervisor"' in refused.text


def test_an_export_is_marked_harmless_and_written_down_as_a_disclosure(desk, people, enter, database):
    enter("=cmd|' /C calc'!A0", first_name="＋Evil", need_score=9)
    victim = enter("Hill", district="Craven", assigned_to_id=people["officer"].id)
    typed = {"recipient": "ECU supervisor", "reason": "Monthly meeting"}
    officer = desk(people["officer"])
    everything = officer.submit(f"{LIST}/exports", typed).text
    assert everything.splitlines()[0] == everything.splitlines()[-1] == '"OFFICIAL-SENSITIVE"'
    assert "\"'＋Evil =cmd|" in everything
    craven = officer.submit(f"{LIST}/exports?district=Craven", typed)
    assert "Hill" in craven.text and "Evil" not in craven.text
    assert "attachment" in craven.headers["content-disposition"]
    with database.reading() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.operation == "victim.exported")
                              .order_by(AuditEntry.id.desc())).first()
        assert (row.action, row.recipient, row.reason) == ("disclosure", "ECU supervisor", "Monthly meeting")
        assert row.details["shown"] == [victim]


def test_the_dead_stand_in_no_list_and_search_says_so(desk, people, enter):
    enter("Hill", deceased_on=today(), need_score=99, need_reasons=["age:85"], town="Whitby")
    officer = desk(people["officer"])
    listed, found = officer.get(LIST).text, officer.get(f"{LIST}?q=hill").text
    assert names(listed) == [] and "0 victims" in listed
    assert names(found) == ["Hill"] and "Has died" in found and "Aged 85" not in found


@pytest.mark.parametrize("asked", ["", "?q=hill"])
def test_of_a_restricted_record_the_list_tells_the_name_only(desk, people, enter, asked):
    enter("Hill", restricted=True, need_reasons=["age:85"], town="Whitby", postcode="YO21 1AA",
          age_estimate=87, lost=12500)
    html = desk(people["officer"]).get(f"{LIST}{asked}").text
    assert names(html) == ["Hill"] and "Restricted: open it and say why" in html
    table = html[html.index("<tbody>"):html.index("</tbody>")]
    for words in ("Aged 85", "Whitby", "YO21", "87", "12,500"):
        assert words not in table
    assert 'data-label="Last contact"></td>' in table


def test_a_row_gives_the_chief_reasons_and_the_export_every_one(desk, people, enter):
    enter("Hill", need_reasons=["age:85", "lost:10000", "lives_alone", "bereaved", "never_reached"])
    officer = desk(people["officer"])
    assert '<td class="why">Aged 85 or over, lost £10,000 or more, lives alone and 2 more</td>' in (
        officer.get(LIST).text)
    typed = {"recipient": "ECU supervisor", "reason": "Monthly meeting"}
    whole = officer.submit(f"{LIST}/exports", typed).text
    assert "lives alone, " in whole and "and 2 more" not in whole


def test_a_list_that_scrolls_sideways_is_reached_by_keyboard_and_has_a_name(desk, people, enter):
    enter("Hill")
    html = desk(people["officer"]).get(LIST).text
    assert '<div class="list-scroll" role="region" aria-label="Victims, with the reason' in html
    assert 'class="list-scroll" tabindex="-1"' not in html
