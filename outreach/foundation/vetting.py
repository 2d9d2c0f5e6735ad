"""Vetting: who has been cleared, to what level and until when; without it nobody works alone with victims."""

from datetime import UTC, date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from outreach.foundation import clock
from outreach.foundation.audit import Audited
from outreach.foundation.db import Base


class Vetting(Audited, Base):
    """One person's clearance. The codes of `level` are the force's own (force.toml, `[volunteers]`)."""

    __tablename__ = "vetting"
    __unaudited__ = frozenset({"version"})

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    level: Mapped[str]
    cleared_on: Mapped[date | None]
    expires_on: Mapped[date | None]           # the last day on which it holds
    suspended_at: Mapped[datetime | None]
    suspended_why: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def lapsed_since(self, at: datetime | None = None) -> datetime | None:
        """The moment from which this clearance no longer counts, where that has come; None while it holds.

        Whoever is not cleared yet has lapsed for as long as anybody remembers. The hour is Britain's own:
        a clearance that expires on the 5th ends at midnight after the 5th.
        """
        moment = at or clock.now()
        ends = [self.suspended_at] if self.suspended_at else []
        if self.cleared_on is None or self.cleared_on > clock.day_of(moment):
            return datetime.min.replace(tzinfo=UTC)
        if self.expires_on and self.expires_on < clock.day_of(moment):     # 31 December 9999 has no morrow
            ends.append(clock.end_of(self.expires_on))
        over = [end for end in ends if end <= moment]
        return min(over, default=None)
