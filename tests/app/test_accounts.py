"""Accounts as an administrator meets them: who may be given what, and what is never kept."""

import logging
from typing import Any

import pytest
from sqlalchemy import select

from outreach.foundation import accounts, drafts, sign_ins
from outreach.foundation.accounts import Account, NotARole
from outreach.foundation.db import Database
from outreach.foundation.drafts import Draft
from outreach.foundation.permissions import Actor, Role
from tests.site import BOTH

SECRET = "four plain words here"
NEW = {"name": "PCSO Ben Marsh", "email": "ben@example.org", "role": "ambassador", "person_type": "PCSO",
       "password": SECRET}


@pytest.mark.parametrize("htmx", BOTH)
def test_an_account_is_opened_and_shown(desk: Any, administrator: Actor, htmx: dict[str, str]) -> None:
    client = desk(administrator)
    answer = client.submit("/desk/accounts", NEW, headers=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert "PCSO Ben Marsh" in client.get("/desk/accounts").text


def test_mistakes_come_back_beside_the_field_and_the_password_does_not(desk: Any,
                                                                       administrator: Actor) -> None:
    page = desk(administrator).submit("/desk/accounts", NEW | {"email": "ben", "expires_on": "never"}).text
    assert "Enter their e-mail address" in page and "PCSO Ben Marsh" in page and SECRET not in page


def test_nobody_is_given_the_machines_role(desk: Any, administrator: Actor, officer: Actor,
                                           database: Database) -> None:
    client = desk(administrator)
    answer = client.submit("/desk/accounts", NEW | {"role": "system", "person_type": "system"})
    changed = client.submit(f"/desk/accounts/{officer.id}", {"name": "Ada", "role": "system"})
    assert (answer.status_code, changed.status_code) == (422, 422)
    with database.reading() as session:
        assert accounts.by_email(session, "ben@example.org") is None
        assert session.get_one(Account, officer.id).role is Role.OFFICER


def test_an_administrator_does_not_make_themselves_an_officer(desk: Any, administrator: Actor,
                                                             database: Database) -> None:
    mine = f"/desk/accounts/{administrator.id}"
    answer = desk(administrator).submit(mine, {"name": "Joan Pike", "role": "officer"})
    assert answer.status_code == 422 and "Ask another administrator" in answer.text
    with database.transaction() as session, pytest.raises(NotARole):
        accounts.change_account(session, administrator, session.get_one(Account, administrator.id), name="x",
                                role=Role.OFFICER, district="", expires_on=None)


def test_a_password_that_was_typed_is_never_kept_as_a_draft(desk: Any, administrator: Actor,
                                                           database: Database) -> None:
    client = desk(administrator)
    client.submit("/desk/drafts", NEW | {"draft_of": "/desk/accounts/new"})
    with database.reading() as session:
        [draft] = session.scalars(select(Draft))
        assert draft.typed["name"] == NEW["name"] and SECRET not in str(draft.typed)


def test_a_reopened_account_does_not_revive_its_old_sign_ins(database: Database, administrator: Actor,
                                                            officer: Actor) -> None:
    with database.transaction() as session:
        ada = session.get_one(Account, officer.id)
        token = sign_ins.begin(session, ada)
        accounts.close_account(session, administrator, ada)
        accounts.reopen_account(session, administrator, ada)
    with database.reading() as session:
        found = sign_ins.of_token(session, token)
        assert found is not None and not found.is_live


def test_somebody_elses_token_leaves_no_draft(desk: Any, administrator: Actor, officer: Actor,
                                             database: Database) -> None:
    client = desk(officer)
    with database.transaction() as session:
        accounts.close_account(session, administrator, session.get_one(Account, officer.id))
    client.post("/desk/drafts", data={"csrf": "guess", "draft_of": "/desk/victims/new", "last_name": "x"})
    with database.reading() as session:
        assert drafts.find(session, officer.id, "/desk/victims/new") is None


def test_a_fault_of_ours_names_nobody_in_the_log_and_keeps_its_headers(
        site: Any, desk: Any, administrator: Actor, caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("Mrs Canary")

    monkeypatch.setattr(accounts, "people", broken)
    with caplog.at_level(logging.INFO):
        answer = desk(administrator).get("/desk/accounts")
    assert answer.status_code == 500 and "Nothing was saved" in answer.text
    assert answer.headers["cache-control"] == "no-store" and "content-security-policy" in answer.headers
    assert "Canary" not in caplog.text and "RuntimeError at" in caplog.text


@pytest.mark.parametrize("path", ["/desk/accounts/99999999999999999999", "/desk/accounts/x"])
def test_an_address_no_database_could_hold_is_a_page_not_found(desk: Any, administrator: Actor,
                                                              path: str) -> None:
    answer = desk(administrator).get(path)
    assert answer.status_code == 404 and "<h1" in answer.text
