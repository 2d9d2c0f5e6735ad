"""The list of what makes people vulnerable: changed from a day on, never backwards."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.assessments.record import Factor, Thresholds
from outreach.foundation import dates
from outreach.foundation.clock import today
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

_MOST = 100     # points
_DAY = timedelta(days=1)


class BadFactor(ValueError):
    """The list cannot be changed like this; the text says what to do, `field` where."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def in_force(session: Session, day: date) -> dict[str, Factor]:
    """What counts on a day, by code, in the order of the list."""
    rows = session.scalars(select(Factor).where(Factor.effective_from <= day)
                           .order_by(Factor.place, Factor.id))
    return {factor.code: factor for factor in rows if factor.counts_on(day)}


def everything(session: Session) -> Sequence[Factor]:
    """Every row there ever was or will be, in the order of the list, the newest of each first."""
    return session.scalars(select(Factor).order_by(Factor.place, Factor.code,
                                                   Factor.effective_from.desc())).all()


def thresholds(session: Session, day: date) -> Thresholds:
    """The scores at which the bands begin on a day."""
    return session.scalars(select(Thresholds).where(Thresholds.effective_from <= day)
                           .order_by(Thresholds.effective_from.desc()).limit(1)).one()


def first_day(session: Session) -> date:
    """The first day for which there is a list: nothing can be assessed by it before."""
    return session.scalars(select(func.min(Thresholds.effective_from))).one()


@operation("factor.added", needs=May.MANAGE_LISTS)
def add(session: Session, actor: Actor, *, words: str, points: int, from_on: date) -> Factor:
    """A new factor, from a day on. Raises `BadFactor`."""
    words = words.strip()
    _check(points, from_on)
    code = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:40]
    if not code:
        raise BadFactor("words", "Enter the factor in a few words")
    if (known := _last(session, code)) and (known.effective_to is None or from_on <= known.effective_to):
        raise BadFactor("words", f"“{known.words}” is on the list already: change its points instead")
    place = (session.scalar(select(func.max(Factor.place))) or 0) + 1
    factor = Factor(code=code, words=words, points=points, effective_from=from_on, place=place)
    session.add(factor)
    return factor


@operation("factor.changed", needs=May.MANAGE_LISTS)
def change_points(session: Session, actor: Actor, code: str, *, points: int, from_on: date) -> Factor:
    """Other points from a day on: a new row; the old one stays for the assessments made by it. Changed twice
    for the same day, the later word counts. Raises `BadFactor`."""
    _check(points, from_on)
    old = _open(session, code, from_on)
    if old.effective_from == from_on or old.points == points:
        old.points = points
        return old
    old.effective_to = from_on - _DAY
    new = Factor(code=code, words=old.words, points=points, effective_from=from_on, place=old.place)
    session.add(new)
    return new


@operation("factor.retired", needs=May.MANAGE_LISTS)
def retire(session: Session, actor: Actor, code: str, *, from_on: date) -> Factor:
    """It counts no more from a day on. Raises `BadFactor`."""
    _check(0, from_on)
    factor = _open(session, code, from_on)
    factor.effective_to = from_on - _DAY
    return factor


@operation("factor.bands_changed", needs=May.MANAGE_LISTS)
def change_thresholds(session: Session, actor: Actor, *, medium_from: int, high_from: int,
                      from_on: date) -> Thresholds:
    """Bands begin at other scores from a day on. Raises `BadFactor`."""
    _check(0, from_on)
    if not 0 < medium_from < high_from:
        raise BadFactor("high_from", "Enter a score for high need that is greater than the one for medium")
    found = session.scalars(select(Thresholds).where(Thresholds.effective_from == from_on)).one_or_none()
    if found is None:
        found = Thresholds(effective_from=from_on)
        session.add(found)
    found.medium_from, found.high_from = medium_from, high_from
    return found


def _check(points: int, from_on: date) -> None:
    if not 0 <= points <= _MOST:
        raise BadFactor("points", f"Enter points from 0 to {_MOST}")
    if from_on < today():
        raise BadFactor("from_on", "Enter today or a later date: what was assessed before stays as it was")


def _last(session: Session, code: str) -> Factor | None:
    return session.scalars(select(Factor).where(Factor.code == code)
                           .order_by(Factor.effective_from.desc()).limit(1).with_for_update()).one_or_none()


def _open(session: Session, code: str, from_on: date) -> Factor:
    """The row that a change ends, on that day or before."""
    found = _last(session, code)
    if found is None or found.effective_to is not None:
        raise BadFactor("", "This factor is not on the list any more. Add it anew.")
    if found.effective_from > from_on:
        raise BadFactor("from_on", "A change is planned already: enter "
                                   f"{dates.spoken(found.effective_from)} or a later date")
    return found
