"""Letters of the demonstration: one posted, some that wait, one dropped, and a batch to be written."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework import letters
from outreach.casework.contacts import Contact
from outreach.casework.letters import batches
from outreach.casework.letters.choosing import Whom
from outreach.casework.victims import Format
from outreach.demo.people import Cast
from outreach.foundation.clock import at, today
from outreach.foundation.operation import acting
from outreach.foundation.permissions import Actor, Role

_BECAME = {"posted": letters.post, "dropped": letters.drop}


def tell(session: Session, cast: Cast, facts: Mapping[str, Any]) -> None:
    """Write every letter as it stands in the file; the worker writes the batches."""
    officer = cast.one(Role.OFFICER)
    for told in facts["letter"]:
        _letter(session, cast, officer, told)
    for batch in facts["batch"]:
        batches.order(session, officer, batch["template"], Whom(**batch["whom"]))


def _letter(session: Session, cast: Cast, officer: Actor, told: Mapping[str, Any]) -> None:
    format = Format(told["format"]) if "format" in told else None
    letter = letters.write(session, officer, cast.victims[told["victim"]], told["template"],
                           facts=told.get("facts"), format=format)
    if became := told.get("became"):
        _BECAME[became](session, officer, letter)
    with acting(session, officer, "demo.loaded"):
        if told["days_ago"]:
            letter.written_at = at(today() - timedelta(days=told["days_ago"]), time(11, 20))
        if letter.settled_at:
            letter.settled_at = letter.written_at + timedelta(hours=4)
        if letter.contact_id:
            session.get_one(Contact, letter.contact_id).at = letter.settled_at or letter.written_at
