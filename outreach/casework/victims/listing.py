"""The list of victims: who needs us first, and why, fifty at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select, tuple_
from sqlalchemy.orm import Session

from outreach.casework import need
from outreach.casework.contacts import Contact
from outreach.casework.follow_ups import OPEN, FollowUp
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.victims.record import RESTRICTED as RESTRICTED
from outreach.casework.victims.record import Victim, scope
from outreach.casework.victims.standing import STANDS
from outreach.foundation import audit
from outreach.foundation.accounts import Account
from outreach.foundation.clock import today
from outreach.foundation.permissions import Actor, May, Role

ROWS = 50
COUNTED = 1000      # a longer list is "1,000+": nobody needs the exact figure, and it would cost a page

EXPORTED = 10_000
CHIEF = 3           # reasons on the page: all of them would make a row so tall that few fit a screen
DIED = "Has died"
HARD_SPACE = "\u00a0"  # within a postcode, where a line must not end


_ASSIGNABLE = select(Account.id, Account.name, Account.expires_on).where(
    Account.role.in_((Role.OFFICER, Role.AMBASSADOR)), Account.deactivated_at.is_(None)).order_by(
    Account.name, Account.id)


class Order(StrEnum):
    """What the list may be sorted by; "-need" is the greatest need first."""

    NEED = "need"
    NAME = "name"
    NEWEST = "newest"       # by newest dated report; who has none is not in this list


@dataclass(frozen=True, slots=True)
class Filters:
    """Which victims are wanted; what is left empty leaves nobody out. `assigned_to_id` 0 means to nobody."""

    district: str = ""
    band: str = ""
    assigned_to_id: int | None = None
    not_reached: bool = False
    repeat: bool = False


class Line(NamedTuple):
    """One line of the list. `why` is the reason for the place in it, in words, and `chiefly` the first few of
    them; `lost` in pounds. Of a restricted record a line tells the name only."""

    victim_id: int
    name: str
    band: need.Band
    why: str
    chiefly: str
    place: str
    age: int | None
    lost: Decimal | None
    last_contact_at: datetime | None
    next_follow_up_at: datetime | None
    assigned_to: str | None
    restricted: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and whether there are others before and after them."""

    lines: Sequence[Line]
    earlier: bool = False
    later: bool = False


def list_victims(session: Session, actor: Actor, filters: Filters | None = None, sort: str = "-need", *,
                 after: int | None = None, before: int | None = None, rows: int = ROWS) -> Page:
    """A page of the actor's living victims, after or before somebody's place in the list (their id; an id
    keeps names out of addresses). The look is noted as a consultation. Raises `NotAllowed`."""
    actor.must(May.SEE_VICTIM)
    order, down = _order(sort)
    backwards = before is not None
    question = _question(actor, filters or Filters(), order, down != backwards, rows + 1)
    anchor = before if backwards else after
    if anchor is not None:
        place = _place(session, order, anchor)
        question = question.where(_beyond(order, place, down != backwards)) if place else question
    found = [_line(row) for row in session.execute(question)]
    more, found = len(found) > rows, found[:rows]
    lines = found[::-1] if backwards else found
    _note(session, actor, lines)
    return Page(lines, earlier=more if backwards else after is not None, later=backwards or more)


def lines_of(session: Session, actor: Actor, ids: Sequence[int]) -> list[Line]:
    """The lines of these victims in the order given, as far as the actor may see them."""
    rows = session.execute(_columns().where(Victim.id.in_(ids), *scope(actor)))
    found = {row.id: _line(row) for row in rows}
    return [found[victim] for victim in ids if victim in found]


def export_victims(session: Session, actor: Actor, filters: Filters, sort: str, *, recipient: str,
                   reason: str) -> list[Line]:
    """The whole list with these filters, at most `EXPORTED` lines, written down as a disclosure.

    Raises `NotAllowed`.
    """
    actor.must(May.EXPORT)
    order, down = _order(sort)
    question = _question(actor, filters, order, down, EXPORTED)
    lines = [_line(row) for row in session.execute(question)]
    audit.disclosed(session, actor, "victim", operation="victim.exported", recipient=recipient, reason=reason,
                    shown=[line.victim_id for line in lines])
    return lines


def assignable(session: Session) -> list[tuple[int, str]]:
    """Who victims may be assigned to: id and name of everybody whose account may be used today."""
    day = today()
    return [(row.id, row.name) for row in session.execute(_ASSIGNABLE)
            if row.expires_on is None or row.expires_on >= day]


def count(session: Session, actor: Actor, filters: Filters | None = None) -> int:
    """How many there are, at most `COUNTED` + 1."""
    return session.scalar(_counting(actor, filters or Filters())) or 0


def counted(number: int) -> str:
    """That count as it is said: "37 victims", "1 victim", "1,000+ victims"."""
    if number > COUNTED:
        return f"{COUNTED:,}+ victims"
    return f"{number:,} {'victim' if number == 1 else 'victims'}"


def _order(sort: str) -> tuple[Order, bool]:
    name = sort.removeprefix("-")
    return (Order(name), sort.startswith("-")) if name in list(Order) else (Order.NEED, True)


