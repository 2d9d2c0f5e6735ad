"""How soon my visits can be read with no signal on a slow phone: `python -m tests.browser.offline_speed`."""

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.phone import HOME, Phone
from tests.browser.running import load_the_cast, running
from tests.browser.visits import PASSWORD, under_way
from tests.conftest import BROWSERS

TIMES, SLOWER = 9, 4     # a processor four times slower than this machine's
SIZE = (390, 844)


def main() -> None:
    """Open the list TIMES times with no signal and say how long it took until the password stood there."""
    own = next(filter(None, map(shutil.which, BROWSERS)), None)
    options = {"args": ["--no-sandbox"], **({"executable_path": own} if own else {})}
    with (tempfile.TemporaryDirectory() as folder, running(load_the_cast(Path(folder))) as outreach,
          sync_playwright() as playwright):
        under_way(outreach, visits=4)
        phone = Phone(playwright.chromium, options, outreach, Path(folder) / "phone", SIZE)
        phone.make_ready()
        phone.lose_signal()
        phone.context.new_cdp_session(phone.page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        took = sorted(_open(phone) for _ in range(TIMES))
        phone.close()
    print(f"My visits with no signal, processor {SLOWER} times slower, {TIMES} times: "
          f"p50 {statistics.median(took):.0f} ms, slowest {took[-1]:.0f} ms")


def _open(phone: Phone) -> float:
    """In milliseconds, from asking for the page until a visit can be read."""
    began = time.perf_counter()
    phone.page.goto(HOME, wait_until="commit")
    phone.page.get_by_text(PASSWORD).first.wait_for()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
