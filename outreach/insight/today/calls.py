"""Banking Protocol calls on Today: those of which nobody has said yet what came of them."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.calls import Bank, Call
from outreach.casework.victims import Victim, name_of, scope
from outreach.casework.victims.listing import RESTRICTED
from outreach.foundation.clock import now
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import Kind, Line

_MOST = 20


def without_outcome(session: Session, actor: Actor) -> Iterable[Line]:
    """Calls older than a day (a setting) with no outcome, the oldest first."""
    if not actor.may(May.LOG_CALL):
        return []
    since = now() - timedelta(hours=current().calls.outcome_after_hours)
    question = (
        select(Call.id, Call.incident_number, Bank.name.label("bank"), Victim.title, Victim.first_name,
               Victim.last_name, Victim.restricted, Victim.band, Victim.town)
        .join(Victim, Victim.id == Call.victim_id).join(Bank, Bank.id == Call.bank_id)
        .where(Call.outcome.is_(None), Call.received_at < since, *scope(actor))
        .order_by(Call.received_at).limit(_MOST))
    weight = current().today.call_without_outcome
    return [Line(weight, Kind.CALL, name_of(row),
                 RESTRICTED if row.restricted else
                 f"Nobody has said what came of the call from {row.bank} (incident {row.incident_number}).",
                 "call", row.id, band=row.band, place="" if row.restricted else row.town)
            for row in session.execute(question)]
