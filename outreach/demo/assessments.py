"""Assessments of the demonstration: every band, an override, an adult at risk, one that was corrected."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.assessments import Judgement, Tells, assess, newest
from outreach.casework.need import Band
from outreach.demo.people import Cast
from outreach.foundation.clock import today
from outreach.foundation.permissions import Role

_ANSWERS = ("needs_care", "faces_abuse", "cannot_protect", "adult_at_risk")
_SAID = ("ticked", "notes", "override_reason", "capacity_concern", "capacity_note", "views")


def tell(session: Session, cast: Cast, facts: Mapping[str, Any]) -> None:
    """Make every assessment as it stands in the file."""
    for said in facts["assessment"]:
        victim = cast.victims[said["victim"]]
        assess(session, cast.one(Role.OFFICER), victim, _judgement(said),
               supersedes=newest(session, victim) if "corrects" in said else None,
               superseding_reason=said.get("superseding_reason", ""),
               enhanced_rights=said.get("enhanced_rights", False))


def _judgement(said: Mapping[str, Any]) -> Judgement:
    on = today() - timedelta(days=said["days_ago"])
    known: dict[str, Any] = {name: said[name] for name in _SAID if name in said}
    known |= {"adult_at_risk": Tells.NO} | {name: Tells(said[name]) for name in _ANSWERS if name in said}
    review = today() + timedelta(days=said["review_in_days"]) if "review_in_days" in said else None
    return Judgement(on=on, override=Band(said["override"]) if "override" in said else None,
                     next_review_on=review, **known)
