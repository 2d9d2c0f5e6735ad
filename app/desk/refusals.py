"""Where a sentence of the trade's rules stands on a form: beside the field that it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from app.forms import Filled
from outreach.casework import devices
from outreach.casework.safe_contact import UnsafeContact
from outreach.foundation.volunteers import refused as volunteers


class NotDone(Exception):
    """The rules said no; why stands beside the field. Whatever was written is rolled back."""


@contextmanager
def beside(session: Session, form: Filled[Any], **elsewhere: str) -> Iterator[None]:
    """Put what the rules refuse beside the field it is about (`elsewhere`: field of the rule → field of the
    form), and take everything back. What would be unsafe is about the channel."""
    if form.errors:
        raise NotDone
    try:
        with session.begin_nested():
            yield
    except (devices.Refused, volunteers.Refused, UnsafeContact) as no:
        rule = "channel" if isinstance(no, UnsafeContact) else no.about
        about = elsewhere.get(rule, rule)
        form.wrong(about if about in form.typed else "", str(no))
        raise NotDone from no
