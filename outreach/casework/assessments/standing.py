"""What an assessment changes on the record: the band, when to look again, and whether an adult is at risk."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import need
from outreach.casework.assessments.record import Assessment, Tells
from outreach.casework.victims.record import Victim


def newest(session: Session, victim: Victim) -> Assessment | None:
    """The assessment that stands: the newest that no other supersedes."""
    superseded = select(Assessment.supersedes_id).where(Assessment.supersedes_id.is_not(None))
    return session.scalars(
        select(Assessment).where(Assessment.victim_id == victim.id, Assessment.id.not_in(superseded))
        .order_by(Assessment.assessed_on.desc(), Assessment.id.desc()).limit(1)).one_or_none()


def follow(session: Session, victim: Victim) -> None:
    """Let the record follow the assessment that stands; whoever adds or moves one calls this."""
    session.flush()
    found = newest(session, victim)
    victim.assessed_band, victim.assessed_on = (found.band, found.assessed_on) if found else (None, None)
    victim.review_on = found.next_review_on if found else None
    victim.adult_at_risk = found is not None and found.adult_at_risk is Tells.YES
    need.reckon_for(victim)
