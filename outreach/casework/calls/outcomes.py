"""What came of a call, entered or put right later; every amount that is corrected keeps what stood there."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import need
from outreach.casework.calls import plausible
from outreach.casework.calls.logging import settle
from outreach.casework.calls.plausible import BadCall
from outreach.casework.calls.record import MONEY, Call, CallCorrection
from outreach.foundation import stale
from outreach.foundation.accounts import Account
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

DETAILS = frozenset({"attended_at", "outcome", "arrests", "crime_recorded", "trading_standards", "fraud_type",
                     "safeguarding_referral", "missed_opportunity", "feedback_to_bank", *MONEY})


@operation("call.outcome_recorded", needs=May.LOG_CALL)
def record_outcome(session: Session, actor: Actor, /, call: Call, *, seen: Mapping[str, Any],
                   reason: str = "", **wanted: Any) -> Call:
    """Record what came of a call, from what was `seen` to what is `wanted` (`DETAILS`). The row must be
    locked by the caller. The report and the visit follow.

    Raises `BadCall` where the facts do not fit or a known amount changes without a reason, and
    `stale.ChangedMeanwhile` where somebody else has changed the very same detail since.
    """
    if odd := wanted.keys() - DETAILS:
        raise TypeError(f"not a detail of an outcome: {', '.join(sorted(odd))}")
    changes = stale.ours(lambda name: getattr(call, name), seen, wanted)
    plausible.refuse({name: changes.get(name, getattr(call, name))
                      for name in (*DETAILS, "received_at", "incident_number")})
    _correct(session, actor, call, changes, reason.strip())
    for name, value in changes.items():
        setattr(call, name, value)
    session.flush()
    settle(session, actor, call)
    _follow(call)
    return call


def corrections(session: Session, call: Call) -> Sequence[tuple[CallCorrection, str]]:
    """The amounts of a call that were put right, newest first, and by whom."""
    found = (select(CallCorrection, Account.name).join(Account, Account.id == CallCorrection.by_id)
             .where(CallCorrection.call_id == call.id).order_by(CallCorrection.id.desc()))
    return [(correction, name) for correction, name in session.execute(found)]


def _correct(session: Session, actor: Actor, call: Call, changes: Mapping[str, Any], reason: str) -> None:
    corrected = [name for name in MONEY if name in changes and getattr(call, name) is not None]
    if corrected and not reason:
        raise BadCall({"reason": f"Say why {' and '.join(corrected)} {_were(corrected)} put right"})
    session.add_all(CallCorrection(call_id=call.id, field=name, before=getattr(call, name),
                                   after=changes[name], reason=reason, by_id=actor.id) for name in corrected)


def _were(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _follow(call: Call) -> None:
    """The report says of the money and the kind of fraud what the call says."""
    if report := call.fraud_report:
        report.lost, report.recovered = call.lost, call.recovered
        report.fraud_type = call.fraud_type or report.fraud_type
        need.reckon_for(call.victim)
