"""The loader of a helper's record, and where a sentence of the rules stands on a form."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.doors import LOOKING, Db, Me
from app.forms import Filled
from outreach.foundation.volunteers import Volunteer, keeping
from outreach.foundation.volunteers.refused import Refused


class NotDone(Exception):
    """The rules said no; why stands beside the field. Whatever was written is rolled back."""


def opened_volunteer(volunteer_id: int, request: Request, session: Db, me: Me) -> Volunteer:
    """The record named in the address: looked at on GET (and logged so), locked for change otherwise."""
    return keeping.look_at(session, me, volunteer_id, to_change=request.method not in LOOKING)


OpenedVolunteer = Annotated[Volunteer, Depends(opened_volunteer, scope="function")]


@contextmanager
def beside(session: Session, form: Filled[Any], **elsewhere: str) -> Iterator[None]:
    """Put what the rules refuse beside the field it is about (`elsewhere`: field of the rule → field of the
    form), and take everything back."""
    if form.errors:
        raise NotDone
    try:
        with session.begin_nested():
            yield
    except Refused as no:
        about = elsewhere.get(no.about, no.about)
        form.wrong(about if about in form.typed else "", str(no))
        raise NotDone from no


def refuse_stale(posted: FormData, version: int, form: Filled[Any], name: str) -> None:
    """Say so where somebody else changed the record since this form was opened. Raises `NotDone`."""
    if not form.errors and posted.get("version") != str(version):
        form.wrong("", f"Somebody changed {name} meanwhile. Open the page again in another tab, and make "
                       "your change to what stands there now.")
        raise NotDone
