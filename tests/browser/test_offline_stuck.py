"""My visits with no signal: what cannot be sent as it is holds up nothing else, and is handed in later."""

from playwright.sync_api import expect

from tests.browser.phone import HOME
from tests.browser.visits import clear, suspend

FIRST, SECOND = "She changed her number: canary one.", "He hung up on them: canary two."
LOGS = "SELECT words, state FROM visit_log WHERE visit_id = ?"


def test_one_at_which_the_desk_stumbles_does_not_hold_up_the_other(bill, outreach, visits):
    bill.write_log(visits[0], FIRST)
    bill.write_log(visits[1], SECOND)
    bill.context.route(f"**{HOME}/{visits[0]}/log", lambda route: route.fulfill(status=500))
    bill.find_signal()
    bill.page.goto(HOME)
    expect(bill.waiting()).to_have_count(1)
    assert outreach.ask(LOGS, visits[1]) == [(SECOND, "waits for the officer")]
    bill.context.unroute(f"**{HOME}/{visits[0]}/log")
    bill.page.reload()
    bill.is_sent()
    assert outreach.ask(LOGS, visits[0]) == [(FIRST, "waits for the officer")]


def test_a_half_written_log_is_finished_without_access_and_handed_in(bill, outreach, visits):
    page = bill.page
    page.goto(f"{HOME}/{visits[0]}/log")
    page.get_by_label("In your own words").fill(FIRST)
    page.wait_for_timeout(700)      # kept while it is typed
    try:
        suspend(outreach)
        bill.find_signal()
        page = bill.sign_in()
        expect(bill.waiting()).to_contain_text("Half written")
        page.get_by_role("link", name="Open", exact=True).click()
        expect(page.get_by_label("In your own words")).to_have_value(FIRST)
        page.get_by_label("Visited", exact=True).check()
        page.get_by_label("The person", exact=True).check()
        page.locator(".log__form button[type=submit]").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your access has ended")
        expect(page.get_by_text("Nothing of your visits is left on this phone")).to_be_visible()
        assert outreach.ask(LOGS, visits[0]) == [(FIRST, "waits for the supervisor")]
    finally:
        clear(outreach)
