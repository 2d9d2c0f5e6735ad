"""Who is signed in, from where, and until when; and how fast somebody may guess."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from outreach.foundation import passwords
from outreach.foundation.accounts import Account, by_email, tidy_email
from outreach.foundation.audit import Action, entry, write
from outreach.foundation.clock import now
from outreach.foundation.db import Base
from outreach.foundation.permissions import Role

# reliability.md §3.5
IDLE = {Role.VOLUNTEER: timedelta(minutes=30)}
IDLE_OTHERS = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
SEEN_EVERY = timedelta(seconds=60)  # last-seen is written no oftener than this
WINDOW = timedelta(minutes=15)
TRIES_FROM_ONE_PLACE = 6   # per address and network: nobody far away can lock an officer out
TRIES_FROM_NETWORK = 60


class WrongPassword(Exception):
    """The address and the password do not belong together, or the account is closed."""


class TooManyTries(Exception):
    """Too many wrong passwords in a quarter of an hour from one place."""


class SignIn(Base):
    """One signed-in browser. The cookie holds the token; here is only its hash."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    flash: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the next page tells its reader, once
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_live(self) -> bool:
        """Neither ended, nor idle too long, nor older than a working day; its account still open, and the
        vetting not lapsed since."""
        idle = IDLE.get(self.account.role, IDLE_OTHERS)
        ended = [end for end in (self.account.signed_out_at, self.account.lapsed_since) if end]
        return (self.ended_at is None and self.account.is_open
                and all(end < self.created_at for end in ended)
                and now() - self.last_seen_at < idle and now() - self.created_at < ABSOLUTE)


class SignInTry(Base):
    """A wrong password: a hash of the address that was typed, and the network it came from."""

    __tablename__ = "sign_in_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    email_hash: Mapped[str] = mapped_column(index=True)
    network: Mapped[str] = mapped_column(index=True)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """The token that a form must bring back, bound to this sign-in."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def throttle(session: Session, email: str, network: str) -> None:
    """Raises `TooManyTries`. Asked before the password is looked at, so guessing stops being answered."""
    recent = select(func.count()).select_from(SignInTry).where(
        SignInTry.at > now() - WINDOW, SignInTry.network == network)
    here = session.scalar(recent.where(SignInTry.email_hash == _email_hash(email))) or 0
    if here >= TRIES_FROM_ONE_PLACE or (session.scalar(recent) or 0) >= TRIES_FROM_NETWORK:
        raise TooManyTries("Too many wrong passwords. Wait 15 minutes, then try again.")


def check(session: Session, email: str, password: str) -> Account:
    """The account that this address and password open. Raises `WrongPassword`, and takes the same time
    whether or not there is such an account."""
    account = by_email(session, email)
    right = passwords.matches(password, account.password_hash if account else None)
    if account is None or not right or not account.is_open or account.role is Role.SYSTEM:
        raise WrongPassword("Enter the e-mail address and password of an account that is open")
    return account


def note_wrong_try(session: Session, email: str, network: str) -> None:
    """Count a wrong password against the place it came from."""
    session.add(SignInTry(email_hash=_email_hash(email), network=network))


def begin(session: Session, account: Account) -> str:
    """Sign somebody in. Gives the token for the cookie: 256 random bits, new at every sign-in."""
    token = secrets.token_urlsafe(32)
    session.add(SignIn(token_hash=token_hash(token), account_id=account.id))
    account_row = session.get_one(Account, account.id)
    session.info.update(actor=account.actor, operation="account.signed_in")
    account_row.last_signed_in_at = now()
    write(session, [entry(session, account.actor, Action.CONSULTATION, "account.signed_in",
                          "account", account.id)])
    return token


def of_token(session: Session, token: str) -> SignIn | None:
    """The sign-in behind a cookie, live or ended: ask `is_live`."""
    return session.scalars(select(SignIn).where(SignIn.token_hash == token_hash(token))).one_or_none()


def seen(session: Session, sign_in_id: int) -> None:
    """Keep a sign-in alive."""
    session.get_one(SignIn, sign_in_id).last_seen_at = now()


def tell_next(session: Session, sign_in_id: int, words: dict[str, Any]) -> None:
    """What the next whole page tells its reader, once; kept here so that no name is kept in the browser."""
    session.get_one(SignIn, sign_in_id).flash = words


def end(session: Session, sign_in_id: int) -> None:
    """Sign out."""
    session.get_one(SignIn, sign_in_id).ended_at = now()


def _email_hash(email: str) -> str:
    return hashlib.sha256(tidy_email(email).encode()).hexdigest()
