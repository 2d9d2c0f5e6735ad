"""The site as a browser meets it: signed in as one of the cast, or as nobody."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import build
from outreach.foundation import sign_ins
from outreach.foundation.accounts import Account
from outreach.foundation.db import Database
from outreach.foundation.permissions import Actor

HTMX = {"HX-Request": "true"}
BOTH = [pytest.param({}, id="plain"), pytest.param(HTMX, id="htmx")]


class Browser(TestClient):
    """A browser that brings its form's secrets along and follows no redirect by itself."""

    csrf = ""

    def submit(self, path: str, typed: dict[str, Any] | None = None, **more: Any) -> Any:
        """Post a form as our own page would: with the token of this sign-in."""
        return self.post(path, data={"csrf": self.csrf, **(typed or {})}, **more)

    def fields(self, path: str) -> dict[str, str]:
        """The hidden fields of the first form on a page that carries them."""
        html = self.get(path).text
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


@pytest.fixture
def site(database: Database, walled: Database, tmp_path_factory: pytest.TempPathFactory,
         monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The whole site on this test's database, behind its walls, with a data folder of its own."""
    from app.settings import settings
    monkeypatch.setenv("OUTREACH_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database.url)
    settings.cache_clear()
    yield build(database=walled)
    settings.cache_clear()


@pytest.fixture
def desk(site: Any, database: Database) -> Callable[..., Browser]:
    """`desk(actor)` is a browser signed in as that person; `desk()` as nobody."""
    def open_browser(actor: Actor | None = None) -> Browser:
        client = Browser(site, follow_redirects=False, raise_server_exceptions=False,
                         headers={"Sec-Fetch-Site": "same-origin"})
        if actor is not None:
            with database.transaction() as session:
                token = sign_ins.begin(session, session.get_one(Account, actor.id))
            client.cookies.set("outreach_session", token)
            client.csrf = sign_ins.csrf_token(token)
        return client
    return open_browser
