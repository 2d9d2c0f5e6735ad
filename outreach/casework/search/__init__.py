"""Search: one question, whatever the officer has in hand, and the people it could mean."""

from outreach.casework.search.finding import Found, Hit, How, find
from outreach.casework.search.keeping import forget, index, index_victim
from outreach.casework.search.words import Entry

__all__ = ["Entry", "Found", "Hit", "How", "find", "forget", "index", "index_victim"]
