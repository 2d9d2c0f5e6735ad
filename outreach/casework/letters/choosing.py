"""Whom a batch of letters goes to, and who is left out of it and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from outreach.casework.contacts import IS_ATTEMPT, Contact
from outreach.casework.letters.record import Letter, State
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer
from outreach.casework.victims.record import Victim, scope
from outreach.casework.victims.standing import STANDS
from outreach.foundation.clock import now
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May

MOST_LOOKED_AT = 20_000


class LeftOut(StrEnum):
    """Why somebody gets no letter from a batch: what a machine posts is held to stricter rules."""

    DIED = "recorded as having died"
    RESTRICTED = "on a restricted record: write to them one by one"
    NO_POST = "asked for no letters"
    UNKNOWN = "nobody has asked whether post is safe"
    NO_ADDRESS = "without a full address"
    UNPRINTABLE = "whose name or address cannot be printed: write it on the record in Latin letters"
    HAD_IT = "had this letter lately, or it waits to be posted"
    CHANGED = "changed while the letters were being written"


@dataclass(frozen=True, slots=True)
class Whom:
    """Which victims are meant; what is left empty leaves nobody out."""

    band: str = ""
    district: str = ""
    tried: int = 0                  # not reached yet, after at least so many attempts
    import_id: int = 0
    no_email: bool = False

    @property
    def is_everybody(self) -> bool:
        """Whether nothing was asked for."""
        return self == Whom()

    def as_json(self) -> dict[str, Any]:
        """The filter as a batch keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Preview:
    """How many letters it would be, and who is left out: why → how many."""

    letters: int
    left_out: Mapping[str, int]

    @property
    def people(self) -> int:
        """How many the filter finds."""
        return self.letters + sum(self.left_out.values())


class TooMany(Exception):
    """More people than one batch may go to; the text says what to do."""


def preview(session: Session, actor: Actor, template: str, whom: Whom) -> Preview:
    """Count whom it would go to. Raises `NotAllowed`, and `TooMany`."""
    actor.must(May.WRITE_BATCH)
    found = select(reason(template).label("why")).where(*conditions(actor, whom)).limit(MOST_LOOKED_AT + 1)
    some = found.subquery()
    counts = {row.why: row.number for row in session.execute(
        select(some.c.why, func.count().label("number")).group_by(some.c.why))}
    letters, most = counts.pop("", 0), current().letters.largest_batch
    if letters > most or letters + sum(counts.values()) > MOST_LOOKED_AT:
        raise TooMany(f"That is more than {most:,} letters: choose fewer people, such as one district")
    return Preview(letters, {str(why): counts[why] for why in LeftOut if why in counts})


def conditions(actor: Actor, whom: Whom) -> list[ColumnElement[bool]]:
    """Whom the filter finds, among those whom this actor sees."""
    found: list[ColumnElement[bool]] = [STANDS, *scope(actor)]
    if whom.band in list(Band):
        found.append(Victim.band == whom.band)
    if whom.district:
        found.append(Victim.district == whom.district)
    if whom.tried:
        found += [Victim.first_reached_at.is_(None), _attempts() >= whom.tried]
    if whom.import_id:
        found.append(Victim.import_id == whom.import_id)
    if whom.no_email:
        found.append(Victim.email == "")
    return found


def reason(template: str, batch_id: int = 0) -> ColumnElement[str]:
    """Why somebody is left out, "" for those who are not. Letters of the batch itself do not count."""
    return case(
        (Victim.deceased_on.is_not(None), LeftOut.DIED.value),
        (Victim.restricted, LeftOut.RESTRICTED.value),
        (Victim.may_post == Answer.NO, LeftOut.NO_POST.value),
        (Victim.may_post == Answer.UNKNOWN, LeftOut.UNKNOWN.value),
        (or_(Victim.address_line_1 == "", Victim.postcode == ""), LeftOut.NO_ADDRESS.value),
        (_had_it(template, batch_id), LeftOut.HAD_IT.value), else_="")


def _had_it(template: str, batch_id: int) -> ColumnElement[bool]:
    since = now() - timedelta(days=current().letters.not_again_days)
    return exists(select(Letter.id).where(
        Letter.victim_id == Victim.id, Letter.template == template, Letter.state != State.DROPPED,
        Letter.batch_id.is_distinct_from(batch_id),
        or_(Letter.state == State.WAITING, and_(Letter.state == State.POSTED, Letter.settled_at > since))))


def _attempts() -> ColumnElement[int]:
    return select(func.count(Contact.id)).where(
        Contact.victim_id == Victim.id, *IS_ATTEMPT).correlate(Victim).scalar_subquery()
