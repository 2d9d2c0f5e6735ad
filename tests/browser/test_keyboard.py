"""The desk without a mouse: one hand on the keys, the other on the telephone."""

import re

from playwright.sync_api import Page, expect

from outreach.foundation import clock
from tests.browser.the_day import MRS_HILL

REPLACE = "ControlOrMeta+a"


def test_a_contact_is_logged_by_keys_alone_and_saved_in_one_request(page):
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    _go_along_to(page, MRS_HILL)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(MRS_HILL)
    page.keyboard.press("l")
    expect(page.get_by_label("Outcome")).to_be_focused()
    page.keyboard.type("No reply, u")
    expect(page.get_by_label("Outcome")).to_have_value("no reply, unsafe to leave a message")
    _tab_to(page, "Minutes")
    page.keyboard.type("2")
    expect(page.get_by_label("Next follow-up")).not_to_have_value("")
    proposed = page.get_by_label("Next follow-up").input_value()
    assert proposed != f"{clock.today():%-d %-m %Y}"
    _tab_to(page, "At")
    page.keyboard.press(REPLACE)
    page.keyboard.type("2:45pm")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(MRS_HILL)
    expect(page.locator("#due")).to_contain_text("2:45pm")
    assert [url for url in sent if url.endswith("/contacts")] == sent and len(sent) == 1


def test_j_and_k_go_up_and_down_today(page):
    page.keyboard.press("j")
    first = _focused(page)
    page.keyboard.press("j")
    assert _focused(page) != first
    page.keyboard.press("k")
    assert _focused(page) == first


def test_the_search_is_one_key_away_and_letters_typed_there_are_letters(page):
    page.keyboard.press("/")
    page.keyboard.type("jkl/ hill")
    expect(page.get_by_role("searchbox")).to_have_value("jkl/ hill")
    page.keyboard.press(REPLACE)
    page.keyboard.type("hill")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    page.keyboard.press("j")
    assert "Hill" in _focused(page)


def test_the_keys_are_listed_and_can_be_switched_off(page):
    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    expect(keys).to_contain_text("Next and previous line")
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    expect(keys).not_to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()


def test_the_first_tab_skips_to_what_the_page_is_about(page):
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to main content"
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_refused_form_puts_the_reader_at_what_is_wrong(page):
    page.goto("/desk/victims/new")
    page.get_by_role("button", name=re.compile("Enter|Save|Check")).last.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()


def _go_along_to(page: Page, name: str) -> None:
    """To the line that leads to this person's record: a log of a visit to them may stand above it."""
    for _ in range(20):
        page.keyboard.press("j")
        leads_to = page.evaluate("document.activeElement.pathname") or ""
        if _focused(page) == name and leads_to.startswith("/desk/victims/"):
            return
    raise AssertionError(f"{name} is not on Today")


def _tab_to(page: Page, label: str) -> None:
    field = page.get_by_label(label, exact=True)
    for _ in range(15):
        page.keyboard.press("Tab")
        if field.evaluate("(field) => field === document.activeElement"):
            return
    raise AssertionError(f"{label} is not within 15 presses of Tab")


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText")).strip()
