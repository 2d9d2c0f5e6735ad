"""Equipment in the browser: scanned in, waited for, lent, installed, measured, reviewed and brought back."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from outreach.casework import devices
from outreach.casework.devices import (
    CallStats,
    Condition,
    Consent,
    ConsentBy,
    ControlPanelContact,
    Device,
    DeviceAnswers,
    DeviceLoan,
    DeviceWait,
    Feelings,
    Figures,
    Standing,
    TrustedCaller,
    call_stats,
    waiting,
)
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from tests.site import BOTH

HERE = "/desk/devices"


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def typed_day(days_ago=0):
    day = clock.today() - timedelta(days=days_ago)
    return f"{day.day} {day.month} {day.year}"


def days_ago(days):
    return clock.today() - timedelta(days=days)


def rows(session, noun):
    session.commit()
    found = session.scalars(select(noun).order_by(noun.id)).all()
    for row in found:
        session.refresh(row)
    session.commit()
    return found


def to(answer):
    return answer.headers.get("hx-redirect") or answer.headers.get("location")


@pytest.fixture
def units(session, officer):
    """TC-1001 and TC-1002 in stock."""
    added = devices.add(session, officer, kind="call_blocker", serials="TC-1001\nTC-1002", funder="PFCC",
                        model="trueCall Care", cost=Decimal(110))
    session.commit()
    return added


@pytest.fixture
def loan(session, officer, mrs_hill, units):
    """TC-1001 with Mrs Hill for 200 days, not installed."""
    lent = devices.lend(session, officer, mrs_hill, units[0],
                        consent=Consent(ConsentBy.SELF, days_ago(200)))
    session.commit()
    return lent


@pytest.fixture
def installed(session, officer, loan):
    devices.install(session, officer, loan, on=days_ago(190), before=Feelings(5, 2, Decimal(400)))
    session.commit()
    return loan


def consented(**more):
    return {"consent_by": "themselves", "consent_on": typed_day(1), "caller_display": "yes",
            "pendant_alarm": "unknown", "line": "analogue", "profile": "filter"} | more


# Every page

@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize("path", ["", "/new", "/waiting", "/loans", "/loans?state=ended", "/loans?state=back",
                                  "/returns/new", "/statistics/new", "/collections", "/outcomes"])
def test_every_page_teaches_when_there_is_nothing_yet(desk, officer, path, htmx):
    answer = desk(officer).get(HERE + path, headers=htmx)
    assert answer.status_code == 200
    if not htmx:
        assert answer.text.count("<h1") == 1 and ("<table" not in answer.text or "<caption" in answer.text)


@pytest.mark.parametrize("htmx", BOTH)
def test_every_page_of_a_loan_opens(desk, officer, session, installed, htmx):
    client, one = desk(officer), f"{HERE}/loans/{installed.id}"
    call_stats.enter(session, officer, installed, Figures(days_ago(60), days_ago(31), 120, 40, 38))
    devices.trust(session, officer, installed, "Anne Hill, 01632 960 103, daughter")
    devices.give_access(session, officer, installed, name="Anne Hill", relationship="daughter",
                        consent_on=days_ago(9))
    devices.ask_back(session, officer, installed)
    session.commit()
    for path in (one, f"{one}/installation/new", f"{one}/reviews/new", f"{one}/statistics/new",
                 f"{HERE}/returns/new?loan={installed.id}", f"{HERE}/{installed.device_id}",
                 f"{HERE}/{installed.device_id}/edit", f"{HERE}/collections", f"{HERE}/loans?state=back",
                 f"{HERE}?status=due+back", f"/desk/victims/{installed.victim_id}"):
        answer = client.get(path, headers=htmx)
        assert answer.status_code == 200, path
        assert htmx or answer.text.count("<h1") == 1, path


# Stock

@pytest.mark.parametrize("htmx", BOTH)
def test_serials_scanned_into_the_box_are_in_stock(desk, officer, session, htmx):
    answer = desk(officer).submit(HERE, {
        "kind": "call_blocker", "serials": "TC-101\r\nTC-102\r\ntc-103 , NYP-1", "cost": "110",
        "funder": "PFCC", "model": "trueCall Care"}, headers=htmx)
    assert to(answer) == "/desk/devices?status=in+stock&kind=call_blocker"
    found = rows(session, Device)
    assert [(one.serial, one.asset_tag, one.cost) for one in found] == [
        ("TC-101", "", Decimal(110)), ("TC-102", "", Decimal(110)), ("TC-103", "NYP-1", Decimal(110))]
    assert "3 units: 3 in stock" in words(desk(officer).get(HERE))


@pytest.mark.parametrize("htmx", BOTH)
def test_lines_that_cannot_be_added_are_named_and_all_that_was_typed_stays(desk, officer, session, units,
                                                                           htmx):
    typed = {"kind": "call_blocker", "serials": "TC-2001\ntc-1001\n??", "funder": "Rotary club"}
    answer = desk(officer).submit(HERE, typed, headers=htmx)
    said = words(answer)
    assert answer.status_code == 422 and ("<html" in answer.text) is not bool(htmx)
    assert "Line 2 tc-1001 : TC-1001 is in the stock already" in said and "Line 3 ??" in said
    assert "TC-2001\ntc-1001\n??" in answer.text and "Rotary club" in answer.text
    assert "Leave them out and add the other 1" in said and len(rows(session, Device)) == 2
    assert desk(officer).submit(HERE, typed | {"leave_out": "yes"}, headers=htmx).status_code in (200, 303)
    assert [one.serial for one in rows(session, Device)] == ["TC-1001", "TC-1002", "TC-2001"]


def test_the_list_is_filtered_sorted_and_downloaded_without_names(desk, officer, session, loan):
    client = desk(officer)
    assert "Margaret Hill" in words(client.get(HERE))
    assert "TC-1001" not in words(client.get(f"{HERE}?status=in+stock"))
    assert "TC-1002" in words(client.get(f"{HERE}?q=1002&sort=-serial"))
    assert "No units match" in words(client.get(f"{HERE}?q=nothing"))
    sheet = client.get(f"{HERE}/sheet?kind=call_blocker")
    assert "TC-1001" in sheet.text and "on loan" in sheet.text and "Hill" not in sheet.text


def test_long_lists_go_on_by_pages(desk, officer, session):
    devices.add(session, officer, kind="camera", serials="\n".join(f"CAM-{n:03}" for n in range(1, 121)))
    session.commit()
    client, seen = desk(officer), []
    path = f"{HERE}?sort=-serial"
    while path:
        page = client.get(path)
        seen += re.findall(r"data-row href=\"[^\"]+\">(CAM-\d+)", page.text)
        on = re.search(r'href="([^"]+)" rel="next"', page.text)
        path = html.unescape(on[1]) if on else ""
    assert seen == [f"CAM-{n:03}" for n in range(120, 0, -1)]
    back = re.search(r'href="([^"]+)" rel="prev"', page.text)
    assert "CAM-070" in client.get(html.unescape(back[1])).text


@pytest.mark.parametrize("htmx", BOTH)
def test_a_unit_is_put_aside_but_not_while_it_is_out(desk, officer, session, loan, units, htmx):
    client = desk(officer)
    answer = client.submit(f"{HERE}/{units[1].id}/standing", {"standing": "faulty", "reason": "Dead"},
                           headers=htmx)
    assert to(answer) == f"{HERE}/{units[1].id}" and rows(session, Device)[1].status is Standing.FAULTY
    answer = client.submit(f"{HERE}/{units[0].id}/standing", {"standing": "retired"}, headers=htmx)
    assert answer.status_code == 422 and "log its return first" in words(answer)


def test_a_units_details_are_put_right_and_a_serial_stays_one_of_a_kind(desk, officer, session, units):
    client = desk(officer)
    client.submit(f"{HERE}/{units[0].id}", {"serial": "tc 1009", "model": "trueCall Secure",
                                           "sim_number": "07700 900 123"})
    assert (rows(session, Device)[0].serial, rows(session, Device)[0].sim_number) == ("TC1009",
                                                                                     "+447700900123")
    answer = client.submit(f"{HERE}/{units[0].id}", {"serial": "TC-1002"})
    assert answer.status_code == 422 and "another unit’s serial" in words(answer)


# The waiting list

@pytest.mark.parametrize("htmx", BOTH)
def test_somebody_waits_is_reserved_for_and_lent_to(desk, officer, session, mrs_hill, units, htmx):
    client, person = desk(officer), f"/desk/victims/{mrs_hill.id}"
    assert to(client.submit(f"{person}/waiting", {"kind": "call_blocker", "note": "By the door"},
                            headers=htmx)) == person
    assert "Waiting for a call blocker" in words(client.get(person))
    [entry] = rows(session, DeviceWait)
    answer = client.submit(f"{HERE}/waiting/{entry.id}/reservation", headers=htmx)
    assert to(answer) == f"{HERE}/waiting"
    said = words(client.get(f"{HERE}/waiting"))
    assert "TC-1001 is reserved for Mrs Hill." in said and "TC-1001 reserved" in said
    assert "(reserved for them)" in client.get(f"{person}/loans/new").text
    answer = client.submit(f"{person}/loans", consented(device_id=units[0].id), headers=htmx)
    [lent] = rows(session, DeviceLoan)
    assert to(answer) == f"{HERE}/loans/{lent.id}"
    assert rows(session, DeviceWait)[0].settled_at and "Nobody is waiting" in words(client.get(
        f"{HERE}/waiting"))


@pytest.mark.parametrize("htmx", BOTH)
def test_out_of_turn_takes_a_reason(desk, officer, session, mrs_hill, mr_hill, units, htmx):
    for victim in (mrs_hill, mr_hill):
        waiting.wait(session, officer, victim, kind="call_blocker")
    session.commit()
    second = waiting.waiting_list(session, officer)[1].wait_id
    session.commit()
    client, address = desk(officer), f"{HERE}/waiting/{second}/reservation"
    answer = client.submit(address, headers=htmx)
    assert answer.status_code == 422 and "say why they should have it first" in words(answer)
    client.submit(address, {"reason": "Rung every hour"}, headers=htmx)
    assert [one.device_id is not None for one in rows(session, DeviceWait) if one.id == second] == [True]
    client.submit(f"{address}/undoing", headers=htmx)
    client.submit(f"{HERE}/waiting/{second}/cancellation", headers=htmx)
    assert {one.status for one in rows(session, Device)} == {Standing.IN_STOCK}


def test_with_none_in_stock_the_way_is_the_waiting_list(desk, officer, mrs_hill):
    page = desk(officer).get(f"/desk/victims/{mrs_hill.id}/loans/new")
    assert "No call blocker is in stock" in words(page) and "/waiting/new?kind=call_blocker" in page.text


# Lending

@pytest.mark.parametrize("htmx", BOTH)
def test_a_loan_with_everything_is_one_request(desk, officer, session, mrs_hill, units, htmx):
    client = desk(officer)
    answer = client.submit(f"/desk/victims/{mrs_hill.id}/loans", consented(
        device_id=units[1].id, agreement_signed="yes", panel_name="Anne Hill", panel_relationship="daughter",
        panel_consent="yes", worried="5", safe="2", lost="£1,250", installed_on=typed_day()), headers=htmx)
    [lent], [contact], [asked] = rows(session, DeviceLoan), rows(session, ControlPanelContact), rows(
        session, DeviceAnswers)
    assert to(answer) == f"{HERE}/loans/{lent.id}"
    assert (lent.device_id, lent.installed_on, lent.agreement_signed) == (units[1].id, clock.today(), True)
    assert contact.consent_on == days_ago(1) and (asked.worried, asked.lost) == (5, Decimal(1250))
    said = words(client.get(to(answer)))
    assert "TC-1002 is on loan to Mrs Hill." in said and "Anne Hill, daughter" in said


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("wrong", "sentence", "field"), [
    ({"consent_by": ""}, "Record who consented: Mrs Hill, or somebody who may for her", "consent_by"),
    ({"consent_by": "attorney"}, "Enter the name of whoever consented for them", "consent_name"),
    ({"consent_on": "1 1 2099"}, "Enter a date that has come", "consent_on"),
    ({"panel_name": "Anne", "panel_relationship": "daughter"}, "Ask Mrs Hill first", "panel_consent"),
    ({"installed_on": "1 1 2020"}, "it cannot have been installed before", "installed_on"),
    ({"worried": "9"}, "Choose an answer from 1 to 5", "worried")])
def test_what_lending_refuses_stands_beside_its_field(desk, officer, session, mrs_hill, units, htmx, wrong,
                                                      sentence, field):
    answer = desk(officer).submit(f"/desk/victims/{mrs_hill.id}/loans", consented(
        device_id=units[0].id, note="Every word I typed") | wrong, headers=htmx)
    assert answer.status_code == 422 and sentence.replace("for her", "for them") in words(answer)
    assert f'href="#{field}"' in answer.text and "Every word I typed" in answer.text
    assert rows(session, DeviceLoan) == [] and rows(session, Device)[0].status is Standing.IN_STOCK


@pytest.mark.parametrize("htmx", BOTH)
def test_a_unit_that_is_out_faulty_or_reserved_is_not_lent(desk, officer, session, mr_hill, mr_shaw, loan,
                                                           units, htmx):
    client, address = desk(officer), f"/desk/victims/{mr_hill.id}/loans"
    answer = client.submit(address, consented(device_id=units[0].id), headers=htmx)
    assert answer.status_code == 422 and "TC-1001 is on loan already" in words(answer)
    waiting.reserve(session, officer, waiting.wait(session, officer, mr_shaw, kind="call_blocker"))
    session.commit()
    answer = client.submit(address, consented(device_id=units[1].id), headers=htmx)
    assert "reserved for somebody else" in words(answer) and len(rows(session, DeviceLoan)) == 1


# Installing, reviewing, returning

@pytest.mark.parametrize("htmx", BOTH)
def test_an_installation_is_one_page(desk, officer, session, loan, htmx):
    client, one = desk(officer), f"{HERE}/loans/{loan.id}"
    form = client.get(f"{one}/installation/new")
    assert form.text.count("autofocus=") == 1 and "How worried are they" in form.text
    typed = {"on": typed_day(2), "by": "Council handyman", "line": "digital voice", "caller_display": "yes",
             "pendant_alarm": "yes", "profile": "trusted only", "worried": "4", "safe": "2", "lost": "0",
             "callers": "Anne Hill, 01632 960 103, daughter"}
    assert to(client.submit(f"{one}/installation", typed, headers=htmx)) == one
    [done] = rows(session, DeviceLoan)
    assert (done.installed_by, done.profile, done.line) == ("Council handyman", "trusted only",
                                                            "digital voice")
    assert [caller.name for caller in rows(session, TrustedCaller)] == ["Anne Hill"] and done.follow_up_id
    again = client.submit(f"{one}/installation", typed, headers=htmx)
    assert again.status_code == 422 and "already" in words(again)


@pytest.mark.parametrize(("days", "sentence"), [(201, "it cannot have been installed before"),
                                                (-1, "Enter a date that has come")])
def test_an_installation_on_an_impossible_day_is_refused(desk, officer, session, loan, days, sentence):
    answer = desk(officer).submit(f"{HERE}/loans/{loan.id}/installation", {"on": typed_day(days)})
    assert answer.status_code == 422 and sentence in words(answer)
    assert rows(session, DeviceLoan)[0].installed_on is None


def test_a_unit_cannot_have_been_installed_while_it_was_elsewhere(desk, officer, session, mr_hill, installed):
    devices.take_back(session, officer, installed, on=days_ago(5), condition=Condition.GOOD)
    again = devices.lend(session, officer, mr_hill, installed.device,
                         consent=Consent(ConsentBy.SELF, days_ago(9)))
    session.commit()
    answer = desk(officer).submit(f"{HERE}/loans/{again.id}/installation", {"on": typed_day(6)})
    assert answer.status_code == 422 and "was with somebody else until" in words(answer)
    assert 'href="#on"' in answer.text


@pytest.mark.parametrize("htmx", BOTH)
def test_a_review_extends_or_asks_back(desk, officer, session, installed, htmx):
    client, one = desk(officer), f"{HERE}/loans/{installed.id}"
    typed = {"on": typed_day(), "decision": "extend", "worried": "1", "safe": "5", "lost": "0"}
    assert to(client.submit(f"{one}/reviews", typed, headers=htmx)) == one
    assert rows(session, DeviceLoan)[0].review_due_on > clock.today()
    assert [asked.worried for asked in rows(session, DeviceAnswers)] == [5, 1]
    client.submit(f"{one}/reviews", typed | {"decision": "back"}, headers=htmx)
    assert rows(session, Device)[0].status is Standing.DUE_BACK
    assert "Margaret Hill" in words(client.get(f"{HERE}/collections"))


@pytest.mark.parametrize("htmx", BOTH)
def test_a_review_before_the_installation_is_refused(desk, officer, loan, htmx):
    answer = desk(officer).submit(f"{HERE}/loans/{loan.id}/reviews", {
        "on": typed_day(), "decision": "extend"}, headers=htmx)
    assert answer.status_code == 422 and "has not been installed yet" in words(answer)


@pytest.mark.parametrize("htmx", BOTH)
def test_a_return_is_a_serial_and_enter(desk, officer, session, installed, htmx):
    client = desk(officer)
    form = client.get(f"{HERE}/returns/new")
    assert form.text.count("autofocus=") == 1 and 'value="good" selected' in form.text
    answer = client.submit(f"{HERE}/returns", {"serial": "tc 1001".replace(" ", "-"), "on": typed_day(),
                                               "condition": "good", "reason": "no longer needed"},
                           headers=htmx)
    assert to(answer) == f"{HERE}/{installed.device_id}"
    [back] = rows(session, DeviceLoan)
    assert (back.condition, back.end_reason) == (Condition.GOOD, "no longer needed")
    assert rows(session, Device)[0].status is Standing.IN_STOCK
    assert "TC-1001 is back: in stock." in words(client.get(to(answer)))


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("serial", "sentence"), [
    ("TC-1002", "TC-1002 is in stock: nobody has it on loan"), ("TC-9", "There is no unit with the serial"),
    ("", "Scan or type the serial")])
def test_a_return_of_what_nobody_has_is_refused(desk, officer, session, installed, htmx, serial, sentence):
    answer = desk(officer).submit(f"{HERE}/returns", {"serial": serial, "on": typed_day(),
                                                      "condition": "good"}, headers=htmx)
    assert answer.status_code == 422 and sentence in words(answer) and 'href="#serial"' in answer.text
    assert rows(session, DeviceLoan)[0].is_open


def test_a_return_before_the_last_figures_is_refused(desk, officer, session, installed):
    client = desk(officer)
    client.submit(f"{HERE}/loans/{installed.id}/statistics", {
        "from_on": typed_day(9), "to_on": typed_day(2), "received": "9", "nuisance": "3", "blocked": "3"})
    answer = client.submit(f"{HERE}/returns", {"serial": "TC-1001", "on": typed_day(3), "condition": "good"})
    assert answer.status_code == 422 and "stand on this loan: enter that day" in words(answer)
    assert 'href="#on"' in answer.text and rows(session, DeviceLoan)[0].is_open


def test_a_lost_unit_ends_its_loan_as_lost(desk, officer, session, installed):
    desk(officer).submit(f"{HERE}/returns", {"serial": "TC-1001", "on": typed_day(), "condition": "lost"})
    assert rows(session, Device)[0].status is Standing.LOST and not rows(session, DeviceLoan)[0].is_open


def test_a_restricted_persons_return_asks_why_first(desk, officer, session, enter, units):
    grey = enter("Ann", "Grey", restricted=True)
    devices.lend(session, officer, grey, units[0], consent=Consent(ConsentBy.SELF, days_ago(3)))
    session.commit()
    answer = desk(officer).submit(f"{HERE}/returns", {"serial": "TC-1001", "on": typed_day(),
                                                      "condition": "good"})
    assert answer.status_code == 403 and rows(session, DeviceLoan)[0].is_open


@pytest.mark.parametrize("htmx", BOTH)
def test_a_loan_is_changed_while_it_runs_or_asked_back(desk, officer, session, loan, htmx):
    client, one = desk(officer), f"{HERE}/loans/{loan.id}"
    assert client.get(f"{one}/edit", headers=htmx).status_code == 200
    answer = client.submit(one, {"agreement_signed": "yes", "line": "SIM", "profile": "carer check",
                                 "caller_display": "no", "pendant_alarm": "yes"}, headers=htmx)
    [changed] = rows(session, DeviceLoan)
    assert to(answer) == one and changed.agreement_signed and changed.profile == "carer check"
    assert 'value="yes" checked' in client.get(f"{one}/edit").text
    answer = client.submit(f"{one}/recall", {"until": "1 1 2020"}, headers=htmx)
    assert answer.status_code == 422 and "Enter a day to come" in words(answer)
    assert to(client.submit(f"{one}/recall", headers=htmx)) == one
    assert rows(session, Device)[0].status is Standing.DUE_BACK


def test_figures_entered_wrongly_are_taken_out(desk, officer, session, installed):
    client, one = desk(officer), f"{HERE}/loans/{installed.id}"
    client.submit(f"{one}/statistics", {"from_on": typed_day(60), "to_on": typed_day(31), "received": "1200",
                                       "nuisance": "40", "blocked": "38"})
    [entered] = rows(session, CallStats)
    assert to(client.submit(f"{one}/statistics/{entered.id}/removal")) == f"{one}#statistics"
    assert rows(session, CallStats) == []


def test_a_number_no_database_could_hold_is_no_page_and_no_unit(desk, officer, mrs_hill, units):
    client = desk(officer)
    assert client.get(f"{HERE}/{10**25}").status_code == 404
    assert client.get(f"{HERE}/loans/{10**25}").status_code == 404
    answer = client.submit(f"/desk/victims/{mrs_hill.id}/loans", consented(device_id=10**25))
    assert answer.status_code == 422 and "Choose the unit" in words(answer)


# Callers, the control panel, chasers

@pytest.mark.parametrize("htmx", BOTH)
def test_trusted_callers_are_added_once_and_removed(desk, officer, session, loan, htmx):
    client, one = desk(officer), f"{HERE}/loans/{loan.id}"
    client.submit(f"{one}/trusted-callers", {"callers": "Anne Hill, 01632 960 103\r\nGP, 01632 960 104"},
                  headers=htmx)
    answer = client.submit(f"{one}/trusted-callers", {"callers": "Anne, 01632 960 103"}, headers=htmx)
    assert answer.status_code == 422 and "is Anne Hill already" in words(answer)
    assert "Anne, 01632 960 103" in answer.text
    first = rows(session, TrustedCaller)[0]
    client.submit(f"{one}/trusted-callers/{first.id}/removal", headers=htmx)
    assert [caller.name for caller in rows(session, TrustedCaller)] == ["GP"]


@pytest.mark.parametrize("htmx", BOTH)
def test_access_to_the_calls_needs_the_persons_consent(desk, officer, session, loan, htmx):
    client, one = desk(officer), f"{HERE}/loans/{loan.id}"
    who = {"panel_name": "Anne Hill", "panel_relationship": "daughter"}
    answer = client.submit(f"{one}/control-panel", who, headers=htmx)
    assert answer.status_code == 422 and "Ask Mrs Hill first" in words(answer)
    client.submit(f"{one}/control-panel", who | {"panel_consent": "yes"}, headers=htmx)
    [contact] = rows(session, ControlPanelContact)
    client.submit(f"{one}/control-panel/{contact.id}/removal", headers=htmx)
    assert rows(session, ControlPanelContact)[0].removed_on == clock.today()


@pytest.mark.parametrize("htmx", BOTH)
def test_a_chaser_is_refused_where_it_would_not_be_safe_or_is_too_soon(desk, officer, session, installed,
                                                                       htmx):
    client, address = desk(officer), f"{HERE}/loans/{installed.id}/chasers"
    answer = client.submit(address, {"channel": "email"}, headers=htmx)
    assert answer.status_code == 422 and "Ask Mrs Hill first whether we may e-mail them" in words(answer)
    assert to(client.submit(address, {"channel": "phone"}, headers=htmx))
    answer = client.submit(address, {"channel": "letter"}, headers=htmx)
    assert answer.status_code == 422 and "They were chased on" in words(answer)


# Statistics

@pytest.mark.parametrize("htmx", BOTH)
def test_statistics_are_typed_on_one_page(desk, officer, session, installed, htmx):
    client, one = desk(officer), f"{HERE}/loans/{installed.id}"
    typed = {"from_on": typed_day(60), "to_on": typed_day(31), "received": "120", "nuisance": "40",
             "blocked": "38"}
    assert to(client.submit(f"{one}/statistics", typed, headers=htmx)) == f"{one}#statistics"
    answer = client.submit(f"{one}/statistics", typed, headers=htmx)
    assert answer.status_code == 422 and "were entered already" in words(answer)
    assert len(rows(session, CallStats)) == 1
    after = days_ago(30)
    assert f'value="{after.day} {after.month} {after.year}"' in client.get(f"{one}/statistics/new").text


@pytest.mark.parametrize("htmx", BOTH)
@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"nuisance": "121"}, "More nuisance calls than calls received"),
    ({"blocked": "41"}, "More calls blocked than nuisance calls"),
    ({"to_on": "1 1 2099"}, "Enter a date that has come"), ({"from_on": "1 1 2020"}, "It was installed on"),
    ({"received": "many"}, "Enter how many calls came")])
def test_statistics_that_cannot_be_right_are_refused(desk, officer, session, installed, htmx, wrong,
                                                     sentence):
    answer = desk(officer).submit(f"{HERE}/loans/{installed.id}/statistics", {
        "from_on": typed_day(60), "to_on": typed_day(31), "received": "120", "nuisance": "40",
        "blocked": "38"} | wrong, headers=htmx)
    assert answer.status_code == 422 and sentence in words(answer) and rows(session, CallStats) == []


def upload(client, text, **more):
    data = {"csrf": client.csrf, "idempotency_key": "", **more}
    return client.post(f"{HERE}/statistics", data=data, files={"file": ("calls.csv", text, "text/csv")})


def test_a_csv_file_of_any_column_order_is_entered(desk, officer, session, installed):
    text = (f"Blocked;Nuisance calls;Serial number;Period to;Period from;Calls\n"
            f"38;40;tc-1001;{days_ago(31):%d/%m/%Y};{days_ago(60):%d/%m/%Y};120\n"
            f"20;20;TC-1001;{days_ago(1):%d/%m/%Y};{days_ago(30):%d/%m/%Y};90\n")
    answer = upload(desk(officer), "\ufeff".encode() + text.encode())
    assert to(answer) == f"{HERE}/outcomes"
    assert [(one.received, one.nuisance, one.blocked) for one in rows(session, CallStats)] == [
        (120, 40, 38), (90, 20, 20)]


def test_wrong_cells_of_a_sheet_are_put_right_on_the_spot(desk, officer, session, installed, units):
    first, last = days_ago(60), days_ago(31)
    text = (f"Serial,From,To,Received,Nuisance,Blocked\nTC-1001,{first:%d/%m/%Y},{last:%d/%m/%Y},120,40,38\n"
            f"TC-1001,{first:%d/%m/%Y},{last:%d/%m/%Y},1,1,1\nTC-9999,someday,{last:%d/%m/%Y},x,1,1\n")
    client = desk(officer)
    answer = upload(client, text.encode("utf-16"))
    said = words(answer)
    assert answer.status_code == 422 and "2 rows have something to put right" in said
    assert "were entered already: these overlap" in said
    assert "There is no unit with the serial TC-9999" in said
    assert 'value="someday"' in answer.text and rows(session, CallStats) == []
    cells = dict(re.findall(r'name="(row-\d+-\w+)" value="([^"]*)"', answer.text))
    assert len(cells) == 18
    cells |= {name: "" for name in cells if name.startswith("row-2")}
    cells |= {"row-1-from_on": typed_day(30), "row-1-to_on": typed_day(1)}
    assert to(client.submit(f"{HERE}/statistics", cells)) == f"{HERE}/outcomes"
    assert len(rows(session, CallStats)) == 2


@pytest.mark.parametrize(("text", "sentence"), [
    ("Serial,From,To,Received,Nuisance\nTC-1001,1/1/2026,2/1/2026,1,1", "No column is called Blocked"),
    ("", "Choose a CSV file"), ("PK\x00\x03", "This is not a CSV file"),
    ("Serial,From\n" + "x" * 140_000, "This is not a CSV file")])
def test_a_file_that_is_no_such_sheet_is_refused(desk, officer, session, installed, text, sentence):
    answer = upload(desk(officer), text)
    assert answer.status_code == 422 and sentence in words(answer)


def test_a_pasted_table_is_as_good_as_a_file(desk, officer, session, installed):
    text = f"Serial\tFrom\tTo\tReceived\tNuisance\tBlocked\nTC-1001\t{typed_day(9)}\t{typed_day(2)}\t9\t3\t3"
    assert to(desk(officer).submit(f"{HERE}/statistics", {"sheet": text})) == f"{HERE}/outcomes"
    assert rows(session, CallStats)[0].received == 9


# What it adds up to

def test_the_outcome_pack_counts_what_was_measured(desk, officer, session, installed):
    call_stats.enter(session, officer, installed, Figures(days_ago(60), days_ago(31), 120, 40, 38))
    devices.review(session, officer, installed, on=clock.today(), decision=devices.Decision.EXTEND,
                   after=Feelings(2, 4, Decimal(0)))
    session.commit()
    client = desk(officer)
    said = words(client.get(f"{HERE}/outcomes?kind=call_blocker"))
    assert "40 nuisance calls of 120 received (33%)" in said and "38 of them blocked (95%)" in said
    assert "Money lost Fewer than 5 people: not for publication 1 £400 £0" in said
    assert "38" in client.get(f"{HERE}/outcomes/csv").text and "Hill" not in client.get(
        f"{HERE}/outcomes/csv").text
    assert client.get(f"{HERE}/outcomes/xlsx").content.startswith(b"PK")
    assert client.get(f"{HERE}/outcomes/pdf").content.startswith(b"%PDF")
    nothing = words(client.get(f"{HERE}/outcomes?from_on={typed_day(5).replace(' ', '+')}&funder=Nobody"))
    assert "0 nuisance calls of 0 received" in nothing


def test_a_date_in_the_address_that_cannot_be_read_is_said(desk, officer):
    answer = desk(officer).get(f"{HERE}/outcomes?from_on=someday")
    assert answer.status_code == 200 and "There is a problem" in words(answer)


# Who sees what

def test_the_page_of_a_person_shows_what_they_have(desk, officer, ambassador, session, mr_shaw, units):
    devices.lend(session, officer, mr_shaw, units[0], consent=Consent(ConsentBy.SELF, days_ago(3)))
    session.commit()
    person = f"/desk/victims/{mr_shaw.id}"
    said = words(desk(officer).get(person))
    assert "Call blocker TC-1001 Not installed yet Record the installation" in said
    assert "Call blocker TC-1001 lent" in said
    seen = desk(ambassador).get(person)
    assert "Call blocker TC-1001" in words(seen) and "/desk/devices" not in seen.text


def test_today_names_late_loans_low_stock_and_who_waits(desk, officer, session, mrs_hill, mr_hill, units):
    lent = devices.lend(session, officer, mrs_hill, units[0], consent=Consent(ConsentBy.SELF, days_ago(200)))
    waiting.wait(session, officer, mr_hill, kind="call_blocker")
    session.commit()
    page = desk(officer).get("/desk/today")
    said = words(page)
    assert "Call blocker TC-1001: not installed yet, due on" in said and f"/loans/{lent.id}" in page.text
    assert "Reserve a call blocker" in said and "1 person waits and 1 is in stock." in said
    assert "Order more call blockers" in said


def test_the_supervisor_looks_and_changes_nothing(desk, supervisor, session, installed):
    client = desk(supervisor)
    page = client.get(f"{HERE}/loans/{installed.id}")
    assert page.status_code == 200 and "Log the return" not in words(page)
    assert client.submit(f"{HERE}/returns", {"serial": "TC-1001"}).status_code == 403


def test_looking_at_a_loan_is_looking_at_the_person(desk, officer, session, installed):
    desk(officer).get(f"{HERE}/loans/{installed.id}")
    session.commit()
    seen = session.scalars(select(AuditEntry).where(
        AuditEntry.operation == "victim.opened", AuditEntry.record_id == installed.victim_id)).all()
    assert seen


def test_what_was_typed_into_a_loan_survives_the_session(desk, officer, mrs_hill, units):
    here = f"/desk/victims/{mrs_hill.id}/loans/new"
    client = desk(officer)
    client.submit("/desk/drafts", consented(note="Half a sen", kind="call_blocker", draft_of=here))
    assert "Half a sen" in client.get(here).text
