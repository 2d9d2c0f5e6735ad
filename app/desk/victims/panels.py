"""What other rooms show on a victim's page: each noun brings its own panel, in this order."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.victims import Victim
from outreach.foundation.permissions import Actor

# Of each noun: `app/desk/<noun>/panel.py` gathers what `templates/desk/<noun>/panel.html` shows.
NOUNS = ("measures", "assessments", "devices", "referrals", "visits", "letters")
Gather = Callable[[Session, Actor, Victim], dict[str, Any]]


def panels(session: Session, me: Actor, victim: Victim) -> list[tuple[str, dict[str, Any]]]:
    """Of each panel its template and what it shows."""
    return [(f"desk/{noun}/panel.html", gather(session, me, victim)) for noun, gather in _gatherers()]


@cache
def _gatherers() -> list[tuple[str, Gather]]:
    found = [noun for noun in NOUNS if find_spec(f"app.desk.{noun}") and find_spec(f"app.desk.{noun}.panel")]
    return [(noun, import_module(f"app.desk.{noun}.panel").gather) for noun in found]
