"""The score of an assessment: what the record shows and what was ticked, added up in the open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework import need
from outreach.casework.assessments import factors
from outreach.casework.assessments.record import Factor, Tells
from outreach.casework.need import Band
from outreach.casework.victims.record import Victim
from outreach.foundation.force import current


@dataclass(frozen=True, slots=True)
class Score:
    """What counts, in the order of the list; the points; and the band they fall in."""

    counted: Sequence[Factor]
    points: int
    band: Band

    def kept(self, notes: Mapping[str, str]) -> list[dict[str, Any]]:
        """What counts as an assessment keeps it: in the words and points of its day."""
        return [{"code": factor.code, "words": factor.words, "points": factor.points,
                 "note": notes.get(factor.code, "").strip()} for factor in self.counted]


def shown_by_record(victim: Victim) -> list[str]:
    """The codes of what the record itself shows: age, loss, defrauded before. Nobody ticks these."""
    asked = current().need.factors
    return [code for code in need.reckon(need.facts_of(victim)).reasons if code not in asked]


def known_already(victim: Victim) -> list[str]:
    """The codes that the record says of the person's circumstances: where an assessment starts."""
    return list(need.facts_of(victim).factors)


def work_out(session: Session, victim: Victim, day: date, ticked: Iterable[str]) -> Score:
    """Add up what counts on a day. A code that is not in force then counts nothing."""
    codes = {*ticked, *shown_by_record(victim)}
    counted = [factor for code, factor in factors.in_force(session, day).items() if code in codes]
    points = sum(factor.points for factor in counted)
    return Score(counted, points, factors.thresholds(session, day).band_of(points))


def review_on(band: Band, day: date) -> date:
    """When an assessment of this band is looked at again, unless somebody says otherwise."""
    return day + timedelta(days=current().assessments.review_after_days[band])


def suggested(*limbs: Tells | None) -> Tells:
    """Whether the three limbs of the Care Act 2014, s.42(1), make somebody an adult at risk."""
    if all(limb is Tells.YES for limb in limbs):
        return Tells.YES
    return Tells.NO if Tells.NO in limbs else Tells.UNSURE