@cache
def _columns() -> Select[*tuple[Any, ...]]:
    """The columns of a line; what is gathered from other records is gathered for the lines shown only.

    Whether a follow-up is open is asked within `min`: as a condition of its own it has SQLite read every open
    follow-up there is, for each line.
    """
    open_until = case((FollowUp.status.in_(OPEN), FollowUp.due_at))
    gathered = {
        "lost": select(func.sum(FraudReport.lost)).where(FraudReport.victim_id == Victim.id),
        "last_contact_at": select(func.max(Contact.at)).where(Contact.victim_id == Victim.id),
        "next_follow_up_at": select(func.min(open_until)).where(FollowUp.victim_id == Victim.id),
        "assigned_to": select(Account.name).where(Account.id == Victim.assigned_to_id)}
    return select(Victim.id, Victim.title, Victim.first_name, Victim.last_name, Victim.band,
                  Victim.need_reasons, Victim.town, Victim.postcode, Victim.born_on, Victim.age_estimate,
                  Victim.restricted, Victim.deceased_on,
                  *(question.correlate(Victim).scalar_subquery().label(name)
                    for name, question in gathered.items()))


@lru_cache(maxsize=512)
def _counting(actor: Actor, filters: Filters) -> Select[int]:
    some = select(Victim.id).where(*_conditions(actor, filters)).limit(COUNTED + 1)
    return select(func.count()).select_from(some.subquery())


def _conditions(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    found = [STANDS, Victim.deceased_on.is_(None), *scope(actor)]
    if filters.district:
        found.append(Victim.district == filters.district)
    if filters.band in list(need.Band):
        found.append(Victim.band == filters.band)
    if filters.assigned_to_id is not None:
        whose = filters.assigned_to_id
        found.append(Victim.assigned_to_id == whose if whose else Victim.assigned_to_id.is_(None))
    if filters.not_reached:
        found.append(Victim.first_reached_at.is_(None))
    if filters.repeat:
        found.append(_reports_of_victim() > 1)
    return found


@cache
def _reports_of_victim() -> ColumnElement[int]:
    counted_reports = select(func.count()).where(FraudReport.victim_id == Victim.id)
    return counted_reports.correlate(Victim).scalar_subquery()


_KEYS: dict[Order, list[Any]] = {
    Order.NEED: [Victim.need_score, Victim.id],
    Order.NAME: [Victim.last_name, Victim.first_name, Victim.id],
    Order.NEWEST: [FraudReport.reported_on, FraudReport.id]}


@lru_cache(maxsize=512)
def _question(actor: Actor, filters: Filters, order: Order, down: bool,
              most: int) -> Select[*tuple[Any, ...]]:
    """Kept, because putting a statement together costs as much as running it."""
    question = _columns().where(*_conditions(actor, filters)).limit(most)
    if order is Order.NEWEST:
        question = question.join(FraudReport, FraudReport.id == _newest_report()).where(
            FraudReport.reported_on.is_not(None))
    return question.order_by(*(key.desc() if down else key.asc() for key in _KEYS[order]))


def _newest_report() -> ColumnElement[int]:
    other = FraudReport.__table__.alias("other")
    dated = select(other.c.id).where(other.c.victim_id == Victim.id, other.c.reported_on.is_not(None))
    newest_first = dated.order_by(other.c.reported_on.desc(), other.c.id.desc())
    return newest_first.limit(1).correlate(Victim).scalar_subquery()


def _place(session: Session, order: Order, victim_id: int) -> tuple[Any, ...] | None:
    """Where somebody stands in this order; None where they do not."""
    question = select(*_KEYS[order]).where(Victim.id == victim_id)
    if order is Order.NEWEST:
        question = question.select_from(Victim).join(FraudReport, FraudReport.id == _newest_report())
    row = session.execute(question).one_or_none()
    return tuple(row) if row else None


def _beyond(order: Order, place: tuple[Any, ...], down: bool) -> ColumnElement[bool]:
    keys = tuple_(*_KEYS[order])
    return keys < place if down else keys > place


def _line(row: Any) -> Line:
    (victim_id, title, first_name, last_name, band, reasons, town, postcode, born_on, age_estimate,
     restricted, deceased_on, lost, last_contact_at, next_follow_up_at, assigned_to) = row
    name = " ".join([part for part in (title, first_name, last_name) if part])
    if restricted:      # who opens it says why; until then the list tells no more than the name
        return Line(victim_id, name, band, RESTRICTED, RESTRICTED, "", None, None, None, next_follow_up_at,
                    assigned_to, restricted)
    place = " ".join([part for part in (town, postcode.replace(" ", HARD_SPACE)) if part])
    why, chiefly = (DIED, DIED) if deceased_on else _why(tuple(reasons))
    return Line(victim_id, name, band, why, chiefly, place, _age(born_on, age_estimate), lost,
                last_contact_at, next_follow_up_at, assigned_to, restricted)


@lru_cache(maxsize=4096)
def _why(reasons: tuple[str, ...]) -> tuple[str, str]:
    """Every reason, and the chief ones with how many there are besides."""
    besides = len(reasons) - CHIEF
    said, chiefly = need.in_words(reasons), need.in_words(reasons[:CHIEF])
    more = f" and {besides} more" if besides > 0 else ""
    return said[:1].upper() + said[1:], chiefly[:1].upper() + chiefly[1:] + more


def _age(born_on: date | None, age_estimate: int | None) -> int | None:
    return need.age_on(today(), born_on, age_estimate)


def _note(session: Session, actor: Actor, lines: Sequence[Line]) -> None:
    audit.consulted(session, actor, "victim", operation="victim.listed",
                    shown=[line.victim_id for line in lines])
