"""Households: the people who live at one address, so that a spouse is warned when the other is defrauded."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework.matching import household_key
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class Standing(StrEnum):
    """How sure we are that somebody belongs to the household at their address (design: answers 10)."""

    PROPOSED = "proposed"    # by the address alone
    CONFIRMED = "confirmed"  # somebody has said so
    APART = "apart"          # lives at this address, but with nobody else who does


class Household(Audited, Base):
    """One address with somebody at it. People are proposed for it by the normalised address."""

    __tablename__ = "household"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class HouseholdStay(Audited, Base):
    """Where somebody lived before: one closed stay. Where they live now stands on their own record."""

    __tablename__ = "household_stay"

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    from_on: Mapped[date | None]     # not known for those who came with a list
    to_on: Mapped[date]


def at_address(session: Session, address_line_1: str, address_line_2: str, town: str,
               postcode: str) -> Household | None:
    """The household at this address, entered if it is new; None where too little of it is known."""
    key = household_key(address_line_1, address_line_2, town, postcode)
    if not key:
        return None
    found = session.scalars(select(Household).where(Household.address_key == key)).one_or_none()
    if found is None:
        found = Household(address_key=key)
        session.add(found)
        session.flush()
    return found
