"""Measures of the demonstration: some offered, accepted, done or declined, one that waits too long."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.measures import Status, take_step
from outreach.demo.people import Cast
from outreach.foundation.clock import at, today
from outreach.foundation.operation import acting
from outreach.foundation.permissions import Role


def tell(session: Session, cast: Cast, facts: Mapping[str, Any]) -> None:
    """Take every step as it stands in the file, by whoever is named."""
    for step in facts["step"]:
        on, by = today() - timedelta(days=step["days_ago"]), cast.one(Role(step.get("by", "officer")))
        measure = take_step(session, by, cast.victims[step["victim"]], step["code"], Status(step["status"]),
                            on=on, note=step.get("note", ""))
        with acting(session, by, "demo.loaded"):
            measure.steps[-1].entered_at = at(on, time(11))
