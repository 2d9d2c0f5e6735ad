"""The pictures of the README, taken of the demo cast: run `python -m tests.browser.pictures`."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.running import ROOT, Running, load_the_cast, running
from tests.conftest import BROWSERS

PICTURES = ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PAGES = {"today-1440.png": "/desk/today", "victim-1440.png": "/desk/victims/1",
         "call-1440.png": "/desk/calls/new"}
# What the bank has said so far, on the picture of a call.
TYPED = {"call-1440.png": {"Incident number": "12261121", "Bank": "Dales Bank", "Branch": "Scarborough",
                           "Last name": "Hill", "Phone": "01632 960 101", "Attempted": "9,000",
                           "Cover story": "A new kitchen: he was told to say so"}}


def main() -> None:
    """Take every picture anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    own = next(filter(None, map(shutil.which, BROWSERS)), None)
    with (tempfile.TemporaryDirectory() as folder, running(load_the_cast(Path(folder))) as outreach,
          sync_playwright() as playwright):
        browser = playwright.chromium.launch(executable_path=own, args=["--no-sandbox"])
        take(browser, outreach)
        browser.close()


def signed_in(browser: Browser, outreach: Running, who: str, size: ViewportSize) -> Page:
    """A page of somebody of the cast."""
    page = browser.new_page(base_url=outreach.address, viewport=size, locale="en-GB",
                            reduced_motion="reduce", color_scheme="light")
    page.goto("/desk/sign-in")
    page.get_by_label("Email address").fill(f"{who}@demo.example.org")
    page.get_by_label("Password").fill(outreach.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    return page


def take(browser: Browser, outreach: Running) -> None:
    """The pages as the officer sees them in the morning, and a volunteer's phone on a doorstep."""
    phone = signed_in(browser, outreach, "volunteer", PHONE)
    phone.get_by_role("button", name="Check in").first.wait_for()
    phone.screenshot(path=PICTURES / "my-visits-390.png")
    page = signed_in(browser, outreach, "officer", SIZE)
    for name, address in PAGES.items():
        page.goto(address)
        if name in TYPED:
            for label, text in TYPED[name].items():
                page.get_by_label(label, exact=True).press_sequentially(text)
            page.get_by_text("Mrs Dorothy Hill").wait_for()
        page.screenshot(path=PICTURES / name)
        print(f"{PICTURES / name}: {(PICTURES / name).stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
