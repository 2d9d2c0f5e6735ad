"""Before a list leaves as a file: who is it for, and why? One page for every list."""

from typing import Annotated

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field

from app.forms import Filled, Form
from app.pages import link, page


class ExportForm(Form):
    messages = {"reason": "Enter why this list has to leave the system",
                "recipient": "Enter who will receive it"}
    recipient: Annotated[str, Field(min_length=2, max_length=120)]
    reason: Annotated[str, Field(min_length=5, max_length=400)]


def ask_why(request: Request, form: Filled[ExportForm], status: int, *, what: str,
            at_most: str) -> Response:
    """The page that asks; `what` names the list ("calls"), `at_most` the longest file ("20,000 calls"). The
    filters of the list stay in the address."""
    here = link(request)
    return page(request, "desk/export.html", block="form", status=status, form=form, what=what,
                at_most=at_most, action=here.replace("/exports/new", "/exports", 1),
                back=here.replace("/exports/new", "", 1).replace("/exports", "", 1))
