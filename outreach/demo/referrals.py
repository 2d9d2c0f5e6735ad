"""Referrals of the demonstration: one in every state, from a draft to one whose partner reported back."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import referrals
from outreach.casework.referrals import (
    Agency,
    Basis,
    CameBy,
    Consent,
    Referral,
    ReferralFacts,
    Share,
    StepKind,
    sharing,
)
from outreach.demo.people import Cast
from outreach.foundation import letterbox, outbox
from outreach.foundation.clock import at, day_of, now, today
from outreach.foundation.operation import acting
from outreach.foundation.permissions import WORKER, Actor, Role

_WORDS = ("recipient", "consent_reason", "wishes", "happened", "asks")


def tell(session: Session, cast: Cast, facts: Mapping[str, Any]) -> None:
    """Write, send and answer each as it stands in the file; days count back from today."""
    officer = cast.one(Role.OFFICER)
    for told in facts["referral"]:
        referral = _draft(session, officer, cast, told)
        if "sent_days_ago" not in told:
            continue
        referrals.send(session, officer, referral)
        _date_back(session, officer, referral, _moment(told["sent_days_ago"], 10))
        for answer in told.get("answer", ()):
            _answer(session, officer, referral, answer)
        if "result" in told:
            referrals.close(session, officer, referral, result=told["result"])


def _draft(session: Session, officer: Actor, cast: Cast, told: Mapping[str, Any]) -> Referral:
    agency_id = session.scalar(select(Agency.id).where(Agency.name == told["agency"]))
    assert agency_id is not None, told["agency"]
    referral = referrals.draft(session, officer, cast.victims[told["victim"]], ReferralFacts(
        agency_id, basis=Basis(told["basis"]) if "basis" in told else None,
        consent=Consent(told["consent"]) if "consent" in told else None,
        shares=[Share(word) for word in told["shares"]],
        **{name: told[name] for name in _WORDS if name in told}))
    with acting(session, officer, "demo.loaded"):
        referral.created_at = _moment(told.get("begun_days_ago", told.get("sent_days_ago", 0)), 9)
    return referral


def _date_back(session: Session, officer: Actor, referral: Referral, sent_at: datetime) -> None:
    with acting(session, officer, "demo.loaded"):
        referral.sent_at = sent_at
        referral.answer_due_on = sharing.due_on(day_of(sent_at), referral.agency.answer_days)
        session.expire(referral, ["steps"])
        referral.steps[-1].at = sent_at
        link = letterbox.newest(session, ("referral", referral.id))
        assert link is not None
        link.created_at, link.shown = sent_at, sharing.shown(referral)


def _answer(session: Session, officer: Actor, referral: Referral, answer: Mapping[str, Any]) -> None:
    """What came by telephone is written down; what came through the link is brought in as the worker would,
    and nobody is mailed about it."""
    if answer["came_by"] == "link":
        link = letterbox.newest(session, ("referral", referral.id))
        assert link is not None
        came = letterbox.answer(session, link, answer["kind"], answer.get("words", ""))
        referrals.answering.take_in(session, WORKER, referral, came)
        outbox.cancel(session, ("referral", referral.id), referrals.answering.CAME, referrals.answering.TELL)
        return
    referrals.hear(session, officer, referral, StepKind(answer["kind"]), words=answer.get("words", ""),
                   came_by=CameBy(answer["came_by"]), at=_moment(answer["days_ago"], 15))


def _moment(days_ago: int, hour: int) -> datetime:
    return min(at(today() - timedelta(days=days_ago), time(hour)), now())
