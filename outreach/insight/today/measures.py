"""Safeguarding measures on Today: what was offered or accepted, and has not been done since."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from outreach.casework.measures import OUTSTANDING, Measure, Status, words_of
from outreach.casework.victims import Victim, name_of, scope
from outreach.casework.victims.listing import RESTRICTED
from outreach.foundation.clock import today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import MOST, Kind, Line

_SHOWN = 20
# Two records made one may bring the same measure twice: what was done, or answered later, counts.
_TWIN = aliased(Measure)
_OVERTAKEN = exists().where(
    _TWIN.victim_id == Measure.victim_id, _TWIN.code == Measure.code, _TWIN.id != Measure.id,
    or_(_TWIN.status == Status.COMPLETED, _TWIN.since_on > Measure.since_on))
_SAID = {Status.ACCEPTED: "accepted, not yet done", Status.OFFERED: "offered, not yet answered"}


def outstanding(session: Session, actor: Actor) -> Iterable[Line]:
    """One line for each of my people, or of nobody's, with measures that wait longer than the force says:
    what was accepted goes before what was only offered, and the longest wait first."""
    if not actor.may(May.RECORD_MEASURE):
        return []
    before = today() - timedelta(days=current().measures.outstanding_after_days)
    chosen = [*dict.fromkeys(victim_id for status in _SAID
                             for victim_id in _longest(session, actor, status, before))][:_SHOWN]
    people = groupby(_rows(session, chosen, before), key=lambda row: row.id)
    return sorted((_line([*rows]) for _, rows in people), key=lambda line: chosen.index(line.record_id or 0))


def _longest(session: Session, actor: Actor, status: Status, before: date) -> Sequence[int]:
    """Whose measures have stood like this for longest. One question for each status: so the index gives the
    first of them without sorting all."""
    mine = (Victim.assigned_to_id == actor.id) | Victim.assigned_to_id.is_(None)
    return session.scalars(
        select(Measure.victim_id).join(Victim, Victim.id == Measure.victim_id)
        .where(Measure.status == status, Measure.since_on <= before, mine, Victim.deceased_on.is_(None),
               ~_OVERTAKEN, *scope(actor))
        .order_by(Measure.since_on).limit(MOST)).all()


def _rows(session: Session, victims: Sequence[int], before: date) -> Sequence[Any]:
    return session.execute(
        select(Victim.id, Victim.title, Victim.first_name, Victim.last_name, Victim.town, Victim.band,
               Victim.restricted, Measure.code, Measure.status)
        .join(Measure, Measure.victim_id == Victim.id)
        .where(Victim.id.in_(victims), Measure.status.in_(OUTSTANDING), Measure.since_on <= before,
               ~_OVERTAKEN)
        .order_by(Victim.id, Measure.since_on)).all()


def _line(rows: Sequence[Any]) -> Line:
    one = rows[0]
    why = RESTRICTED if one.restricted else " ".join(
        _of_one_status([row.code for row in rows if row.status is status], said)
        for status, said in _SAID.items() if any(row.status is status for row in rows))
    return Line(current().today.measures_outstanding, Kind.MEASURE, name_of(one), why, "victim", one.id,
                band=one.band, place="" if one.restricted else one.town)


def _of_one_status(codes: Sequence[str], said: str) -> str:
    words = ", ".join(words_of(code).lower() if number else words_of(code)
                      for number, code in enumerate(codes))
    return f"{len(codes)} {'measure' if len(codes) == 1 else 'measures'} {said}: {words}."
