"""My visits with no signal: what is written there is never lost, never doubled, and read by nobody else."""

import time
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from outreach.foundation.clock import now
from tests.browser.line import line_to
from tests.browser.phone import HOME, Phone
from tests.browser.running import Running
from tests.browser.visits import NOTES, PASSWORD, clear, suspend

FIRST, SECOND = "She changed her number: canary one.", "He hung up on them: canary two."
LOGS = "SELECT words, state FROM visit_log WHERE visit_id = ?"


def test_two_logs_written_with_no_signal_become_one_contact_each(bill, outreach, visits, browser):
    for visit, words in zip(visits, (FIRST, SECOND), strict=True):
        bill.write_log(visit, words)
        expect(bill.page.get_by_text("No signal.")).to_be_visible()
    expect(bill.waiting()).to_have_count(2)
    expect(bill.waiting().first).to_contain_text("Waits for signal")
    bill.close()
    bill.open()
    bill.sign_in()
    bill.is_sent()
    assert [outreach.ask(LOGS, visit) for visit in visits] == [
        [(FIRST, "waits for the officer")], [(SECOND, "waits for the officer")]]
    _accept(browser, outreach, visits)
    for visit, words in zip(visits, (FIRST, SECOND), strict=True):
        contacts = outreach.ask("SELECT contact.summary FROM visit JOIN contact USING (victim_id) "
                                "WHERE visit.id = ? AND contact.summary LIKE '%canary%'", visit)
        assert len(contacts) == 1 and words in str(contacts[0][0])


@pytest.mark.parametrize("at", ["answer", "body"])
def test_a_connection_that_is_cut_in_the_middle_of_a_send_makes_one_log(phone_on, outreach, visits, at):
    with line_to(outreach.address) as line:
        phone = phone_on(line.address)
        phone.make_ready()
        line.cut_next(f"{visits[0]}/log", at=at)
        phone.write_log(visits[0], FIRST)
        expect(phone.page).to_have_url(f"{line.address}{HOME}")
        phone.is_sent()
        assert line.cuts == 1
    assert outreach.ask(LOGS, visits[0]) == [(FIRST, "waits for the officer")]


def test_signing_out_with_no_signal_keeps_the_logs_so_that_nobody_can_read_them(bill, outreach, visits):
    bill.write_log(visits[0], FIRST)
    bill.page.get_by_role("button", name="Sign out").click()
    expect(bill.page.get_by_role("heading", name="1 log not sent")).to_be_visible()
    bill.page.get_by_role("button", name="Keep them until I sign in again").click()
    expect(bill.page.get_by_text("There are no visits on this phone")).to_be_visible()
    expect(bill.page.get_by_text("1 log locked here")).to_be_visible()
    _holds_nobody(bill, outreach, visits)
    _signs_out_at_last(bill)
    other = bill.sign_in("ambassador")
    other.goto(HOME)
    expect(other.get_by_text("1 log locked here, of somebody else")).to_be_visible()
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("You have signed out")
    bill.sign_in()
    bill.is_sent()
    assert outreach.ask(LOGS, visits[0]) == [(FIRST, "waits for the officer")]


def test_signing_out_may_wipe_what_was_not_sent(bill, outreach, visits):
    bill.write_log(visits[0], FIRST)
    bill.page.get_by_role("button", name="Sign out").click()
    bill.page.get_by_role("button", name="Wipe them from this phone").click()
    expect(bill.page.get_by_text("There are no visits on this phone")).to_be_visible()
    expect(bill.page.locator("[data-queue]")).to_be_hidden()
    _holds_nobody(bill, outreach, visits)
    _signs_out_at_last(bill)
    bill.sign_in()
    bill.is_sent()
    assert outreach.ask(LOGS, visits[0]) == []


