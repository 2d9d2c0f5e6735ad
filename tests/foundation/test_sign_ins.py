"""Signing in: who may, for how long, and how fast somebody may guess."""

from datetime import timedelta

import pytest

from outreach.foundation import accounts, clock, passwords, sign_ins
from outreach.foundation.accounts import Account, AccountExists, LastAdministrator
from outreach.foundation.db import Database
from outreach.foundation.permissions import COMMAND_LINE, Role
from outreach.foundation.sign_ins import TooManyTries, WrongPassword

PASSWORD = "four plain words here"


@pytest.fixture
def ada(database: Database) -> Account:
    with database.transaction() as session:
        return accounts.open_account(session, COMMAND_LINE, email="Ada@Example.org ", name="PC Ada Cole",
                                     role=Role.OFFICER, password=PASSWORD)


def later(monkeypatch: pytest.MonkeyPatch, **by: float) -> None:
    then = clock.now() + timedelta(**by)
    for module in (sign_ins, accounts):
        monkeypatch.setattr(module, "now", lambda: then)


def sign_in(database: Database, account: Account) -> str:
    with database.transaction() as session:
        return sign_ins.begin(session, session.get_one(Account, account.id))


def is_live(database: Database, token: str) -> bool:
    with database.reading() as session:
        found = sign_ins.of_token(session, token)
        return found is not None and found.is_live


def test_the_right_password_opens_the_account_however_the_address_is_typed(database: Database,
                                                                           ada: Account) -> None:
    with database.reading() as session:
        assert sign_ins.check(session, " ADA@example.org", PASSWORD).id == ada.id


@pytest.mark.parametrize(("email", "password"),
                         [("ada@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_are_told_the_same(
        database: Database, ada: Account, email: str, password: str) -> None:
    with database.reading() as session, pytest.raises(WrongPassword) as refused:
        sign_ins.check(session, email, password)
    assert str(refused.value) == "Enter the e-mail address and password of an account that is open"


def test_neither_token_nor_password_is_kept(database: Database, ada: Account) -> None:
    token = sign_in(database, ada)
    with database.reading() as session:
        kept = sign_ins.of_token(session, token)
        assert kept and token not in kept.token_hash and PASSWORD not in (kept.account.password_hash or "")
        assert (kept.account.password_hash or "").startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_a_sign_in_ends_after_a_quarter_of_an_hour_of_nothing(database: Database, ada: Account,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    token = sign_in(database, ada)
    later(monkeypatch, minutes=14)
    assert is_live(database, token)
    later(monkeypatch, minutes=16)
    assert not is_live(database, token)


def test_a_sign_in_ends_after_eight_hours_however_busy(database: Database, ada: Account,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    token = sign_in(database, ada)
    later(monkeypatch, hours=8, minutes=1)
    with database.transaction() as session:
        found = sign_ins.of_token(session, token)
        assert found
        sign_ins.seen(session, found.id)
    assert not is_live(database, token)


def test_closing_an_account_ends_its_sign_ins_at_once(database: Database, ada: Account) -> None:
    token = sign_in(database, ada)
    with database.transaction() as session:
        accounts.close_account(session, COMMAND_LINE, session.get_one(Account, ada.id))
    assert not is_live(database, token)


def test_a_new_password_signs_out_everywhere_but_lets_one_in_again(database: Database, ada: Account) -> None:
    before = sign_in(database, ada)
    with database.transaction() as session:
        accounts.set_password(session, COMMAND_LINE, session.get_one(Account, ada.id),
                              password="another four plain words")
    assert not is_live(database, before)
    assert is_live(database, sign_in(database, ada))


def test_guessing_stops_being_answered(database: Database, ada: Account) -> None:
    for _ in range(sign_ins.TRIES_FROM_ONE_PLACE):
        with database.transaction() as session:
            sign_ins.throttle(session, "ada@example.org", "192.0.2.1")
            sign_ins.note_wrong_try(session, "ada@example.org", "192.0.2.1")
    with database.reading() as session:
        with pytest.raises(TooManyTries):
            sign_ins.throttle(session, "Ada@example.org", "192.0.2.1")
        sign_ins.throttle(session, "ada@example.org", "198.51.100.7")  # nobody far away locks her out


@pytest.mark.parametrize("weak", ["short", "password1234", "Password1234"])
def test_short_and_well_known_passwords_are_refused(weak: str) -> None:
    with pytest.raises(passwords.TooWeak):
        passwords.check_strength(weak)


def test_one_address_has_one_account(database: Database, ada: Account) -> None:
    with database.transaction() as session, pytest.raises(AccountExists):
        accounts.open_account(session, COMMAND_LINE, email="ada@example.org", name="Another",
                              role=Role.OFFICER, password=PASSWORD)


def test_the_last_administrator_stays(database: Database, ada: Account) -> None:
    with database.transaction() as session:
        frank = accounts.open_account(session, COMMAND_LINE, email="frank@example.org", name="Frank Lowe",
                                      role=Role.ADMINISTRATOR, password=PASSWORD)
        with pytest.raises(LastAdministrator):
            accounts.close_account(session, COMMAND_LINE, frank)
        with pytest.raises(LastAdministrator):
            accounts.change_account(session, COMMAND_LINE, frank, name="Frank", role=Role.OFFICER,
                                    district="", expires_on=None)


def test_an_account_that_has_run_out_opens_nothing(database: Database, ada: Account) -> None:
    with database.transaction() as session:
        account = session.get_one(Account, ada.id)
        accounts.change_account(session, COMMAND_LINE, account, name=account.name, role=account.role,
                                district="", expires_on=clock.today() - timedelta(days=1))
    with database.reading() as session, pytest.raises(WrongPassword):
        sign_ins.check(session, "ada@example.org", PASSWORD)
