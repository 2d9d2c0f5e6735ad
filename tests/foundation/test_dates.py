"""Dates as people type them."""

from datetime import date

import pytest

from outreach.foundation.dates import NotADate, read, read_date, spoken

TODAY = date(2026, 11, 2)
BORN = date(1951, 3, 27)


@pytest.mark.parametrize("typed", [
    "27 3 1951", "27/03/1951", "27/3/1951", "27.03.1951", "27-03-1951", "1951-03-27", "1951-03-27 00:00:00",
    "1951-03-27T00:00:00Z", "27 March 1951", "27 Mar 1951", "27th of March, 1951", "Tuesday 27 March 1951",
    "March 27, 1951", "27mar1951", "27-Mar-51", "27/03/51", "27031951", "19510327", "18714", "3/27/1951"])
def test_every_way_of_writing_a_date_of_birth_means_the_same_day(typed):
    assert read_date(typed, birth=True, today=TODAY) == BORN


def test_day_comes_before_month_where_it_could_be_either():
    assert read_date("03/04/1951", birth=True, today=TODAY) == date(1951, 4, 3)


@pytest.mark.parametrize(("typed", "says"), [
    ("10/14/1980", "American"), ("18714", "spreadsheet"), ("27/03/51", "two figures")])
def test_whatever_was_guessed_is_said(typed, says):
    assert says in read(typed, birth=True, today=TODAY).remark


def test_two_figures_for_a_year_make_nobody_a_child():
    years = {typed: read_date(f"1/1/{typed}", birth=True, today=TODAY).year for typed in ("09", "15", "51",
                                                                                          "99")}
    assert years == {"09": 2009, "15": 1915, "51": 1951, "99": 1999}


def test_two_figures_for_the_year_of_a_report_mean_this_century():
    assert read_date("12/02/24", today=TODAY) == date(2024, 2, 12)


@pytest.mark.parametrize("typed", ["1951", "??/03/1951", "March 1951", "03/1951"])
def test_a_year_of_birth_alone_is_better_than_nothing(typed):
    found = read(typed, birth=True, today=TODAY)
    assert (found.on, found.year) == (None, 1951)


@pytest.mark.parametrize("typed", ["01/01/1900", "00/00/0000"])
def test_dates_that_stand_for_not_known_are_not_believed(typed):
    found = read(typed, birth=True, today=TODAY)
    assert (found.on, found.year) == (None, None)


@pytest.mark.parametrize("typed", ["31/02/1951", "13/13/1980", "12/12/2027", "1/1/1850", "soon", "",
                                   "1 2 3 4"])
def test_an_impossible_date_of_birth_is_refused_with_an_example(typed):
    with pytest.raises(NotADate, match="Enter a date of birth, like 27 3 1951"):
        read_date(typed, birth=True, today=TODAY)


def test_a_year_alone_is_no_date_of_report():
    with pytest.raises(NotADate, match="day, month and year"):
        read("2024", today=TODAY)


def test_dates_are_said_as_people_say_them():
    assert spoken(BORN) == "27 March 1951"
