"""What differs from one police force to the next: its name, districts, numbers and its own rules of thumb."""

import os
import tomllib
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

CONTENT = Path(__file__).resolve().parents[2] / "content"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(_Section):
    name: str
    role_title: str
    role_short: str
    unit: str
    supervisor_title: str
    time_zone: str
    marking: str


class District(_Section):
    name: str
    aliases: list[str] = []


class ImportRules(_Section):
    stale_after_days: int
    largest_upload_mb: int
    first_attempts_for_bands: list[str]
    first_attempts_for_days: int


class CallRules(_Section):
    """After a Banking Protocol call: by when to visit, by band, and between which hours of the day."""

    visit_within_hours: dict[str, int]
    visits_from: time
    visits_until: time
    outcome_after_hours: int
    return_year_from_month: int


class Weight(_Section):
    points: int
    words: str


class NeedRules(_Section):
    """Points that add up to a score, and the scores at which a band begins."""

    high_from: int
    medium_from: int
    age: dict[int, int]
    lost: dict[int, int]
    facts: dict[str, Weight]
    factors: dict[str, Weight]


class AssessmentRules(_Section):
    band_stands_days: int
    review_after_days: dict[str, int]


class Council(_Section):
    """Who is told of an adult at risk, and how."""

    name: str
    telephone: str
    how: str
    districts: list[str]
    postcodes: list[str] = []


class MeasureType(_Section):
    """A safeguarding measure; one that is retired is offered no more, and stays where it was recorded."""

    words: str
    about: str = ""
    retired: bool = False


class MeasureRules(_Section):
    outstanding_after_days: int
    types: dict[str, MeasureType]


class Cadence(_Section):
    """How soon the next attempt or check comes. Working days skip weekends and bank holidays."""

    attempts: int
    times_of_day: list[time]
    next_attempt_working_days: int
    checks_after_days: list[int]
    first_attempt_working_days: dict[str, int]


class WorkerRules(_Section):
    day_list_at: time
    escalate_after_working_days: int
    repeat_contact_seconds: int


class LetterboxRules(_Section):
    """Links for those without an account."""

    answers_a_day: int


class ReferralRules(_Section):
    link_days: int
    chase_at: time


class HouseholdRules(_Section):
    """Who counts as a repeat victim: so many reports within so many months of one another."""

    repeat_victim_months: int
    repeat_victim_incidents: int
    repeat_victim_household: bool


class DeviceKind(_Section):
    """A kind of equipment that is lent. `handles_calls`: has a profile, trusted callers and statistics."""

    words: str
    handles_calls: bool = False
    low_stock: int = 0
    models: list[str] = []


class DeviceRules(_Section):
    """How loans run, and what is asked before and after. `answers` are the words for 1, 2, 3 …"""

    review_after_months: int
    install_within_days: int
    chase_again_after_days: int
    worried_question: str
    safe_question: str
    answers: list[str]
    counts_from: int
    end_reasons: list[str]
    kinds: dict[str, DeviceKind]


class SafeContactRules(_Section):
    earliest: time
    latest: time


class LetterRules(_Section):
    """How letters are printed: sizes of type in points, sides of the sheet, and the most in one batch."""

    standard_points: int
    large_print_points: int
    easy_read_points: int
    both_sides: bool
    largest_batch: int
    not_again_days: int


class TodayWeights(_Section):
    """How heavy each kind of line on Today is; the heaviest stands first."""

    worker_trouble: int
    call_without_outcome: int
    escalated: int
    overdue_per_day: int
    due_high: int
    due_medium: int
    due_standard: int
    nobody_planned_high: int
    import_waiting: int
    import_stale: int
    letters_waiting: int
    measures_outstanding: int
    equipment_overdue: int
    equipment_waiting: int
    equipment_low: int
    assessment_review: int
    referral_question: int
    referral_declined: int
    referral_unposted: int
    referral_overdue: int
    referral_reported: int
    referral_unsent: int


class Calendar(_Section):
    bank_holidays: frozenset[date]


class Force(_Section):
    """One force's settings. The file is `OUTREACH_FORCE_FILE`, else `content/force.toml`."""

    force: Named
    numbers: dict[str, str]
    districts: list[District]
    imports: ImportRules
    calls: CallRules
    need: NeedRules
    assessments: AssessmentRules
    councils: list[Council]
    measures: MeasureRules
    cadence: Cadence
    worker: WorkerRules
    letterbox: LetterboxRules
    referrals: ReferralRules
    households: HouseholdRules
    devices: DeviceRules
    safe_contact: SafeContactRules
    letters: LetterRules
    calendar: Calendar
    today: TodayWeights

    @property
    def name(self) -> str:
        """What the force is called."""
        return self.force.name

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday and no bank holiday in England."""
        return day.weekday() < 5 and day not in self.calendar.bank_holidays

    def working_day_after(self, day: date, days: int) -> date:
        """The working day that comes `days` working days after a date (0: that day or the next one)."""
        while days > 0 or not self.is_working_day(day):
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day

    def district_named(self, text: str) -> str:
        """The district as this force calls it, or "" for one that is not its own."""
        return _district_names(self).get(text.strip().casefold(), "")


def _district_names(force: Force) -> dict[str, str]:
    return {alias.casefold(): district.name for district in force.districts
            for alias in (district.name, *district.aliases)}


@cache
def current() -> Force:
    """The settings of the force this process serves; read once."""
    return read(Path(os.environ.get("OUTREACH_FORCE_FILE") or CONTENT / "force.toml"))


def read(path: Path) -> Force:
    """Read a force file. Raises `pydantic.ValidationError`, which names the setting that is wrong."""
    facts: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return Force.model_validate(facts)
