"""Fraud reports: one incident each, as the national service, the force or a partner recorded it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base

if TYPE_CHECKING:
    from outreach.casework.victims import Victim


class Source(StrEnum):
    """How the report reached us (domain.md §1: two inflows, not one)."""

    VICTIM_LIST = "victim list"
    CALL_FOR_SERVICE = "call for service"
    BANKING_PROTOCOL = "Banking Protocol"
    PARTNER = "partner"
    FAMILY = "family"
    SELF = "self"


class FirstContact(StrEnum):
    """How the fraudster first reached the victim."""

    PHONE = "phone"
    POST = "post"
    DOOR = "door"
    EMAIL = "email"
    TEXT = "text"
    SOCIAL_MEDIA = "social media"
    DATING_SITE = "dating site"
    WEB = "web"
    IN_PERSON = "in person"


class Payment(StrEnum):
    """How the money was taken."""

    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    GIFT_CARD = "gift card"
    CRYPTO = "crypto"
    CHEQUE = "cheque"
    GOODS = "goods"


class FraudReport(Audited, Base):
    """One incident. The national reference is kept as text: its format has changed before (domain.md §3)."""

    __tablename__ = "fraud_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), index=True)
    source: Mapped[Source] = mapped_column(default=Source.VICTIM_LIST)
    national_reference: Mapped[str] = mapped_column(default="", index=True)
    force_occurrence: Mapped[str] = mapped_column(default="", index=True)
    reported_on: Mapped[date | None]
    nfib_code: Mapped[str] = mapped_column(default="")
    fraud_type: Mapped[str] = mapped_column(default="")
    first_contact: Mapped[FirstContact | None]
    lost: Mapped[Decimal | None]
    recovered: Mapped[Decimal | None]
    payment: Mapped[Payment | None]
    suspect_known: Mapped[bool] = mapped_column(default=False)
    under_investigation: Mapped[bool] = mapped_column(default=False)
    summary: Mapped[str] = mapped_column(default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("victim_import.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    victim: Mapped["Victim"] = relationship(back_populates="fraud_reports")

    __mapper_args__ = {"version_id_col": version}


def tidy_reference(text: str) -> str:
    """A reference as it is kept and looked for: upper case, no spaces."""
    return "".join(text.split()).upper()
