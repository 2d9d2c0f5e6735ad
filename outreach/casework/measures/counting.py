"""Who was safeguarded: the adults for whom at least one measure was completed."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.measures.record import Measure, Status
from outreach.casework.need import age_on
from outreach.casework.victims.record import Kind, Victim

ADULT = 18


class Safeguarded(NamedTuple):
    """One adult, and the measures (codes) completed for them in the period."""

    victim_id: int
    codes: tuple[str, ...]


def adults_safeguarded(session: Session, start: date, end: date) -> Sequence[Safeguarded]:
    """The adults safeguarded from one day to another, both counted: distinct people of 18 or over on that
    day, each with at least one measure *completed* in the period (domain.md §9: no national definition was
    found, so ours is explicit). Their number is the figure; this list stands behind it.

    Businesses and charities are no adults. Somebody whose age nobody knows counts as one. An audience never
    counts. It is for figures alone: whoever shows names asks `scope` first.
    """
    question = (
        select(Measure.victim_id, Measure.code, Measure.completed_on, Victim.born_on, Victim.age_estimate)
        .join(Victim, Victim.id == Measure.victim_id)
        .where(Measure.status == Status.COMPLETED, Measure.completed_on.between(start, end),
               Victim.kind == Kind.INDIVIDUAL)
        .order_by(Measure.victim_id, Measure.completed_on, Measure.id))
    found: dict[int, list[str]] = {}
    for row in session.execute(question):
        age = age_on(row.completed_on, row.born_on, row.age_estimate)
        if age is None or age >= ADULT:
            found.setdefault(row.victim_id, []).append(row.code)
    return [Safeguarded(victim_id, tuple(dict.fromkeys(codes))) for victim_id, codes in found.items()]
