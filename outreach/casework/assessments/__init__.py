"""Vulnerability assessments: scored, dated judgements of how vulnerable somebody is to fraud."""

from outreach.casework.assessments import factors, reviews
from outreach.casework.assessments.assessing import (
    AssessedTwice,
    Judgement,
    Refused,
    assess,
    is_planned,
    propose,
)
from outreach.casework.assessments.councils import council_for
from outreach.casework.assessments.factors import BadFactor
from outreach.casework.assessments.history import Told, find, history
from outreach.casework.assessments.record import Assessment, Factor, Tells, Thresholds
from outreach.casework.assessments.scoring import (
    Score,
    known_already,
    review_on,
    shown_by_record,
    suggested,
    work_out,
)
from outreach.casework.assessments.standing import follow, newest

__all__ = ["AssessedTwice", "Assessment", "BadFactor", "Factor", "Judgement", "Refused", "Score", "Tells",
           "Thresholds", "Told", "assess", "council_for", "factors", "find", "follow", "history",
           "is_planned", "known_already", "newest", "propose", "review_on", "reviews", "shown_by_record",
           "suggested", "work_out"]
