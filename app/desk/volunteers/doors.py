"""The loader of a helper's record, and where a sentence of the rules stands on a form."""

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData

from app.desk.refusals import NotDone
from app.doors import LOOKING, Db, Me
from app.forms import Filled
from outreach.foundation.volunteers import Volunteer, keeping


def opened_volunteer(volunteer_id: int, request: Request, session: Db, me: Me) -> Volunteer:
    """The record named in the address: looked at on GET (and logged so), locked for change otherwise."""
    return keeping.look_at(session, me, volunteer_id, to_change=request.method not in LOOKING)


OpenedVolunteer = Annotated[Volunteer, Depends(opened_volunteer, scope="function")]


def refuse_stale(posted: FormData, version: int, form: Filled[Any], name: str) -> None:
    """Say so where somebody else changed the record since this form was opened. Raises `NotDone`."""
    if not form.errors and posted.get("version") != str(version):
        form.wrong("", f"Somebody changed {name} meanwhile. Open the page again in another tab, and make "
                       "your change to what stands there now.")
        raise NotDone
