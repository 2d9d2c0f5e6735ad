"""Who could go on a visit: everybody who helps, with what speaks against each of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.foundation import clock
from outreach.foundation.accounts import Account
from outreach.foundation.dates import spoken
from outreach.foundation.permissions import ROLES, May
from outreach.foundation.vetting import Vetting
from outreach.foundation.volunteers.clearing import is_enough_for_visits, level_words
from outreach.foundation.volunteers.record import Away, Training, Volunteer
from outreach.foundation.volunteers.training import lack, last, needed

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_WORDS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HALVES = {"am": "mornings", "pm": "afternoons", "eve": "evenings"}
NOON, EVENING = time(12), time(17)


@dataclass(frozen=True, slots=True)
class Fit:
    """One helper and one visit. `hard` reasons rule them out; `soft` ones are for the planner to weigh."""

    volunteer: Volunteer
    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()

    @property
    def account(self) -> Account:
        return self.volunteer.account

    @property
    def may_go(self) -> bool:
        """Whether the visit may be offered to them."""
        return not self.hard


def fitness(session: Session, account_ids: Iterable[int] | None = None, *, district: str,
            starts_at: datetime, ends_at: datetime, languages: Sequence[str] = (),
            courses: Sequence[str] = ()) -> list[Fit]:
    """Everybody with a record (or of these accounts), those who suit best first, each with the reasons that
    speak against it. Vetting and training have to hold until the visit ends; `courses` are asked for besides
    those that every visit needs; `district` "" fits everybody. Whoever has left is not listed."""
    question = select(Volunteer).where(Volunteer.left_on.is_(None) | (Volunteer.left_on >= clock.today()))
    if account_ids is not None:
        question = question.where(Volunteer.account_id.in_(account_ids))
    everybody = session.scalars(question).all()
    done, away = last(session, [one.id for one in everybody]), _away(session, starts_at, ends_at)
    asked = list(dict.fromkeys((*needed(), *courses)))
    fits = [Fit(one, tuple(_hard(one, done[one.id], asked, ends_at)),
                tuple(_soft(one, away, district, starts_at, ends_at, languages))) for one in everybody]
    return sorted(fits, key=lambda fit: (len(fit.hard), len(fit.soft), fit.account.name, fit.account.id))


def half_days(starts_at: datetime, ends_at: datetime) -> list[str]:
    """The half-days, British time, that a visit touches: "tue pm"."""
    moment, until = clock.local(starts_at), clock.local(ends_at)
    found: list[str] = []
    while moment < until or not found:
        found += [f"{DAYS[moment.weekday()]} {_half(moment.time())}"]
        moment = _next_half(moment)
    return found


def half_day_words(code: str) -> str:
    """A half-day as it is said: "Tuesday afternoons"; whatever is none as it stands."""
    day, _, half = code.partition(" ")
    return f"{DAY_WORDS[DAYS.index(day)]} {HALVES[half]}" if day in DAYS and half in HALVES else code


def _hard(volunteer: Volunteer, done: Mapping[str, Training], courses: Sequence[str],
          ends_at: datetime) -> Iterator[str]:
    account, on = volunteer.account, clock.day_of(ends_at)
    if not account.is_open:
        yield "the account is closed"
    if account.expires_on and account.is_open and account.expires_on < on:
        yield f"the account closes on {spoken(account.expires_on)}"
    if May.GO_ON_VISITS not in ROLES[account.role]:
        yield f"{account.role}s do not go on visits"
    if volunteer.left_on and volunteer.left_on < on:
        yield f"leaves on {spoken(volunteer.left_on)}"
    yield from _vetting(account, ends_at)
    yield from (found.words for code in courses if (found := lack(done, code, on)))


def _vetting(account: Account, ends_at: datetime) -> Iterator[str]:
    vetting: Vetting | None = account.vetting
    if vetting is None:
        if account.lapsed_since:
            yield "no vetting is recorded"
    elif vetting.suspended_at:
        yield "is suspended"
    elif vetting.cleared_on is None:
        yield "is not cleared yet"
    elif vetting.lapsed_since(ends_at - timedelta(microseconds=1)) and vetting.expires_on:
        ended = "ran out" if vetting.lapsed_since() else "runs out"
        yield f"vetting {ended} on {spoken(vetting.expires_on)}"
    if vetting is not None and not is_enough_for_visits(vetting):
        yield f"{level_words(vetting.level)}: that is not enough for visits"


def _soft(volunteer: Volunteer, away: Mapping[int, Away], district: str, starts_at: datetime,
          ends_at: datetime, languages: Sequence[str]) -> Iterator[str]:
    if volunteer.started_on and volunteer.started_on > clock.day_of(starts_at):
        yield f"starts on {spoken(volunteer.started_on)}"
    if volunteer.id in away:
        yield f"away until {spoken(away[volunteer.id].until_on)}"
    if district and volunteer.districts and district not in volunteer.districts:
        yield f"does not usually go to {district}"
    if volunteer.free:
        yield from (f"not usually free on {half_day_words(half)}"
                    for half in half_days(starts_at, ends_at) if half not in volunteer.free)
    spoken_ones = {language.casefold() for language in volunteer.languages}
    yield from (f"does not speak {language}" for language in languages
                if language.casefold() not in spoken_ones | {"english"})


def _away(session: Session, starts_at: datetime, ends_at: datetime) -> dict[int, Away]:
    """Who is away on one of these days, by volunteer, with the period that lasts longest."""
    found = session.scalars(select(Away).where(
        Away.from_on <= clock.day_of(ends_at), Away.until_on >= clock.day_of(starts_at))
        .order_by(Away.until_on))
    return {one.volunteer_id: one for one in found}


def _half(moment: time) -> str:
    if moment < NOON:
        return "am"
    return "pm" if moment < EVENING else "eve"


def _next_half(moment: datetime) -> datetime:
    """When the next half-day begins, on a British wall clock."""
    for start in (NOON, EVENING):
        if moment.time() < start:
            return datetime.combine(moment.date(), start, clock.LOCAL)
    return datetime.combine(moment.date() + timedelta(days=1), time(0), clock.LOCAL)
