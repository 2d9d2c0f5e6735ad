"""Somebody who went did not check out, and a colleague has spoken to them: they are safe."""

from fastapi import Request
from fastapi.responses import Response

from app.desk.visits import record
from app.desk.visits.doors import Named
from app.desk.visits.fields import WhyForm
from app.doors import Db, Me, Posted, Room
from app.pages import go
from outreach.casework.visits import on_the_day
from outreach.casework.visits.on_the_day import CannotCheck
from outreach.foundation.permissions import May

room = Room(prefix="/desk/visits/{visit_id:int}")


@room.post("/safety", needs=May.SEE_VISITS)
def create(request: Request, visit: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Written down: nobody asks after them any more."""
    form = WhyForm.read(posted)
    if not form.errors:
        try:
            with session.begin_nested():
                crew = on_the_day.vouch(session, me, visit, why=form.values["why"])
        except CannotCheck as cannot:
            form.wrong("why", str(cannot))
    if form.errors:
        return record.shown(request, session, me, visit, 422, vouching=form)
    names = " and ".join(member.account.name for member in crew)
    return go(request, f"/desk/visits/{visit.id}", flash=f"Written down: you have spoken to {names}.")
