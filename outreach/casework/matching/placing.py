"""Puts the people of a list one after another beside those known: joined, asked about, or new."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, product
from typing import Literal, NamedTuple

from outreach.casework.matching.birthdays import Birthdays, placeholder_dates
from outreach.casework.matching.evidence import Birth, compare_births
from outreach.casework.matching.filing import CardIndex
from outreach.casework.matching.people import Person, blocking_keys
from outreach.casework.matching.verdicts import Likeness, Verdict, compare, contradicts, hopeless

_MEMBERS_CHECKED = 25


class Target(NamedTuple):
    """Somebody a row may belong to: a victim on record, or the first row of this list that brought them."""

    kind: Literal["known", "row"]
    ref: int


@dataclass(slots=True)
class Placement:
    """Where one row belongs. Neither a join nor a question: somebody new.

    `likeness` has one entry for each target named in `join` and `ask`.
    """

    join: Target | None = None
    ask: tuple[Target, ...] = ()
    likeness: dict[Target, Likeness] = field(default_factory=dict)


class Matcher:
    """Remembers every person placed, under 1 kB each, and compares the next with those who share a key.

    Inside, a somebody is a whole number: the position of the first row that brought them, or -1 - victim id.
    """

    def __init__(self, not_birthdays: Iterable[date] = ()) -> None:
        """`not_birthdays`: dates known to stand for "not known" in this list (`placeholder_dates`)."""
        self._birthdays = Birthdays(not_birthdays)
        self._index = CardIndex()
        self._people: list[Person] = []
        self._somebody = array("q")                  # of each person placed, whose row it is
        self._members: dict[int, list[int]] = {}     # only of those with two rows or more, or on record
        self._questions: set[tuple[int, int]] = set()

    def place(self, p: Person, known: Iterable[Person] = (), keys: Iterable[int] | None = None) -> Placement:
        """Where `p` belongs among those placed before and the `known` (whose `ref` is the victim's id).

        `known` may hold anybody who shares a key with `p`; the hopeless are passed over cheaply.
        `keys` saves working them out twice where the caller has asked the database for them already.
        """
        if p.born_on and self._birthdays.is_placeholder(p.born_on):
            p = replace(p, birthday_proves=False)
        row = len(self._people)
        self._people.append(p)
        rows = self._index.find_and_file(blocking_keys(p) if keys is None else keys, row)
        found = self._look(p, rows, known) if rows or known else {}
        if not found:
            self._birthdays.note(p.born_on)
            self._somebody.append(row)
            return Placement()
        joined, ranked = self._choose(p, found)
        mine = row if joined is None else joined
        self._somebody.append(mine)
        if joined is not None:
            self._members.setdefault(joined, [joined] if joined >= 0 else []).append(row)
        asked = [other for other in ranked if other != mine and self._question(mine, other)]
        return Placement(None if joined is None else self._target(joined), tuple(map(self._target, asked)),
                         {self._target(who): ranked[who] for who in ranked if who == joined or who in asked})

    def clusters(self) -> Iterator[list[int]]:
        """The refs of the rows of everybody found in two rows or more."""
        for rows in self._members.values():
            if len(rows) > 1:
                yield [self._people[row].ref for row in rows]

    def questions(self) -> Iterator[tuple[list[int], list[int]]]:
        """The rows on either side of each question that a person must decide."""
        for one, other in self._questions:
            yield self._refs(one), self._refs(other)

    def _look(self, p: Person, rows: Iterable[int], known: Iterable[Person]) -> dict[int, Likeness]:
        """The best likeness to each somebody, leaving out those who are plainly somebody else."""
        found: dict[int, Likeness] = {}
        seen = [(self._somebody[row], self._people[row]) for row in rows]
        seen += [(-1 - other.ref, other) for other in known]
        for who, other in seen:
            if hopeless(p, other):
                continue
            likeness = compare(p, other)
            best = found.get(who)
            if likeness.verdict is not Verdict.APART and (best is None or _rank(likeness) > _rank(best)):
                found[who] = likeness
        return found

    def _choose(self, p: Person, found: dict[int, Likeness]) -> tuple[int | None, dict[int, Likeness]]:
        """The one to join, and all likenesses, likeliest first. A chain never bridges two people."""
        ranked = dict(sorted(found.items(), key=lambda entry: _rank(entry[1]), reverse=True))
        joinable = [who for who, likeness in ranked.items()
                    if likeness.verdict is Verdict.JOIN and not self._somebody_objects(p, who)]
        if not joinable or (p.born_on is None and len(ranked) > 1 and self._rivals(ranked)):
            return None, ranked
        return joinable[0], ranked

    def _somebody_objects(self, p: Person, who: int) -> bool:
        """Whether any row already joined to this somebody contradicts `p`."""
        members = [self._people[row] for row in self._rows(who)[:_MEMBERS_CHECKED]]
        birthday_agreed = any(compare_births(p, member) is Birth.SAME for member in members)
        return any(contradicts(p, member, birthday_agreed) for member in members)

    def _rivals(self, found: Iterable[int]) -> bool:
        """Whether a row without a date of birth fits two entries that are two people."""
        people = [self._people[row] for who in found for row in self._rows(who)[:_MEMBERS_CHECKED]]
        return any(contradicts(a, b) for a, b in combinations(people, 2))

    def _question(self, mine: int, other: int) -> bool:
        """Note the question; False where it has been asked already, or is about two records on file."""
        question = (min(mine, other), max(mine, other))
        if question in self._questions or (mine < 0 and other < 0):
            return False
        self._questions.add(question)
        return True

    def _rows(self, who: int) -> list[int]:
        return self._members.get(who) or ([who] if who >= 0 else [])

    def _refs(self, who: int) -> list[int]:
        return [self._people[row].ref for row in self._rows(who)]

    def _target(self, who: int) -> Target:
        return Target("row", self._people[who].ref) if who >= 0 else Target("known", -1 - who)


def report(people: Iterable[Person]) -> dict[str, list[list[int]]]:
    """{"join": [[row, row], …], "ask": [[row, row], …]} for a list with no database behind it.

    Every pair within one person's rows is joined; every pair across one question is asked.
    """
    listed = list(people)
    matcher = Matcher(placeholder_dates(listed))
    for p in listed:
        matcher.place(p)
    join = [sorted(pair) for rows in matcher.clusters() for pair in combinations(rows, 2)]
    ask = [sorted(pair) for one, other in matcher.questions() for pair in product(one, other)]
    return {"join": sorted(join), "ask": sorted(ask)}


def _rank(likeness: Likeness) -> tuple[bool, float]:
    return likeness.verdict is Verdict.JOIN, likeness.score
