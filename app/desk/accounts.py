"""Accounts: who may sign in, and what each of them does here."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.doors import Db, Me, Posted, Room
from app.forms import Blank, Filled, Form, UkDate
from app.pages import done, page
from outreach.foundation import accounts, audit, passwords
from outreach.foundation.accounts import Account, AccountExists, LastAdministrator, NotARole, PersonType
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May, Role

room = Room(prefix="/desk/accounts")
LIST = "/desk/accounts"
# What each role means, for whoever gives it.
ROLES = {
    Role.OFFICER: "All casework and community work",
    Role.AMBASSADOR: "The victims assigned to them",
    Role.VOLUNTEER: "Their own visits only",
    Role.COMMUNICATOR: "Alerts, newsletters and events; never a victim's record",
    Role.SUPERVISOR: "Reads everything, approves and re-assigns; changes no victim",
    Role.ADMINISTRATOR: "Accounts and settings; never a victim's record",
}


class AccountForm(Form):
    messages = {"name": "Enter their name", "role": "Choose what they do here",
                "expires_on": "Enter the date their access ends, like 31 3 2027"}

    name: Annotated[str, Field(min_length=2, max_length=100)]
    role: Role
    district: str = ""
    expires_on: Annotated[UkDate | None, Blank] = None


class NewAccountForm(AccountForm):
    messages = AccountForm.messages | {"email": "Enter their e-mail address, like ada@example.org",
                                       "person_type": "Choose what kind of person they are"}

    email: Annotated[str, Field(pattern=r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$")]
    person_type: PersonType
    password: str


class PasswordForm(Form):
    messages = {"password": "Enter a new password"}

    password: str


def named_account(account_id: int, session: Db) -> Account:
    """The account in the address."""
    return accounts.get(session, account_id)


Named = Annotated[Account, Depends(named_account)]


@room.get("", needs=May.MANAGE_ACCOUNTS)
def list(request: Request, session: Db, me: Me) -> Response:
    """Everybody who may sign in, and who no longer may."""
    audit.consulted(session, me, "account", operation="account.listed")
    return page(request, "desk/accounts/list.html", accounts=session.scalars(accounts.people()).all())


@room.get("/new", needs=May.MANAGE_ACCOUNTS)
def new(request: Request) -> Response:
    """The form for a new account."""
    return _form(request, "desk/accounts/new.html", NewAccountForm.blank())


@room.post("", needs=May.MANAGE_ACCOUNTS)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Open an account."""
    form = NewAccountForm.read(posted)
    if form.errors:
        return _form(request, "desk/accounts/new.html", form, 422)
    try:
        account = accounts.open_account(session, me, **form.values)
    except AccountExists as refused:
        form.wrong("email", f"{refused}: open that one, or enter another address")
    except NotARole as refused:
        form.wrong("role", str(refused))
    except passwords.TooWeak as refused:
        form.wrong("password", str(refused))
    if form.errors:
        return _form(request, "desk/accounts/new.html", form, 422)
    return done(request, "desk/accounts/list.html", block="accounts", to=LIST,
                flash=f"{account.name} may now sign in.", accounts=_everybody(session))


@room.get("/{account_id}", needs=May.MANAGE_ACCOUNTS)
def edit(request: Request, account: Named) -> Response:
    """One account, to change."""
    return _form(request, "desk/accounts/edit.html", _as_it_is(account), account=account)


@room.post("/{account_id}", needs=May.MANAGE_ACCOUNTS)
def update(request: Request, account: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Save what was changed."""
    form = AccountForm.read(posted)
    if not form.errors:
        _change(session, me, account, form)
    if form.errors:
        return _form(request, "desk/accounts/edit.html", form, 422, account=account)
    return _saved(request, session, f"{account.name}'s account was changed.")


@room.post("/{account_id}/password", needs=May.MANAGE_ACCOUNTS)
def update_password(request: Request, account: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Give somebody a new password; they are signed out everywhere."""
    form = PasswordForm.read(posted)
    if not form.errors:
        try:
            accounts.set_password(session, me, account, password=form.values["password"])
        except passwords.TooWeak as refused:
            form.wrong("password", str(refused))
    if form.errors:
        return _form(request, "desk/accounts/edit.html", _as_it_is(account), 422, account=account,
                     password_form=form)
    return _saved(request, session,
                  f"{account.name} has a new password: tell them in person or by telephone.")


@room.post("/{account_id}/closure", needs=May.MANAGE_ACCOUNTS)
def close(request: Request, account: Named, session: Db, me: Me) -> Response:
    """Close an account from this second."""
    try:
        accounts.close_account(session, me, account)
    except LastAdministrator as refused:
        return page(request, "error.html", status=422, heading="That account stays open", words=f"{refused}.")
    return _saved(request, session, f"{account.name} can no longer sign in.")


@room.post("/{account_id}/reopening", needs=May.MANAGE_ACCOUNTS)
def reopen(request: Request, account: Named, session: Db, me: Me) -> Response:
    """Open a closed account again."""
    accounts.reopen_account(session, me, account)
    return _saved(request, session, f"{account.name} may sign in again.")


def _as_it_is(account: Account) -> Filled[AccountForm]:
    return AccountForm.blank(name=account.name, role=account.role, district=account.district,
                             expires_on=account.expires_on)


def _change(session: Session, me: Actor, account: Account, form: Filled[Any]) -> None:
    try:
        accounts.change_account(session, me, account, **form.values)
    except (LastAdministrator, NotARole) as refused:
        form.wrong("role", str(refused))


def _everybody(session: Session) -> object:
    return session.scalars(accounts.people()).all()


def _saved(request: Request, session: Session, flash: str) -> Response:
    return done(request, "desk/accounts/list.html", block="accounts", to=LIST, flash=flash,
                accounts=_everybody(session))


def _form(request: Request, template: str, form: Filled[Any], status: int = 200, **more: object) -> Response:
    words = {"password_form": PasswordForm.blank(), **more}
    return page(request, template, block="form", status=status, form=form,
                role_words=[(role, role.capitalize(), ROLES[role]) for role in ROLES],
                person_words=[(kind, kind) for kind in PersonType if kind is not PersonType.SYSTEM],
                district_words=[(district.name, district.name) for district in current().districts], **words)