def test_signing_out_sends_first_where_there_is_signal(bill, outreach, visits):
    bill.write_log(visits[0], FIRST)
    bill.find_signal()
    bill.page.get_by_role("button", name="Sign out").click()
    expect(bill.page.get_by_role("heading", level=1)).to_have_text("You have signed out")
    assert outreach.ask(LOGS, visits[0]) == [(FIRST, "waits for the officer")]
    _holds_nobody(bill, outreach, visits)


def test_vetting_that_ends_while_logs_wait_sends_them_to_the_supervisors_review(bill, outreach, visits):
    bill.write_log(visits[0], FIRST)
    bill.write_log(visits[1], SECOND)
    try:
        suspend(outreach)
        bill.find_signal()
        bill.page.goto(HOME)
        expect(bill.page.get_by_role("heading", level=1)).to_have_text("Sign in")
        page = bill.sign_in()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your access has ended")
        expect(page.get_by_text("Nothing of your visits is left on this phone")).to_be_visible()
        bill.is_sent()
        assert [outreach.ask(LOGS, visit) for visit in visits] == [
            [(FIRST, "waits for the supervisor")], [(SECOND, "waits for the supervisor")]]
        _holds_nobody(bill, outreach, visits)
    finally:
        clear(outreach)


def test_a_log_that_is_refused_is_opened_and_corrected_and_the_other_goes_on(bill, outreach, visits):
    page = bill.page
    page.goto(f"{HOME}/{visits[0]}/log")
    page.get_by_label("In your own words").fill(FIRST)       # nothing else: the desk will ask what came of it
    page.get_by_role("button", name="Save the log").click()
    page.wait_for_url(f"**{HOME}")
    bill.write_log(visits[1], SECOND)
    expect(bill.waiting()).to_have_count(2)
    bill.find_signal()
    page.goto(HOME)
    expect(bill.waiting()).to_have_count(1)
    expect(bill.waiting()).to_contain_text("Needs you")
    assert outreach.ask(LOGS, visits[1]) == [(SECOND, "waits for the officer")]
    page.get_by_role("link", name="Open", exact=True).click()
    expect(page.get_by_label("In your own words")).to_have_value(FIRST)
    expect(page.get_by_text("No signal.")).to_be_hidden()
    page.get_by_label("Visited", exact=True).check()
    page.get_by_label("The person", exact=True).check()
    page.get_by_role("button", name="Save the log").click()
    expect(page).to_have_url(f"{outreach.address}{HOME}")
    bill.is_sent()
    assert outreach.ask(LOGS, visits[0]) == [(FIRST, "waits for the officer")]


def test_one_that_cannot_be_sent_is_removed_without_losing_the_other(bill, outreach, visits):
    bill.write_log(visits[0], FIRST)
    bill.write_log(visits[1], SECOND)
    outreach.let_time_pass(f"UPDATE visit SET state = 'cancelled' WHERE id = {visits[0]}")
    bill.find_signal()
    bill.page.goto(HOME)
    expect(bill.waiting()).to_have_count(1)
    expect(bill.waiting()).to_contain_text("Needs you")
    bill.page.get_by_text("Remove", exact=True).click()
    bill.page.get_by_role("button", name="Yes, remove it").click()
    bill.is_sent()
    assert outreach.ask(LOGS, visits[0]) == []
    assert outreach.ask(LOGS, visits[1]) == [(SECOND, "waits for the officer")]


def test_a_half_typed_log_is_still_there_when_the_phone_is_opened_again(bill, visits):
    page = bill.page
    page.goto(f"{HOME}/{visits[0]}/log")
    page.get_by_label("In your own words").press_sequentially(FIRST)
    page.wait_for_timeout(800)
    assert "canary" not in bill.kept()
    bill.close()
    page = bill.open()
    bill.lose_signal()
    page.goto(f"{HOME}/{visits[0]}/log")
    expect(page.get_by_label("In your own words")).to_have_value(FIRST)


