"""What every answer carries, and what is refused before anybody reads it."""

from typing import Any

import pytest
from sqlalchemy import func, select

from outreach.foundation import accounts
from outreach.foundation.accounts import Account
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.permissions import COMMAND_LINE, Actor, Role

NEW = {"name": "PCSO Ben Marsh", "email": "ben@example.org", "role": "ambassador", "person_type": "PCSO",
       "password": "four plain words here"}


@pytest.fixture
def frank(database: Database) -> Actor:
    with database.transaction() as session:
        return accounts.open_account(session, COMMAND_LINE, email="frank@example.org", name="Frank Lowe",
                                     role=Role.ADMINISTRATOR, password="four plain words here").actor


def people(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(accounts.people().subquery())) or 0


@pytest.mark.parametrize("path", ["/", "/desk/sign-in", "/desk/accounts", "/desk/nowhere", "/static/no.css"])
def test_every_answer_carries_the_headers(desk: Any, frank: Actor, path: str) -> None:
    headers = desk(frank).get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["referrer-policy"] == "no-referrer" and headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin" and "server" not in headers


@pytest.mark.parametrize("sent_from", ["cross-site", "same-site"])
def test_a_form_from_another_site_is_refused(desk: Any, frank: Actor, database: Database,
                                             sent_from: str) -> None:
    answer = desk(frank).submit("/desk/accounts", NEW, headers={"Sec-Fetch-Site": sent_from})
    assert answer.status_code == 403 and people(database) == 1


def test_a_form_without_the_token_of_its_sign_in_is_refused(desk: Any, frank: Actor,
                                                            database: Database) -> None:
    answer = desk(frank).post("/desk/accounts", data=NEW)
    assert answer.status_code == 403 and people(database) == 1


def test_the_same_form_sent_twice_has_one_effect_and_one_answer(desk: Any, frank: Actor,
                                                               database: Database) -> None:
    client = desk(frank)
    form = NEW | {"idempotency_key": "k" * 22}
    first, second = client.submit("/desk/accounts", form), client.submit("/desk/accounts", form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"] and people(database) == 2


def test_a_form_key_is_not_taken_for_another_form(desk: Any, frank: Actor, database: Database) -> None:
    client = desk(frank)
    client.submit("/desk/accounts", NEW | {"idempotency_key": "k" * 22})
    other = NEW | {"email": "other@example.org", "idempotency_key": "k" * 22}
    answer = client.submit("/desk/accounts", other)
    assert answer.status_code == 409 and people(database) == 2


def test_a_failed_save_keeps_its_key_for_the_next_try(desk: Any, frank: Actor, database: Database) -> None:
    client = desk(frank)
    assert client.submit("/desk/accounts", NEW | {"name": "", "idempotency_key": "k" * 22}).status_code == 422
    assert client.submit("/desk/accounts", NEW | {"idempotency_key": "k" * 22}).status_code == 303


def test_a_host_that_is_not_ours_gets_nothing(desk: Any) -> None:
    assert desk().get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_commit_that_fails_is_not_reported_as_saved(desk: Any, frank: Actor, database: Database) -> None:
    from sqlalchemy import event
    from sqlalchemy.orm import Session

    def gone(_session: Session) -> None:
        raise RuntimeError("the database went away")

    client = desk(frank)
    event.listen(Session, "before_commit", gone)
    try:
        answer = client.submit("/desk/accounts", NEW)
    finally:
        event.remove(Session, "before_commit", gone)
    assert answer.status_code == 500 and "Nothing was saved" in answer.text and people(database) == 1


def test_looking_writes_nothing_but_the_audit_log(desk: Any, frank: Actor, database: Database) -> None:
    client = desk(frank)
    with database.reading() as session:
        before = session.scalars(select(func.max(AuditEntry.id))).one()
    client.get("/desk/accounts")
    with database.reading() as session:
        new = session.scalars(select(AuditEntry).where(AuditEntry.id > before)).all()
        assert [(entry.action, entry.operation) for entry in new] == [("consultation", "account.listed")]
        assert session.get_one(Account, frank.id).name == "Frank Lowe"


def test_errors_say_nothing_of_the_inside(desk: Any, frank: Actor) -> None:
    page = desk(frank).get("/desk/accounts/999").text
    assert "Traceback" not in page and "sqlalchemy" not in page and page.count("<h1") == 1
