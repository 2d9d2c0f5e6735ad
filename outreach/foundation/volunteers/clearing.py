"""Vetting: recording it, renewing it, and suspending somebody from this very second (UK GDPR).

Whoever's vetting ends may only hand in what waits on their phone; wherever they were signed in they are
signed out, and their visits are asked back (`accounts.ENDED`).
"""

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from outreach.foundation import accounts, clock
from outreach.foundation.accounts import Account
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.operation import acting, operation
from outreach.foundation.outbox import timetable
from outreach.foundation.permissions import WORKER, Actor, May
from outreach.foundation.vetting import Vetting
from outreach.foundation.volunteers.record import Volunteer
from outreach.foundation.volunteers.refused import (
    NotOneself,
    NotOurs,
    NotSuspended,
    ReasonMissing,
    StillToCome,
    WrongOrder,
)


@operation("vetting.recorded", needs=May.MANAGE_VOLUNTEERS)
def record(session: Session, actor: Actor, account: Account, *, level: str, cleared_on: date | None,
           expires_on: date | None = None) -> Vetting:
    """Record that somebody is cleared, or cleared anew; without `cleared_on` they wait to be.

    A suspension stands until it is lifted. Whoever may not work any more, or could not before, signs in anew.
    Raises `NotOurs`, `StillToCome`, `WrongOrder`, `NotOneself`.
    """
    _refuse_oneself(actor, account, "record")
    _refuse_dates(level, cleared_on, expires_on)
    could_before = account.lapsed_since is None
    vetting = account.vetting or Vetting(account_id=account.id)
    vetting.level, vetting.cleared_on, vetting.expires_on = level, cleared_on, expires_on
    account.vetting = vetting
    session.flush()
    if account.lapsed_since or not could_before:
        account.signed_out_at = clock.now()
    if account.lapsed_since or not is_enough_for_visits(vetting):
        accounts.ask_for_visits_back(session, account, f"v{vetting.version}")
    return vetting


@operation("vetting.suspended", needs=May.MANAGE_VOLUNTEERS)
def suspend(session: Session, actor: Actor, account: Account, *, why: str) -> Vetting:
    """Take somebody's access away from this second. Raises `ReasonMissing`, `NotOneself`, `NotSuspended`."""
    _refuse_oneself(actor, account, "suspend")
    if len(why.strip()) < 5:
        raise ReasonMissing("Enter why they are suspended", "why")
    if account.vetting is None:
        raise NotSuspended(f"{account.name} has no vetting to suspend: record it first", "why")
    if account.vetting.suspended_at:
        raise NotSuspended(f"{account.name} is suspended already", "why")
    account.vetting.suspended_at, account.vetting.suspended_why = clock.now(), why.strip()
    account.signed_out_at = account.vetting.suspended_at
    session.flush()
    accounts.ask_for_visits_back(session, account, f"v{account.vetting.version}")
    return account.vetting


@operation("vetting.lifted", needs=May.MANAGE_VOLUNTEERS)
def lift(session: Session, actor: Actor, account: Account) -> Vetting:
    """Let somebody work again; the reason stays with the record. Nothing they were signed in to revives.

    Raises `NotOneself`, `NotSuspended`.
    """
    _refuse_oneself(actor, account, "lift")
    if account.vetting is None or account.vetting.suspended_at is None:
        raise NotSuspended(f"{account.name} is not suspended")
    account.vetting.suspended_at = None
    account.signed_out_at = clock.now()
    return account.vetting


def is_enough_for_visits(vetting: Vetting) -> bool:
    """Whether this level lets somebody see victims at home (content/force.toml, [volunteers.levels])."""
    level = current().volunteers.levels.get(vetting.level)
    return level is not None and level.visits


def may_visit(session: Session, account: Account) -> bool:
    """Whether somebody may go on visits at all today: the account is open and of a role that does, the
    vetting holds and is enough, and they have not left."""
    left = session.scalars(select(Volunteer.left_on).where(Volunteer.account_id == account.id)).one_or_none()
    return (account.goes_on_visits and (left is None or left >= clock.today())
            and (account.vetting is None or is_enough_for_visits(account.vetting)))


def level_words(code: str) -> str:
    """What a level is called; one the force has dropped by its code."""
    level = current().volunteers.levels.get(code)
    return level.words if level else code


@timetable.hourly("vetting ended", words="asks for the visits of those whose vetting or account has ended")
def fire(session: Session, tick: datetime) -> None:
    """With each hour, and so at midnight in Britain: ask for the visits of those whose vetting or account ran
    out or was closed, or who have left, also where hours were missed. Access ends by itself; this ends
    sessions for good."""
    ran_out = accounts.people().join(Vetting).where(Vetting.expires_on < clock.today())
    for account in session.scalars(ran_out):
        _close(session, account)
    closed = accounts.people().where(or_(Account.deactivated_at.is_not(None),
                                         Account.expires_on < clock.today()))
    for account in session.scalars(closed):
        since = account.deactivated_at or account.expires_on
        accounts.ask_for_visits_back(session, account, f"closed-{since}")
    for gone in session.scalars(select(Volunteer).where(Volunteer.left_on < clock.today())):
        accounts.ask_for_visits_back(session, gone.account, f"left-{gone.left_on}")


def _close(session: Session, account: Account) -> None:
    vetting = account.vetting
    if vetting is None or vetting.expires_on is None:
        return
    over = clock.end_of(vetting.expires_on)
    if account.signed_out_at is None or account.signed_out_at < over:
        with acting(session, WORKER, "vetting.ran_out"):
            account.signed_out_at = over
    accounts.ask_for_visits_back(session, account, f"{vetting.expires_on:%Y-%m-%d}")


def _refuse_oneself(actor: Actor, account: Account, deed: str) -> None:
    if actor.id == account.id:
        raise NotOneself(f"Nobody may {deed} their own vetting: ask a colleague")


def _refuse_dates(level: str, cleared_on: date | None, expires_on: date | None) -> None:
    if level not in current().volunteers.levels:
        raise NotOurs("Choose a level from the list", "level")
    if cleared_on and cleared_on > clock.today():
        raise StillToCome(f"{spoken(cleared_on)} is still to come: enter the day on which they were cleared",
                          "cleared_on")
    if cleared_on and expires_on and expires_on < cleared_on:
        raise WrongOrder(f"They were cleared on {spoken(cleared_on)}: it cannot have run out before",
                         "expires_on")
