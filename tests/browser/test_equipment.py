"""A call blocker's whole way in a real browser, by keyboard alone: scanned in, lent, installed, back."""

import pytest
from playwright.sync_api import Page, expect

WIDTHS = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
MR_GEORGE_HILL = 8


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "plain"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_call_blocker_goes_out_and_comes_back_without_a_mouse(window, width, scripted):
    page = window(viewport=WIDTHS[width], java_script_enabled=scripted).sign_in()
    serial = f"KB-{width.upper()}-{scripted:d}"
    _scan_in(page, serial)
    _lend(page, serial)
    _install(page)
    _enter_statistics(page)
    _give_back(page, serial)
    _refuse_a_second_return(page, serial)


def _scan_in(page: Page, serial: str) -> None:
    """A double is named; what was typed stays; the rest goes in when that is asked for."""
    page.goto("/desk/devices/new")
    page.get_by_label("Serials").press_sequentially(f"{serial}\n{serial}")
    page.get_by_role("button", name="Add to the stock").press("Enter")
    expect(page.get_by_label("Lines to put right")).to_contain_text(f"{serial} stands on an earlier line")
    expect(page.get_by_label("Serials")).to_have_value(f"{serial}\n{serial}")
    page.get_by_label("Leave them out").press("Space")
    page.get_by_role("button", name="Add to the stock").press("Enter")
    expect(page.get_by_role("region", name="Done")).to_contain_text("1 call blocker added")


def _lend(page: Page, serial: str) -> None:
    """Without consent nothing is lent; the sentence stands beside the field."""
    page.goto(f"/desk/victims/{MR_GEORGE_HILL}/loans/new?kind=call_blocker&afresh=1")
    if page.evaluate("document.activeElement.id") != "device_id":
        page.get_by_label("Unit").focus()
    page.keyboard.type(serial)
    page.get_by_label("Consent at").press("Enter")
    expect(page.locator("#consent_by-error")).to_contain_text("Record who consented")
    page.get_by_label("Consent by").focus()
    page.keyboard.type("Themselves")
    page.get_by_label("Consent at").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Call blocker {serial}, on loan to")


def _install(page: Page) -> None:
    page.get_by_role("link", name="Record the installation").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Installation of")
    page.get_by_label("Trusted callers").press_sequentially("Surgery, 01632 960 104, GP")
    page.get_by_label("Installed by").press("Enter")
    expect(page.get_by_role("region", name="Done")).to_contain_text("The review is planned")
    expect(page.get_by_text("01632 960 104", exact=False).first).to_be_visible()


def _enter_statistics(page: Page) -> None:
    page.get_by_role("link", name="Enter statistics").press("Enter")
    for label, number in (("Received", "20"), ("Nuisance", "8"), ("Blocked", "9")):
        page.get_by_label(label).press_sequentially(number)
    page.keyboard.press("Enter")
    expect(page.locator("#blocked-error")).to_contain_text("More calls blocked than nuisance calls")
    page.get_by_label("Blocked").fill("8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Done")).to_contain_text("Statistics entered")


def _give_back(page: Page, serial: str) -> None:
    """Scan, Enter: that is all."""
    page.goto("/desk/devices/returns/new")
    expect(page.get_by_label("Serial")).to_be_focused()
    page.keyboard.type(serial.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Done")).to_contain_text(f"{serial} is back: in stock")


def _refuse_a_second_return(page: Page, serial: str) -> None:
    page.goto("/desk/devices/returns/new")
    expect(page.get_by_label("Serial")).to_be_focused()
    page.keyboard.type(serial)
    page.keyboard.press("Enter")
    expect(page.locator("#serial-error")).to_contain_text(f"{serial} is in stock: nobody has it on loan")
