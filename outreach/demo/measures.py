"""Measures of the demonstration: some offered, accepted, done or declined, one that waits too long."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.measures import Status, take_step
from outreach.demo.people import Cast
from outreach.foundation.clock import today
from outreach.foundation.permissions import Role


def tell(session: Session, cast: Cast, facts: Mapping[str, Any]) -> None:
    """Take every step as it stands in the file, by whoever is named."""
    for step in facts["step"]:
        take_step(session, cast.one(Role(step.get("by", "officer"))), cast.victims[step["victim"]],
                  step["code"], Status(step["status"]), on=today() - timedelta(days=step["days_ago"]),
                  note=step.get("note", ""))
