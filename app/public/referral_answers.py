"""The partner's page: whoever holds the link from our mail or letter reads one referral and answers it.

Looking changes nothing (mail scanners open every link); only what is posted acts (reliability.md §3.12).
A code that was never given out, was withdrawn or has run out gets one and the same page.
"""

from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app.doors import Db, Posted, Room
from app.forms import Blank, Filled, Form
from app.pages import page
from outreach.foundation import letterbox
from outreach.foundation.letterbox import CannotAnswer, Decided, LetterboxLink, Purpose
from outreach.foundation.permissions import May

room = Room(prefix="/referral-answers")
# Which field of the page holds the words of each answer.
WORDS = {"accepted": "note", "declined": "reason", "question": "question", "reported": "report"}
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}
SHUT = "public/referral_answers/shut.html"


class CodeForm(Form):
    messages = {"code": "Type the code from our letter"}

    code: Annotated[str, Blank] = ""


class AnswerForm(Form):
    """Every answer of the page, of which one is sent."""

    kind: Annotated[str, Blank] = ""
    note: Annotated[str, Blank] = ""
    reason: Annotated[str, Blank] = ""
    question: Annotated[str, Blank] = ""
    report: Annotated[str, Blank] = ""
    idempotency_key: Annotated[str, Blank] = ""


@room.get("", needs=May.ANYONE)
def new(request: Request) -> Response:
    """Where the code of a letter is typed."""
    return _private(page(request, "public/referral_answers/new.html", form=CodeForm.blank()))


@room.post("", needs=May.ANYONE)
def create(request: Request, posted: Posted, session: Db) -> Response:
    """On to the page behind a typed code."""
    form = CodeForm.read(posted)
    code = letterbox.tidy(form.typed["code"])
    if not code:
        form.wrong("code", CodeForm.messages["code"])
    elif letterbox.find(session, code, Purpose.REFERRAL) is None:
        form.wrong("code", "This code opens nothing. Check each letter and figure; a code stops working when "
                           "its referral is done with.")
    if form.errors:
        return _private(page(request, "public/referral_answers/new.html", status=422, form=form))
    return _private(RedirectResponse(f"/referral-answers/{code}", 303))


@room.get("/{token}", needs=May.ANYONE)
def show(request: Request, token: str, session: Db) -> Response:
    """What we ask, what was shared, and what was said so far."""
    link = letterbox.find(session, token, Purpose.REFERRAL)
    return _shown(request, session, link, AnswerForm.blank()) if link else _shut(request)


@room.post("/{token}", needs=May.ANYONE)
def update(request: Request, token: str, posted: Posted, session: Db) -> Response:
    """Accept, decline, ask, or report back."""
    link = letterbox.find(session, token, Purpose.REFERRAL)
    if link is None:
        return _shut(request)
    form = AnswerForm.read(posted)
    kind = form.typed["kind"]
    field = WORDS.get(kind, "")
    try:
        letterbox.answer(session, link, kind, form.typed.get(field, ""), key=form.typed["idempotency_key"])
    except Decided as refused:
        return _shown(request, session, link, form.wrong("", str(refused)), 409)
    except CannotAnswer as refused:
        return _shown(request, session, link, form.wrong(field, str(refused)), 422)
    return _private(RedirectResponse(f"/referral-answers/{letterbox.tidy(token)}", 303))


def _shown(request: Request, session: Db, link: LetterboxLink, form: Filled[AnswerForm],
           status: int = 200) -> Response:
    return _private(page(request, "public/referral_answers/show.html", status=status, form=form,
                         link=link, shown=link.shown, decision=letterbox.decision(session, link),
                         said=letterbox.said(session, link), told=_TOLD,
                         here=f"/referral-answers/{letterbox.tidy(request.path_params['token'])}"))


_TOLD = {"accepted": "You accepted this referral", "declined": "You said that you cannot help",
         "question": "You asked", "reported": "You reported back", "reply": "We replied"}


def _shut(request: Request) -> Response:
    return _private(page(request, SHUT, status=404))


def _private(answer: Any) -> Response:
    """Kept nowhere on the way, and found by no search engine."""
    answer.headers.update(PRIVATE)
    return answer  # type: ignore[no-any-return]
