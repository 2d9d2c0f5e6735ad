"""Letters on Today: those that wait to be printed and posted."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from outreach.casework.letters import listing
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import Kind, Line


def to_post(session: Session, actor: Actor) -> Iterable[Line]:
    """Single letters and batches, one line for both."""
    if not actor.may(May.WRITE_LETTER):
        return []
    letters, batches = listing.waiting(session, actor)
    parts = [f"{letters} {'letter' if letters == 1 else 'letters'}"] if letters else []
    parts += [f"{batches} {'batch' if batches == 1 else 'batches'} of letters"] if batches else []
    if not parts:
        return []
    verb = "waits" if letters + batches == 1 else "wait"
    return [Line(current().today.letters_waiting, Kind.LETTER, "Print and post the letters",
                 f"{' and '.join(parts)} {verb} to be posted.", "letter")]
