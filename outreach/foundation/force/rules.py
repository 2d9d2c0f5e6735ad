"""The sections of a force's file, each in its own shape; one that is unknown is refused."""

from datetime import date, time

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(Section):
    name: str
    role_title: str
    role_short: str
    unit: str
    supervisor_title: str
    time_zone: str
    marking: str


class District(Section):
    name: str
    aliases: list[str] = []


class ImportRules(Section):
    stale_after_days: int
    largest_upload_mb: int
    first_attempts_for_bands: list[str]
    first_attempts_for_days: int


class CallRules(Section):
    """After a Banking Protocol call: by when to visit, by band, and between which hours of the day."""

    visit_within_hours: dict[str, int]
    visits_from: time
    visits_until: time
    outcome_after_hours: int
    return_year_from_month: int


class Weight(Section):
    points: int
    words: str


class NeedRules(Section):
    """Points that add up to a score, and the scores at which a band begins."""

    high_from: int
    medium_from: int
    age: dict[int, int]
    lost: dict[int, int]
    facts: dict[str, Weight]
    factors: dict[str, Weight]


class AssessmentRules(Section):
    band_stands_days: int
    review_after_days: dict[str, int]


class Council(Section):
    """Who is told of an adult at risk, and how."""

    name: str
    telephone: str
    how: str
    districts: list[str]
    postcodes: list[str] = []


class MeasureType(Section):
    """A safeguarding measure; one that is retired is offered no more, and stays where it was recorded."""

    words: str
    about: str = ""
    retired: bool = False


class MeasureRules(Section):
    outstanding_after_days: int
    types: dict[str, MeasureType]


class Cadence(Section):
    """How soon the next attempt or check comes. Working days skip weekends and bank holidays."""

    attempts: int
    times_of_day: list[time]
    next_attempt_working_days: int
    checks_after_days: list[int]
    first_attempt_working_days: dict[str, int]


class WorkerRules(Section):
    day_list_at: time
    escalate_after_working_days: int
    repeat_contact_seconds: int


class LetterboxRules(Section):
    """Links for those without an account."""

    answers_a_day: int


class ReferralRules(Section):
    link_days: int
    chase_at: time


class HouseholdRules(Section):
    """Who counts as a repeat victim: so many reports within so many months of one another."""

    repeat_victim_months: int
    repeat_victim_incidents: int
    repeat_victim_household: bool


class DeviceKind(Section):
    """A kind of equipment that is lent. `handles_calls`: has a profile, trusted callers and statistics."""

    words: str
    handles_calls: bool = False
    low_stock: int = 0
    models: list[str] = []


class DeviceRules(Section):
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


class VettingLevel(Section):
    """A level of clearance. `visits`: enough to see victims at home."""

    words: str
    visits: bool = False


class Course(Section):
    """A course for volunteers; `lasts_months` 0: for good. `needed`: nobody is offered a visit without it."""

    words: str
    lasts_months: int = 0
    needed: bool = False


class VolunteerRules(Section):
    """Who may be sent, and what is asked of them."""

    warn_days_before: int
    languages: list[str]
    levels: dict[str, VettingLevel]
    courses: dict[str, Course]


class VisitRules(Section):
    """How visits are planned, and what happens when nobody checks out (minutes after the planned end)."""

    minutes: int
    persons_first_visit: int
    travel_minutes: int
    check_in_minutes_before: int
    ask_after_minutes: int
    tell_contact_after_minutes: int
    tell_supervisor_after_minutes: int
    key_hours: int
    log_by_hours: int
    safety: list[str]
    checklist: list[str]
    take: dict[str, str]
    met: dict[str, str]
    password_words: list[str]


class SafeContactRules(Section):
    earliest: time
    latest: time


class LetterRules(Section):
    """How letters are printed: sizes of type in points, sides of the sheet, and the most in one batch."""

    standard_points: int
    large_print_points: int
    easy_read_points: int
    both_sides: bool
    largest_batch: int
    not_again_days: int


class TodayWeights(Section):
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
    visit_overdue: int
    visit_concern: int
    visit_log_waits: int
    visit_unlogged: int
    visit_unstaffed: int
    visit_logs_on_phone: int
    vetting_expires: int


class Calendar(Section):
    bank_holidays: frozenset[date]
