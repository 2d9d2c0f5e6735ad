"""Whole lists of invented people, whose truth is known: how often matching is right, asks, or misses."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import pytest

from app.bench.victim_lists import Entry, entries, write
from outreach.casework.matching import Matcher, Person, blocking_keys, person, report

ROWS = 12_000
Pairs = set[tuple[int, int]]


@dataclass
class Outcome:
    """What became of a list: pairs of rows joined, asked about, and truly one person."""

    joined: Pairs
    asked: Pairs
    true: Pairs
    household: dict[int, int]

    @property
    def precision(self) -> float:
        return len(self.joined & self.true) / len(self.joined)

    @property
    def recall(self) -> float:
        return len((self.joined | self.asked) & self.true) / len(self.true)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)

    @property
    def wrong_in_one_house(self) -> Pairs:
        return {(a, b) for a, b in self.joined - self.true if self.household[a] == self.household[b]}


def person_in(entry: Entry) -> Person:
    v = entry.values
    return person(entry.row, title=v.title, first_name=v.first_name, last_name=v.last_name, gender=v.sex,
                  born_on=v.born_on, phones=[number for number in (v.landline, v.mobile) if number],
                  email=v.email, postcode=v.postcode, address_line_1=v.address_line_1,
                  address_line_2=v.address_line_2, town=v.town)


def outcome(listed: list[Entry]) -> Outcome:
    found = report(person_in(entry) for entry in listed)
    rows = defaultdict(list)
    for entry in listed:
        rows[entry.person].append(entry.row)
    return Outcome(pairs(found["join"]), pairs(found["ask"]),
                   pairs(pair for one in rows.values() for pair in combinations(one, 2)),
                   {entry.row: entry.household for entry in listed})


def pairs(listed: Iterable[Iterable[int]]) -> Pairs:
    return {(min(pair), max(pair)) for pair in map(tuple, listed)}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_list_is_matched_rightly_and_seldom_asked_about(seed):
    found = outcome(list(entries(ROWS, seed)))
    assert found.precision >= 0.99
    assert found.recall >= 0.97
    assert len(found.asked) <= 0.03 * ROWS
    assert found.wrong_in_one_house == set()


def test_a_list_with_twice_the_slips_still_joins_no_two_people_of_one_house():
    found = outcome(list(entries(ROWS, 3, strength=2.0)))
    assert found.f1 >= 0.94
    assert found.precision >= 0.99
    assert found.wrong_in_one_house == set()


def test_the_order_of_the_rows_changes_little():
    listed = list(entries(ROWS // 2, 4))
    backwards, forwards = outcome(listed[::-1]), outcome(listed)
    assert len(backwards.joined ^ forwards.joined) <= 0.05 * len(forwards.true)
    assert backwards.wrong_in_one_house == forwards.wrong_in_one_house == set()


def test_most_people_have_few_keys():
    keys = [len(blocking_keys(person_in(entry))) for entry in entries(2_000, 5)]
    assert sum(keys) / len(keys) <= 8
    assert max(keys) <= 14


def test_every_question_and_join_is_about_rows_placed_before():
    matcher, seen = Matcher(), set()
    for entry in entries(3_000, 6):
        placed = matcher.place(person_in(entry))
        named = {target.ref for target in (placed.join, *placed.ask) if target}
        assert named <= seen
        assert len(placed.likeness) == len(named)
        seen.add(entry.row)


def test_one_seed_makes_one_list_and_its_truth(tmp_path):
    (tmp_path / "again").mkdir()
    first, truth = write(tmp_path, 300, seed=9)
    again, truth_again = write(tmp_path / "again", 300, seed=9)
    assert first.read_bytes() == again.read_bytes()
    assert truth.read_text() == truth_again.read_text()
    assert len(truth.read_text().splitlines()) == 301
    assert first.read_bytes() != write(tmp_path, 300, seed=10)[0].read_bytes()


def test_nobody_in_an_invented_list_can_be_rung_or_written_to():
    for entry in entries(2_000, 7):
        v = entry.values
        assert not v.email or v.email.rpartition("@")[2] in ("example.org", "example.com", "example.net")
        assert all(not number or number.startswith(("+441632", "+4471", "+4472"))
                   for number in (v.landline, v.mobile))
