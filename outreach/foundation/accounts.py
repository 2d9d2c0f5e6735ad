"""The people who may sign in, and what each of them does here."""

from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from outreach.foundation import outbox, passwords
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now, today
from outreach.foundation.db import Base
from outreach.foundation.operation import operation
from outreach.foundation.permissions import ROLES, Actor, May, Role
from outreach.foundation.vetting import Vetting

# About an account: its vetting counts no longer, or not for visits. Whoever keeps visits hands them back.
ENDED = "vetting.ended"


class PersonType(StrEnum):
    """What kind of person somebody is, apart from what they do here (domain.md §7)."""

    OFFICER = "officer"
    PCSO = "PCSO"
    STAFF = "staff"
    VOLUNTEER = "volunteer"
    PARTNER = "partner"
    SYSTEM = "system"


class NotFound(Exception):
    """No account of a person has this number."""


class AccountExists(Exception):
    """Another account has this e-mail address already."""


class NotARole(Exception):
    """A role that no person can be given, or one that nobody may give themselves."""


class LastAdministrator(Exception):
    """The only administrator left would lose their account."""


class Account(Audited, Base):
    __tablename__ = "account"
    __unaudited__ = frozenset({"last_signed_in_at"})

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role]
    person_type: Mapped[PersonType] = mapped_column(default=PersonType.STAFF)
    district: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_on: Mapped[date | None]
    deactivated_at: Mapped[datetime | None]
    signed_out_at: Mapped[datetime | None]  # whatever was signed in before this moment has ended
    last_signed_in_at: Mapped[datetime | None]
    vetting: Mapped[Vetting | None] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        """Whether this account may be used today."""
        return self.deactivated_at is None and (self.expires_on is None or self.expires_on >= today())

    @property
    def lapsed_since(self) -> datetime | None:
        """The moment from which this person's vetting no longer counts; None while they may work. A volunteer
        needs vetting; police and staff are vetted elsewhere unless somebody keeps it here."""
        if self.vetting is None:
            return datetime.min.replace(tzinfo=UTC) if self.role is Role.VOLUNTEER else None
        return self.vetting.lapsed_since()

    @property
    def is_working(self) -> bool:
        """Whether this person may be given work today: the account is open and the vetting holds."""
        return self.is_open and self.lapsed_since is None

    @property
    def goes_on_visits(self) -> bool:
        """Whether this person may work today, and what they do here includes visits."""
        return self.is_working and May.GO_ON_VISITS in ROLES[self.role]

    @property
    def actor(self) -> Actor:
        """This person, acting; without vetting, as somebody who may only hand in what they have."""
        return Actor(self.id, self.name, Role.LAPSED if self.lapsed_since else self.role)


def people() -> Select[Account]:
    """Every account of a person, by name; the system's own accounts are left out."""
    return select(Account).where(Account.role != Role.SYSTEM).order_by(Account.name, Account.id)


def get(session: Session, account_id: int) -> Account:
    """One person's account. Raises `NotFound`."""
    account = session.scalars(people().where(Account.id == account_id)).one_or_none()
    if account is None:
        raise NotFound("There is no such account")
    return account


def open_with_role(session: Session, *roles: Role) -> list[Account]:
    """People in these roles who may be given work today: the account is open and the vetting holds."""
    return [a for a in session.scalars(people().where(Account.role.in_(roles))) if a.is_working]


def by_email(session: Session, email: str) -> Account | None:
    """The account with this address, however it was typed."""
    return session.scalars(select(Account).where(Account.email == tidy_email(email))).one_or_none()


def ask_for_visits_back(session: Session, account: Account, occasion: str) -> None:
    """Promise that somebody's visits are handed back, once for each occasion."""
    outbox.put(session, ENDED, key=f"{ENDED}-{account.id}-{occasion}", subject=("account", account.id),
               priority=1)


def tidy_email(email: str) -> str:
    """An address as it is kept: no spaces around it, lower case."""
    return email.strip().lower()


@operation("account.opened", needs=May.MANAGE_ACCOUNTS)
def open_account(session: Session, actor: Actor, *, email: str, name: str, role: Role, password: str,
                 person_type: PersonType = PersonType.STAFF, district: str = "",
                 expires_on: date | None = None) -> Account:
    """Give somebody an account. Raises `AccountExists`, `NotARole`, `passwords.TooWeak`."""
    _refuse_role(role)
    if by_email(session, email):
        raise AccountExists(f"{tidy_email(email)} has an account already")
    passwords.check_strength(password)
    account = Account(email=tidy_email(email), name=name.strip(), role=role, person_type=person_type,
                      district=district, expires_on=expires_on, password_hash=passwords.hashed(password))
    session.add(account)
    session.flush()
    return account


@operation("account.changed", needs=May.MANAGE_ACCOUNTS)
def change_account(session: Session, actor: Actor, account: Account, *, name: str, role: Role,
                   district: str, expires_on: date | None) -> Account:
    """Change what somebody is called, does, where, and until when. Raises `LastAdministrator`, `NotARole`."""
    _refuse_role(role)
    if account.id == actor.id and role is not account.role:
        raise NotARole("Ask another administrator to change what you do here")
    if role is not Role.ADMINISTRATOR or (expires_on and expires_on < today()):
        _refuse_last_administrator(session, account)
    went = account.goes_on_visits
    account.name, account.role, account.district = name.strip(), role, district
    account.expires_on = expires_on
    if went and not account.goes_on_visits:
        ask_for_visits_back(session, account, f"changed-{now()}")
    return account


@operation("account.closed", needs=May.MANAGE_ACCOUNTS)
def close_account(session: Session, actor: Actor, account: Account) -> Account:
    """Take somebody's access away from this second; their sessions end with it, and visits go back."""
    _refuse_last_administrator(session, account)
    account.deactivated_at = account.signed_out_at = now()
    ask_for_visits_back(session, account, f"closed-{account.deactivated_at}")
    return account


@operation("account.reopened", needs=May.MANAGE_ACCOUNTS)
def reopen_account(session: Session, actor: Actor, account: Account) -> Account:
    """Let somebody back in."""
    account.deactivated_at = None
    return account


@operation("account.password_set", needs=May.MANAGE_ACCOUNTS)
def set_password(session: Session, actor: Actor, account: Account, *, password: str) -> Account:
    """Give somebody a new password; wherever they were signed in, they are signed out."""
    passwords.check_strength(password)
    account.password_hash = passwords.hashed(password)
    account.signed_out_at = now()
    return account


def _refuse_role(role: Role) -> None:
    if role in (Role.SYSTEM, Role.LAPSED):
        raise NotARole("Choose what they do here: that role is given to nobody")


def _refuse_last_administrator(session: Session, account: Account) -> None:
    if account.role is not Role.ADMINISTRATOR:
        return
    everybody = people().where(Account.role == Role.ADMINISTRATOR).order_by(None).order_by(Account.id)
    # Two who close each other at once take turns.
    held = session.scalars(everybody.with_for_update(of=Account))
    if not [other for other in held if other.is_open and other.id != account.id]:
        raise LastAdministrator(f"{account.name} is the only administrator: "
                                "give somebody else that role first")
