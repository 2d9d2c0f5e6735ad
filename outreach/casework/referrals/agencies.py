"""Agencies: the partners to whom people are referred, how each is reached, and how soon it answers.

The list begins with `content/agencies.csv`, whose addresses are invented: the force puts in its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

INVENTED, DRAMA = "example.org", "+441632960"     # what the list begins with: nobody answers there


class AgencyKind(StrEnum):
    """What sort of partner it is."""

    COUNCIL = "council"
    VICTIM_SUPPORT = "Victim Support"
    TRADING_STANDARDS = "Trading Standards"
    BANK = "bank"
    HEALTH = "health"
    CHARITY = "charity"
    POLICE = "police"
    HOUSING = "housing"
    OTHER = "other"


class Method(StrEnum):
    """How a referral reaches the agency."""

    MAIL = "mail"
    LETTER = "letter"


class NoSuchAgency(Exception):
    """No agency has this number."""


class AgencyRefused(ValueError):
    """An agency cannot be like this; `field` is what is wrong with it, the text says what to do."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class Agency(Audited, Base):
    __tablename__ = "agency"
    __unaudited__ = frozenset({"version"})

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[AgencyKind] = mapped_column(default=AgencyKind.OTHER)
    email: Mapped[str] = mapped_column(default="")
    postal_address: Mapped[str] = mapped_column(default="")      # one line of the envelope to a line
    telephone: Mapped[str] = mapped_column(default="")           # E.164
    method: Mapped[Method] = mapped_column(default=Method.MAIL)
    answer_days: Mapped[int] = mapped_column(default=5)          # working days
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_invented(self) -> bool:
        """Whether its address or telephone is still the example it came with."""
        return self.email.endswith(INVENTED) or self.telephone.startswith(DRAMA)

    @property
    def address(self) -> list[str]:
        """The lines for the envelope."""
        return [line.strip() for line in self.postal_address.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """What can be said of an agency."""

    name: str
    kind: AgencyKind
    email: str = ""
    postal_address: str = ""
    telephone: str = ""
    method: Method = Method.MAIL
    answer_days: int = 5


def agencies(session: Session, *, retired: bool = False) -> Sequence[Agency]:
    """The agencies that may be referred to, by name; with `retired` the others too."""
    question = select(Agency).order_by(Agency.retired_at.is_not(None), func.lower(Agency.name), Agency.id)
    return session.scalars(question if retired else question.where(Agency.retired_at.is_(None))).all()


def agency(session: Session, agency_id: int) -> Agency:
    """One agency. Raises `NoSuchAgency`."""
    found = session.get(Agency, agency_id)
    if found is None:
        raise NoSuchAgency("Choose an agency from the list")
    return found


@operation("agency.added", needs=May.MANAGE_LISTS)
def add_agency(session: Session, actor: Actor, facts: AgencyFacts) -> Agency:
    """Put a partner on the list. Raises `AgencyRefused`."""
    _look_over(session, facts)
    added = Agency(**_columns(facts))
    session.add(added)
    session.flush()
    return added


@operation("agency.changed", needs=May.MANAGE_LISTS)
def change_agency(session: Session, actor: Actor, changed: Agency, facts: AgencyFacts) -> Agency:
    """Say anew what a partner is called and how it is reached. What was sent stays as it was.

    Raises `AgencyRefused`.
    """
    _look_over(session, facts, changed.id)
    for name, value in _columns(facts).items():
        setattr(changed, name, value)
    return changed


@operation("agency.retired", needs=May.MANAGE_LISTS)
def retire_agency(session: Session, actor: Actor, retired: Agency) -> Agency:
    """Offer a partner no longer; what was sent to it stays."""
    retired.retired_at = retired.retired_at or now()
    return retired


@operation("agency.brought_back", needs=May.MANAGE_LISTS)
def bring_back_agency(session: Session, actor: Actor, retired: Agency) -> Agency:
    """Offer a partner again."""
    retired.retired_at = None
    return retired


def _look_over(session: Session, facts: AgencyFacts, own_id: int = 0) -> None:
    same = select(Agency.id).where(func.lower(Agency.name) == facts.name.strip().lower(), Agency.id != own_id)
    if session.scalar(same.limit(1)):
        raise AgencyRefused("name", f"{facts.name.strip()} is on the list already")
    if facts.method is Method.MAIL and not facts.email.strip():
        raise AgencyRefused("email", "Enter the e-mail address that referrals go to, or choose a letter")
    if facts.method is Method.LETTER and not facts.postal_address.strip():
        raise AgencyRefused("postal_address", "Enter the address for the envelope, or choose e-mail")
    if not 1 <= facts.answer_days <= 60:
        raise AgencyRefused("answer_days", "Enter from 1 to 60 working days")


def _columns(facts: AgencyFacts) -> dict[str, Any]:
    return {"name": facts.name.strip(), "kind": facts.kind, "email": facts.email.strip(),
            "postal_address": facts.postal_address.strip(), "telephone": facts.telephone,
            "method": facts.method, "answer_days": facts.answer_days}
