"""Referrals on Today: a question that waits, a partner that cannot help or does not answer, news to read."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from outreach.casework.follow_ups import OPEN, FollowUp
from outreach.casework.referrals import OPEN as LEFT
from outreach.casework.referrals import Agency, Method, Referral, ReferralStep, Status, StepKind
from outreach.casework.victims import Victim, name_of, scope
from outreach.casework.victims.listing import RESTRICTED
from outreach.foundation.clock import now, today
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import MOST, Kind, Line

_LEFT_LYING = timedelta(days=1)


def waiting(session: Session, actor: Actor) -> Iterable[Line]:
    """Referrals in which the next step is ours. While somebody is to chase an answer, their follow-up says
    so instead."""
    if not actor.may(May.REFER):
        return []
    chased = select(FollowUp.id).where(FollowUp.id == Referral.chase_id, FollowUp.status.in_(OPEN)).exists()
    posted = select(ReferralStep.id).where(
        ReferralStep.referral_id == Referral.id, ReferralStep.kind == StepKind.POSTED,
        ReferralStep.at >= Referral.sent_at).exists()
    unposted = and_(Referral.status == Status.SENT, Referral.method == Method.LETTER, ~posted)
    question = (
        select(Referral.id, unposted.label("unposted"), Referral.status, Referral.question_at,
               Referral.answer_due_on, Agency.name.label("agency"), Victim.title, Victim.first_name,
               Victim.last_name, Victim.band, Victim.town, Victim.restricted, Victim.deceased_on)
        .join(Victim, Victim.id == Referral.victim_id).join(Agency, Agency.id == Referral.agency_id)
        .where(*scope(actor), or_(
            Referral.question_at.is_not(None), unposted,
            and_(Victim.deceased_on.is_not(None), Referral.status.in_(LEFT)),
            Referral.status.in_((Status.DECLINED, Status.REPORTED)),
            and_(Referral.status == Status.SENT, Referral.answer_due_on < today(), ~chased),
            and_(Referral.status == Status.DRAFT, Referral.created_at < now() - _LEFT_LYING)))
        .order_by(Referral.id).limit(MOST))
    return [_line(row) for row in session.execute(question)]


def _line(row: Any) -> Line:
    weight, why, late = _why(row)
    if row.restricted:
        why = RESTRICTED
    return Line(weight, Kind.REFERRAL, name_of(row), why, "referral", row.id, band=row.band, late=late,
                place="" if row.restricted else row.town)


def _why(row: Any) -> tuple[int, str, bool]:
    weights = current().today
    if row.deceased_on and row.status is not Status.DRAFT:
        return weights.referral_question, f"Has died: tell {row.agency}, and withdraw the referral.", False
    if row.question_at:
        return weights.referral_question, f"{row.agency} asked a question and waits for your reply.", False
    if row.status is Status.DECLINED:
        return weights.referral_declined, f"{row.agency} cannot help: decide what next.", False
    if row.status is Status.REPORTED:
        return weights.referral_reported, f"{row.agency} reported back: read it and close it.", False
    if row.status is Status.DRAFT:
        return weights.referral_unsent, f"A referral to {row.agency} was begun and not sent.", False
    if row.unposted:
        return weights.referral_unposted, f"Print the letter to {row.agency} and post it.", False
    due = spoken(row.answer_due_on)
    return weights.referral_overdue, f"No answer from {row.agency}: it was due on {due}.", True
