"""Every page there is, found by following its links: can everybody read it, reach it and act on it?"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Page

from app.main import build
from tests.browser import the_day, victim_list
from tests.browser.looking import in_every_look
from tests.browser.the_day import Day

BEGINS = {"officer": "/desk/today", "supervisor": "/desk/visits/reviews", "administrator": "/desk/accounts",
          "communicator": "/desk/welcome", "nobody": "/desk/sign-in", "volunteer": "/desk/my-visits",
          "percy": "/desk/handing-in"}
# Whose pages are their own even where others have seen one of that kind: Percy's vetting ran out.
OWN = ("volunteer", "percy")
# What no link leads to: where one is sent on, and parts that only htmx fetches.
UNLINKED = {"/desk", "/desk/sign-out", "/desk/victims/{victim_id:int}/contacts/proposal",
            "/desk/victims/{victim_id:int}/details/{name}", "/desk/referrals/{referral_id:int}/letter",
            "/desk/my-visits/shell", "/desk/my-visits-worker.js", "/desk/my-visits/manifest.webmanifest"}
# What is kept as a file and not shown as a page.
FILES = re.compile(r"/(csv|xlsx|pdf|sheet|calendar)$|/files/|/papers/")
# What Percy had begun to type when his access ended.
BEGUN = ("INSERT INTO draft (account_id, form, typed, kept_at) SELECT id, '/desk/my-visits/7/log', "
         "'{\"words\": \"She was glad that we came\"}', datetime('now') FROM account "
         "WHERE email = 'percy@demo.example.org'")


def test_every_page_is_sound_in_every_look(window, outreach, tmp_path, bare_settings, subtests):
    outreach.let_time_pass(BEGUN)
    _bring_in_a_list(Day(window()), victim_list.write(tmp_path))
    seen: dict[str, str] = {}
    for role, begins in BEGINS.items():
        with subtests.test(role=role):
            opened = window()
            walked = {} if role in OWN else seen
            found = _walk(opened.page if role == "nobody" else opened.sign_in(role), begins, walked)
            seen |= walked
            assert not found, "\n".join(found)
    with subtests.test("no page was left out"):
        assert _doors_not_opened(seen) == []


def _bring_in_a_list(day: Day, file: Path) -> None:
    """So that there are cells to repair and duplicates to decide about."""
    the_day.open_today(day)
    the_day.upload(day, file)
    the_day.choose_the_columns(day)


def _walk(page: Page, begins: str, seen: dict[str, str]) -> list[str]:
    waiting, found = [begins], []
    while waiting:
        address = waiting.pop(0)
        if _kind(address) in seen:
            continue
        seen[_kind(address)] = address
        if FILES.search(urlsplit(address).path):
            assert page.request.get(address).status == 200, address
            continue
        answer = page.goto(address)
        assert answer and answer.status == 200, f"{address}: {answer and answer.status}"
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        waiting += [link for link in links if link.startswith("/desk")]
        found += [f"{address}: {fault}" for fault in in_every_look(page)]
    return found


def _kind(address: str) -> str:
    """A page of one kind is looked at once without a query, and once with one."""
    parts = urlsplit(address)
    return re.sub(r"\d+", "{}", parts.path) + ("?" if parts.query else "")


def _doors_not_opened(seen: dict[str, str]) -> list[str]:
    paths = [urlsplit(address).path for address in seen.values()]
    doors = [context.path for context in iter_route_contexts(build("desk").routes)
             if "GET" in (context.methods or ()) and context.path not in UNLINKED]
    return [door for door in doors
            if not any(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", door), path) for path in paths)]


@pytest.mark.parametrize("path", ["/", "/desk/sign-in", "/desk/no-such-page", "/referral-answers",
                                  "/referral-answers/no-such-code", "/desk/my-visits/shell"])
def test_pages_for_those_who_are_not_signed_in(window, path):
    page = window().page
    page.goto(path)
    assert in_every_look(page) == []
