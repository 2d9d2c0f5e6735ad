"""One referral: where it stands, what the partner sees, what was said, and what to do next."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.referrals import fields
from app.desk.referrals.doors import Named
from app.desk.referrals.fields import CloseForm, HeardForm, ReplyForm, SendForm, WithdrawForm
from app.doors import Db, Me, Posted, Room
from app.forms import Filled, Form
from app.pages import go, page
from app.settings import settings
from outreach.casework import referrals
from outreach.casework.referrals import CannotRefer, Method, Referral, Status, letter, sharing
from outreach.casework.victims import why_opened
from outreach.foundation import audit, clock, letterbox, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.force import current
from outreach.foundation.permissions import May

room = Room(prefix="/desk/referrals/{referral_id:int}")
FORMS: dict[str, type[Form]] = {"sending": SendForm, "reply": ReplyForm, "heard": HeardForm,
                                "closing": CloseForm, "withdrawing": WithdrawForm}


@room.get("", needs=May.SEE_VICTIM)
def show(request: Request, referral: Named, session: Db, me: Me) -> Response:
    """The whole referral."""
    return _page(request, session, referral)


@room.post("/sending", needs=May.REFER)
def create(request: Request, referral: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Send the draft."""
    form = SendForm.read(posted)
    return _deed(request, session, referral, "sending", form,
                 lambda: referrals.send(session, me, referral, meant=form.values["meant"]), _sent)


