"""One row of a victim list, cell by cell."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from outreach.casework import fraud_types
from outreach.casework.imports.cells import check, moved_back

TODAY = date(2026, 11, 2)
COLUMNS = ["Reference", "Reported", "Title", "First", "Last", "Born", "Sex", "Line 1", "Line 2", "Town",
           "Postcode",
           "District", "Phone", "Mobile", "Email", "Code", "Type", "Loss", "Factors", "Prefers", "Notes"]
FIELDS = ["national_reference", "reported_on", "title", "first_name", "last_name", "born_on", "gender",
          "address_line_1", "address_line_2", "town", "postcode", "district", "phone", "mobile", "email",
          "nfib_code",
          "fraud_type", "lost", "vulnerability", "preferred_channel", "summary"]
MAPPING = dict(zip(FIELDS, COLUMNS, strict=True))
MRS_HILL = ["NFRC260000000001", "12/10/2026", "Mrs", "Jean", "Hill", "27/03/1951", "F", "4 Beck Lane", "",
            "Malton",
            "YO17 7AB", "Ryedale", "01632 960001", "07700 900123", "jean.hill@example.org", "NFIB3A",
            "Online shopping and auctions", "£1,250.50", "lives_alone;hearing", "letter", "Paid for a mower."]


def mrs_hill(**changes):
    """Mrs Hill's row, checked, with some cells as they might have been typed instead."""
    return check([changes.get(name, cell) for name, cell in zip(FIELDS, MRS_HILL, strict=True)], MAPPING,
                 COLUMNS,
                 number=1, today=TODAY)


def test_a_clean_row_says_what_it_says():
    row = mrs_hill(phone="0300 123 2040", mobile="020 7946 0018")
    assert (row.errors, row.warnings) == ({}, {})
    assert row.values == {
        "national_reference": "NFRC260000000001", "reported_on": "2026-10-12", "title": "Mrs",
        "first_name": "Jean",
        "last_name": "Hill", "born_on": "1951-03-27", "gender": "female", "address_line_1": "4 Beck Lane",
        "town": "Malton", "postcode": "YO17 7AB", "district": "Ryedale", "email": "jean.hill@example.org",
        "nfib_code": "3A", "fraud_type": "online_shopping", "lost": 125050, "lives_alone": "yes",
        "vulnerability": ["hearing", "lives_alone"], "preferred_channel": "letter",
        "summary": "Paid for a mower.",
        "phones": [{"number": "+443001232040", "as_typed": "0300 123 2040", "note": ""},
                   {"number": "+442079460018", "as_typed": "020 7946 0018", "note": ""}]}


@pytest.mark.parametrize(("field", "typed", "kept"), [
    ("last_name", "HILL ", "Hill"), ("last_name", "hill\u200b", "Hill"),
    ("last_name", "\tO'BRIEN\u00a0", "O'Brien"),
    ("last_name", "MCDONALD", "McDonald"), ("last_name", "Müller", "Müller"),
    ("first_name", "JEAN  ANN", "Jean Ann"),
    ("first_name", "J", "J"), ("title", "MRS.", "Mrs"), ("gender", "Female", "female"),
    ("town", "SHERBURN IN ELMET", "Sherburn in Elmet"),
    ("postcode", "yo177ab", "YO17 7AB"), ("postcode", "YO17  7AB", "YO17 7AB"),
    ("district", "City of York", "York"),
    ("email", "Jean.Hill@Example.ORG", "jean.hill@example.org"), ("nfib_code", "nfib 52c", "52C"),
    ("national_reference", " nfrc 2600 0000 0001", "NFRC260000000001"),
    ("preferred_channel", "Telephone", "phone"),
    ("lost", "GBP 10550.64", 1055064), ("lost", "£2,893", 289300), ("lost", "nil", 0),
    ("lost", "1.2k", 120000),
    ("lost", "approx £3,000", 300000), ("born_on", "9 Feb 1962", "1962-02-09"),
    ("summary", 'He said "pay now",\r\nthen rang off', 'He said "pay now",\nthen rang off'),
    ("summary", '=HYPERLINK("http://x.example","click")', '=HYPERLINK("http://x.example","click")')])
