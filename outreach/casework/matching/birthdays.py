"""Dates of birth that a form filled in: one date for very many people says nothing about any of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from outreach.casework.matching.people import Person

_EVEN_IN_A_SHORT_LIST = 5  # people with one birthday; in 650 rows two or three happen by chance
_ONE_IN = 1000             # of a long list: about twelve times what chance allows


class Birthdays:
    """Counts the people placed by date of birth."""

    def __init__(self, placeholders: Iterable[date] = ()) -> None:
        self._placeholders = set(placeholders)
        self._people: Counter[date] = Counter()
        self._in_all = 0

    def note(self, born_on: date | None) -> None:
        """One more person, not seen before in this list."""
        self._in_all += 1
        if born_on is not None:
            self._people[born_on] += 1

    def is_placeholder(self, born_on: date) -> bool:
        """Whether more people give this date than share a birthday; once found so, it stays so."""
        if born_on in self._placeholders:
            return True
        if self._people[born_on] <= max(_EVEN_IN_A_SHORT_LIST, self._in_all // _ONE_IN):
            return False
        self._placeholders.add(born_on)
        return True


def placeholder_dates(people: Iterable[Person]) -> frozenset[date]:
    """The dates of birth in a whole list that stand for "not known"; one family counts once."""
    surnames: defaultdict[date, set[str]] = defaultdict(set)
    in_all = 0
    for p in people:
        in_all += 1
        if p.born_on:
            surnames[p.born_on].add(p.surname)
    limit = max(_EVEN_IN_A_SHORT_LIST, in_all // _ONE_IN)
    return frozenset(born_on for born_on, found in surnames.items() if len(found) > limit)
