"""Households: the people who live at one address, so that a spouse is warned when the other is defrauded."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework.matching import household_key
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class Household(Audited, Base):
    """One address with somebody at it. People are proposed for it by the normalised address."""

    __tablename__ = "household"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


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
