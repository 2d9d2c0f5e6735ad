"""Letters: what is printed and posted to victims."""

from outreach.casework.letters import before_visits as _before_visits  # noqa: F401
from outreach.casework.letters import jobs as _jobs  # noqa: F401  (the worker's promises)
from outreach.casework.letters import reminding as _reminding  # noqa: F401
from outreach.casework.letters.posting import NotNow, drop, post
from outreach.casework.letters.record import Letter, LetterBatch, State
from outreach.casework.letters.writing import CannotWrite, FactMissing, NoAddress, UnknownTemplate, write

__all__ = ["CannotWrite", "FactMissing", "Letter", "LetterBatch", "NoAddress", "NotNow", "State",
           "UnknownTemplate", "drop", "post", "write"]
