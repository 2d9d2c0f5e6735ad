"""The agencies that people are referred to: a list that the desk keeps itself."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.desk.victims.fields import Email, Line, Story
from app.doors import Db, Me, Posted, Room
from app.forms import Blank, Filled, Form, Phone
from app.pages import go, page
from outreach.casework import referrals
from outreach.casework.referrals import Agency, AgencyFacts, AgencyKind, AgencyRefused, Method
from outreach.foundation.permissions import May

room = Room(prefix="/desk/referrals/agencies")
LIST = "/desk/referrals/agencies"
PAGE = "desk/referrals/agency.html"
KINDS = [(kind.value, kind.value[:1].upper() + kind.value[1:]) for kind in AgencyKind]
METHODS = [(Method.MAIL.value, "E-mail"), (Method.LETTER.value, "Letter")]


class AgencyForm(Form):
    messages = {"name": "Enter the name of the agency", "kind": "Choose what sort of agency it is",
                "method": "Choose how referrals reach it", "answer_days": "Enter from 1 to 60 working days"}

    name: Annotated[Line, Field(min_length=2)]
    kind: AgencyKind
    method: Method
    email: Annotated[Email, Blank] = ""
    postal_address: Annotated[Story, Blank] = ""
    telephone: Annotated[Phone, Blank] = ""
    answer_days: int


def named_agency(agency_id: int, session: Db) -> Agency:
    """The agency in the address."""
    return referrals.agency(session, agency_id)


Named = Annotated[Agency, Depends(named_agency)]


@room.get("", needs=May.MANAGE_LISTS)
def list(request: Request, session: Db) -> Response:
    """Every agency, those no longer offered last."""
    return page(request, "desk/referrals/agencies.html", agencies=referrals.agencies(session, retired=True))


@room.get("/new", needs=May.MANAGE_LISTS)
def new(request: Request) -> Response:
    """An empty form."""
    return _asked(request, AgencyForm.blank(method="mail", answer_days=5))


@room.post("", needs=May.MANAGE_LISTS)
def create(request: Request, posted: Posted, session: Db, me: Me) -> Response:
    """Put an agency on the list."""
    form = AgencyForm.read(posted)
    try:
        if not form.errors:
            added = referrals.add_agency(session, me, AgencyFacts(**form.values))
            return go(request, LIST, flash=f"{added.name} is on the list.")
    except AgencyRefused as refused:
        form.wrong(refused.field, str(refused))
    return _asked(request, form, 422)


@room.get("/{agency_id:int}", needs=May.MANAGE_LISTS)
def edit(request: Request, agency: Named) -> Response:
    """One agency, to change."""
    return _asked(request, _as_it_is(agency), agency=agency)


@room.post("/{agency_id:int}", needs=May.MANAGE_LISTS)
def update(request: Request, agency: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Change what it is called and how it is reached; what was sent stays as it was."""
    form = AgencyForm.read(posted)
    if posted.get("version") != str(agency.version) and not form.errors:
        form.wrong("", f"Somebody changed {agency.name} meanwhile. Open it again and make your change there.")
        return _asked(request, form, 409, agency=agency)
    try:
        if not form.errors:
            referrals.change_agency(session, me, agency, AgencyFacts(**form.values))
            return go(request, LIST, flash=f"{agency.name} is changed.")
    except AgencyRefused as refused:
        form.wrong(refused.field, str(refused))
    return _asked(request, form, 422, agency=agency)


@room.post("/{agency_id:int}/retirement", needs=May.MANAGE_LISTS)
def delete(request: Request, agency: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Offer it no longer, or again, whichever the button said."""
    back = posted.get("wanted") == "back"
    _retire(session, me, agency, back)
    return go(request, LIST, undo="" if back else f"{request.url.path}/undoing",
              flash=f"{agency.name} is {'offered again' if back else 'no longer offered'}.")


@room.post("/{agency_id:int}/retirement/undoing", needs=May.MANAGE_LISTS)
def delete_undoing(request: Request, agency: Named, session: Db, me: Me) -> Response:
    """That was a mistake: offer it again."""
    _retire(session, me, agency, back=True)
    return go(request, LIST, flash=f"{agency.name} is offered again.")


def _retire(session: Session, me: Me, agency: Agency, back: bool) -> None:
    deed = referrals.bring_back_agency if back else referrals.retire_agency
    deed(session, me, agency)


def _as_it_is(agency: Agency) -> Filled[AgencyForm]:
    return AgencyForm.blank(**{name: getattr(agency, name) for name in AgencyForm.model_fields})


def _asked(request: Request, form: Filled[AgencyForm], status: int = 200, **more: Any) -> Response:
    return page(request, PAGE, block="form", status=status, form=form, kinds=KINDS, methods=METHODS,
                **({"agency": None} | more))
