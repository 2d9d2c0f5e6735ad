"""Volunteers on Today: whose vetting or needed training runs out soon, or has, one line for each person."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers import listing
from outreach.foundation.volunteers.listing import Standing
from outreach.insight.today.line import Kind, Line

# Whoever is suspended, waits to be cleared or has left is in somebody's hands already.
_LOOKED_AT = frozenset({Standing.CLEARED, Standing.EXPIRING, Standing.ENDED, Standing.ELSEWHERE})


def running_out(session: Session, actor: Actor) -> Iterable[Line]:
    """For those who keep volunteers: what runs out within the time that the force wants to be warned."""
    if not actor.may(May.MANAGE_VOLUNTEERS):
        return []
    return [_line(one, why) for one in listing.lines(session)
            if one.standing in _LOOKED_AT and one.account_open and (why := _why(one))]


def _why(one: listing.Line) -> list[str]:
    vetting = []
    if one.standing in (Standing.EXPIRING, Standing.ENDED) and one.ends_on:
        verb = "ran out" if one.standing is Standing.ENDED else "runs out"
        vetting = [f"Vetting {verb} on {spoken(one.ends_on)}"]
    return vetting + [lack.words for lack in one.lacks]


def _line(one: listing.Line, why: list[str]) -> Line:
    over = one.standing is Standing.ENDED
    return Line(current().today.vetting_expires, Kind.VOLUNTEER, one.name, f"{'. '.join(why)}.", "volunteer",
                one.id, late=over, place=", ".join([str(one.person_type), *one.districts]))
