"""Safeguarding measures on Today: what was offered or accepted, and has not been done since."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.measures import OUTSTANDING, Measure, Status, words_of
from outreach.casework.victims import Victim, scope
from outreach.casework.victims.listing import RESTRICTED
from outreach.foundation.clock import today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import MOST, Kind, Line, name_of

_SHOWN = 20
_SAID = {Status.ACCEPTED: "accepted, not yet done", Status.OFFERED: "offered, not yet answered"}


def outstanding(session: Session, actor: Actor) -> Iterable[Line]:
    """One line for each of my people, or of nobody's, with measures that wait longer than the force says."""
    if not actor.may(May.RECORD_MEASURE):
        return []
    waiting = today() - timedelta(days=current().measures.outstanding_after_days)
    mine = (Victim.assigned_to_id == actor.id) | Victim.assigned_to_id.is_(None)
    question = (
        select(Victim.id, Victim.title, Victim.first_name, Victim.last_name, Victim.town, Victim.band,
               Victim.restricted, Measure.code, Measure.status)
        .join(Measure, Measure.victim_id == Victim.id)
        .where(Measure.status.in_(OUTSTANDING), Measure.since_on <= waiting, mine,
               Victim.deceased_on.is_(None), *scope(actor))
        .order_by(Victim.need_score.desc(), Victim.id.desc(), Measure.since_on).limit(MOST))
    people = groupby(session.execute(question), key=lambda row: row.id)
    return [_line([*rows]) for _, rows in people][:_SHOWN]


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
