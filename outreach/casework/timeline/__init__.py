"""The timeline: everything that happened with a person, or with everybody of a household, newest first.

There is no case record: a timeline is a question asked of what was done (design: answers 10).
"""

from outreach.casework.timeline.entry import Entry, Kind, Place
from outreach.casework.timeline.page import PAGE, Page, page

__all__ = ["PAGE", "Entry", "Kind", "Page", "Place", "page"]
