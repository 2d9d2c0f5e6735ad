"""After a call somebody goes to see the person, within the time that their band asks for."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from outreach.casework.follow_ups import Proposal
from outreach.casework.safe_contact import Answer, outside_hours
from outreach.casework.victims.record import Victim
from outreach.foundation import clock
from outreach.foundation.force import current

_HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]


def visit(victim: Victim, bank: str, received_at: datetime) -> Proposal | None:
    """The visit that a call asks for: as late as the band allows, by day, within the person's own hours, and
    never in the past. Where they asked for no visits it is a telephone call; None where their hours leave no
    time at which anybody may be contacted.

    The hours are the force's own (`content/force.toml`, `[calls.visit_within_hours]`), to be confirmed by it.
    """
    by = received_at + timedelta(hours=current().calls.visit_within_hours[victim.band])
    deed = "Visit" if may_be_visited(victim) else "Ring: they asked for no visits"
    due_at = latest_suitable(victim, by)
    return Proposal(due_at, f"{deed} (after a call from {bank})", victim.assigned_to_id) if due_at else None


def may_be_visited(victim: Victim) -> bool:
    """Whether the person is seen at home; else they are rung, and nobody is told to visit."""
    return victim.may_visit is not Answer.NO


def latest_suitable(victim: Victim, by: datetime) -> datetime | None:
    """The latest suitable half hour up to a moment; where none is left, the first that is still to come."""
    since, suitable = clock.now(), _suitable(victim)
    first, last = clock.day_of(since), max(clock.day_of(by), clock.day_of(since))
    days = [first + timedelta(days=number) for number in range((last - first).days + 2)]
    to_come = [moment for day in days for at in suitable if (moment := clock.at(day, at)) > since]
    in_time = [moment for moment in to_come if moment <= by]
    return max(in_time) if in_time else min(to_come, default=None)


def _suitable(victim: Victim) -> Sequence[time]:
    """Times of day for a visit within the person's own hours: the force's for visits; where those do not
    meet, those at which anybody may be contacted; of hours too short for that, their beginning."""
    visits, anybody = current().calls, current().safe_contact
    start = max(victim.safe_from or anybody.earliest, anybody.earliest)
    for earliest, latest, offered in ((visits.visits_from, visits.visits_until, _HALF_HOURS),
                                      (anybody.earliest, anybody.latest, _HALF_HOURS),
                                      (anybody.earliest, anybody.latest, [start])):
        if own := [at for at in offered if earliest <= at <= latest and not outside_hours(victim, at)]:
            return own
    return []
