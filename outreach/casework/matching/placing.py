"""Puts the people of a list one after another beside those known: joined, asked about, or new."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, product
from typing import Literal, NamedTuple

from outreach.casework.matching.birthdays import Birthdays, placeholder_dates
from outreach.casework.matching.evidence import Birth, compare_births
from outreach.casework.matching.filing import CardIndex
from outreach.casework.matching.names import First, compare_first
from outreach.casework.matching.people import Person, blocking_keys
from outreach.casework.matching.verdicts import Likeness, Verdict, compare, contradicts, hopeless

_MEMBERS_CHECKED = 25
_ROWS_SHOWN = 5
_A_FEW, _ONE_IN = 3, 1000  # how many of a list may bear an uncommon last name


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


@dataclass(slots=True)
class _Met:
    """Somebody the row may be: the best likeness to any of their entries, and those entries."""

    likeness: Likeness
    people: list[Person] = field(default_factory=list)

    def better(self, likeness: Likeness) -> None:
        if _rank(likeness) > _rank(self.likeness):
            self.likeness = likeness


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
        self._surnames: Counter[str] = Counter()     # people, not rows
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
            self._surnames[p.surname] += 1
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
        """The rows on either side of each question that a person must decide, the earliest few of each."""
        for one, other in self._questions:
            yield self._refs(one), self._refs(other)

    def _look(self, p: Person, rows: Iterable[int], known: Iterable[Person]) -> dict[int, _Met]:
        """Everybody `p` may be, leaving out those who are plainly somebody else."""
        met: dict[int, _Met] = {}
        seen = [(self._somebody[row], self._people[row]) for row in rows]
        seen += [(-1 - other.ref, other) for other in known]
        for who, other in seen:
            if hopeless(p, other):
                continue
            uncommon = who >= 0 and p.surname == other.surname and self._is_uncommon(p.surname)
            likeness = compare(p, other, uncommon=uncommon)
            if likeness.verdict is not Verdict.APART:
                met.setdefault(who, _Met(likeness)).better(likeness)
        for who, other in seen:
            if who in met:
                met[who].people.append(other)
        return met

    def _is_uncommon(self, surname: str) -> bool:
        """Whether so few people of this list bear the name that two with one birthday are hardly chance."""
        return self._surnames[surname] <= max(_A_FEW, len(self._people) // _ONE_IN)

    def _choose(self, p: Person, met: dict[int, _Met]) -> tuple[int | None, dict[int, Likeness]]:
        """The one to join, and all likenesses, likeliest first. A chain never bridges two people."""
        ranked = dict(sorted(met.items(), key=lambda entry: _rank(entry[1].likeness), reverse=True))
        joinable = [who for who, one in ranked.items() if one.likeness.verdict is Verdict.JOIN]
        joined = next((who for who in joinable if not self._somebody_objects(p, who, met[who])), None)
        if joined is not None and len(met) > 1 and _rivals(p, met, joined):
            joined = None
        return joined, {who: one.likeness for who, one in ranked.items()}

    def _somebody_objects(self, p: Person, who: int, met: _Met) -> bool:
        """Whether any row already joined to this somebody, or their record, contradicts `p`."""
        members = met.people + [self._people[row] for row in self._rows(who)[:_MEMBERS_CHECKED]]
        birthday_agreed = any(compare_births(p, member) is Birth.SAME for member in members)
        return any(contradicts(p, member, birthday_agreed) for member in members)

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
        return [self._people[row].ref for row in self._rows(who)[:_ROWS_SHOWN]]

    def _target(self, who: int) -> Target:
        return Target("row", self._people[who].ref) if who >= 0 else Target("known", -1 - who)


def report(people: Iterable[Person]) -> dict[str, list[list[int]]]:
    """{"join": [[row, row], …], "ask": [[row, row], …]} for a list with no database behind it.

    Every pair within one person's rows is joined; every pair across one question is asked, of the first
    five rows on either side: enough for a person to decide by.
    """
    listed = list(people)
    matcher = Matcher(placeholder_dates(listed))
    for p in listed:
        matcher.place(p)
    join = [sorted(pair) for rows in matcher.clusters() for pair in combinations(rows, 2)]
    ask = [sorted(pair) for one, other in matcher.questions() for pair in product(one, other)]
    return {"join": sorted(join), "ask": sorted(ask)}


def _rivals(p: Person, met: dict[int, _Met], joined: int) -> bool:
    """Whether `p` also fits somebody who is not the one to join: parent and child, or two twins.

    Birthday and first name settle it, and so do a mobile and an e-mail that both agree: fathers lend one or
    the other, hardly both.
    """
    mine = met[joined].people
    if p.born_on and any(compare_first(p.forename, other.forename) is First.SAME for other in mine):
        return False
    if any(p.email == other.email and set(p.mobiles) & set(other.mobiles) for other in mine if p.email):
        return any(one.likeness.verdict is Verdict.JOIN and _apart(mine, one.people)
                   for who, one in met.items() if who != joined)
    return any(_apart(mine, one.people) for who, one in met.items() if who != joined)


def _apart(some: Iterable[Person], others: Iterable[Person]) -> bool:
    return any(contradicts(a, b) for a, b in product(some, others))


def _rank(likeness: Likeness) -> tuple[bool, float]:
    return likeness.verdict is Verdict.JOIN, likeness.score
