"""Banks and their branches: remembered as they ring, offered as they are typed, put right by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, Select, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from outreach.casework.matching import fold
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May


class NameTaken(ValueError):
    """There is another of this name; the text says what to do."""


class Bank(Audited, Base):
    """A bank, building society, post office or travel exchange that takes part (domain.md §4)."""

    __tablename__ = "bank"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)       # the name without capitals, marks and accents
    retired_at: Mapped[datetime | None]                 # not offered any more; its calls keep it
    joined_into_id: Mapped[int | None] = mapped_column(ForeignKey("bank.id"))   # a wrong spelling of that one
    branches: Mapped[list["BankBranch"]] = relationship(back_populates="bank", order_by="BankBranch.key")


class BankBranch(Audited, Base):
    """One branch of a bank."""

    __tablename__ = "bank_branch"
    __table_args__ = (UniqueConstraint("bank_id", "key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    name: Mapped[str]
    key: Mapped[str]
    retired_at: Mapped[datetime | None]
    bank: Mapped[Bank] = relationship(back_populates="branches")


P = TypeVar("P", Bank, BankBranch)


def named(session: Session, name: str) -> Bank:
    """The bank of this name, however it is capitalised, and of a wrong spelling the right one; remembered
    from now on if it is new. Within the operation that calls this."""
    bank = _remembered(session, select(Bank).where(Bank.key == fold(name)),
                       Bank(name=name.strip(), key=fold(name)))
    while bank.joined_into_id:
        bank = session.get_one(Bank, bank.joined_into_id)
    return bank


def branch_named(session: Session, bank: Bank, name: str) -> BankBranch | None:
    """The bank's branch of this name, remembered if it is new; None for no name."""
    if not fold(name):
        return None
    found = select(BankBranch).where(BankBranch.bank_id == bank.id, BankBranch.key == fold(name))
    return _remembered(session, found, BankBranch(bank_id=bank.id, name=name.strip(), key=fold(name)))


def _remembered(session: Session, found: Select[P], new: P) -> P:
    """The place that is found, else the new one; where somebody else entered it this very moment, theirs."""
    if (known := session.scalars(found).one_or_none()) is not None:
        return known
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        return session.scalars(found).one()
    return new


def offered(session: Session) -> list[str]:
    """The names of the banks that are still offered."""
    return list(session.scalars(select(Bank.name).where(Bank.retired_at.is_(None)).order_by(Bank.key)))


def branches_offered(session: Session) -> list[str]:
    """The names of all branches that are still offered, each once."""
    names = select(func.min(BankBranch.name)).where(BankBranch.retired_at.is_(None)).group_by(BankBranch.key)
    return list(session.scalars(names.order_by(BankBranch.key)))


def everyone(session: Session) -> Sequence[Bank]:
    """Every bank, those retired last."""
    return session.scalars(select(Bank).order_by(Bank.retired_at.is_not(None), Bank.key)).all()


@operation("bank.changed", needs=May.MANAGE_LISTS)
def rename(session: Session, actor: Actor, place: Bank | BankBranch, name: str) -> None:
    """Write a bank or a branch as it should be. Raises `NameTaken` where another is written so: then the
    two are to be joined."""
    key = fold(name)
    if not key:
        raise NameTaken("Enter a name")
    if (twin := _twin(session, place, key)) is not None:
        instead = "join the two instead" if isinstance(place, Bank) else "give this one a name of its own"
        raise NameTaken(f"There is already “{twin.name}”: {instead}")
    place.name, place.key = name.strip(), key


@operation("bank.retired", needs=May.MANAGE_LISTS)
def retire(session: Session, actor: Actor, place: Bank | BankBranch, *, retired: bool = True) -> None:
    """Offer it no more when somebody types, or offer it again, as a bank of its own. Its calls keep it."""
    place.retired_at = now() if retired else None
    if isinstance(place, Bank):
        place.joined_into_id = None


@operation("bank.joined", needs=May.MANAGE_LISTS)
def join(session: Session, actor: Actor, wrong: Bank, right: Bank) -> int:
    """Two spellings of one bank: the calls and branches of `wrong` move to `right`, and so will those that
    are logged under it later. Gives how many calls."""
    from outreach.casework.calls.record import Call
    if wrong.id == right.id:
        raise NameTaken("Choose two different banks")
    calls = session.scalars(select(Call).where(Call.bank_id == wrong.id)).all()
    for call in calls:
        call.branch = branch_named(session, right, call.branch.name) if call.branch else None
        call.bank = right
    session.flush()
    for branch in wrong.branches:
        branch.retired_at = now()
    wrong.retired_at, wrong.joined_into_id = now(), right.id
    right.retired_at = right.joined_into_id = None
    return len(calls)


def _twin(session: Session, place: Bank | BankBranch, key: str) -> Any:
    if isinstance(place, Bank):
        return session.scalar(select(Bank).where(Bank.key == key, Bank.id != place.id))
    return session.scalar(select(BankBranch).where(
        BankBranch.bank_id == place.bank_id, BankBranch.key == key, BankBranch.id != place.id))
