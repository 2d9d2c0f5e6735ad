"""A log that comes in, from a page or from a phone's script: who is asked, and what the phone is answered."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from app.asking import whole
from app.desk.my_visits.fields import LogForm, entry_of
from app.forms import Filled
from app.spoken import sentence
from outreach.casework.visits import LogState, NoSuchVisit, VisitLog
from outreach.casework.visits.entry import WrongEntry
from outreach.casework.visits.logging import AlreadyAccepted, DifferentWords, SetAside
from outreach.foundation import clock

LARGEST_LOG = 64 * 2**10     # bytes: several times what a log of full length takes
_CANNOT_SEND = "This log is too long to send. Open it and shorten what you wrote."
_LOOK = "Something in this log has to be put right first. Open it and look at what is marked."
_NO_VISIT = "This visit is not, or not any more, among those open to you. Ring the officer who planned it."
# What a phone is told where its log was not taken; it keeps it.
_REFUSALS: Mapping[type[Exception], str] = {
    DifferentWords: "different", AlreadyAccepted: "accepted", SetAside: "refused"}
REFUSED = tuple(_REFUSALS)

HandIn = Callable[..., VisitLog]


def wants_json(request: Request) -> bool:
    """Whether a phone's script sends this, and not a page."""
    return "application/json" in request.headers.get("accept", "")


def sent_with(posted: FormData) -> dict[str, Any]:
    """What comes with a log besides its words: its own key (a page without a script brings that of its form),
    which version of an earlier one it corrects, and when it was written and sent by the phone's clock."""
    key = str(posted.get("key") or posted.get("idempotency_key") or "")
    return {"key": key, "corrects": whole(str(posted.get("corrects") or "")),
            "written_at": moment(posted, "written_at"), "sent_at": moment(posted, "sent_at")}


def answer_phone(request: Request, posted: FormData, hand_in: HandIn) -> JSONResponse:
    """Take a log in and tell the phone what became of it: received or the same again (200), wrong (422),
    refused (404), different or accepted already (409), too long (413)."""
    if _is_too_long(request):
        return _told(413, "too long", _CANNOT_SEND)
    began, form = clock.now(), LogForm.read(posted)
    if form.errors:
        return _wrong(form.errors)
    try:
        log = hand_in(entry=entry_of(form), **sent_with(posted))
    except WrongEntry as wrong:
        return _wrong(wrong.errors)
    except NoSuchVisit:
        return _told(404, "refused", _NO_VISIT)
    except REFUSED as no:
        return _told(409, _REFUSALS[type(no)], str(no))
    return _told(200, "received" if log.received_at >= began else "same", thanks(log))


def mark(form: Filled[LogForm], wrong: WrongEntry) -> None:
    """Put what the rules refuse beside the field it is about."""
    for field, words in wrong.errors.items():
        form.wrong(field, words)


def thanks(log: VisitLog) -> str:
    """What its writer is told."""
    told = " The officer hears of your concern now." if log.concern_now else ""
    if log.state is LogState.REVIEW:
        return f"Your log is with the supervisor.{told}"
    return f"Your log is with the officer.{told}"


def moment(posted: FormData, name: str) -> datetime | None:
    """A moment as a phone's script writes one; None for what is none."""
    try:
        found = datetime.fromisoformat(str(posted.get(name) or ""))
        return (found if found.tzinfo else found.replace(tzinfo=clock.LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_too_long(request: Request) -> bool:
    size = request.headers.get("content-length", "")
    return not size.isdecimal() or int(size) > LARGEST_LOG


def _wrong(errors: dict[str, str]) -> JSONResponse:
    beside = {field: sentence(words) for field, words in errors.items() if field}
    return _told(422, "wrong", errors.get("", _LOOK), errors=beside)


def _told(status: int, state: str, words: str, **more: Any) -> JSONResponse:
    return JSONResponse({"state": state, "words": sentence(words), **more}, status)
