"""Tells whether two entries are one person: never a spouse, a namesake child or a twin; in doubt it asks."""

from outreach.casework.matching.addresses import household_key
from outreach.casework.matching.birthdays import placeholder_dates
from outreach.casework.matching.filing import BLOCK_LIMIT
from outreach.casework.matching.names import fold, variants
from outreach.casework.matching.people import Person, blocking_keys, person
from outreach.casework.matching.placing import Matcher, Placement, Target, report
from outreach.casework.matching.verdicts import Likeness, Verdict, compare

__all__ = ["BLOCK_LIMIT", "Likeness", "Matcher", "Person", "Placement", "Target", "Verdict", "blocking_keys",
           "compare", "fold", "household_key", "person", "placeholder_dates", "report", "variants"]
