"""The cadence: when to try again, and when to look in on somebody who was reached.

No published standard was found (domain.md §1); the days and times are the force's own, in
`content/force.toml`, to be confirmed by it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.contacts.record import NO_REPLY, Contact, Outcome, tries
from outreach.casework.follow_ups.record import OPEN, FollowUp, Proposal, Step
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer, outside_hours
from outreach.casework.victims.record import Victim
from outreach.foundation import clock, times
from outreach.foundation.dates import spoken
from outreach.foundation.force import current

_NUMBERS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
_CHECKS = {14: "Two-week check", 91: "Three-month check", 365: "Twelve-month check"}
_SOON = timedelta(days=3)    # a check nearer than this to the contact itself would be the same again


def propose(session: Session, victim: Victim, outcome: Outcome, at: datetime,
            attempts: int | None = None) -> Proposal | None:
    """The next follow-up after a contact with this outcome at this moment; None where none is needed.

    `attempts` counts the tries since the person was last reached, this one included; it is counted here when
    it is not given. Nothing is saved: a person may change every part.
    """
    if outcome in NO_REPLY:
        return _after_no_reply(session, victim, at, attempts)
    if outcome is Outcome.DECLINED:
        return _after_declining(session, victim, at)
    if outcome is Outcome.WRONG_DETAILS:
        reason = "Find the right contact details: those we have are wrong"
        return Proposal(_on_working_day(victim, at, 1), reason, victim.assigned_to_id, Step.DETAILS)
    if outcome in (Outcome.SPOKE, Outcome.VISITED):
        return _next_check(session, victim, at)
    return None


def in_time(found: Proposal | None) -> Proposal | None:
    """A proposal after a contact that was entered late may lie in the past: then it is the next working day,
    at the same time of day."""
    if found is None or found.due_at > clock.now():
        return found
    day = current().working_day_after(clock.today(), 1)
    return replace(found, due_at=clock.at(day, clock.local(found.due_at).time()))


def first_attempt_due(band: Band, since: datetime, victim: Victim | None = None) -> datetime:
    """When somebody new should first be rung: by band, in working days, at the first time of the day (within
    the person's hours where the person is given)."""
    days = current().cadence.first_attempt_working_days[band]
    day = current().working_day_after(clock.day_of(since), days)
    return clock.at(day, _allowed(victim)[0])


def first_working_moment(victim: Victim, day: date) -> datetime:
    """That day or the next working one, and no day that has passed, at the first time of day within the
    person's hours."""
    day = current().working_day_after(max(day, clock.today()), 0)
    moment = clock.at(day, _allowed(victim)[0])
    if moment > clock.now():
        return moment
    return clock.at(current().working_day_after(day, 1), _allowed(victim)[0])


def _after_no_reply(session: Session, victim: Victim, at: datetime, attempts: int | None) -> Proposal:
    earlier = tries(session, victim, before=at)
    number = attempts or len(earlier) + 1
    if number >= current().cadence.attempts:
        return Proposal(_on_working_day(victim, at, 1), _what_next(victim, number), victim.assigned_to_id,
                        Step.DECISION)
    day = current().working_day_after(clock.day_of(at), current().cadence.next_attempt_working_days)
    tried = [clock.local(moment).time() for moment in (*earlier, at)]
    on = spoken(clock.day_of(at)).rpartition(" ")[0]
    reason = f"{_ordinal(number + 1)} attempt: no reply on {on} in the {times.part_of_day(tried[-1])}"
    return Proposal(clock.at(day, _another_time(victim, tried)), reason, victim.assigned_to_id, Step.ATTEMPT)


def _after_declining(session: Session, victim: Victim, at: datetime) -> Proposal | None:
    """One look back three months later, once."""
    before = select(Contact.id).where(Contact.victim_id == victim.id, Contact.outcome == Outcome.DECLINED)
    if session.scalar(before.limit(1)) or _has_check(session, victim, at):
        return None
    days = current().cadence.checks_after_days[1:2] or current().cadence.checks_after_days[-1:]
    due_at = _on_day(victim, clock.day_of(at) + timedelta(days=days[0]), at)
    return Proposal(due_at, f"Ask once more: declined help on {spoken(clock.day_of(at))}",
                    victim.assigned_to_id, Step.CHECK)


def _next_check(session: Session, victim: Victim, at: datetime) -> Proposal | None:
    if _has_check(session, victim, at):
        return None
    reached = clock.day_of(victim.first_reached_at or at)
    for days in current().cadence.checks_after_days:
        if reached + timedelta(days=days) > clock.day_of(at) + _SOON:
            reason = f"{_CHECKS.get(days, f'Check after {days} days')}: first reached on {spoken(reached)}"
            return Proposal(_on_day(victim, reached + timedelta(days=days), at), reason,
                            victim.assigned_to_id, Step.CHECK)
    return None


def _has_check(session: Session, victim: Victim, at: datetime) -> bool:
    """Whether a later check is planned already: it stands."""
    planned = select(FollowUp.id).where(
        FollowUp.victim_id == victim.id, FollowUp.status.in_(OPEN), FollowUp.step == Step.CHECK,
        FollowUp.due_at >= clock.end_of(clock.day_of(at)))
    return session.scalar(planned.limit(1)) is not None


def _what_next(victim: Victim, number: int) -> str:
    ways = [way for way, open_ in (
        ("a letter", victim.may_post is not Answer.NO and victim.postcode),
        ("a visit", victim.may_visit is not Answer.NO and victim.postcode),
        ("an e-mail", victim.may_email is not Answer.NO and victim.email)) if open_]
    such_as = " or ".join(ways[:2]) or "asking the local team"
    return f"{number} attempts without a reply: decide what next, such as {such_as}"


def _ordinal(number: int) -> str:
    return _NUMBERS[number - 1] if number <= len(_NUMBERS) else "Next"


def _on_working_day(victim: Victim, at: datetime, days: int) -> datetime:
    return clock.at(current().working_day_after(clock.day_of(at), days), _allowed(victim)[0])


def _on_day(victim: Victim, day: date, at: datetime) -> datetime:
    """That day, or the next working one, at the part of the day in which they were reached."""
    part = times.part_of_day(clock.local(at).time())
    allowed = _allowed(victim)
    same = [moment for moment in allowed if times.part_of_day(moment) == part]
    return clock.at(current().working_day_after(day, 0), (same or allowed)[0])


def _another_time(victim: Victim, tried: Sequence[time]) -> time:
    """The time of day at which they were tried least, and not the last one's part of the day if there is
    another."""
    used = Counter(times.part_of_day(moment) for moment in tried)
    last = times.part_of_day(tried[-1])
    return min(_allowed(victim), key=lambda moment: (used[times.part_of_day(moment)],
                                                     times.part_of_day(moment) == last))


def _allowed(victim: Victim | None) -> list[time]:
    """The force's times of day that fall within the person's own hours; where none does, the first of
    those."""
    rules = current().safe_contact
    wanted = [moment for moment in current().cadence.times_of_day if rules.earliest <= moment < rules.latest]
    if victim is None:
        return wanted
    within = [moment for moment in wanted if not outside_hours(victim, moment)]
    return within or [max(victim.safe_from or rules.earliest, rules.earliest)]
