"""The assessment that stands, on a victim's page."""

from typing import Any

from sqlalchemy.orm import Session

from outreach.casework import assessments
from outreach.casework.victims import Kind, Victim
from outreach.foundation.clock import today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May


def gather(session: Session, me: Actor, victim: Victim) -> dict[str, Any]:
    """Nothing is asked of the database for somebody who was never assessed."""
    made = assessments.newest(session, victim) if victim.assessed_on else None
    council = next((one for one in current().councils if made and one.name == made.council), None)
    may_assess = me.may(May.ASSESS) and not victim.deceased_on and victim.kind is Kind.INDIVIDUAL
    return {"made": made, "council": council, "may_assess": may_assess,
            "is_due": bool(made and made.next_review_on <= today()),
            "is_older": bool(made and any(report.created_at > made.created_at
                                          for report in victim.fraud_reports))}
