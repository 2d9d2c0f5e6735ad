"""Keeping what is known of a helper: how they are reached, where they go, when they are free (UK GDPR)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.foundation import accounts, audit, clock
from outreach.foundation.accounts import Account
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers.record import Away, Volunteer
from outreach.foundation.volunteers.refused import (
    HasARecord,
    NoSuchVolunteer,
    NotAMobile,
    NotOurs,
    WrongOrder,
)
from outreach.foundation.volunteers.suitable import DAYS, HALVES

HALF_DAYS = tuple(f"{day} {half}" for day in DAYS for half in HALVES)


@dataclass(frozen=True, slots=True)
class Reach:
    """What helpers may say of themselves: how they are reached, and when they are usually free."""

    mobile: str = ""
    emergency_name: str = ""
    emergency_phone: str = ""
    emergency_relationship: str = ""
    free: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """What the officer says of a helper: where they go, what they speak, from when until when they help."""

    districts: Sequence[str] = ()
    languages: Sequence[str] = ()
    started_on: date | None = None
    left_on: date | None = None
    notes: str = ""


@operation("volunteer.added", needs=May.MANAGE_VOLUNTEERS)
def add(session: Session, actor: Actor, account: Account, reach: Reach, place: Place) -> Volunteer:
    """Begin a record for somebody who has an account. Raises `HasARecord`, `NotOurs`, `WrongOrder`."""
    if of_account(session, account.id):
        raise HasARecord(f"{account.name} has a record already: open that one", "account_id")
    added = Volunteer(account_id=account.id, account=account)
    _say(added, reach, place)
    session.add(added)
    session.flush()
    return added


@operation("volunteer.changed", needs=May.MANAGE_VOLUNTEERS)
def change(session: Session, actor: Actor, volunteer: Volunteer, reach: Reach, place: Place) -> Volunteer:
    """Change what is known. Whoever has left gets no visit any more. Raises `NotOurs`, `WrongOrder`."""
    _say(volunteer, reach, place)
    session.flush()
    if volunteer.left_on and volunteer.left_on < clock.today():
        accounts.ask_for_visits_back(session, volunteer.account, f"left-{volunteer.version}")
    return volunteer


@operation("volunteer.changed_own", needs=May.GO_ON_VISITS)
def change_own(session: Session, actor: Actor, volunteer: Volunteer, reach: Reach) -> Volunteer:
    """Change how oneself is reached and when one is free. Raises `NoSuchVolunteer`, `NotOurs`."""
    if volunteer.account_id != actor.id:
        raise NoSuchVolunteer("There is no such record")
    _reach(volunteer, reach)
    return volunteer


@operation("volunteer.away", needs=May.SIGNED_IN)
def go_away(session: Session, actor: Actor, volunteer: Volunteer, *, from_on: date, until_on: date) -> Away:
    """Note days on which somebody is not free. One's own, or anybody's for those who keep volunteers.

    Raises `WrongOrder`, `NoSuchVolunteer`.
    """
    _must_keep(actor, volunteer)
    if until_on < from_on:
        raise WrongOrder(f"It begins on {spoken(from_on)}: enter a last day on or after that", "until_on")
    if until_on < clock.today():
        raise WrongOrder(f"{spoken(until_on)} is over: enter days that are still to come", "until_on")
    away = Away(volunteer_id=volunteer.id, from_on=from_on, until_on=until_on)
    session.add(away)
    session.flush()
    return away


@operation("volunteer.back", needs=May.SIGNED_IN)
def come_back(session: Session, actor: Actor, volunteer: Volunteer, away_id: int) -> None:
    """They are free on those days after all. Raises `NoSuchVolunteer`."""
    _must_keep(actor, volunteer)
    away = session.get(Away, away_id)
    if away is None or away.volunteer_id != volunteer.id:
        raise NoSuchVolunteer("There are no such days")
    session.delete(away)


def look_at(session: Session, actor: Actor, volunteer_id: int, *, to_change: bool = False) -> Volunteer:
    """One record, by somebody who may see it; the look is logged. Raises `NoSuchVolunteer`."""
    actor.must(May.SEE_VOLUNTEERS)
    question = select(Volunteer).where(Volunteer.id == volunteer_id)
    found = session.scalars(question.with_for_update(of=Volunteer) if to_change else question).one_or_none()
    if found is None:
        raise NoSuchVolunteer("There is no such record")
    if not to_change:
        audit.consulted(session, actor, "volunteer", found.id, operation="volunteer.opened")
    return found


def of_account(session: Session, account_id: int, *, to_change: bool = False) -> Volunteer | None:
    """The record of whoever has this account; None where nobody made one."""
    question = select(Volunteer).where(Volunteer.account_id == account_id)
    return session.scalars(question.with_for_update(of=Volunteer) if to_change else question).one_or_none()


def without_record(session: Session) -> list[Account]:
    """Open accounts for which nobody has made a record yet, by name."""
    question = accounts.people().where(Account.id.not_in(select(Volunteer.account_id)))
    return [account for account in session.scalars(question) if account.is_open]


def away_days(session: Session, volunteer: Volunteer) -> Sequence[Away]:
    """When somebody is away, today and later."""
    question = select(Away).where(Away.volunteer_id == volunteer.id, Away.until_on >= clock.today())
    return session.scalars(question.order_by(Away.from_on, Away.id)).all()


def _must_keep(actor: Actor, volunteer: Volunteer) -> None:
    if actor.may(May.MANAGE_VOLUNTEERS):
        return
    actor.must(May.GO_ON_VISITS)
    if volunteer.account_id != actor.id:
        raise NoSuchVolunteer("There is no such record")


def _say(volunteer: Volunteer, reach: Reach, place: Place) -> None:
    names = [district.name for district in current().districts]
    if unknown := [name for name in place.districts if name not in names]:
        raise NotOurs(f"{unknown[0]} is no district of ours: choose from the list", "districts")
    if place.started_on and place.left_on and place.left_on < place.started_on:
        raise WrongOrder(f"They started on {spoken(place.started_on)}: they cannot have left before",
                         "left_on")
    _reach(volunteer, reach)
    volunteer.districts, volunteer.languages = list(place.districts), _once(place.languages)
    volunteer.started_on, volunteer.left_on = place.started_on, place.left_on
    volunteer.notes = place.notes.strip()


def _reach(volunteer: Volunteer, reach: Reach) -> None:
    if [half for half in reach.free if half not in HALF_DAYS]:
        raise NotOurs("Tick the times of the week from the list", "free")
    if reach.mobile.startswith("+44") and not reach.mobile.startswith("+447"):
        raise NotAMobile("Texts about visits go there: enter a mobile number, like 07700 900 982", "mobile")
    facts: dict[str, Any] = {name: getattr(reach, name).strip() for name in (
        "mobile", "emergency_name", "emergency_phone", "emergency_relationship")}
    for name, value in facts.items():
        setattr(volunteer, name, value)
    volunteer.free = [half for half in HALF_DAYS if half in reach.free]


def _once(languages: Iterable[str]) -> list[str]:
    """Each language once, as the force writes it where it does; English speaks everybody."""
    own = {name.casefold(): name for name in current().volunteers.languages}
    tidy = [own.get(name.strip().casefold(), name.strip()) for name in languages if name.strip()]
    return list(dict.fromkeys(name for name in tidy if name.casefold() != "english"))
