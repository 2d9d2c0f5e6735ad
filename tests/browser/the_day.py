"""One working day of the officer, step by step, by the words on the pages and nothing else."""

import re
import time
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from outreach.foundation import clock
from tests.browser import victim_list
from tests.browser.conftest import Window

WORKER_WITHIN = 30.0  # seconds, on a busy machine
TABLES = ("victim", "victim_phone", "fraud_report", "follow_up", "contact", "household")
MRS_HILL = "Mrs Dorothy Hill"
NEXT = clock.today() + timedelta(days=10)


class Day:
    """The officer at her desk. Without JavaScript she loads a page again to see how far the worker is."""

    def __init__(self, window: Window, *, javascript: bool = True) -> None:
        self.window, self.page, self.outreach = window, window.page, window.outreach
        self.javascript = javascript

    def until_there(self, wanted: Locator) -> None:
        """Wait for the worker to get there."""
        until = time.monotonic() + WORKER_WITHIN
        while not wanted.is_visible() and time.monotonic() < until:
            time.sleep(0.3)
            if not self.javascript:
                self.page.reload()
        expect(wanted).to_be_visible()

    def figure(self, words: str) -> int:
        """One of the figures at the top of an import."""
        text = self.page.get_by_role("link", name=re.compile(rf"^[\d,]+\s+{words}$")).inner_text()
        return int(re.sub(r"\D", "", text))

    def records(self) -> dict[str, list[tuple[object, ...]]]:
        """All that is on record about victims, row by row."""
        return {table: self.outreach.ask(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}


def open_today(day: Day) -> None:
    """Sign in: the last victim list is 31 days old, and Today says so."""
    page = day.window.sign_in()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    expect(page.get_by_text("The last victim list is 31 days old").first).to_be_visible()
    expect(page.get_by_role("link", name=MRS_HILL, exact=True).first).to_be_visible()


def from_more(page: Page, name: str) -> None:
    """What is not opened all day stands under More."""
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name=name, exact=True).first.click()


def upload(day: Day, file: Path) -> None:
    """From Today to the columns of a new list."""
    page = day.page
    from_more(page, "Victim lists")
    page.get_by_role("link", name="Bring in a victim list").click()
    page.get_by_label("Victim list", exact=True).set_input_files(file)
    page.get_by_label("Source").fill(victim_list.SOURCE)
    page.get_by_role("button", name="Upload the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column is which?")


def choose_the_columns(day: Day) -> None:
    """Most are guessed; the one that nobody could guess is chosen by hand. Then the dry run."""
    page = day.page
    expect(page.get_by_label("First name")).to_have_value("First name")
    expect(page.get_by_label("Last name")).to_have_value("Surname")
    expect(page.get_by_label("Date of birth")).to_have_value("DOB")
    expect(page.get_by_label("Lost", exact=True)).to_have_value("")
    page.get_by_label("Lost", exact=True).select_option("Worth")
    check_the_list(day)


def check_the_list(day: Day) -> None:
    """Have the list checked, and see what it would do."""
    day.page.get_by_role("button", name="Check the list").first.click()
    day.until_there(day.page.get_by_text("Ready to look at"))
    assert sum(map(day.figure, ("new", "updated", "possible duplicates", "with errors"))) == victim_list.ROWS


def repair_the_cells(day: Day) -> None:
    """Each wrong cell stands alone with a sentence that says what to do; repaired, it is checked again."""
    page, wrong = day.page, day.figure("with errors")
    assert wrong >= 2
    page.get_by_role("link", name=re.compile("with errors")).click()
    row = page.get_by_role("row", name=re.compile("Brontë-Quill"))
    expect(row).to_contain_text("There is no such day")
    expect(page.get_by_role("row", name=re.compile("Ramshill|904"))).to_contain_text("Enter a last name")
    for cell in page.locator("td input:visible").all():
        cell.fill({"DOB": "27/3/1950", "Surname": "Applegarth"}.get(_column_of(cell), ""))
    row.get_by_label(re.compile("^DOB")).fill("30/02/1950")  # a second slip: what was typed stays
    _save(page, "Save and check these rows")
    expect(page.get_by_text("left to put right").first).to_be_visible()
    left = page.locator("td input:visible")
    expect(left).to_have_value("30/02/1950")
    left.fill("28/02/1950")
    _save(page, "Save and check these rows")
    expect(page.get_by_text("No row has an error")).to_be_visible()


