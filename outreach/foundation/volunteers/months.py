"""What everybody gave in a month: visits, hours, travel and miles, by person and in all (UK GDPR)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from outreach.foundation import audit, clock
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers.record import Hours, Work


@dataclass(frozen=True, slots=True)
class Given:
    """What one person, or all together, gave. Time is in minutes."""

    account_id: int
    name: str
    visits: int = 0
    minutes: int = 0
    travel_minutes: int = 0
    miles: Decimal = Decimal(0)


def first_of(text: str) -> date:
    """The first day of a month written "2026-11"; of this month where that is none, or none of our time."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        found = date.min
    return found if 2000 <= found.year < 2100 else clock.today().replace(day=1)


def last_of(first: date) -> date:
    """The last day of a month."""
    return clock.months_after(first, 1) - timedelta(days=1)


def month(session: Session, actor: Actor, first: date) -> list[Given]:
    """What each person gave in the month that begins on this day, by name; looking is logged."""
    actor.must(May.SEE_VOLUNTEERS)
    found = _given(session, first)
    audit.consulted(session, actor, "volunteer", operation="hours.listed", people=len(found))
    return found


def export_month(session: Session, actor: Actor, first: date, *, recipient: str, reason: str) -> list[Given]:
    """The same to be kept as a file, written down as a disclosure."""
    actor.must(May.SEE_VOLUNTEERS)
    found = _given(session, first)
    audit.disclosed(session, actor, "volunteer", operation="hours.exported", recipient=recipient,
                    reason=reason, shown=[one.account_id for one in found], month=f"{first:%Y-%m}")
    return found


def total(found: Iterable[Given]) -> Given:
    """All together."""
    everybody = list(found)
    return Given(0, "All together", sum(one.visits for one in everybody),
                 sum(one.minutes for one in everybody), sum(one.travel_minutes for one in everybody),
                 sum((one.miles for one in everybody), Decimal(0)))


def _given(session: Session, first: date) -> list[Given]:
    return [Given(row.id, row.name, int(row.visits), int(row.minutes), int(row.travel), row.miles)
            for row in session.execute(_question(first))]


def _question(first: date) -> Select[int, str, int, int, int, Decimal]:
    visits = func.sum(case((Hours.work == Work.VISIT, 1), else_=0))
    return (select(Account.id, Account.name, visits.label("visits"), func.sum(Hours.minutes).label("minutes"),
                   func.sum(Hours.travel_minutes).label("travel"), func.sum(Hours.miles).label("miles"))
            .join(Account, Account.id == Hours.account_id)
            .where(Hours.on >= first, Hours.on <= last_of(first), Hours.removed_at.is_(None))
            .group_by(Account.id, Account.name).order_by(Account.name, Account.id))
