"""Many save at once: whoever holds a lock finishes, and everybody is answered soon."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio.to_thread
import httpx2
import pytest

from app.turns import SLOW, THREADS, WRITERS, WRITERS_SQLITE
from outreach.casework.victims import Victim
from outreach.foundation.permissions import Actor

SOON = 4.0      # seconds: less than SQLite waits for its lock
CALL = {"channel": "phone", "outcome": "spoke", "summary": "Told us all", "minutes": "5"}


async def all_at_once(site: Any, browser: Any, path: str, forms: list[dict[str, str]]) -> list[int]:
    """As a process of ours serves them: one loop, and its few threads."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    line = httpx2.ASGITransport(app=site, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=line, base_url="http://testserver",
                                  cookies={"outreach_session": browser.cookies["outreach_session"]},
                                  headers={"Sec-Fetch-Site": "same-origin"}) as client:
        sent = [client.post(path, data={"csrf": browser.csrf, **form}) for form in forms]
        answers = await asyncio.wait_for(asyncio.gather(*sent), SOON)
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("keys", [["the-key-of-one-form-1"] * 12,
                                  [f"the-key-of-form-{number:02}" for number in range(12)]],
                         ids=["one form twelve times", "twelve forms"])
def test_twelve_who_save_at_once_are_all_answered(site: Any, desk: Any, officer: Actor, mrs_hill: Victim,
                                                  keys: list[str]) -> None:
    """Four of them once took every thread to wait for the fifth, who waited for a thread: for ever on
    PostgreSQL, and until SQLite had enough of it."""
    path = f"/desk/victims/{mrs_hill.id}/contacts"
    forms = [CALL | {"idempotency_key": key} for key in keys]
    with ThreadPoolExecutor(1) as apart:     # a browser test in this process keeps a loop running
        told = apart.submit(asyncio.run, all_at_once(site, desk(officer), path, forms)).result()
    assert len(told) == 12 and set(told) <= {303, 422}


def test_those_who_may_wait_in_a_thread_leave_one_for_whoever_they_wait_for() -> None:
    assert max(WRITERS, WRITERS_SQLITE) + SLOW <= THREADS
