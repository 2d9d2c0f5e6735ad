"""Hours given, travel and miles: typed in on one short form, or brought by the log of a visit (UK GDPR)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.foundation import clock
from outreach.foundation.accounts import Account
from outreach.foundation.dates import spoken
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers.record import Hours, Work
from outreach.foundation.volunteers.refused import BadFigures, FromALog, NoSuchVolunteer, StillToCome

DAY = 24 * 60
MOST_MILES = 500
OLDEST_MONTHS = 24       # older than that is a slip of the pen in the year


@operation("hours.entered", needs=May.MANAGE_VOLUNTEERS)
def enter(session: Session, actor: Actor, account: Account, *, on: date, work: Work, minutes: int,
          travel_minutes: int = 0, miles: Decimal = Decimal(0), note: str = "") -> Hours:
    """Enter what somebody gave on one day. Raises `BadFigures`, `StillToCome`."""
    return _enter(session, actor, account.id, on, work, minutes, travel_minutes, miles, note)


@operation("hours.entered_own", needs=May.GO_ON_VISITS)
def enter_own(session: Session, actor: Actor, *, on: date, work: Work, minutes: int, travel_minutes: int = 0,
              miles: Decimal = Decimal(0), note: str = "") -> Hours:
    """Enter one's own hours of one day. Raises `BadFigures`, `StillToCome`."""
    return _enter(session, actor, actor.id, on, work, minutes, travel_minutes, miles, note)


def from_visit(session: Session, actor: Actor, account_id: int, *, on: date, work: Work = Work.VISIT,
               minutes: int, travel_minutes: int = 0, miles: Decimal = Decimal(0), log_id: int) -> Hours:
    """Enter the hours of a log that was accepted, within the operation that accepts it; asked again for the
    same log it enters nothing. The log has been looked over already: no figure is refused here."""
    known = session.scalars(select(Hours).where(Hours.log_id == log_id)).one_or_none()
    if known:
        return known
    entered = Hours(account_id=account_id, on=on, work=work, minutes=minutes, travel_minutes=travel_minutes,
                    miles=miles, log_id=log_id, by_id=actor.id)
    session.add(entered)
    session.flush()
    return entered


@operation("hours.removed", needs=May.MANAGE_VOLUNTEERS)
def remove(session: Session, actor: Actor, hours: Hours) -> Hours:
    """Count these hours no longer; the row is kept. Raises `FromALog`."""
    return _remove(hours)


@operation("hours.removed_own", needs=May.GO_ON_VISITS)
def remove_own(session: Session, actor: Actor, hours: Hours) -> Hours:
    """Count one's own hours no longer; the row is kept. Raises `FromALog`, `NoSuchVolunteer`."""
    if hours.account_id != actor.id:
        raise NoSuchVolunteer("There are no such hours")
    return _remove(hours)


@operation("hours.brought_back", needs=May.SIGNED_IN)
def bring_back(session: Session, actor: Actor, hours: Hours) -> Hours:
    """That was a mistake: count them after all. One's own, or anybody's for those who keep volunteers."""
    is_own = hours.account_id == actor.id and actor.may(May.GO_ON_VISITS)
    actor.must(May.SIGNED_IN if is_own else May.MANAGE_VOLUNTEERS)
    hours.removed_at = None
    return hours


def find(session: Session, hours_id: int, *, account_id: int | None = None) -> Hours:
    """One entry, of this account where one is given. Raises `NoSuchVolunteer`."""
    hours = session.get(Hours, hours_id)
    if hours is None or (account_id is not None and hours.account_id != account_id):
        raise NoSuchVolunteer("There are no such hours")
    return hours


def of(session: Session, account_id: int, *, limit: int = 50) -> Sequence[Hours]:
    """What somebody gave, the newest first."""
    return session.scalars(select(Hours).where(Hours.account_id == account_id, Hours.removed_at.is_(None))
                           .order_by(Hours.on.desc(), Hours.id.desc()).limit(limit)).all()


def _enter(session: Session, actor: Actor, account_id: int, on: date, work: Work, minutes: int,
           travel_minutes: int, miles: Decimal, note: str) -> Hours:
    _refuse_day(on)
    _refuse_figures(minutes, travel_minutes, miles)
    entered = Hours(account_id=account_id, on=on, work=work, minutes=minutes, travel_minutes=travel_minutes,
                    miles=miles, note=note.strip(), by_id=actor.id)
    session.add(entered)
    session.flush()
    return entered


def _remove(hours: Hours) -> Hours:
    if hours.log_id is not None:
        raise FromALog("These hours came with the log of a visit: return that log to have them changed")
    hours.removed_at = hours.removed_at or clock.now()
    return hours


def _refuse_day(on: date) -> None:
    if on > clock.today():
        raise StillToCome(f"{spoken(on)} is still to come: enter hours once they are given", "on")
    if on < clock.months_after(clock.today(), -OLDEST_MONTHS):
        raise BadFigures(f"{spoken(on)} is more than two years ago: check the year", "on")


def _refuse_figures(minutes: int, travel_minutes: int, miles: Decimal) -> None:
    if not 0 <= minutes <= DAY:
        raise BadFigures("Enter the time as it was on that one day, at most 24 hours", "minutes")
    if not 0 <= travel_minutes <= DAY - minutes:
        raise BadFigures("Time and travel together come to more than a day", "travel_minutes")
    if not 0 <= miles <= MOST_MILES:
        raise BadFigures(f"Enter from 0 to {MOST_MILES} miles", "miles")
    if not minutes and not travel_minutes:
        raise BadFigures("Enter how long it took", "minutes")
