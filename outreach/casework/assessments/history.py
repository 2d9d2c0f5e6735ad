"""Every assessment of one person, the newest first, each with what changed since the one before."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.assessments.record import Assessment
from outreach.casework.victims.record import NotFound, Victim
from outreach.foundation.accounts import Account


class Told(NamedTuple):
    """One assessment, by whom, what changed in it, and the number of the one that corrects it."""

    made: Assessment
    by: str
    changes: Sequence[str]
    corrected_by: int | None


def history(session: Session, victim: Victim) -> list[Told]:
    """Every assessment there is, those that were corrected too."""
    rows = session.execute(
        select(Assessment, Account.name).join(Account, Account.id == Assessment.by_id)
        .where(Assessment.victim_id == victim.id).order_by(Assessment.assessed_on, Assessment.id)).all()
    corrected = {made.supersedes_id: made.id for made, _ in rows if made.supersedes_id}
    told: list[Told] = []
    before: Assessment | None = None
    for made, by in rows:
        told.append(Told(made, by, _changes(before, made), corrected.get(made.id)))
        before = made if made.id not in corrected else before
    return told[::-1]


def find(session: Session, victim: Victim, assessment_id: int) -> Assessment:
    """One assessment of this person. Raises `NotFound`."""
    made = session.get(Assessment, assessment_id)
    if made is None or made.victim_id != victim.id:
        raise NotFound("There is no such assessment")
    return made


def _changes(before: Assessment | None, made: Assessment) -> list[str]:
    if before is None:
        return []
    old, new = _factors(before), _factors(made)
    said = [f"New: {words}" for code, (words, _) in new.items() if code not in old]
    said += [f"No longer: {words}" for code, (words, _) in old.items() if code not in new]
    said += [f"{words} counts {points}, not {old[code][1]}" for code, (words, points) in new.items()
             if code in old and old[code][1] != points]
    said += [f"{before.score} points, now {made.score}"] * (before.score != made.score)
    said += [f"{before.band.capitalize()} need, now {made.band}"] * (before.band is not made.band)
    said += ([f"Adult at risk: {before.adult_at_risk}, now {made.adult_at_risk}"]
             * (before.adult_at_risk is not made.adult_at_risk))
    return said or ["Nothing changed"]


def _factors(made: Assessment) -> dict[str, tuple[str, int]]:
    return {factor["code"]: (factor["words"], factor["points"]) for factor in made.factors}
