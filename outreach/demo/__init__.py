"""The fictional cast of a demonstration: who works here, whom they keep safe, and what has happened so far.

The people and their stories are in `content/demo`; nobody in it exists.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim
from outreach.demo import (
    assessments,
    calls,
    devices,
    letters,
    measures,
    people,
    referrals,
    visits,
    volunteers,
)
from outreach.demo.people import Cast
from outreach.foundation import accounts
from outreach.foundation.db import Database
from outreach.foundation.force import CONTENT
from outreach.foundation.permissions import Role

# What else has happened, noun by noun: each tells what stands in `content/demo/<noun>.toml`. A new noun adds
# its line.
STORIES: dict[str, Callable[[Session, Cast, Mapping[str, Any]], None]] = {
    "volunteers": volunteers.tell,      # first: without vetting a volunteer goes on no visit
    "calls": calls.tell,
    "assessments": assessments.tell,
    "letters": letters.tell,
    "measures": measures.tell,
    "referrals": referrals.tell,
    "devices": devices.tell,
    "visits": visits.tell,
}


def load(database: Database, *, password: str, uploads: Path) -> int:
    """Load the cast into a database that has nobody in it; gives how many victims, 0 where somebody is."""
    told = _told("people")
    with database.transaction() as session:
        if session.scalar(select(func.count()).select_from(accounts.people().subquery())):
            return 0
        cast = people.enter(session, told, password)
        for noun, tell in STORIES.items():
            tell(session, cast, _told(noun))
        officer = cast.one(Role.OFFICER)
    people.bring_in_list(database, officer, told["list"], uploads)
    with database.reading() as session:
        return session.scalar(select(func.count(Victim.id))) or 0


def _told(noun: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / "demo" / f"{noun}.toml").read_text(encoding="utf-8"))
