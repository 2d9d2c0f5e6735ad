"""Need: who should be rung first, as points that add up in the open, each with its reason in words.

The points always sort the victim list. The band is theirs until somebody makes a vulnerability assessment:
then a person's judgement stands for as long as the force says (`[assessments]`, `band_stands_days`), and
after that the points speak again the next time the record changes. Every weight is the force's own
(`content/force.toml`), to be confirmed by it; domain.md §2 says why a transparent sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, object_session

from outreach.casework.safe_contact import Answer
from outreach.foundation.clock import months_after, today
from outreach.foundation.force import Force, current

if TYPE_CHECKING:
    from outreach.casework.victims import Victim


class Band(StrEnum):
    """How great the need is."""

    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Need:
    """The points, the band they fall in, and the codes of the reasons, heaviest first."""

    score: int
    band: Band
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What need is reckoned from."""

    age: int | None
    factors: Sequence[str]
    lost: Decimal
    reports: int
    suspect_known: bool
    reached: bool
    repeat: bool | None = None     # None where no dates are at hand: then two reports are enough


def reckon(facts: Facts, force: Force | None = None) -> Need:
    """Add up the points (integers, no upper limit) and say why."""
    force = force or current()
    points = sorted(_points(facts, force), key=lambda reason: -reason[1])
    score = sum(value for _, value in points)
    return Need(score, band_of(score, force), [code for code, _ in points])


def reckon_for(victim: "Victim") -> None:
    """Reckon a victim's need anew from what the record shows; whoever changes a fact calls this. Where the
    force counts reports by household, the need of those who live with them is reckoned too."""
    for name, value in _reckoned(victim).items():
        setattr(victim, name, value)
    reckon_beside(victim, victim.household_id)


def reckon_beside(victim: "Victim", household_id: int | None) -> None:
    """Reckon the need of the others at an address anew, where the force counts by household."""
    kind, session = type(victim), object_session(victim)
    if session is None or household_id is None or not current().households.repeat_victim_household:
        return
    session.flush()
    refresh(session, session.scalars(select(kind).where(
        kind.household_id == household_id, kind.id != victim.id, kind.merged_into_id.is_(None))).all())


def refresh(session: Session, victims: Sequence["Victim"]) -> None:
    """Reckon the need of these anew. Nobody changed their records, so neither version nor log says so."""
    for victim in victims:
        found: dict[str, Any] = _reckoned(victim)
        table: Any = victim.__table__
        session.execute(update(table).where(table.c.id == victim.id).values(found))
        session.expire(victim, [*found])


def _reckoned(victim: "Victim") -> dict[str, Any]:
    found = reckon(facts_of(victim))
    stands = victim.assessed_band if assessment_stands(victim.assessed_on) else None
    return {"need_score": found.score, "need_reasons": found.reasons, "band": stands or found.band}


def assessment_stands(assessed_on: date | None) -> bool:
    """Whether a judgement of that day still goes before the points."""
    return assessed_on is not None and (today() - assessed_on).days <= current().assessments.band_stands_days


def facts_of(victim: "Victim") -> Facts:
    """What need is reckoned from, read off the record."""
    reports = victim.fraud_reports
    factors = [*victim.vulnerability]
    if victim.lives_alone is Answer.YES and "lives_alone" not in factors:
        factors.append("lives_alone")
    return Facts(
        age=victim.age, factors=factors, lost=sum((r.lost or Decimal(0) for r in reports), Decimal(0)),
        reports=len(reports), suspect_known=any(r.suspect_known for r in reports),
        reached=victim.first_reached_at is not None, repeat=is_repeat_victim(victim))


def is_repeat_victim(victim: "Victim") -> bool:
    """Whether they were defrauded as often, within as many months, as the force counts."""
    rule = current().households
    dates = [report.reported_on for report in victim.fraud_reports]
    if rule.repeat_victim_household:
        dates += [report.reported_on for other in _housemates(victim) for report in other.fraud_reports]
    return is_repeat(dates, rule.repeat_victim_months, rule.repeat_victim_incidents)


def _housemates(victim: "Victim") -> Sequence["Victim"]:
    """Those who live with somebody, as far as is known; nobody told apart."""
    kind, session = type(victim), object_session(victim)
    if session is None or victim.household_id is None or victim.household_standing == "apart":
        return []
    return session.scalars(select(kind).where(
        kind.household_id == victim.household_id, kind.id != victim.id, kind.merged_into_id.is_(None),
        kind.household_standing != "apart")).all()


def is_repeat(dates: Sequence[date | None], months: int, incidents: int = 2) -> bool:
    """Whether so many reports came within so many months of one another; one without a date always counts."""
    known = sorted(day for day in dates if day is not None)
    dated = incidents - (len(dates) - len(known))      # how many of them must be near to one another
    if len(dates) < incidents or dated <= 1:
        return len(dates) >= incidents
    spans = zip(known, known[dated - 1:], strict=False)
    return any(last <= months_after(first, months) for first, last in spans)


def band_of(score: int, force: Force) -> Band:
    """The band in which a score falls."""
    if score >= force.need.high_from:
        return Band.HIGH
    return Band.MEDIUM if score >= force.need.medium_from else Band.STANDARD


def in_words(reasons: Sequence[str], force: Force | None = None) -> str:
    """Reasons as an officer would say them: "aged 85 or over, lives alone, lost over £10,000"."""
    force = force or current()
    return ", ".join(_words(code, force) for code in reasons)


def age_on(day: date, born_on: date | None, age_estimate: int | None) -> int | None:
    """Age in whole years on a day, from the date of birth, else the estimate."""
    if born_on is None:
        return age_estimate
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def _points(facts: Facts, force: Force) -> list[tuple[str, int]]:
    rules = force.need
    found = [(code, rules.factors[code].points) for code in facts.factors if code in rules.factors]
    found += _highest("age", facts.age or 0, rules.age) + _highest("lost", int(facts.lost), rules.lost)
    repeat = facts.reports > 1 if facts.repeat is None else facts.repeat
    shown = {"repeat_victim": repeat, "suspect_known": facts.suspect_known,
             "never_reached": not facts.reached}
    return found + [(code, rules.facts[code].points) for code, is_so in shown.items()
                    if is_so and code in rules.facts]


def _highest(name: str, value: int, steps: dict[int, int]) -> list[tuple[str, int]]:
    reached = [step for step in steps if value >= step]
    return [(f"{name}:{max(reached)}", steps[max(reached)])] if reached else []


def _words(code: str, force: Force) -> str:
    name, _, step = code.partition(":")
    if name == "age":
        return f"aged {step} or over"
    if name == "lost":
        return f"lost £{int(step):,} or more"
    known = force.need.factors.get(code) or force.need.facts.get(code)
    return known.words if known else code.replace("_", " ")
