"""The pictures of the README, taken of the demo cast: run `python -m tests.browser.pictures`."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.running import ROOT, Running, load_the_cast, running
from tests.conftest import BROWSERS

PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1440, "height": 900}
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


def take(browser: Browser, outreach: Running) -> None:
    """The pages as the officer sees them in the morning."""
    page = browser.new_page(base_url=outreach.address, viewport=SIZE, locale="en-GB",
                            reduced_motion="reduce", color_scheme="light")
    page.goto("/desk/sign-in")
    page.get_by_label("Email address").fill("officer@demo.example.org")
    page.get_by_label("Password").fill(outreach.password)
    page.get_by_role("button", name="Sign in").click()
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