def test_what_people_and_spreadsheets_do_to_a_cell_is_tidied(field, typed, kept):
    row = mrs_hill(**{field: typed})
    assert row.values[field] == kept and field not in row.errors


@pytest.mark.parametrize(("field", "typed", "says"), [
    ("last_name", "", "Enter a last name"), ("last_name", "Unknown", "Enter a last name"),
    ("last_name", "Hi\u2400ll", "cannot be read"), ("born_on", "31/02/1951",
                                                    "Enter a date of birth, like 27 3 1951"),
    ("reported_on", "2024", "day, month and year"), ("phone", "4.41632E+11", "cut this number short"),
    ("phone", "960001", "area code"), ("email", "jean.hill", "Enter an email address"),
    ("postcode", "Filey", "Enter a full postcode"), ("postcode", "YO17",
                                                     "Enter a full postcode, like YO12 4TX"),
                                                     ("lost", "$500", "in pounds"),
    ("lost", "500 and 300", "in pounds"), ("lost", "-5", "in pounds"), ("nfib_code", "fraud", "like 3A"),
    ("national_reference", "2.6E+11", "cut this reference short"),
    ("last_name", "H" * 101, "100 characters or fewer"),
    ("last_name", "01632 960001", "looks like something else")])
def test_what_must_be_repaired_is_an_error_that_says_what_to_do(field, typed, says):
    row = mrs_hill(**{field: typed})
    assert says in row.errors[field] and field not in row.values


@pytest.mark.parametrize(("field", "typed", "says"), [
    ("born_on", "10/14/1980", "American"), ("phone", "O1632 960001", "nought"),
    ("mobile", "0770090012", "not a number in use"),
    ("email", "jean.hill at example.org", "jean.hill@example.org"),
    ("reported_on", "12/10/2027", "still to come"),
    ("reported_on", "tbc", "No date"), ("reported_on", "00/00/0000", "No date"),
    ("nfib_code", "99Z", "not on our list"),
    ("fraud_type", "Wizardry", "not on our list"),
    ("vulnerability", "hearing;wizardry", "wizardry"), ("district", "Leeds", "not a district of"),
    ("postcode", "Y017 7AB", "YO17 7AB"), ("national_reference", "XY1", "usual shape"),
    ("lost", "about 500", "£500.00"),
    ("summary", "x" * 40_000, "first 10,000 of 40,000"), ("summary", "nul\u2400byte", "left out"),
    ("last_name", "Hill and Sons Ltd", "business")])
def test_what_was_guessed_is_a_warning_that_holds_nothing_up(field, typed, says):
    row = mrs_hill(**{field: typed})
    assert says in row.warnings[field] and row.errors == {}


@pytest.mark.parametrize("typed", ["", "Unknown", "N/K", "tbc", "01/01/1900", "00/00/0000"])
def test_a_date_of_birth_nobody_knows_is_left_out_and_holds_nothing_up(typed):
    row = mrs_hill(born_on=typed)
    assert row.errors == {} and "born_on" not in row.values


def test_a_year_of_birth_becomes_an_estimated_age():
    assert mrs_hill(born_on="1951").values["age_estimate"] == 75


def test_two_numbers_in_one_cell_and_their_notes_are_kept():
    row = mrs_hill(phone="01632 960001 (daughter) / 07700 900456", mobile='="07700900456"')
    assert [(phone["number"], phone["note"]) for phone in row.values["phones"]] == [
        ("+441632960001", "daughter"), ("+447700900456", "")]


def test_a_line_end_inside_an_address_makes_two_lines_of_it_unless_it_repeats_the_town():
    assert mrs_hill(address_line_1="4 Beck Lane\nFlat 2").values["address_line_2"] == "Flat 2"
    assert "address_line_2" not in mrs_hill(address_line_1="4 Beck Lane\nMALTON").values


def test_a_fraud_with_a_code_and_no_words_is_named_by_its_code():
    assert mrs_hill(fraud_type="").values["fraud_type"] == "online_shopping"
    assert fraud_types.label("online_shopping") == "Online shopping and auctions"


