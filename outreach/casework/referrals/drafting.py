"""Writing a referral: it waits as a draft until somebody has seen what the partner will see, and sends it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.referrals.agencies import Agency, Method, agency
from outreach.casework.referrals.lawful import CannotRefer
from outreach.casework.referrals.record import OPEN, Basis, Consent, Referral, Share, Status
from outreach.casework.victims.record import Victim
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May


@dataclass(frozen=True, slots=True)
class ReferralFacts:
    """What is said in a referral, before it is sent."""

    agency_id: int
    recipient: str = ""
    basis: Basis | None = None
    consent: Consent | None = None
    consent_reason: str = ""
    wishes: str = ""
    shares: Sequence[Share] = field(default_factory=tuple)
    happened: str = ""
    asks: str = ""
    method: Method | None = None


@operation("referral.drafted", needs=May.REFER)
def draft(session: Session, actor: Actor, victim: Victim, facts: ReferralFacts) -> Referral:
    """Begin a referral. Raises `CannotRefer` for somebody who has died and for an agency off the list,
    `NoSuchAgency`."""
    if victim.deceased_on:
        raise CannotRefer("", f"{victim.spoken_name} is recorded as having died: nobody is referred any more")
    to = _offered(session, facts.agency_id)
    drafted = Referral(victim_id=victim.id, drafted_by_id=actor.id, **_columns(facts, to))
    session.add(drafted)
    session.flush()
    return drafted


@operation("referral.changed", needs=May.REFER)
def redraft(session: Session, actor: Actor, referral: Referral, facts: ReferralFacts) -> Referral:
    """Write a draft anew. Raises `CannotRefer` once it was sent, and for an agency off the list."""
    if referral.status is not Status.DRAFT:
        raise CannotRefer("", f"This referral is {referral.status} already: what the partner saw stays as it "
                          "was. Withdraw it and write another.")
    to = _offered(session, facts.agency_id)
    for name, value in _columns(facts, to).items():
        setattr(referral, name, value)
    session.flush()
    session.expire(referral, ["agency"])
    return referral


def as_typed(victim: Victim, shares: Sequence[Share], happened: str) -> Referral:
    """A referral that is looked at before it is kept: no session knows it."""
    return Referral(victim=victim, shares=[share.value for share in shares], happened=happened.strip())


def open_with(session: Session, victim_id: int, agency_id: int, *, besides: int = 0) -> Referral | None:
    """A referral of the same person to the same agency that has left and is not done with, if there is
    one."""
    same = select(Referral).where(Referral.victim_id == victim_id, Referral.agency_id == agency_id,
                                  Referral.status.in_(OPEN), Referral.id != besides)
    return session.scalars(same.order_by(Referral.id.desc()).limit(1)).one_or_none()


def _offered(session: Session, agency_id: int) -> Agency:
    to = agency(session, agency_id)
    if to.retired_at:
        raise CannotRefer("agency_id", f"{to.name} is no longer on the list: choose another agency")
    return to


def _columns(facts: ReferralFacts, to: Agency) -> dict[str, Any]:
    return {"agency_id": to.id, "recipient": facts.recipient.strip(), "basis": facts.basis,
            "consent": facts.consent, "consent_reason": facts.consent_reason.strip(),
            "wishes": facts.wishes.strip(), "happened": facts.happened.strip(), "asks": facts.asks.strip(),
            "shares": [share.value for share in Share if share in facts.shares],
            "method": facts.method or to.method}
