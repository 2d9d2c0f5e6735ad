"""Referrals on a victim's page: to whom, where each stands, and the way to a new one."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.desk.referrals import fields
from outreach.casework.referrals import Agency, Referral
from outreach.casework.referrals.record import is_overdue
from outreach.casework.victims import Victim
from outreach.foundation.permissions import Actor

MOST = 6
# Built once: building a question anew for every page costs more than asking it.
_OF_VICTIM = (select(Referral.id, Referral.status, Referral.question_at, Referral.sent_at,
                     Referral.answer_due_on, Agency.name)
              .join(Agency, Agency.id == Referral.agency_id).where(Referral.victim_id == bindparam("victim"))
              .order_by(Referral.id.desc()).limit(MOST))


def gather(session: Session, me: Actor, victim: Victim) -> dict[str, Any]:
    """The newest referrals, each with where it stands."""
    rows = session.execute(_OF_VICTIM, {"victim": victim.id}).all()
    return {"referrals": [(row, _state(row)) for row in rows], "most": MOST}


def _state(row: Any) -> tuple[str, str]:
    if row.question_at:
        return "Asked a question", "wrong"
    if is_overdue(row.status, row.question_at, row.answer_due_on):
        return "Answer overdue", "wrong"
    return fields.STATES[row.status]
