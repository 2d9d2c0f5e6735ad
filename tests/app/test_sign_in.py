"""Signing in and out as a browser does it, and what is left behind."""

from typing import Any

import pytest
from sqlalchemy import select

from outreach.foundation import accounts, drafts
from outreach.foundation.accounts import Account
from outreach.foundation.db import Database
from outreach.foundation.permissions import COMMAND_LINE, Actor, Role
from outreach.foundation.sign_ins import SignIn, SignInTry

PASSWORD = "four plain words here"


@pytest.fixture
def ada(database: Database) -> Actor:
    with database.transaction() as session:
        return accounts.open_account(session, COMMAND_LINE, email="ada@example.org", name="PC Ada Cole",
                                     role=Role.OFFICER, password=PASSWORD).actor


def typed(password: str = PASSWORD, email: str = "ada@example.org") -> dict[str, str]:
    return {"email": email, "password": password}


def test_signing_in_leads_to_today_with_a_cookie_no_script_can_read(desk: Any, ada: Actor) -> None:
    answer = desk().post("/desk/sign-in", data=typed())
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/today")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Max-Age" not in cookie


def test_the_page_asks_for_the_two_things_by_name(desk: Any) -> None:
    page = desk().get("/desk/sign-in").text
    assert "Email address" in page and "Password" in page and page.count("<h1") == 1


@pytest.mark.parametrize("wrong", [typed("not it"), typed(email="nobody@example.org")],
                         ids=["password", "address"])
def test_a_wrong_try_is_told_the_same_words_and_keeps_the_address(
        desk: Any, ada: Actor, database: Database, wrong: dict[str, str]) -> None:
    answer = desk().post("/desk/sign-in", data=wrong)
    assert answer.status_code == 422
    assert wrong["email"] in answer.text and wrong["password"] not in answer.text
    assert "Enter the e-mail address and password of an account that is open" in answer.text
    with database.reading() as session:
        assert len(session.scalars(select(SignInTry)).all()) == 1


def test_the_seventh_guess_is_not_answered(desk: Any, ada: Actor) -> None:
    client = desk()
    for _ in range(6):
        assert client.post("/desk/sign-in", data=typed("guess")).status_code == 422
    answer = client.post("/desk/sign-in", data=typed())
    assert answer.status_code == 429 and "Wait 15 minutes" in answer.text


def test_signing_out_ends_the_session_and_empties_the_browser(desk: Any, ada: Actor,
                                                              database: Database) -> None:
    client = desk(ada)
    assert client.get("/desk/today").status_code == 200
    answer = client.submit("/desk/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"' and answer.status_code == 303
    with database.reading() as session:
        assert session.scalars(select(SignIn)).one().ended_at is not None
    assert client.get("/desk/today").headers["location"] == "/desk/sign-in?next=/desk/today"


def test_no_page_of_the_desk_is_kept_by_the_browser(desk: Any, ada: Actor) -> None:
    assert desk(ada).get("/desk/today").headers["cache-control"] == "no-store"


def test_an_ended_session_is_told_to_htmx_as_a_whole_page(desk: Any) -> None:
    answer = desk().get("/desk/today", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["HX-Redirect"] == "/desk/sign-in?next=/desk/today"
    assert "password" not in answer.text


def test_what_was_typed_survives_the_end_of_the_session(desk: Any, ada: Actor,
                                                        database: Database) -> None:
    client = desk(ada)
    with database.transaction() as session:
        accounts.close_account(session, COMMAND_LINE, session.get_one(Account, ada.id))
    typed = {"draft_of": "/desk/victims/new", "last_name": "Hill", "first_name": "Jo"}
    answer = client.submit("/desk/drafts", typed)
    assert answer.headers["location"] == "/desk/sign-in?next=/desk/victims/new"
    with database.reading() as session:
        kept = drafts.find(session, ada.id, "/desk/victims/new")
        assert kept and kept.typed == {"last_name": "Hill", "first_name": "Jo"}


@pytest.mark.parametrize("elsewhere",
                         ["//evil.example", "https://evil.example", "/desk/../x", "/desk/\\evil"])
def test_the_way_back_never_leads_out_of_the_desk(desk: Any, ada: Actor, elsewhere: str) -> None:
    answer = desk().post(f"/desk/sign-in?next={elsewhere}", data=typed())
    assert answer.headers["location"] == "/desk/today"
