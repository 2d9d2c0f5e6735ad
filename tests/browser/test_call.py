"""A bank rings about somebody who is known: typed by keys alone, with and without scripts, and never lost."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import Running

WHO = "Mrs Dorothy Hill"
SAVED = ("SELECT c.id, v.first_name, b.name, n.name, c.attempted, c.cover_story, c.on_phone_to_fraudster "
         "FROM banking_protocol_call c JOIN victim v ON v.id = c.victim_id JOIN bank b ON b.id = c.bank_id "
         "LEFT JOIN bank_branch n ON n.id = c.branch_id WHERE c.incident_number = ?")
FOLLOWED = ("SELECT (SELECT count(*) FROM fraud_report r WHERE r.id = c.fraud_report_id), "
            "(SELECT count(*) FROM follow_up f WHERE f.id = c.follow_up_id), "
            "(SELECT count(*) FROM outbox o WHERE o.kind = 'call.tell_officer' AND o.subject_id = c.id) "
            "FROM banking_protocol_call c WHERE c.incident_number = ?")


@pytest.fixture
def nobody_new(outreach: Running) -> Iterator[None]:
    """A call about somebody known enters nobody."""
    before = outreach.ask("SELECT count(*) FROM victim")
    yield
    assert outreach.ask("SELECT count(*) FROM victim") == before


def test_a_call_for_a_known_person_is_logged_by_keys_alone_in_one_request(page: Page, outreach: Running,
                                                                          nobody_new: None) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    began = time.monotonic()
    page.keyboard.press("c")
    expect(page.get_by_label("Incident number")).to_be_focused()
    page.keyboard.type("NY-BROWSER-1")
    _type(page, {"Bank": "Dales Bank", "Branch": "Scarborough", "Last name": "Hill", "First name": "Dor"})
    _choose(page, WHO)
    _tab_to(page, re.compile("still on the phone"))
    page.keyboard.press("Space")
    _type(page, {"Cover story": "A new kitchen", "Attempted": "8,000"})
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Call from Dales Bank, Scarborough")
    print(f"A call for a known person, by keys: {time.monotonic() - began:.1f} s")
    assert [url for url in sent if url.endswith("/desk/calls")] == [outreach.url("/desk/calls")]
    assert set(sent) <= {outreach.url(f"/desk/{path}") for path in ("calls", "calls/matches", "drafts")}
    [(_, *told)] = outreach.ask(SAVED, "NY-BROWSER-1")
    assert told == ["Dorothy", "Dales Bank", "Scarborough", 800_000, "A new kitchen", 1]
    assert outreach.ask(FOLLOWED, "NY-BROWSER-1") == [(1, 1, 1)]


def test_the_same_call_without_scripts_looks_for_them_as_a_step(window: Callable[..., Any], outreach: Running,
                                                                nobody_new: None) -> None:
    page = window(java_script_enabled=False).sign_in()
    page.goto("/desk/calls/new")
    for label, words in {"Incident number": "NY-BROWSER-2", "Bank": "Dales Bank", "Last name": "Hill",
                         "Cover story": "A new kitchen"}.items():
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Look for them").click()
    expect(page.get_by_label("Cover story")).to_have_value("A new kitchen")
    page.get_by_label(WHO).check()
    page.get_by_role("button", name="Save the call").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Call from Dales Bank")
    [(_, *told)] = outreach.ask(SAVED, "NY-BROWSER-2")
    assert told == ["Dorothy", "Dales Bank", None, None, "A new kitchen", 0]
    assert outreach.ask(FOLLOWED, "NY-BROWSER-2") == [(1, 1, 1)]


def test_what_was_typed_survives_a_closed_tab(page: Page, outreach: Running) -> None:
    page.goto("/desk/calls/new")
    page.get_by_label("Incident number").fill("NY-BROWSER-3")
    page.get_by_label("Cover story").press_sequentially("Gold for a wedding")
    page.close(run_before_unload=True)      # while the last word is still being kept
    again = page.context.new_page()
    again.goto("/desk/calls/new")
    expect(again.locator("#main")).to_contain_text("This is what you had typed")
    expect(again.get_by_label("Incident number")).to_have_value("NY-BROWSER-3")
    expect(again.get_by_label("Cover story")).to_have_value("Gold for a wedding")


def _type(page: Page, fields: dict[str, str]) -> None:
    """Each in the order of the page, reached by Tab (or back by Shift and Tab)."""
    for label, words in fields.items():
        _tab_to(page, label)
        page.keyboard.type(words)


def _choose(page: Page, name: str) -> None:
    """The match beside the form: Tab to the choice, then along it with the arrows."""
    expect(page.get_by_label(name)).to_be_visible()
    _tab_to(page, re.compile("None of these"))
    for _ in range(6):
        page.keyboard.press("ArrowUp")
        if page.get_by_label(name).is_checked():
            return
    raise AssertionError(f"{name} is not among the choices")


def _tab_to(page: Page, label: str | re.Pattern[str]) -> None:
    field = page.get_by_label(label, exact=isinstance(label, str))
    for key in ["Tab"] * 30 + ["Shift+Tab"] * 60:
        if field.evaluate("(field) => field === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{label} cannot be reached by Tab")