def decide_about_duplicates(day: Day) -> None:
    """Two entries beside each other: the officer says who is who."""
    page = day.page
    page.get_by_role("link", name=re.compile("^Possible duplicates")).click()
    husband = page.get_by_role("table", name=re.compile("beside Mr Arthur Hill"))
    expect(husband).to_contain_text("different")
    expect(husband).to_contain_text("12 Cliff Terrace")
    page.get_by_label("Same person as Mr Arthur Hill").check()
    for stranger in page.get_by_label(re.compile("A different person|None of them: a new person")).all():
        group = stranger.locator("xpath=ancestor::fieldset")
        if not group.locator("input:checked").count():
            stranger.check()
    _save(page, "Save these decisions")
    expect(page.get_by_text("No possible duplicates are waiting")).to_be_visible()
    page.get_by_role("link", name="Back to the summary").click()


def commit(day: Day) -> None:
    """The worker brings all 300 rows in."""
    before = len(day.records()["victim"])
    day.page.get_by_role("button", name=f"Commit {victim_list.ROWS} rows").click()
    _is_brought_in(day)
    assert len(day.records()["victim"]) > before + 200


def see_today_change(day: Day) -> None:
    """Today no longer asks for a list; Mrs Hill has one more report, under her own name."""
    page = day.page
    page.get_by_role("link", name="Today").click()
    expect(page.get_by_text("31 days old")).to_have_count(0)
    expect(page.get_by_text("The last victim list came in today")).to_be_visible()
    find(day, "dot hill", MRS_HILL)
    page.get_by_role("link", name=MRS_HILL).click()
    expect(page.get_by_role("list", name="Timeline")).to_contain_text("NFRC261100000901")


def undo_and_redo(day: Day, before: dict[str, list[tuple[object, ...]]]) -> None:
    """Undo brings everything back exactly; redo brings the list in again."""
    page = day.page
    _open_the_import(day)
    page.get_by_role("button", name="Undo").click()
    day.until_there(page.get_by_text("everything else is as it was before"))
    assert day.records() == before
    page.get_by_role("link", name="Today").click()
    expect(page.get_by_text("The last victim list is 31 days old").first).to_be_visible()
    _open_the_import(day)
    page.get_by_role("button", name="Redo").click()
    _is_brought_in(day)


def bring_the_next_list(day: Day, file: Path) -> None:
    """The next list of that source: its columns are remembered, the corrected one too."""
    upload(day, file)
    expect(day.page.get_by_label("Lost", exact=True)).to_have_value("Worth")
    expect(day.page.get_by_role("row", name=re.compile("^Lost"))).to_contain_text("chosen before")


def find(day: Day, typed: str, name: str) -> None:
    """Search as one types it."""
    page = day.page
    box = page.get_by_role("searchbox")
    box.fill(typed)
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    expect(page.get_by_role("main").get_by_role("link", name=name, exact=True)).to_be_visible()


def see_who_comes_first(day: Day) -> None:
    """Victims ranked by need, the reason beside each."""
    page = day.page
    page.get_by_role("link", name="Victims", exact=True).first.click()
    first = page.get_by_role("row").nth(1)
    expect(first).to_contain_text("High need")
    expect(first).to_contain_text(re.compile("aged|lives alone|memory", re.IGNORECASE))
    needs = page.locator("tbody tr .band").all_inner_texts()
    assert needs == sorted(needs, key=["High need", "Medium need", "Standard"].index)


def open_mrs_hill(day: Day) -> None:
    """Her page says first how she may be reached safely."""
    find(day, "hill doro", MRS_HILL)
    day.page.get_by_role("link", name=MRS_HILL).click()
    safe = day.page.get_by_role("region", name="How to contact safely")
    expect(safe).to_contain_text("Leave no message")
    expect(safe).to_contain_text("No texts")
    expect(safe).to_contain_text("between 10am and 4pm", ignore_case=True)
    expect(day.page.get_by_role("heading", name="What is due")).to_be_visible()


