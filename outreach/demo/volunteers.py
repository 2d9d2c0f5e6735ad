"""Volunteers of the demonstration: cleared, running out, run out, suspended, untrained; and their hours."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from outreach.demo.people import Cast
from outreach.foundation.clock import at, today
from outreach.foundation.operation import acting
from outreach.foundation.permissions import Actor, Role
from outreach.foundation.volunteers import Volunteer, Work, clearing, hours, keeping, training


def tell(session: Session, cast: Cast, facts: Mapping[str, Any]) -> None:
    """Everything as the file has it, done by the officer."""
    officer = cast.one(Role.OFFICER)
    for one in facts["volunteer"]:
        _volunteer(session, officer, cast, one)


def _volunteer(session: Session, officer: Actor, cast: Cast, facts: Mapping[str, Any]) -> None:
    account = cast.staff[facts["email"]]
    reach = keeping.Reach(facts["mobile"], facts["emergency_name"], facts["emergency_phone"],
                          facts["emergency_relationship"], facts.get("free", ()))
    place = keeping.Place(facts["districts"], facts.get("languages", ()), _ago(facts["started_days"]),
                          notes=facts.get("notes", ""))
    kept = keeping.add(session, officer, account, reach, place)
    if known := facts.get("vetting"):
        clearing.record(session, officer, account, level=known["level"],
                        cleared_on=_ago(known.get("cleared_days")),
                        expires_on=_ago(known.get("expires_days")))
    if "suspended" in facts:
        suspended = clearing.suspend(session, officer, account, why=facts["suspended"])
        with acting(session, officer, "demo.loaded"):
            suspended.suspended_at = at(today() - timedelta(days=6), time(16, 40))
    _since(session, officer, kept, facts)


def _since(session: Session, officer: Actor, kept: Volunteer, facts: Mapping[str, Any]) -> None:
    """What they learnt, when they are away and what they gave."""
    for course, days in facts.get("training", ()):
        training.record(session, officer, kept, course=course, done_on=today() - timedelta(days=days))
    for first, last in facts.get("away", ()):
        keeping.go_away(session, officer, kept, from_on=today() - timedelta(days=first),
                        until_on=today() - timedelta(days=last))
    for days, work, minutes, travel, miles in facts.get("hours", ()):
        hours.enter(session, officer, kept.account, on=today() - timedelta(days=days), work=Work(work),
                    minutes=minutes, travel_minutes=travel, miles=Decimal(miles))


def _ago(days: int | None) -> date | None:
    return None if days is None else today() - timedelta(days=days)
