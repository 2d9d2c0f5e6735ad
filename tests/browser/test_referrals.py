"""A referral in a real browser: the officer sees what will be seen, the partner answers with no account."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.looking import in_every_look
from tests.browser.the_day import MRS_HILL

AGENCY = "Northshire Trading Standards"
WITHIN = 15.0


def _link(outreach, reference):
    """The address in the mail that left for the partner, as its reader would click it."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        for letter in outreach.letters():
            if f"Subject: {reference}: a referral" in letter:
                assert "Hill" not in letter
                return re.search(r"(/referral-answers/[0-9a-z]{26})", letter)[1]
        time.sleep(0.3)
    raise AssertionError("no mail left for the partner")


def _write(page):
    page.get_by_label("Agency").select_option(label=f"{AGENCY} (e-mail, answers in 5 working days)")
    page.get_by_label("What we ask of them").fill("Please look at the caller who came to her door.")
    page.get_by_role("radio", name="Given").check()
    page.get_by_role("radio", name="Consent", exact=True).check()
    page.get_by_role("checkbox", name="Name", exact=True).check()
    expect(page.locator("#preview")).to_contain_text(MRS_HILL)
    expect(page.locator("#preview")).not_to_contain_text("Cliff Terrace")
    page.get_by_role("button", name="Save and check").click()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_referral_goes_out_and_its_answer_comes_home(window, outreach, width):
    officer = window(viewport={"width": width, "height": 850}).sign_in()
    officer.goto("/desk/victims/1")
    officer.get_by_role("link", name="Refer to a partner").click()
    _write(officer)
    expect(officer.get_by_role("heading", name="Check what they will see, then send")).to_be_visible()
    reference = officer.locator("dd", has_text=re.compile(r"^REF-\d+$")).inner_text()
    meant = officer.get_by_label("Send a second one all the same")
    if meant.count():       # the other width has sent one already
        meant.check()
    officer.get_by_role("button", name=f"Send to {AGENCY}").click()
    expect(officer.locator("#flash")).to_contain_text("On its way")

    partner = window(viewport={"width": width, "height": 850}, java_script_enabled=False).page
    partner.goto(_link(outreach, reference))
    expect(partner.get_by_role("main")).to_contain_text(MRS_HILL)
    expect(partner.get_by_role("main")).not_to_contain_text("Cliff Terrace")
    partner.get_by_text("Ask us a question").click()
    partner.get_by_label("Your question").fill("Which door?")
    partner.get_by_role("button", name="Send the question").click()
    expect(partner.get_by_role("main")).to_contain_text("Which door?")

    _until(officer, "They asked")
    officer.get_by_label("Your reply").fill("The back door.")
    officer.get_by_role("button", name="Send the reply").click()
    expect(officer.get_by_role("main")).to_contain_text("The back door.")
    partner.reload()
    expect(partner.get_by_role("main")).to_contain_text("The back door.")
    partner.get_by_role("button", name="We accept this referral").click()
    expect(partner.get_by_role("main")).to_contain_text("You accepted this referral")

    _until(officer, "They accepted")
    officer.get_by_text("Close it: say what came of it").click()
    officer.get_by_label("Result").fill("The trader was warned.")
    officer.get_by_role("button", name="Close the referral").click()
    expect(officer.locator("#flash")).to_contain_text("closed")
    partner.reload()
    expect(partner.get_by_role("heading", level=1)).to_have_text("This page is closed")


def _until(page, words):
    """The worker brings it in; the officer looks again."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        page.reload()
        if page.get_by_text(words).count():
            return
        time.sleep(0.5)
    expect(page.get_by_role("main")).to_contain_text(words)


def test_a_referral_is_written_and_sent_by_keys_alone(page):
    page.goto("/desk/victims/1/referrals/new")
    expect(page.get_by_label("Agency")).to_be_focused()
    page.keyboard.type("Community")
    _tab_to(page, "asks")
    page.keyboard.type("Please ring her.")
    _tab_to(page, "consent")
    page.keyboard.press("Space")
    _tab_to(page, "basis")
    page.keyboard.press("Space")
    _tab_to(page, "shares")
    page.keyboard.press("Space")
    _tab_to(page, "method")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check what they will see, then send")).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Send to"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#flash")).to_contain_text("On its way")


def _tab_to(page, name):
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"no key leads to {name}")


def test_the_partners_page_is_sound_in_every_look(window, outreach):
    page = window().page
    page.goto(_link(outreach, "REF-1"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Referral REF-1")
    assert in_every_look(page) == []
