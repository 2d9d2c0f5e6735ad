"""The list of helpers: how the vetting of each stands, which training is missing, when they last helped."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.foundation import audit, clock
from outreach.foundation.accounts import Account, PersonType
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May, Role
from outreach.foundation.volunteers.clearing import is_enough_for_visits
from outreach.foundation.volunteers.record import Away, Hours, Volunteer
from outreach.foundation.volunteers.training import Lack, lacks, last


class Standing(StrEnum):
    """How somebody's vetting stands."""

    CLEARED = "cleared"
    EXPIRING = "runs out soon"
    ENDED = "ran out"
    SUSPENDED = "suspended"
    WAITING = "not cleared yet"
    ELSEWHERE = "vetted elsewhere"     # police and staff, unless somebody keeps theirs here
    LEFT = "has left"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list may be narrowed by. `training`: "lacks" for those with a course missing or running out."""

    district: str = ""
    standing: str = ""
    training: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One helper. `ends_on`: the last day of their vetting; `level_falls_short`: cleared, not for homes."""

    id: int
    name: str
    person_type: PersonType
    role: Role
    districts: list[str]
    standing: Standing
    ends_on: date | None
    level_falls_short: bool
    lacks: list[Lack] = field(default_factory=list)
    away_until: date | None = None
    last_helped_on: date | None = None
    account_open: bool = True


def volunteers(session: Session, actor: Actor, filters: Filters, sort: str = "name") -> list[Line]:
    """Everybody with a record whom the filters let through; looking is logged. Whoever has left is only
    there when asked for."""
    actor.must(May.SEE_VOLUNTEERS)
    found = [line for line in lines(session) if _shown(line, filters)]
    audit.consulted(session, actor, "volunteer", operation="volunteer.listed",
                    shown=[line.id for line in found])
    key = {"name": lambda line: line.name.casefold(),
           "ends": lambda line: (line.ends_on or date.max, line.name.casefold()),
           "helped": lambda line: (line.last_helped_on or date.min, line.name.casefold())}
    return sorted(found, key=key[sort.lstrip("-")], reverse=sort.startswith("-"))


def lines(session: Session) -> list[Line]:
    """Everybody with a record, by name."""
    everybody = session.scalars(select(Volunteer)).all()
    done, away = last(session, [one.id for one in everybody]), _away_today(session)
    helped = _last_helped(session)
    found = [Line(one.id, one.account.name, one.account.person_type, one.account.role, one.districts,
                  standing_of(one), one.account.vetting.expires_on if one.account.vetting else None,
                  falls_short(one.account), lacks(done[one.id], clock.today()), away.get(one.id),
                  helped.get(one.account_id), one.account.is_open) for one in everybody]
    return sorted(found, key=lambda line: line.name.casefold())


def standing_of(volunteer: Volunteer) -> Standing:
    """How somebody stands today."""
    account, vetting = volunteer.account, volunteer.account.vetting
    if volunteer.left_on and volunteer.left_on < clock.today():
        return Standing.LEFT
    if vetting is None:
        return Standing.WAITING if account.lapsed_since else Standing.ELSEWHERE
    if vetting.suspended_at:
        return Standing.SUSPENDED
    if vetting.cleared_on is None:
        return Standing.WAITING
    if vetting.lapsed_since():
        return Standing.ENDED
    soon = clock.today() + timedelta(days=current().volunteers.warn_days_before)
    return Standing.EXPIRING if vetting.expires_on and vetting.expires_on <= soon else Standing.CLEARED


def falls_short(account: Account) -> bool:
    """Whether somebody is vetted here, to a level that is not enough for a victim's home."""
    return account.vetting is not None and not is_enough_for_visits(account.vetting)


def _shown(line: Line, filters: Filters) -> bool:
    return ((not filters.district or not line.districts or filters.district in line.districts)
            and (line.standing == filters.standing if filters.standing else line.standing != Standing.LEFT)
            and (not filters.training or bool(line.lacks))
            and filters.q.strip().casefold() in line.name.casefold())


def _away_today(session: Session) -> dict[int, date]:
    today = clock.today()
    rows = session.execute(select(Away.volunteer_id, func.max(Away.until_on)).where(
        Away.from_on <= today, Away.until_on >= today).group_by(Away.volunteer_id))
    return {row[0]: row[1] for row in rows}


def _last_helped(session: Session) -> dict[int, date]:
    rows = session.execute(select(Hours.account_id, func.max(Hours.on)).where(Hours.removed_at.is_(None))
                           .group_by(Hours.account_id))
    return {row[0]: row[1] for row in rows}
