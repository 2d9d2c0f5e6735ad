"""What differs from one police force to the next: its name, districts, numbers and its own rules of thumb."""

import os
import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from outreach.foundation.force.rules import (
    AssessmentRules,
    Cadence,
    Calendar,
    CallRules,
    Council,
    DeviceRules,
    District,
    HouseholdRules,
    ImportRules,
    LetterboxRules,
    LetterRules,
    MeasureRules,
    Named,
    NeedRules,
    ReferralRules,
    SafeContactRules,
    Section,
    TodayWeights,
    VisitRules,
    VolunteerRules,
    WorkerRules,
)

CONTENT = Path(__file__).resolve().parents[3] / "content"


class Force(Section):
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
    volunteers: VolunteerRules
    visits: VisitRules
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
