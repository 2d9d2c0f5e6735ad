"""Visits on a phone without signal: which are kept there, under which key, until when; what waits there."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from outreach.casework.visits import mine
from outreach.casework.visits.mine import MyVisit
from outreach.casework.visits.record import CrewState, LogState, Phone, VisitLog
from outreach.foundation import audit, clock, force, signing
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

MOST_UNSENT = 1000
LONGEST_UNSENT = timedelta(366)
_NAME = re.compile(r"[0-9A-Za-z_-]{16,64}")


class NotAPhone(Exception):
    """What should be the random name of a phone is none."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What a phone is given: a key of 32 bytes and until when; no key where there is nothing to keep.
    `shows`: whether visits may be read with it, and not only logs that wait."""

    key: bytes | None
    until: datetime | None
    shows: bool = False

    @property
    def seconds(self) -> int:
        """For how long it may be used from now on: told as a length, since the phone's clock may be wrong."""
        return max(int((self.until - clock.now()).total_seconds()), 0) if self.until else 0


@operation("visit_phone.issued", needs=May.GO_ON_VISITS)
def issue(session: Session, actor: Actor, *, name: str, unsent: int = 0, unsent_for: int = 0) -> Issued:
    """Give a phone the key for today's visits, and note what it says waits there: `unsent` logs, the oldest
    for `unsent_for` seconds. The same person's same phone is given the same key again. Raises `NotAPhone`."""
    phone = _phone(session, actor, name)
    _note(phone, unsent, unsent_for)
    until = readable_until(todays(session, actor))
    if until is None and phone.unsent:  # what waits must be opened, or it could never be sent
        return _issued(phone, clock.now() + _key_hours())
    return _issued(phone, until, shows=until is not None)


@operation("visit_phone.reissued", needs=May.HAND_IN)
def reissue(session: Session, actor: Actor, *, name: str, unsent: int = 0, unsent_for: int = 0) -> Issued:
    """The key once more for somebody without access, so that what waits can be handed in: no visits with it.
    Once nothing waits there is no key any more. Raises `NotAPhone`."""
    phone = _phone(session, actor, name)
    _note(phone, unsent, unsent_for)
    if not phone.unsent:
        _destroy(phone)
    return _issued(phone, clock.now() + _key_hours() if phone.unsent else None)


@operation("visit_phone.wiped", needs=May.SIGNED_IN)
def wipe(session: Session, actor: Actor, *, name: str) -> None:
    """Destroy what a phone's key is made from: whatever lay there under it can never be read again."""
    phone = _found(session, actor, name)
    if phone is not None:
        _destroy(phone)


def handed_in(session: Session, actor: Actor) -> int:
    """How many of somebody's logs are with the supervisor, because they came without access."""
    theirs = select(func.count()).select_from(VisitLog).where(
        VisitLog.account_id == actor.id, VisitLog.state == LogState.REVIEW)
    return session.scalar(theirs) or 0


def todays(session: Session, actor: Actor) -> list[MyVisit]:
    """Somebody's accepted visits of today (British day), and one still under way past midnight."""
    moment = clock.now()
    return [visit for visit in mine.all_of(session, actor) if visit.state is CrewState.ACCEPTED and (
        clock.day_of(visit.begins_at) == clock.day_of(moment)
        or visit.begins_at <= moment < visit.ends_at + _key_hours())]


def readable_until(visits: Iterable[MyVisit]) -> datetime | None:
    """Until when a day's visits can be read on a phone: some hours after the last planned end (force.toml).
    None where there are no visits, or that time is past."""
    last = max((visit.ends_at for visit in visits), default=None)
    return last + _key_hours() if last and last + _key_hours() > clock.now() else None


def consulted(session: Session, actor: Actor, visits: list[MyVisit]) -> None:
    """Note that these visits were handed to somebody's phone."""
    for visit in visits:
        audit.consulted(session, actor, "visit", visit.id, operation="visit.kept_on_phone")


def _phone(session: Session, actor: Actor, name: str) -> Phone:
    """This person's row for this phone, made on the first meeting; one that was wiped begins anew."""
    found = _found(session, actor, name)
    if found is None:
        found = _remembered(session, actor, name)
    if not found.salt:
        found.salt, found.wiped_at, found.issued_at = secrets.token_hex(16), None, clock.now()
    return found


def _remembered(session: Session, actor: Actor, name: str) -> Phone:
    """The new row; where the same phone asked twice at once, the one that was first."""
    new = Phone(account_id=actor.id, name_hash=_name_hash(actor, name), salt=secrets.token_hex(16))
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        first = _found(session, actor, name)
        assert first is not None
        return first
    return new


def _found(session: Session, actor: Actor, name: str) -> Phone | None:
    if not _NAME.fullmatch(name):
        raise NotAPhone("This phone gave no name of its own. Open the page again.")
    mine_here = select(Phone).where(Phone.name_hash == _name_hash(actor, name)).with_for_update()
    return session.scalars(mine_here).one_or_none()


def _destroy(phone: Phone) -> None:
    phone.salt, phone.unsent, phone.unsent_since = "", 0, None
    phone.wiped_at = phone.told_at = clock.now()


def _name_hash(actor: Actor, name: str) -> str:
    """One row for each person on a phone: what two people share must not share a key."""
    return hashlib.sha256(f"{actor.id}:{name}".encode()).hexdigest()


def _note(phone: Phone, unsent: int, unsent_for: int) -> None:
    """Told as an age, not as a time: a phone's clock may be hours wrong."""
    phone.told_at, phone.unsent = clock.now(), min(max(unsent, 0), MOST_UNSENT)
    age = min(timedelta(seconds=min(max(unsent_for, 0), 10**9)), LONGEST_UNSENT)
    phone.unsent_since = clock.now() - age if phone.unsent else None


def _issued(phone: Phone, until: datetime | None, *, shows: bool = False) -> Issued:
    """The key follows from our secret, the person, the phone and its salt: it is stored nowhere."""
    key = signing.derived("visit phone", f"{phone.salt}:{phone.name_hash}") if until else None
    return Issued(key, until, shows)


def _key_hours() -> timedelta:
    return timedelta(hours=force.current().visits.key_hours)