def test_a_phone_whose_clock_is_hours_wrong_reads_its_visits_and_logs_them(phone_on, outreach, visits):
    phone = phone_on()
    phone.context.clock.install(time=now() + timedelta(hours=5))
    phone.make_ready()
    phone.lose_signal()
    phone.write_log(visits[0], FIRST)
    expect(phone.waiting()).to_have_count(1)
    phone.find_signal()
    phone.page.goto(HOME)
    phone.is_sent()
    [(off,)] = outreach.ask("SELECT clock_off_seconds FROM visit_log WHERE visit_id = ?", visits[0])
    assert 4.9 * 3600 < float(str(off)) < 5.1 * 3600


def test_a_check_in_and_out_with_no_signal_reach_the_desk_later(bill, outreach, visits):
    page = bill.page
    page.goto(f"{HOME}/{visits[0]}")
    page.get_by_role("button", name="Check in").click()
    expect(bill.waiting()).to_have_count(1)
    page.goto(f"{HOME}/{visits[0]}")
    page.get_by_role("button", name="Check out").click()
    expect(bill.waiting()).to_have_count(2)
    bill.find_signal()
    page.goto(HOME)
    bill.is_sent()
    [(came, left)] = outreach.ask(
        "SELECT checked_in_at, checked_out_at FROM visit_crew WHERE visit_id = ?", visits[0])
    assert came and left and str(came) < str(left)


def test_after_the_hour_nothing_can_be_read_without_signal(bill, visits):
    page = bill.page
    bill.context.clock.install()
    page.goto(HOME)
    expect(page.get_by_text(PASSWORD).first).to_be_visible()
    bill.context.clock.set_system_time(now() + timedelta(hours=4))
    page.goto(HOME)
    expect(page.get_by_text("There are no visits on this phone")).to_be_visible()
    assert PASSWORD not in bill.kept()


def test_a_log_is_filled_and_saved_in_two_minutes(bill, visits):
    began = time.monotonic()
    page = bill.page
    page.goto(f"{HOME}/{visits[0]}/log")
    ticked = ["Visited", "The person", "Family"]
    for words in ticked:
        page.get_by_label(words, exact=True).check()
    _by_hand(page, "In your own words", FIRST)
    _by_hand(page, "Next step", "The officer rings on Tuesday")
    _by_hand(page, "Minutes travelling", "40")
    _by_hand(page, "Miles", "12")
    page.get_by_role("button", name="Save the log").click()
    expect(bill.waiting()).to_have_count(1)
    print(f"A log was filled in and saved in {time.monotonic() - began:.0f} s")


def _signs_out_at_last(phone: Phone) -> None:
    """The desk hears of the sign-out as soon as there is signal."""
    phone.find_signal()
    phone.page.goto(HOME)
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("You have signed out")


def _by_hand(page: Page, label: str, text: str) -> None:
    """At the pace of a slow thumb: five letters a second."""
    page.get_by_label(label, exact=True).press_sequentially(text, delay=200)


def _accept(browser: Any, outreach: Running, visits: list[int]) -> None:
    page = browser.new_page(base_url=outreach.address)
    page.goto("/desk/sign-in")
    page.get_by_label("Email address").fill("officer@demo.example.org")
    page.get_by_label("Password").fill(outreach.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    for visit in visits:
        [(log,)] = outreach.ask("SELECT id FROM visit_log WHERE visit_id = ?", visit)
        page.goto(f"/desk/visits/{visit}/logs/{log}")
        page.get_by_role("button", name="Accept the log").click()
        expect(page.get_by_role("button", name="Accept the log")).to_be_hidden()
    page.close()


def _holds_nobody(phone: Phone, outreach: Running, visits: list[int]) -> None:
    """No storage and no cache of this browser holds a word of a visit or a log."""
    kept = phone.kept()
    named = outreach.ask("SELECT first_name, last_name, address_line_1, postcode FROM victim JOIN visit ON "
                         f"victim.id = victim_id WHERE visit.id IN ({visits[0]}, {visits[1]})")
    told = {str(word) for row in named for word in row if word} | {PASSWORD, NOTES, FIRST, SECOND, "canary"}
    assert not [word for word in told if word in kept]
    assert "a key" not in kept
