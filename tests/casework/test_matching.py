"""Two entries of one person become one; spouses, namesake children and twins stay apart; in doubt it asks."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.casework.matching import (
    BLOCK_LIMIT,
    Likeness,
    Matcher,
    Person,
    Target,
    Verdict,
    blocking_keys,
    compare,
    fold,
    household_key,
    person,
    placeholder_dates,
    report,
    variants,
)
from outreach.casework.matching.filing import CardIndex

EDITH: dict[str, Any] = {
    "title": "Mrs", "first_name": "Elizabeth", "last_name": "Hill", "born_on": date(1941, 3, 27),
    "phones": ("+441632960101", "+447700900101"), "email": "liz.hill@example.org", "postcode": "YO12 4TX",
    "address_line_1": "14 Castle Road", "town": "Scarborough"}
NO_PHONE: dict[str, Any] = {"phones": (), "email": ""}
LANDLINE = ("+441632960101",)


def mrs_hill(ref: int = 1, **differing: Any) -> Person:
    return person(ref, **EDITH | differing)


def verdict(**differing: Any) -> Verdict:
    """On Mrs Hill and another entry that differs from hers only in what is named."""
    return both_ways(mrs_hill(), mrs_hill(2, **differing)).verdict


def both_ways(a: Person, b: Person) -> Likeness:
    assert compare(a, b).verdict is compare(b, a).verdict
    return compare(a, b)


@pytest.mark.parametrize("differing", [
    {"first_name": "Liz"}, {"first_name": "Elizbaeth"}, {"first_name": "ELIZABETH ANN"},
    {"first_name": "Mrs Elizabeth", "title": ""}, {"first_name": "Hill", "last_name": "Elizabeth"},
    {"first_name": "E"}, {"last_name": "Hil"}, {"last_name": "Hill-Moore"}, {"last_name": "Moore"},
    {"born_on": date(1941, 3, 28)}, {"born_on": date(1951, 3, 27)}, {"born_on": None},
    {"phones": LANDLINE, "email": ""}, {"phones": (), "email": "", "address_line_1": "14, Castle Rd"},
    {"postcode": "", **NO_PHONE}, {"postcode": "YO12 4TZ", **NO_PHONE},
    {"address_line_1": "2 Mill Lane", "town": "York", "postcode": "YO1 7AB"},
    {"first_name": "Liz", "born_on": None}, {"last_name": ""}], ids=str)
def test_one_person_is_known_again_under_another_spelling_number_or_address(differing):
    assert verdict(**differing) is Verdict.JOIN


@pytest.mark.parametrize("differing", [
    {"first_name": "E", **NO_PHONE}, {"first_name": "Betty", **NO_PHONE},
    {"born_on": None, "phones": LANDLINE}, {"born_on": None, **NO_PHONE},
    {"address_line_1": "2 Mill Lane", "postcode": "YO1 7AB", **NO_PHONE},
    {"last_name": "Moore", **NO_PHONE}, {"phones": ("+447700900199",), "email": "e.hill@example.org"},
    {"born_on": date(1962, 8, 1)}, {"title": "Mr"}, {"born_on": date(1941, 3, 28), **NO_PHONE}], ids=str)
def test_what_may_be_one_person_or_two_is_left_to_a_person(differing):
    assert verdict(**differing) is Verdict.ASK


@pytest.mark.parametrize("other", [
    {"title": "Mr", "first_name": "Walter", "born_on": date(1939, 5, 2)},
    {"title": "Mr", "first_name": "Walter", "born_on": None},
    {"title": "Mr", "first_name": "Walter"},
    {"title": "Mr", "first_name": "E", "born_on": None}], ids=str)
@pytest.mark.parametrize("shared", [{}, {"email": ""}, {"phones": LANDLINE}], ids=str)
def test_a_spouse_is_never_joined_whatever_the_house_shares(other, shared):
    assert verdict(**other | shared) is not Verdict.JOIN


@pytest.mark.parametrize("years", [16, 20, 22, 30, 40])
@pytest.mark.parametrize("shared", [{"phones": LANDLINE, "email": ""}, {"phones": LANDLINE}, {}], ids=str)
def test_a_namesake_child_is_never_joined_to_the_parent(years, shared):
    assert verdict(born_on=date(1941 + years, 3, 27), **shared) is not Verdict.JOIN


@pytest.mark.parametrize("shared", [
    {}, {"email": ""}, {"email": "son@example.org"}, {"phones": LANDLINE}], ids=str)
@pytest.mark.parametrize("first_name", ["John", "Jonh"])
def test_a_father_who_lends_his_mobile_or_email_is_not_joined_to_his_namesake(shared, first_name):
    john: dict[str, Any] = {"title": "Mr", "first_name": "John"}
    son = mrs_hill(2, **john | {"born_on": None, "first_name": first_name} | shared)
    expected = Verdict.ASK if shared else Verdict.JOIN  # both lent, and nothing tells them apart
    assert both_ways(mrs_hill(1, **john), son).verdict is expected


def test_a_slip_in_the_name_is_no_reason_to_overlook_another_mobile_and_another_email():
    assert verdict(first_name="Elizbaeth", phones=("+441632960101", "+447700900188"),
                   email="other@example.org") is Verdict.ASK


def test_senior_and_junior_of_one_name_are_two_people():
    father, son = mrs_hill(title="Mr", first_name="John", last_name="Hill snr", born_on=None), mrs_hill(
        2, title="Mr", first_name="John", last_name="Hill Jnr", born_on=None)
    assert both_ways(father, son).verdict is Verdict.APART


@pytest.mark.parametrize("one, other", [
    ("Jack", "John"), ("Betty", "Elizabeth"), ("Jean", "Joan"), ("James", "John"), ("Rita", "Maggie"),
    ("Harry", "Henry"), ("Harry", "Harold"), ("Kate", "Mary"), ("J", "John"), ("Mary Ann", "Mary Jane")])
@pytest.mark.parametrize("shared", [{"phones": LANDLINE, "email": ""}, {"phones": LANDLINE}], ids=str)
def test_twins_are_never_joined_even_where_their_names_are_forms_of_one(one, other, shared):
    twin = mrs_hill(1, title="", first_name=one, email="one@example.org", phones=LANDLINE)
    found = both_ways(twin, mrs_hill(2, title="", first_name=other, **{"email": "other@example.org"} | {
        key: value for key, value in shared.items() if key == "phones"}))
    assert found.verdict is not Verdict.JOIN


def test_strangers_of_one_name_are_nobody_to_each_other():
    stranger = {"address_line_1": "2 Mill Lane", "town": "York", "postcode": "YO1 7AB", **NO_PHONE}
    assert verdict(**stranger, born_on=date(1970, 1, 2)) is Verdict.APART
    assert verdict(**stranger, born_on=None) is Verdict.APART


def test_the_reasons_are_words_an_officer_would_use():
    found = compare(mrs_hill(), mrs_hill(2, first_name="Liz", email="", phones=("+447700900155",)))
    assert found.reasons == ("same date of birth", "Elizabeth and Liz are forms of one name",
                             "same last name", "same address", "different mobile")
    child = compare(mrs_hill(), mrs_hill(2, born_on=date(1963, 3, 27)))
    assert "different date of birth, 22 years apart" in child.reasons


def test_a_day_that_forms_fill_in_is_no_date_of_birth():
    assert verdict(born_on=date(1900, 1, 1)) is verdict(born_on=None)


# --- placing

def test_the_second_row_about_mrs_hill_joins_the_first_and_her_husband_does_not():
    matcher = Matcher()
    assert matcher.place(mrs_hill(11)).join is None
    assert matcher.place(mrs_hill(12, title="Mr", first_name="Walter", born_on=date(1939, 5, 2))).join is None
    again = matcher.place(mrs_hill(13, first_name="Lizzie", email=""))
    assert again.join == Target("row", 11)
    assert again.ask == ()


def test_somebody_on_record_is_joined_and_so_are_later_rows_about_them():
    matcher = Matcher()
    on_record = mrs_hill(907)
    assert matcher.place(mrs_hill(1), [on_record]).join == Target("known", 907)
    assert matcher.place(mrs_hill(2, first_name="Liz"), [on_record]).join == Target("known", 907)
    assert matcher.place(mrs_hill(3, first_name="Liz")).join == Target("known", 907)


def test_known_people_with_nothing_in_common_are_passed_over():
    others = [mrs_hill(ref, first_name="Walter", born_on=date(1939, 5, 2)) for ref in range(900, 950)]
    placed = Matcher().place(mrs_hill(1), others)
    assert (placed.join, placed.ask) == (None, ())


@pytest.mark.parametrize("on_record", [True, False], ids=["on record", "in the list"])
def test_a_row_without_a_birthday_that_fits_father_and_son_is_a_question_about_both(on_record):
    john: dict[str, Any] = {"title": "Mr", "first_name": "John", "email": ""}
    father = mrs_hill(1, **john, born_on=date(1941, 3, 27))
    son = mrs_hill(2, **john, born_on=date(1968, 6, 1), phones=(*LANDLINE, "+447700900777"))
    matcher = Matcher()
    if not on_record:
        matcher.place(father)
        matcher.place(son)
    placed = matcher.place(mrs_hill(3, **john, born_on=None), [father, son] if on_record else [])
    assert placed.join is None
    assert {target.ref for target in placed.ask} == {1, 2}
    assert set(placed.likeness) == set(placed.ask)


def test_a_chain_never_bridges_father_and_son():
    """The middle row fits both, and came first."""
    john: dict[str, Any] = {"title": "Mr", "first_name": "John", "email": ""}
    both = (*LANDLINE, "+447700900101", "+447700900777")
    rows = [mrs_hill(1, **john, born_on=None, phones=both),
            mrs_hill(2, **john, born_on=date(1941, 3, 27)),
            mrs_hill(3, **john, born_on=date(1968, 6, 1), phones=(*LANDLINE, "+447700900777"))]
    assert [2, 3] not in report(rows)["join"]


def test_each_question_is_asked_once():
    rows = [mrs_hill(1), mrs_hill(2, first_name="E", **NO_PHONE), mrs_hill(3)]
    matcher = Matcher()
    asked = [matcher.place(row).ask for row in rows]
    assert asked == [(), (Target("row", 1),), ()]


def test_the_report_names_pairs_of_rows():
    rows = [mrs_hill(1), mrs_hill(2), mrs_hill(3, first_name="Walter", title="Mr", born_on=date(1939, 5, 2)),
            mrs_hill(4, first_name="Liz"), mrs_hill(5, first_name="E", **NO_PHONE)]
    assert report(rows) == {"join": [[1, 2], [1, 4], [2, 4]], "ask": [[1, 5], [2, 5], [4, 5]]}


def test_a_telephone_that_very_many_share_is_looked_up_no_more():
    index = CardIndex()
    found = [index.find_and_file([7, 1000 + row], row) for row in range(BLOCK_LIMIT * 20)]
    assert found[BLOCK_LIMIT - 1] == set(range(BLOCK_LIMIT - 1))
    assert found[BLOCK_LIMIT:] == [set()] * (BLOCK_LIMIT * 19)


def test_the_card_index_finds_every_row_of_a_long_list_again():
    index = CardIndex()
    for row in range(40_000):
        index.find_and_file([row], row)
    assert all(index.find_and_file([row], 0) == {row} for row in range(0, 40_000, 97))


def test_a_date_given_for_very_many_proves_nobody_the_same():
    crowd = [person(n, first_name="Ann", last_name=f"Lodge{chr(97 + n % 26)}{chr(97 + n // 26)}",
                    born_on=date(1970, 1, 1), postcode=f"YO{n} 1AA") for n in range(100)]
    assert placeholder_dates(crowd) == {date(1970, 1, 1)}
    two = [mrs_hill(ref, born_on=date(1970, 1, 1), **NO_PHONE) for ref in (101, 102)]
    assert report(two)["join"] == [[101, 102]]
    assert report([*crowd, *two]) == {"join": [], "ask": [[101, 102]]}


# --- names, addresses, keys

@pytest.mark.parametrize("typed, folded", [
    ("Siân O'Brien-Hill", "sian obrien hill"), ("  ŁUKASZ  Żółw ", "lukasz zolw"), ("St. John’s", "st johns"),
    ("Søren", "soren"), ("", "")])
def test_folding_leaves_what_a_searcher_would_type(typed, folded):
    assert fold(typed) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_bill_is_william_and_william_is_bill():
    assert "william" in variants("Bill")
    assert "bill" in variants("WILLIAM")
    assert variants("Xanthe") == {"xanthe"}


@pytest.mark.parametrize("address", [
    ("Flat 3, 12 High Street", "", "Selby", "YO8 4AB"), ("12 High St.", "Flat 3", "SELBY", "YO8 4AB"),
    ("Apt 3", "12 High St", "", "YO8 4AB"), ("Flat 3, 12 High Street, Selby", "", "Selby", "yo84ab"),
    ("Flat 3, 12 High Street", "YO8 4AB", "Selby", "")])
def test_one_front_door_has_one_key(address):
    assert household_key(*address) == household_key("Flat 3", "12 High Street", "Selby", "YO8 4AB") != ""


@pytest.mark.parametrize("address", [
    ("Flat 4, 12 High Street", "", "Selby", "YO8 4AB"), ("12 High Street", "", "Selby", "YO8 4AB"),
    ("12A High Street", "", "Selby", "YO8 4AB"), ("Flat 3, 12 High Street", "", "Selby", "YO8 4AC")])
def test_next_door_has_another_key(address):
    assert household_key(*address) != household_key("Flat 3", "12 High Street", "Selby", "YO8 4AB")


@pytest.mark.parametrize("address", [("", "", "Selby", "YO8 4AB"), ("12 High Street", "", "", ""), ("",) * 4])
def test_too_little_of_an_address_is_no_household(address):
    assert household_key(*address) == ""


def test_keys_stay_the_same_from_one_process_to_the_next():
    assert blocking_keys(mrs_hill())[0] == 8_065_706_600
    assert all(0 < key < 2**36 for key in blocking_keys(mrs_hill()))
    assert len(blocking_keys(mrs_hill())) <= 8


@pytest.mark.parametrize("differing", [
    {"phones": ()} | {"email": ""}, {"born_on": None, "phones": ()}, {"last_name": "Hlil", **NO_PHONE},
    {"first_name": "Bess", "postcode": "", **NO_PHONE}, {"postcode": "YO12 4TZ", "born_on": None, **NO_PHONE},
    {"first_name": "Hill", "last_name": "Elizabeth", "postcode": "", "address_line_1": "", **NO_PHONE},
], ids=str)
def test_two_entries_of_one_person_are_filed_under_one_key(differing):
    assert set(blocking_keys(mrs_hill())) & set(blocking_keys(mrs_hill(2, **differing)))