@room.post("/sending-again", needs=May.REFER)
def create_again(request: Request, referral: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Send it once more: a new link, and the old one closes."""
    return _deed(request, session, referral, "sending", SendForm.read(posted),
                 lambda: referrals.send_again(session, me, referral), _sent)


@room.post("/replies", needs=May.REFER)
def create_reply(request: Request, referral: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Reply to the partner's question."""
    form = ReplyForm.read(posted)
    return _deed(request, session, referral, "reply", form,
                 lambda: referrals.reply(session, me, referral, words=form.typed["words"]),
                 lambda one: "Your reply stands on the partner’s page."
                 + ("" if one.method is Method.LETTER else " They get a mail that says so."))


@room.post("/answers", needs=May.REFER)
def create_answer(request: Request, referral: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Write down an answer that came by telephone, post or mail."""
    form = HeardForm.read(posted)
    return _deed(request, session, referral, "heard", form,
                 lambda: referrals.hear(session, me, referral, form.values["kind"], words=form.values["said"],
                                        came_by=form.values["came_by"], at=_moment(form.values["on"])),
                 lambda _: "Their answer is written down.", {"words": "said", "at": "on"})


@room.post("/posting", needs=May.REFER)
def create_posting(request: Request, referral: Named, posted: Posted, session: Db, me: Me) -> Response:
    """The printed letter is in the post."""
    return _deed(request, session, referral, "sending", SendForm.read(posted),
                 lambda: referrals.post(session, me, referral),
                 lambda one: f"The letter to {one.agency.name} is posted.")


@room.post("/closure", needs=May.REFER)
def update_closure(request: Request, referral: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Be done with it, and say what came of it."""
    form = CloseForm.read(posted)
    return _deed(request, session, referral, "closing", form,
                 lambda: referrals.close(session, me, referral, result=form.typed["result"]),
                 lambda _: "The referral is closed, and the partner’s link with it.")


@room.post("/withdrawal", needs=May.REFER)
def delete(request: Request, referral: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Take it back: the partner's link shuts at once."""
    form = WithdrawForm.read(posted)
    return _deed(request, session, referral, "withdrawing", form,
                 lambda: referrals.withdraw(session, me, referral, reason=form.typed["reason"]),
                 lambda _: "Withdrawn. The partner’s link no longer opens.")


@room.get("/letter", needs=May.REFER)
def show_letter(request: Request, referral: Named, session: Db, me: Me) -> Response:
    """The letter to the partner as a PDF, as it was frozen when it was sent; each copy is a disclosure."""
    link = letterbox.newest(session, ("referral", referral.id))
    if link is None or not link.is_open or not referral.is_open:
        return _nothing_to_print(request)
    try:
        made = letter.pdf_of(session, referral, link, settings().public_url)
    except letterbox.LinkLost:
        return _nothing_to_print(request)
    except CannotRefer as refused:
        return _nothing_to_print(request, f"{refused}.")
    audit.disclosed(session, me, "victim", referral.victim_id, operation="referral.printed",
                    recipient=referral.agency.name, reason=why_opened(session, me, referral.victim) or None,
                    referral_id=referral.id, fields=[*referral.shares, "safe contact"])
    name = f"{referral.reference}-{current().force.marking}.pdf"
    return Response(made, media_type="application/pdf",
                    headers={"Content-Disposition": f'inline; filename="{name}"'})


def _nothing_to_print(request: Request, why: str = "") -> Response:
    return page(request, "error.html", status=409, heading="There is nothing to print",
                words=why or "The partner’s link no longer opens. Send it again, then print the letter.")


def _deed(request: Request, session: Session, referral: Referral, name: str, form: Filled[Any],
          deed: Callable[[], Any], flash: Callable[[Referral], str],
          called: dict[str, str] | None = None) -> Response:
    """Do it, or show the page again with what the domain refused beside the field it is about."""
    if not form.errors:
        try:
            with session.begin_nested():
                deed()
        except CannotRefer as refused:
            form.wrong((called or {}).get(refused.field, refused.field), str(refused))
    if form.errors:
        return _page(request, session, referral, 422, **{name: form})
    return go(request, f"/desk/referrals/{referral.id}", flash=flash(referral))


def _moment(on: date | None) -> datetime | None:
    """Midday of the day that was typed; now for today and where none was."""
    return None if on in (None, clock.today()) else clock.at(on, time(12))


def _sent(referral: Referral) -> str:
    if referral.method is Method.LETTER:
        return f"Sent to {referral.agency.name}: now print the letter and post it."
    return f"On its way to {referral.agency.name}. The disclosure is written in the log."


def _page(request: Request, session: Session, referral: Referral, status: int = 200,
          **forms: Filled[Any]) -> Response:
    link = letterbox.newest(session, ("referral", referral.id))
    blank = {name: form.blank(**({"came_by": "phone"} if name == "heard" else {}))
             for name, form in FORMS.items()}
    wrong = next((form for form in forms.values() if form.errors), None)
    return page(request, "desk/referrals/show.html", block="referral", status=status, referral=referral,
                victim=referral.victim, link=link, state=fields.state(referral),
                steps=_steps(session, referral), story=outbox.story(session, "referral", referral.id),
                sees=_sees(referral, link), stale=referrals.careful.is_stale(referral, link),
                ready=_not_ready(referral), other=_other(session, referral), form=wrong or SendForm.blank(),
                answers=fields.ANSWERS, came_by=fields.CAME_BY, bases=dict(row[:2] for row in fields.BASES),
                consents=dict(row[:2] for row in fields.CONSENTS), **(blank | forms))


def _steps(session: Session, referral: Referral) -> list[tuple[str, Any, str]]:
    """Each step in words, and who took it."""
    return [(fields.STEPS[step.kind], step, _by(session, referral, step))
            for step in reversed(referral.steps)]


def _by(session: Session, referral: Referral, step: Any) -> str:
    ours = session.get_one(Account, step.by_id).name
    if step.came_by is None:
        return ours
    way = _WAYS[step.came_by]
    return f"{referral.agency.name}, {way}" + ("" if step.came_by == "link" else f", written down by {ours}")


_WAYS = {"link": "through the link", "phone": "by phone", "post": "by post", "mail": "by e-mail"}


def _sees(referral: Referral, link: Any) -> dict[str, Any]:
    """What the partner sees: frozen once it was sent."""
    shown = link.shown if link else sharing.shown(referral)
    return {**shown, "unknown": [] if link else sharing.unknown(referral)}


def _not_ready(referral: Referral) -> str:
    if referral.status is not Status.DRAFT:
        return ""
    try:
        referrals.refuse_to_send(referral)
    except CannotRefer as refused:
        return str(refused)
    return ""


def _other(session: Session, referral: Referral) -> Referral | None:
    if referral.status is not Status.DRAFT:
        return None
    return referrals.open_with(session, referral.victim_id, referral.agency_id, besides=referral.id)
