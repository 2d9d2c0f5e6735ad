"""What the forms about those who help ask: how they are reached, where they go, vetting, training, hours."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from app.desk.victims.fields import Line, Name, Story, districts
from app.forms import Blank, Filled, Form, Phone, UkDate
from outreach.foundation.force import current
from outreach.foundation.volunteers import Volunteer, Work
from outreach.foundation.volunteers.keeping import Place, Reach
from outreach.foundation.volunteers.suitable import DAY_WORDS, DAYS, HALVES

MOST_HOURS = Field(ge=0, le=24)
MOST_MINUTES = Field(ge=0, le=1440)


class ReachForm(Form):
    """What helpers may say of themselves."""

    mobile: Annotated[Phone, Blank] = ""
    emergency_name: Annotated[Name, Blank] = ""
    emergency_phone: Annotated[Phone, Blank] = ""
    emergency_relationship: Annotated[Name, Blank] = ""
    free: list[str] = []


class VolunteerForm(ReachForm):
    messages = {"started_on": "Enter the day they started, like 27 3 2026"}

    districts: list[str] = []
    languages: list[str] = []
    other_languages: Annotated[Line, Blank] = ""
    started_on: Annotated[UkDate | None, Blank] = None
    left_on: Annotated[UkDate | None, Blank] = None
    notes: Annotated[Story, Blank] = ""


class NewVolunteerForm(VolunteerForm):
    messages = VolunteerForm.messages | {"account_id": "Choose whose record it is"}

    account_id: int


class VettingForm(Form):
    messages = {"level": "Choose a level from the list"}

    level: Annotated[str, Field(min_length=1, max_length=40)]
    cleared_on: Annotated[UkDate | None, Blank] = None
    expires_on: Annotated[UkDate | None, Blank] = None


class SuspensionForm(Form):
    why: Annotated[Line, Blank] = ""


class TrainingForm(Form):
    messages = {"course": "Choose a course from the list", "done_on": "Enter the day on which they did it"}

    course: Annotated[str, Field(min_length=1, max_length=40)]
    done_on: UkDate
    counts_until: Annotated[UkDate | None, Blank] = None


class AwayForm(Form):
    messages = {"from_on": "Enter the first day", "until_on": "Enter the last day"}

    from_on: UkDate
    until_on: UkDate


class HoursForm(Form):
    messages = {"on": "Enter the day", "work": "Choose what the time went into",
                "hours": "Enter whole hours, like 1", "minutes": "Enter minutes, like 30",
                "travel_minutes": "Enter the minutes of travel, like 25", "miles": "Enter miles, like 12.5"}

    on: UkDate
    work: Work
    hours: Annotated[int, MOST_HOURS, Blank] = 0
    minutes: Annotated[int, MOST_MINUTES, Blank] = 0
    travel_minutes: Annotated[int, MOST_MINUTES, Blank] = 0
    miles: Annotated[Decimal, Field(ge=0, decimal_places=2), Blank] = Decimal(0)
    note: Annotated[Line, Blank] = ""


def reach_of(values: dict[str, Any]) -> Reach:
    """What a form says of how somebody is reached."""
    return Reach(**{name: values[name] for name in ReachForm.model_fields})


def place_of(values: dict[str, Any]) -> Place:
    """What a form says of where somebody goes; languages from the list and in their own words."""
    more = [name.strip() for name in values["other_languages"].split(",")]
    return Place(values["districts"], [*values["languages"], *more], values["started_on"], values["left_on"],
                 values["notes"])


def hours_of(form: Filled[HoursForm]) -> dict[str, Any]:
    """What a form says of hours, the time in minutes."""
    values = dict(form.values)
    return values | {"minutes": values.pop("hours") * 60 + values["minutes"]}


def held(volunteer: Volunteer) -> dict[str, Any]:
    """What a form about somebody starts from."""
    listed = current().volunteers.languages
    own = {name: getattr(volunteer, name) for name in (*ReachForm.model_fields, "districts", "started_on",
                                                       "left_on", "notes")}
    return own | {"languages": [one for one in volunteer.languages if one in listed],
                  "other_languages": ", ".join(one for one in volunteer.languages if one not in listed)}


def choices(volunteer: Volunteer | None = None) -> dict[str, Any]:
    """What the forms offer."""
    rules = current().volunteers
    return {"districts": [*districts(), *_dropped(volunteer)],
            "languages": [(one, one) for one in rules.languages],
            "levels": [(code, level.words, "" if level.visits else "Not enough for visits to people at home")
                       for code, level in rules.levels.items()],
            "courses": [(code, course.words + _lasting(course.lasts_months))
                        for code, course in rules.courses.items()],
            "works": [(work.value, work.value[:1].upper() + work.value[1:]) for work in Work],
            "days": list(zip(DAYS, DAY_WORDS, strict=True)), "halves": list(HALVES.items())}


def _dropped(volunteer: Volunteer | None) -> list[tuple[str, str]]:
    known = {name for name, _ in districts()}
    return [(name, f"{name} (no longer a district)") for name in (volunteer.districts if volunteer else [])
            if name not in known]


def _lasting(months: int) -> str:
    return f" (lasts {months} months)" if months else ""


def month_words(first: date) -> str:
    """November 2026."""
    return f"{first:%B} {first.year}"


def week(free: Sequence[str]) -> list[tuple[str, list[tuple[str, bool]]]]:
    """Each day of the week with its half-days, and whether somebody is usually free then."""
    return [(words, [(half, f"{day} {half}" in free) for half in HALVES])
            for day, words in zip(DAYS, DAY_WORDS, strict=True)]
