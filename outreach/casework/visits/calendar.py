"""A visit as a calendar file: when and in which town. Calendars are kept in clouds, so it names nobody."""

from datetime import timedelta

from icalendar import Alarm, Calendar, Event
from sqlalchemy.orm import Session

from outreach.casework.visits.crew_told import town
from outreach.casework.visits.record import Visit, VisitState
from outreach.foundation import audit, clock
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor

ALARM = timedelta(hours=1)


def calendar(session: Session, actor: Actor, visit: Visit, *, link: str) -> bytes:
    """The file (RFC 5545), its times in UTC, which every calendar shows in British time; the same UID each
    time and the visit's version as SEQUENCE, so that a later copy takes the place of an earlier one. Written
    down as a disclosure."""
    gone = visit.state is VisitState.CANCELLED
    made = Calendar()
    made.add("prodid", f"-//{current().name}//Outreach//EN")
    made.add("version", "2.0")
    made.add("method", "CANCEL" if gone else "PUBLISH")
    made.add_component(_event(visit, link, gone))
    audit.disclosed(session, actor, "visit", visit.id, operation="visit.calendar", victim_id=visit.victim_id,
                    recipient=f"the calendar of {actor.name}", fields=["time", "town"])
    return bytes(made.to_ical())


def _event(visit: Visit, link: str, gone: bool) -> Event:
    event, where = Event(), town(visit)
    event.add("uid", f"visit-{visit.id}@{link.partition('://')[2].partition('/')[0]}")
    event.add("sequence", visit.version)
    event.add("dtstamp", clock.now())
    event.add("dtstart", visit.planned_start_at)
    event.add("dtend", visit.planned_end_at)
    event.add("summary", f"Visit, {where}" if where else "Visit")
    event.add("description", f"Everything you need to know: {link}")
    event.add("url", link)
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    event.add("class", "PRIVATE")
    if not gone:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", "Visit")
        alarm.add("trigger", -ALARM)
        event.add_component(alarm)
    return event
