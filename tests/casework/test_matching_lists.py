"""Whole lists of invented people, whose truth is known: how often matching is right, asks, or misses."""

import pytest

from app.bench.matching_quality import from_files, invented, matched, person_in
from app.bench.victim_lists import entries, write
from outreach.casework.matching import Matcher, blocking_keys

ROWS = 12_000


@pytest.mark.parametrize("seed", [1, 2])
def test_a_list_is_matched_rightly_and_seldom_asked_about(seed):
    found = invented(ROWS, seed)
    assert found.precision >= 0.99
    assert found.recall >= 0.97
    asking = {later for _, later in found.asked}     # a row that asks about two people asks once
    assert len(asking) <= 0.03 * ROWS
    assert found.wrong_in_one_house == set()


def test_a_list_with_twice_the_slips_still_joins_no_two_people_of_one_house():
    found = invented(ROWS, 3, strength=2.0)
    assert found.f1 >= 0.94
    assert found.precision >= 0.99
    assert found.wrong_in_one_house == set()


def test_the_order_of_the_rows_changes_little():
    listed = list(entries(ROWS // 2, 4))
    backwards, forwards = matched(listed[::-1]), matched(listed)
    assert len(backwards.joined ^ forwards.joined) <= 0.05 * len(forwards.true)
    assert backwards.wrong_in_one_house == forwards.wrong_in_one_house == set()


def test_a_list_as_people_type_it_is_matched_as_well_as_its_values(tmp_path):
    found = from_files(*write(tmp_path, 3_000, seed=8))
    assert found.precision >= 0.99
    assert found.recall >= 0.97
    assert found.wrong_in_one_house == set()


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
