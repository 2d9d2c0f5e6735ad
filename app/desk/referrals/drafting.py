"""Writing a referral: the form, and beside it what the partner will see, as it is being typed."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.desk.doors import OpenedVictim, begun
from app.desk.referrals import fields
from app.desk.referrals.doors import Named
from app.desk.referrals.fields import PreviewForm, ReferralForm
from app.desk.victims import told
from app.doors import Db, Me, Posted, Room
from app.forms import Filled
from app.pages import go, page
from outreach.casework import referrals
from outreach.casework.referrals import (
    CannotRefer,
    Method,
    NoSuchAgency,
    Referral,
    ReferralFacts,
    Status,
    sharing,
)
from outreach.casework.victims import Victim
from outreach.foundation import drafts
from outreach.foundation.permissions import May

room = Room(prefix="/desk")
PAGE = "desk/referrals/new.html"
_COMPARED = (("Recipient", "recipient"), ("What happened", "happened"), ("What we ask of them", "asks"),
             ("Their wishes", "wishes"), ("Reason", "consent_reason"))


@room.get("/victims/{victim_id:int}/referrals/new", needs=May.REFER)
def new(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """An empty referral, or the one that was left unsaved."""
    form, kept_at = begun(request, session, me, ReferralForm, happened=sharing.told_of_reports(victim))
    return _asked(request, session, victim, form, kept_at=kept_at)


@room.post("/victims/{victim_id:int}/referrals", needs=May.REFER)
def create(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """Keep it as a draft; the next page shows what the partner will see, and sends it."""
    form = ReferralForm.read(posted)
    drafted = None
    try:
        drafted = None if form.errors else referrals.draft(session, me, victim, ReferralFacts(**form.values))
    except (CannotRefer, NoSuchAgency) as refused:
        form.wrong(getattr(refused, "field", "agency_id"), str(refused))
    if drafted is None:
        return _asked(request, session, victim, form, 422)
    drafts.drop(session, me.id, f"{request.url.path}/new")
    return go(request, f"/desk/referrals/{drafted.id}")


@room.post("/victims/{victim_id:int}/referrals/preview", needs=May.REFER)
def show_preview(request: Request, victim: OpenedVictim, posted: Posted, session: Db, me: Me) -> Response:
    """What the partner will see of what is ticked so far. Posted, so that nothing typed stands in an
    address."""
    form = PreviewForm.read(posted)
    shares, happened = ([], "") if form.errors else (form.values["shares"], form.values["happened"])
    return page(request, "desk/referrals/preview.html", block="preview", victim=victim,
                preview=_preview(victim, shares, happened))


@room.get("/referrals/{referral_id:int}/edit", needs=May.REFER)
def edit(request: Request, referral: Named, session: Db, me: Me) -> Response:
    """A draft, to be written anew."""
    if referral.status is not Status.DRAFT:
        return go(request, f"/desk/referrals/{referral.id}")
    form, kept_at = begun(request, session, me, ReferralForm, **fields.held(referral))
    kept = drafts.find(session, me.id, request.url.path) if kept_at else None
    return _asked(request, session, referral.victim, form, referral=referral, kept_at=kept_at,
                  version=kept.typed.get("version") if kept else None)


@room.post("/referrals/{referral_id:int}", needs=May.REFER)
def update(request: Request, referral: Named, posted: Posted, session: Db, me: Me) -> Response:
    """Keep the draft as it is now written. Neither of two texts is lost where two people wrote."""
    form = ReferralForm.read(posted)
    if posted.get("version") != str(referral.version) and not form.errors:
        form.wrong("", "Somebody changed this draft meanwhile. Both texts are below: nothing is lost.")
        return _asked(request, session, referral.victim, form, 409, referral=referral,
                      twins=_twins(referral, form))
    try:
        if not form.errors:
            referrals.redraft(session, me, referral, ReferralFacts(**form.values))
    except (CannotRefer, NoSuchAgency) as refused:
        form.wrong(getattr(refused, "field", "agency_id"), str(refused))
    if form.errors:
        return _asked(request, session, referral.victim, form, 422, referral=referral)
    drafts.drop(session, me.id, f"{request.url.path}/edit")
    return go(request, f"/desk/referrals/{referral.id}", flash="The draft is saved.")


def _asked(request: Request, session: Session, victim: Victim, form: Filled[ReferralForm], status: int = 200,
           **more: Any) -> Response:
    words = {"kept_at": None, "referral": None, "twins": (), "version": None} | more
    typed = PreviewForm.read({"shares": form.typed["shares"], "happened": form.typed["happened"]})
    shown = [] if typed.errors else typed.values["shares"]
    return page(request, PAGE, block="form", status=status, victim=victim, form=form, told=told,
                agencies=_agencies(session), methods=fields.METHODS, consents=fields.CONSENTS,
                bases=fields.BASES, shares=fields.shares(Referral(victim=victim)),
                preview=_preview(victim, shown, form.typed["happened"]), **words)


_BY = {Method.MAIL: "e-mail", Method.LETTER: "letter"}


def _agencies(session: Session) -> list[tuple[int, str]]:
    return [(one.id, f"{one.name} ({_BY[one.method]}, answers in {one.answer_days} working days)")
            for one in referrals.agencies(session)]


def _preview(victim: Victim, shares: Any, happened: str) -> dict[str, Any]:
    typed = referrals.as_typed(victim, shares, happened)
    return {"facts": sharing.facts(typed), "unknown": sharing.unknown(typed),
            "careful": sharing.careful(victim)}


def _twins(referral: Referral, form: Filled[ReferralForm]) -> Any:
    saved = ReferralForm.blank(**fields.held(referral)).typed
    return [(words, saved[name], form.typed[name]) for words, name in _COMPARED]
