"""Telephone numbers: read as people write them, kept one way, said the British way."""

import phonenumbers
import pytest

from outreach.foundation.telephones import NotATelephone, in_use, numbers_in, parse, spoken

MRS_HILL = "+441632960001"
DAUGHTER = "+447700900123"


@pytest.mark.parametrize("typed", [
    "01632960001", "01632 960001", "01632 960 001", "(01632) 960001", "01632-960001", "+44 1632 960001",
    "+44 (0)1632 960001", "0044 1632 960001", "44 1632 960001", "1632960001"])
def test_every_way_of_writing_a_number_means_the_same_number(typed):
    assert parse(typed) == MRS_HILL


@pytest.mark.parametrize("typed", ['="01632960001"', "'01632960001", "O1632 96OOO1", "01632–960001",
                                   " 01632 960001 "])
def test_what_spreadsheets_and_slips_do_to_a_number_is_put_right(typed):
    assert [one.number for one in numbers_in(typed)] == [MRS_HILL]


@pytest.mark.parametrize("typed", [
    "01632960001 / 07700900123", "01632 960001 or 07700 900123", "01632960001;07700900123",
    "01632 960001 07700 900123", "01632 960001\n07700900123", "home 01632 960001, mob: 07700 900123"])
def test_two_numbers_in_one_box_are_two_numbers(typed):
    assert [one.number for one in numbers_in(typed)] == [MRS_HILL, DAUGHTER]


@pytest.mark.parametrize(("typed", "note"), [
    ("07700900123 (daughter)", "daughter"), ("07700900123 after 6pm", "after 6pm"),
    ("07700900123 ext 12", "ext 12"), ("daughter: 07700900123", "daughter"), ("07700900123", "")])
def test_the_words_beside_a_number_are_kept(typed, note):
    assert [(one.number, one.note) for one in numbers_in(typed)] == [(DAUGHTER, note)]


def test_each_of_two_numbers_keeps_its_own_words():
    found = numbers_in("07700 900123 (daughter) / 01632 960001 (son)")
    assert [one.note for one in found] == ["daughter", "son"]


@pytest.mark.parametrize(("typed", "says"), [
    ("4.41632E+11", "cut this number short"), ("960001", "area code"),
    ("ask the daughter", "Enter a phone number"),
    ("12", "Enter a phone number"), ("016329600011234567", "Enter a phone number")])
def test_what_cannot_be_dialled_is_refused_in_a_sentence_that_says_what_to_do(typed, says):
    with pytest.raises(NotATelephone, match=says):
        numbers_in(typed)


def test_a_number_that_nobody_was_given_is_taken_with_a_remark():
    [drama] = numbers_in("01632 960001")
    [real] = numbers_in("0300 123 2040")     # Report Fraud's own
    assert drama.number == MRS_HILL and "not a number in use" in drama.remark
    assert real.remark == ""


@pytest.mark.parametrize("first", ["1481", "1534", "1624", "1904", "1632", "2079", "3001", "7700", "7911",
                                   "7468", "8001",
                                   "8458", "9012", "5600", "7624"])
def test_the_short_way_agrees_with_the_library_on_which_numbers_are_in_use(first):
    for rest in range(0, 1_000_000, 7919):
        number = f"+44{first}{rest:06d}"
        assert in_use(number) is phonenumbers.is_valid_number(phonenumbers.parse(number)), number


@pytest.mark.parametrize(("number", "said"), [
    ("+441632960001", "01632 960 001"), ("+447700900123", "07700 900 123"),
    ("+442079460018", "020 7946 0018"),
    ("+44" + "1134960001", "0113 496 0001"), ("+443001232040", "0300 123 2040"),
    ("+35312345678", "+353 1 234 5678")])
def test_numbers_are_said_the_british_way(number, said):
    assert spoken(number) == said
