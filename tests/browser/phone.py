"""A phone (or a laptop) that is taken along on visits: it loses its signal, is closed and opened again."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, Error, Page, expect

from tests.browser.running import Running

HOME = "/desk/my-visits"
PATIENCE = 10_000
# Everything a browser keeps for us, as text: what is sealed is shown as bytes, which hold no word.
_KEPT = """async () => {
  const bytes = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? new TextDecoder("latin1").decode(value) : value instanceof CryptoKey ? "a key" : value;
  const kept = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const { name } of await indexedDB.databases()) {
    const storage = await new Promise((done) => {
      indexedDB.open(name).onsuccess = (event) => done(event.target.result); });
    for (const store of storage.objectStoreNames) {
      const all = storage.transaction(store).objectStore(store).getAll();
      const rows = await new Promise((done) => { all.onsuccess = () => done(all.result); });
      kept.push(...rows.map((row) => JSON.stringify(row, (_, value) => bytes(value))));
    }
    storage.close();
  }
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      kept.push(request.url, await (await caches.match(request)).text());
  return kept.join("\\n");
}"""

_ROWS = """async () => {
  const storage = await new Promise((done) => {
    indexedDB.open("visits").onsuccess = (event) => done(event.target.result); });
  if (!storage.objectStoreNames.length) return [];
  const all = storage.transaction("kept").objectStore("kept").getAll();
  const rows = await new Promise((done) => { all.onsuccess = () => done(all.result); });
  storage.close();
  return rows.map(({ kind }) => kind ?? "");
}"""


class Phone:
    """One browser with a folder of its own, so that what it keeps outlives it."""

    def __init__(self, browsers: BrowserType, options: dict[str, Any], outreach: Running, folder: Path,
                 size: tuple[int, int], address: str = "") -> None:
        self._open: Callable[[], BrowserContext] = lambda: browsers.launch_persistent_context(
            folder, **options, base_url=address or outreach.address, reduced_motion="reduce", locale="en-GB",
            timezone_id="Europe/London", viewport={"width": size[0], "height": size[1]})
        self.outreach, self.complaints = outreach, list[str]()
        self.open()

    def open(self) -> Page:
        """Switch it on; gives an empty page."""
        self.context = self._open()
        self.context.set_default_timeout(PATIENCE)
        self.context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        self.page: Page = self.context.pages[0] if self.context.pages else self.context.new_page()
        return self.page

    def close(self) -> None:
        """Close the browser, as a phone does when its battery runs out."""
        self.context.close()

    def sign_in(self, role: str = "volunteer") -> Page:
        """Sign in where the link in the page leads."""
        self.page.goto(f"/desk/sign-in?next={HOME}")
        self.page.get_by_label("Email address").fill(f"{role}@demo.example.org")
        self.page.get_by_label("Password").fill(self.outreach.password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "sign-in" not in url)
        return self.page

    def make_ready(self) -> Page:
        """Signed in, with today's visits on the phone: from now on it may lose its signal."""
        self.sign_in()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
        self._until(lambda kinds: "page" in kinds)
        return self.page

    def lose_signal(self) -> None:
        self.context.set_offline(True)

    def find_signal(self) -> None:
        self.context.set_offline(False)

    def kept(self) -> str:
        """Every word that this browser keeps: storage, databases and caches."""
        return str(self.page.evaluate(_KEPT))

    def write_log(self, visit_id: int, words: str) -> None:
        """Fill in the log of a visit, mostly by ticks, and save it."""
        page = self.page
        page.goto(f"{HOME}/{visit_id}/log")
        page.get_by_label("Visited", exact=True).check()
        page.get_by_label("The person", exact=True).check()
        page.get_by_label("In your own words").fill(words)
        page.locator(".log__form button[type=submit]").click()
        page.wait_for_url(f"**{HOME}")

    def waiting(self) -> Any:
        """The lines of what waits on this phone."""
        return self.page.locator(".queue__line")

    def is_sent(self) -> None:
        """Nothing waits any more, and none is shown to wait."""
        self._until(lambda kinds: not {"log", "deed"} & kinds)
        expect(self.page.locator("[data-queue]")).to_be_hidden()

    def _until(self, is_so: Callable[[set[str]], bool]) -> None:
        """Wait until what is kept here, by its kind, is as it should be."""
        until = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < until:
            with suppress(Error):     # a page that is being left
                if is_so(set(self.page.evaluate(_ROWS))):
                    return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"this phone keeps {self.page.evaluate(_ROWS)}")
