"""A browser in front of a running Outreach, signed in as one of the demo cast."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, ConsoleMessage, Page, Response

from tests.browser.phone import Phone
from tests.browser.running import ROOT, Running, copy_of, load_the_cast, running
from tests.browser.visits import under_way

HERE = Path(__file__).parent
PICTURES = ROOT / "test-results"  # ignored by git
SIZES = [pytest.param((390, 844), id="phone"), pytest.param((1440, 900), id="laptop")]
PATIENCE = 10_000  # milliseconds until a missing button is a failure


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests run in one worker: they share what takes long to start."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Leave word on the test whether it failed, so that its pages can be pictured before they close."""
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo cast, on which nothing has run yet."""
    return load_the_cast(tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def outreach(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Outreach with its pages, its worker and its queue, on a first day of its own for each file of tests."""
    with running(copy_of(first_day, tmp_path_factory.mktemp("day"))) as found:
        yield found


class Window:
    """One browser window. It remembers whatever the console complained of."""

    def __init__(self, browser: Browser, outreach: Running, **options: Any) -> None:
        self.outreach, self.complaints = outreach, list[str]()
        options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB",
                   "timezone_id": "Europe/London", "reduced_motion": "reduce", **options}
        self.context: BrowserContext = browser.new_context(base_url=outreach.address, **options)
        self.context.set_default_timeout(PATIENCE)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        self.context.on("response", self._answer)
        self.page: Page = self.context.new_page()

    def sign_in(self, role: str = "officer") -> Page:
        """Sign in as a person does; gives the page that follows."""
        self.page.goto("/desk/sign-in")
        self.page.get_by_label("Email address").fill(f"{role}@demo.example.org")
        self.page.get_by_label("Password").fill(self.outreach.password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "sign-in" not in url)
        return self.page

    def picture(self, name: str) -> Path:
        """Keep a picture of the page as it stands."""
        PICTURES.mkdir(exist_ok=True)
        file = PICTURES / f"{name}.png"
        self.page.screenshot(path=file, full_page=True)
        return file

    def _console(self, message: ConsoleMessage) -> None:
        # A refused form is an answer, not a fault; the browser cannot tell.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _answer(self, response: Response) -> None:
        if response.status >= 500 or (response.status == 404 and "/static/" in response.url):
            self.complaints.append(f"{response.status} {response.url.removeprefix(self.outreach.address)}")


@pytest.fixture
def window(browser: Browser, outreach: Running,
           request: pytest.FixtureRequest) -> Iterator[Callable[..., Window]]:
    """`window()` opens a browser window; at the end nothing may have been complained of in any."""
    opened: list[Window] = []

    def open_window(**options: Any) -> Window:
        opened.append(Window(browser, outreach, **options))
        return opened[-1]

    yield open_window
    if request.node.stash.get(_FAILED, True):
        for number, each in enumerate(opened, 1):
            print(f"Picture: {each.picture(f'{request.node.name}-{number}')} of {each.page.url}")
            print("\n".join(each.complaints))
    complaints = [words for each in opened for words in each.complaints]
    for each in opened:
        each.context.close()
    assert not complaints


@pytest.fixture
def page(window: Callable[..., Window]) -> Page:
    """The officer's window, signed in, on Today."""
    return window().sign_in()


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


@pytest.fixture
def phone_on(browser_type: BrowserType, browser_type_launch_args: dict[str, Any], outreach: Running,
             tmp_path: Path, size: tuple[int, int]) -> Iterator[Callable[..., Phone]]:
    """`phone_on()` is a phone that speaks to Outreach, or through `address` to whatever lies between."""
    opened: list[Phone] = []

    def open_phone(address: str = "") -> Phone:
        opened.append(Phone(browser_type, browser_type_launch_args, outreach, tmp_path, size, address))
        return opened[-1]

    yield open_phone
    complaints = [words for each in opened for words in each.complaints]
    for each in opened:
        each.close()
    assert not complaints


@pytest.fixture
def visits(outreach: Running) -> list[int]:
    return under_way(outreach)


@pytest.fixture
def bill(phone_on: Callable[..., Phone], visits: list[int]) -> Phone:
    """Bill's phone with his two visits of today on it, and no signal."""
    phone = phone_on()
    phone.make_ready()
    phone.lose_signal()
    return phone