def test_a_shifted_row_is_seen_for_what_it_is_and_can_be_moved_back():
    shifted = [*MRS_HILL[:8], "", *MRS_HILL[8:-1]]
    row = check(shifted, MAPPING, COLUMNS, today=TODAY)
    assert "stand in the wrong columns" in row.errors["row"]
    back = moved_back(shifted, MAPPING, COLUMNS)
    assert back is not None and back[:-1] == MRS_HILL[:-1]
    assert moved_back(MRS_HILL, MAPPING, COLUMNS) is None


def test_a_row_too_short_or_too_long_is_said_to_be_so():
    short = check(MRS_HILL[:12], MAPPING, COLUMNS, today=TODAY)
    long = check([*MRS_HILL, "", "extra"], MAPPING, COLUMNS, today=TODAY)
    assert "stops after “District”" in short.warnings["row"] and len(short.cells) == len(COLUMNS)
    assert "“extra” was not read" in long.warnings["row"] and long.errors == {}


def test_rows_swallowed_by_a_quotation_mark_are_not_taken_for_a_note():
    swallowed = "He rang\n" + ",".join(MRS_HILL) + "\n" + ",".join(MRS_HILL)
    assert "quotation mark" in mrs_hill(summary=swallowed).errors["summary"]


@pytest.mark.parametrize(("typed", "title", "first", "last"), [
    ("Mrs Jean Hill", "Mrs", "Jean", "Hill"), ("HILL, Jean", None, "Jean", "Hill"),
    ("Hill", None, None, "Hill"),
    ("Dr Ann van der Berg", "Dr", "Ann", "van der Berg"), ("hill, mrs jean ann", "Mrs", "Jean Ann", "Hill")])
def test_a_whole_name_in_one_cell_is_told_apart(typed, title, first, last):
    values = check([typed], {"full_name": "Name"}, ["Name"], today=TODAY).values
    assert (values.get("title"), values.get("first_name"), values["last_name"]) == (title, first, last)


def test_a_whole_address_in_one_cell_is_told_apart():
    values = check(["Hill", "Flat 2, 4 Beck Lane, Malton, yo17 7ab"],
                   {"last_name": "Surname", "address_line_1": "Address"}, ["Surname", "Address"],
                   today=TODAY).values
    assert values == {"last_name": "Hill", "address_line_1": "Flat 2", "address_line_2": "4 Beck Lane",
                      "town": "Malton", "postcode": "YO17 7AB"}


@pytest.mark.parametrize(("typed", "kept"), [("Y", "yes"), ("never", "no"), ("", None), ("not asked",
                                                                                         "unknown")])
def test_whether_a_way_of_reaching_somebody_is_safe_is_never_guessed(typed, kept):
    row = check(["Hill", typed], {"last_name": "Surname", "may_text": "Text"}, ["Surname", "Text"],
                today=TODAY)
    assert row.values.get("may_text") == kept
    doubtful = check(["Hill", "evenings"], {"last_name": "Surname", "may_text": "Text"}, ["Surname", "Text"])
    assert doubtful.errors == {"may_text": "Enter yes, no or unknown"}


@pytest.mark.parametrize(("typed", "kept"), [("9.30am", "09:30"), ("0930", "09:30"), ("after 6pm", "18:00"),
                                             ("noon", "12:00")])
def test_safe_hours_are_read_as_people_write_them(typed, kept):
    row = check(["Hill", typed], {"last_name": "Surname", "safe_from": "From"}, ["Surname", "From"],
                today=TODAY)
    assert row.values["safe_from"] == kept


@settings(max_examples=300, deadline=None)
@given(some.lists(some.text(max_size=40) | some.from_regex(r"[-+0-9£./: ()eE]{1,20}", fullmatch=True),
                  min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_nothing_that_can_be_typed_breaks_the_checking_and_all_of_it_can_be_kept_as_json(cells):
    row = check(cells, MAPPING, COLUMNS, today=TODAY)
    assert json.loads(json.dumps(row.values)) == row.values
    assert all(0 < len(sentence) < 300 for sentence in (*row.errors.values(), *row.warnings.values()))
