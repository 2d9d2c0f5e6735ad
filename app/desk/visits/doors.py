"""The loader of a visit: in scope, looked at on GET (and logged so), locked for change otherwise."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request

from app.desk.doors import is_shown_again, keep_unsaved
from app.doors import LOOKING, Db, Me, Sent
from outreach.casework.victims import ReasonNeeded, why_opened
from outreach.casework.visits import Visit
from outreach.casework.visits.listing import open_visit
from outreach.foundation import audit


def named_visit(visit_id: int, request: Request, session: Db, me: Me, sent: Sent) -> Iterator[Visit]:
    """The visit in the address. An answer to a change that shows it again is a look at it too."""
    try:
        visit = open_visit(session, me, visit_id, to_change=request.method not in LOOKING)
    except ReasonNeeded:
        keep_unsaved(request, sent)
        raise
    yield visit
    if is_shown_again(request):
        why = why_opened(session, me, visit.victim) if visit.victim else ""
        audit.consulted(session, me, "visit", visit.id, operation="visit.shown_again", reason=why or None,
                        victim_id=visit.victim_id)


Named = Annotated[Visit, Depends(named_visit, scope="function")]
