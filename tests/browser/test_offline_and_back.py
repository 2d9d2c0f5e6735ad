"""Nothing typed is lost: the line drops, the sign-in ends, a button is pressed twice."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.the_day import MRS_HILL

SUMMARY = "Anne answered. She will ring back after four."


@pytest.fixture
def typed(window):
    """A contact with Mrs Hill, typed and not saved."""
    opened = window()
    page = opened.sign_in()
    page.goto("/desk/victims/1/contacts/new")
    page.get_by_label("Outcome").select_option("spoke")
    page.get_by_label("Minutes").fill("4")
    page.get_by_label("Summary").fill(SUMMARY)
    yield opened
    opened.complaints = [words for words in opened.complaints if "Failed to fetch" not in words]


def test_a_line_that_drops_is_told_and_what_was_typed_is_still_there(typed):
    page = typed.page
    typed.context.set_offline(True)
    _save(page)
    expect(page.get_by_role("alert")).to_contain_text("The desk cannot be reached")
    expect(page.get_by_label("Summary")).to_have_value(SUMMARY)
    typed.context.set_offline(False)
    _save(page)
    _is_saved_once(page)


def test_a_sign_in_that_ended_brings_the_reader_back_to_what_was_typed(typed):
    page = typed.page
    typed.context.clear_cookies()
    _save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_sign_in_that_was_too_long_ago_keeps_what_was_typed(typed):
    page = typed.page
    typed.outreach.let_time_pass("UPDATE sign_in SET last_seen_at = datetime('now', '-1 day')")
    _save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Email address").fill("officer@demo.example.org")
    page.get_by_label("Password").fill(typed.outreach.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log a contact with Mrs Hill")
    expect(page.get_by_label("Summary")).to_have_value(SUMMARY)
    expect(page.get_by_label("Outcome")).to_have_value("spoke")


def test_a_button_pressed_twice_saves_once(typed):
    page = typed.page
    page.get_by_label("Outcome").select_option("declined")
    page.get_by_label("Summary").fill("Pressed twice.")
    page.get_by_role("button", name="Save the contact").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(MRS_HILL)
    expect(page.get_by_text("Pressed twice.")).to_have_count(1)


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save the contact").click()


def _is_saved_once(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(MRS_HILL)
    expect(page.get_by_role("list", name="Timeline").get_by_text(SUMMARY)).to_have_count(1)
