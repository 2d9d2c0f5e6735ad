"""What the worker cannot do is said on Today, in words, with a way to try again."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.running import copy_of, running


@pytest.fixture(scope="module")
def outreach(first_day, tmp_path_factory):
    """Outreach whose mail server is away."""
    data = copy_of(first_day, tmp_path_factory.mktemp("no mail"))
    with running(data, OUTREACH_SMTP_URL="smtp://127.0.0.1:9") as found:
        yield found


def test_today_says_that_mail_cannot_be_sent_and_a_person_can_retry(page):
    title = page.get_by_role("link", name="The worker cannot send mail")
    until = time.monotonic() + 30
    while not title.count() and time.monotonic() < until:
        time.sleep(0.5)
        page.reload()
    title.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worker")
    row = page.get_by_role("row", name=re.compile("day’s list to PC Ada Cole"))
    expect(row).to_contain_text("Will try again")
    row.get_by_role("button", name="Retry").click()
    expect(page.get_by_text("It will be tried again at once.").first).to_be_visible()