def log_no_reply(day: Day) -> None:
    """A man answered and hung up: what comes next is proposed, changed, refused once, and saved with it."""
    page = day.page
    page.get_by_role("link", name="Log a contact").click()
    expect(page.get_by_text("Leave no message")).to_be_visible()
    page.get_by_label("Outcome").select_option("no reply, unsafe to leave a message")
    page.get_by_label("Minutes").fill("2")
    page.get_by_label("Summary").fill("A man answered and hung up.")
    if day.javascript:
        expect(page.get_by_label("Next follow-up")).not_to_have_value("")
        expect(page.get_by_label("Reason")).to_have_value(re.compile("no reply on"))
    page.get_by_label("Next follow-up").fill(f"{NEXT:%d %m %Y}")
    page.get_by_label("At", exact=True).fill("2:45pm")
    page.get_by_label("Reason").fill("Ring when Anne is there")
    page.get_by_label("Remind them by").select_option("text")
    page.get_by_role("button", name="Save the contact").click()
    expect(page.get_by_role("alert")).to_contain_text("text")  # the domain refuses, whoever asks
    expect(page.get_by_label("Summary")).to_have_value("A man answered and hung up.")
    expect(page.get_by_label("Next follow-up")).to_have_value(f"{NEXT:%d %m %Y}")
    page.get_by_label("Remind them by").select_option("")
    page.get_by_role("button", name="Save the contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(MRS_HILL)
    expect(page.get_by_role("list", name="Timeline")).to_contain_text("A man answered and hung up.")
    due = page.locator("section", has=page.get_by_role("heading", name="Ring when Anne is there")).last
    expect(due).to_contain_text("2:45pm")
    expect(due).to_contain_text("Will queue this follow-up")


def see_the_promise_kept(day: Day) -> None:
    """The day comes: the worker queues the follow-up, and the record says so in plain English."""
    day.outreach.let_time_pass(
        "UPDATE outbox SET run_after = datetime('now', '-1 minute') WHERE state = 'ready' AND subject_id = "
        "(SELECT id FROM follow_up WHERE reason = 'Ring when Anne is there')")
    is_worker_told(day, "Queued this follow-up")


def read_the_day_list(day: Day) -> None:
    """The day's list left as a file; the desk shows it, and it names nobody."""
    page = day.page
    lists = [letter for letter in day.outreach.letters()
             if "officer@demo.example.org" in letter and "follow-ups for" in letter]
    assert len(lists) == 1, lists
    assert "follow-up" in lists[0]
    assert "Hill" not in lists[0]
    from_more(page, "Worker")
    expect(page.get_by_text("Working", exact=True)).to_be_visible()
    page.get_by_role("link", name="Messages that were sent").click()
    page.get_by_role("link", name=re.compile("the day’s list to PC Ada Cole")).click()
    expect(page.get_by_role("main")).to_contain_text("officer@demo.example.org")
    page.get_by_role("link", name=re.compile(r"follow-ups.\d+$")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Follow-up for")


def is_worker_told(day: Day, said: str, within: float = WORKER_WITHIN) -> None:
    """Wait until a page of the record says that the worker did something."""
    until = time.monotonic() + within
    while not day.page.get_by_text(said).count() and time.monotonic() < until:
        time.sleep(0.5)
        day.page.reload()
    expect(day.page.get_by_text(said).first).to_be_visible()


def sign_out(day: Day) -> None:
    """Sign out. Back shows nothing."""
    page = day.page
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have signed out")
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        expect(page.locator("body")).not_to_contain_text("Hill")
        expect(page.locator("body")).not_to_contain_text("PC Ada Cole")


def _save(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).first.click()


def _open_the_import(day: Day) -> None:
    from_more(day.page, "Victim lists")
    day.page.get_by_role("link", name=re.compile(victim_list.SOURCE)).click()


def _is_brought_in(day: Day) -> None:
    rows = f"{victim_list.ROWS} of {victim_list.ROWS} rows are on record"
    day.until_there(day.page.get_by_text(rows))


def _column_of(cell: Locator) -> str:
    return str(cell.evaluate("(input) => input.labels[0].firstChild.textContent.trim()"))

