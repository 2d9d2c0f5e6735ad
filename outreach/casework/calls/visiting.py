"""After a call somebody goes to see the person, within the time that their band asks for."""

from datetime import datetime, time, timedelta

from outreach.casework.follow_ups import Proposal
from outreach.casework.safe_contact import Answer, outside_hours
from outreach.casework.victims.record import Victim
from outreach.foundation import clock
from outreach.foundation.force import current

_STEP = timedelta(minutes=30)


def visit(victim: Victim, bank: str, received_at: datetime) -> Proposal:
    """The visit that a call asks for: as late as the band allows, by day, within the person's own hours, and
    never in the past. Where they asked for no visits it is a telephone call.

    The hours are the force's own (`content/force.toml`, `[calls.visit_within_hours]`), to be confirmed by it.
    """
    by = received_at + timedelta(hours=current().calls.visit_within_hours[victim.band])
    deed = "Ring: they asked for no visits" if victim.may_visit is Answer.NO else "Visit"
    return Proposal(latest_suitable(victim, by), f"{deed} (after a call from {bank})",
                    victim.assigned_to_id)


def latest_suitable(victim: Victim, by: datetime) -> datetime:
    """The latest suitable half hour up to a moment; where none is left, the first that is still to come."""
    start = _half_hour(clock.now()) + _STEP
    moment = _half_hour(by)
    while moment > start:
        if _suits(victim, moment):
            return moment
        moment -= _STEP
    while not _suits(victim, start):
        start += _STEP
    return start


def _suits(victim: Victim, moment: datetime) -> bool:
    rules, at = current().calls, clock.local(moment).time()
    earliest, latest = rules.visits_from, rules.visits_until
    own = not outside_hours(victim, at)
    return own and earliest <= at <= latest if _overlaps(victim, earliest, latest) else own


def _overlaps(victim: Victim, earliest: time, latest: time) -> bool:
    """Whether the person's hours and the force's have any half hour in common."""
    return (victim.safe_from or earliest) <= latest and (victim.safe_until or latest) > earliest


def _half_hour(moment: datetime) -> datetime:
    return moment.replace(minute=30 if moment.minute >= 30 else 0, second=0, microsecond=0)
