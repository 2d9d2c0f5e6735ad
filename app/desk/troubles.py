"""How the troubles of casework become pages."""

from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app.doors import LOOKING
from app.pages import page, wants_fragment
from outreach.casework.referrals import NoSuchAgency
from outreach.casework.safe_contact import UnsafeContact
from outreach.casework.victims import Merged, NotFound, ReasonNeeded
from outreach.casework.victims.home import NoHousehold
from outreach.casework.visits import NoSuchVisit
from outreach.casework.visits.logging import AlreadyAccepted, SetAside
from outreach.foundation import drafts
from outreach.foundation.accounts import NotFound as NoSuchAccount
from outreach.foundation.volunteers.refused import NoSuchVolunteer


def _not_found(request: Request, trouble: Exception) -> Response:
    return page(request, "error.html", status=404, heading="Page not found",
                words="Check the address, or search for the person by name, telephone or postcode.")


def _no_such_visit(request: Request, trouble: Exception) -> Response:
    return page(request, "error.html", status=404, heading="Page not found",
                words="There is no such visit among those open to you. Start again from your list of visits.")


def _no_such_volunteer(request: Request, trouble: Exception) -> Response:
    return page(request, "error.html", status=404, heading="Page not found",
                words="Nothing of that kind is open to you. Start again from the list.")


def _merged(request: Request, trouble: Exception) -> Response:
    """A merged record's address leads to the one that holds it now."""
    assert isinstance(trouble, Merged)
    return RedirectResponse(f"/desk/victims/{trouble.into_id}", 303)


def _reason_needed(request: Request, trouble: Exception) -> Response:
    """Why is asked first. What was typed into a form meanwhile is kept: on the page, or as a draft."""
    assert isinstance(trouble, ReasonNeeded)
    if request.method not in LOOKING and wants_fragment(request):
        return page(request, "error.html", status=403, heading="This record is restricted",
                    words="Open the record in another tab and say why, then save this again.")
    if unsaved := getattr(request.state, "unsaved", None):
        with request.app.state.database.standing_as(request.state.actor).transaction() as session:
            drafts.keep(session, request.state.actor.id, *unsaved)
    return page(request, "desk/victims/reason.html", status=403, victim_id=trouble.victim_id)


def _unsafe(request: Request, trouble: Exception) -> Response:
    return page(request, "error.html", status=422, heading="That would not be safe", words=str(trouble))


def _no_household(request: Request, trouble: Exception) -> Response:
    return page(request, "error.html", status=422, heading="There is no household yet", words=str(trouble))


def _log_stands(request: Request, trouble: Exception) -> Response:
    return page(request, "error.html", status=409, heading="That log stands as it is", words=str(trouble))


TROUBLES: dict[Any, Any] = {NotFound: _not_found, NoSuchAccount: _not_found, NoSuchAgency: _not_found,
                            Merged: _merged, ReasonNeeded: _reason_needed,
                            UnsafeContact: _unsafe, NoHousehold: _no_household,
                            NoSuchVisit: _no_such_visit, NoSuchVolunteer: _no_such_volunteer,
                            AlreadyAccepted: _log_stands, SetAside: _log_stands}
