"""Chasing: a partner who lets the day pass becomes a follow-up, once."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.follow_ups import FollowUp, Proposal
from outreach.casework.need import Band
from outreach.casework.referrals.record import Referral, Status
from outreach.foundation import clock, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.outbox import OutboxMessage, Suppressed, Words, timetable
from outreach.foundation.permissions import WORKER, Actor, May

KIND = "referral.chase"


def overdue() -> Select[int]:
    """Referrals without any answer whose day has passed and which nobody was told to chase yet."""
    return select(Referral.id).where(
        Referral.status == Status.SENT, Referral.question_at.is_(None), Referral.chase_id.is_(None),
        Referral.answer_due_on < clock.today())


@timetable.daily("referral_chasing", lambda: current().referrals.chase_at,
                 words="makes follow-ups of partners’ overdue answers")
def fire(session: Session, tick: datetime) -> None:
    """Promise a follow-up for each answer that is overdue."""
    for referral_id, sent_at in session.execute(overdue().add_columns(Referral.sent_at)).all():
        outbox.put(session, KIND, key=f"{KIND}-{referral_id}-{sent_at:%Y%m%d%H%M%S}",
                   subject=("referral", referral_id))


@outbox.handles(KIND, words=Words("Will plan to chase the partner", "Planned to chase the partner",
                                  "Could not plan to chase the partner"))
def keep(session: Session, message: OutboxMessage) -> None:
    """Plan the follow-up, unless the answer came meanwhile."""
    referral = session.get_one(Referral, message.subject_id, with_for_update=True)
    if session.scalar(overdue().where(Referral.id == referral.id)) is None:
        raise Suppressed("the answer came meanwhile")
    if referral.victim.deceased_on:
        raise Suppressed("the person is recorded as having died")
    chase(session, WORKER, referral)


@operation("referral.chased", needs=May.KEEP_PROMISES)
def chase(session: Session, actor: Actor, referral: Referral) -> FollowUp:
    """A follow-up to ask for the answer."""
    planned = plan(session, actor, referral,
                   f"Chase: no answer from {referral.agency.name} ({referral.reference})")
    referral.chase_id = planned.id
    return planned


def plan(session: Session, actor: Actor, referral: Referral, reason: str) -> FollowUp:
    """The next working day, to whoever sent it while they see the person, else to whoever has them now."""
    when = follow_ups.in_time(Proposal(
        follow_ups.first_attempt_due(Band.HIGH, clock.now(), referral.victim), ""))
    assert when is not None
    return follow_ups.plan(session, actor, referral.victim, due_at=when.due_at, reason=reason,
                           assignee_id=_chaser(session, referral))


def _chaser(session: Session, referral: Referral) -> int | None:
    able = {account.id for account in follow_ups.may_be_given(session, referral.victim)
            if account.actor.may(May.REFER)}
    wanted = (referral.sent_by_id, referral.victim.assigned_to_id, *sorted(able))
    sender = session.get(Account, referral.sent_by_id)
    return next((one for one in wanted if one in able), sender.id if sender else None)
