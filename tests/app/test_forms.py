"""What is typed into a form: read as people mean it, kept as they typed it."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import Field
from starlette.datastructures import FormData

from app.forms import (
    HIDDEN_CHARACTER,
    BirthDate,
    Blank,
    Form,
    Needed,
    Phone,
    Postcode,
    Pounds,
    Time,
    UkDate,
    fresh_key,
)


class Channel(StrEnum):
    CALL = "call"
    VISIT = "visit"


class VictimForm(Form):
    messages = {"last_name": "Enter a last name", "channel": "Choose how you reached them",
                "lost": "Enter what was lost in pounds, like 12000"}

    last_name: Needed
    born_on: Annotated[BirthDate | None, Blank] = None
    phone: Annotated[Phone | None, Blank] = None
    postcode: Annotated[Postcode | None, Blank] = None
    lost: Annotated[Pounds | None, Blank, Field(ge=1)] = None
    next_on: Annotated[UkDate | None, Blank] = None
    next_at: Annotated[Time | None, Blank] = None
    channel: Channel = Channel.CALL
    factors: list[str] = []


def read(**typed):
    return VictimForm.read({"last_name": "Hill", "channel": "call"} | typed)


def test_a_whole_form_is_read_as_the_officer_means_it():
    form = read(last_name="  Hill ", born_on="27 3 1951", phone="01632 960101", postcode="yo124tx",
                lost="£1,250.50", next_on="3 March 2027", next_at="2.30pm", channel="visit",
                factors=["sight"])
    assert form.errors == {}
    assert form.values == {
        "last_name": "Hill", "born_on": date(1951, 3, 27), "phone": "+441632960101", "postcode": "YO12 4TX",
        "lost": Decimal("1250.50"), "next_on": date(2027, 3, 3), "next_at": time(14, 30),
        "channel": Channel.VISIT, "factors": ["sight"]}


def test_what_is_left_blank_is_nothing():
    assert read(born_on=" ", phone="", postcode="", lost="", next_at="").values["born_on"] is None


@pytest.mark.parametrize("typed", ["27 3 1951", "27/3/1951", "27.3.51", "27 March 1951", "27 mar 1951"])
def test_a_date_is_read_however_it_is_typed(typed):
    assert read(born_on=typed).values["born_on"] == date(1951, 3, 27)


@pytest.mark.parametrize(("typed", "clock"), [
    ("2:30pm", time(14, 30)), ("14:30", time(14, 30)), ("1430", time(14, 30)), ("9am", time(9)),
    ("12am", time(0)), ("12.15 p.m.", time(12, 15)), ("midday", time(12)), ("noon", time(12)),
    ("midnight", time(0))])
def test_a_time_is_read_however_it_is_typed(typed, clock):
    assert read(next_at=typed).values["next_at"] == clock


@pytest.mark.parametrize(("typed", "amount"), [
    ("12000", "12000"), ("12,000", "12000"), ("£ 31.99", "31.99"), ("£1,250.5", "1250.5")])
def test_an_amount_is_read_however_it_is_typed(typed, amount):
    assert read(lost=typed).values["lost"] == Decimal(amount)


@pytest.mark.parametrize(("field", "typed", "sentence"), [
    ("last_name", "", "Enter a last name"),
    ("last_name", "   ", "Enter a last name"),
    ("channel", "pigeon", "Choose how you reached them"),
    ("born_on", "31 2 1951", "There is no such day. Enter a date of birth, like 27 3 1951"),
    ("next_at", "25:00", "Enter a time, like 2:30pm or 14:30"),
    ("next_at", "13pm", "Enter a time, like 2:30pm or 14:30"),
    ("phone", "12", "Enter a phone number, like 01632 960 001"),
    ("postcode", "Scarborough", "Enter a postcode, like YO12 4TX"),
    ("lost", "a lot", "Enter an amount in pounds, like 1,250 or 31.99"),
    ("lost", "1,25", "Enter an amount in pounds, like 1,250 or 31.99"),
    ("lost", "-5", "Enter an amount in pounds, like 1,250 or 31.99"),
    ("lost", "0", "Enter what was lost in pounds, like 12000"),
    ("phone", "01632\x00960101", HIDDEN_CHARACTER),
])
def test_what_cannot_be_read_says_what_to_do_and_stays_as_typed(field, typed, sentence):
    form = read(**{field: typed})
    assert form.errors == {field: sentence}
    assert form.typed[field] == typed
    assert form.data is None


def test_a_date_that_is_none_asks_for_a_date():
    assert read(next_on="soon").errors["next_on"].startswith("Enter a date")


def test_errors_stand_in_the_order_of_the_page():
    assert list(read(last_name="", lost="x", born_on="x").errors) == ["last_name", "born_on", "lost"]


def test_every_ticked_box_is_read_from_a_real_form():
    posted = FormData([("last_name", "Hill"), ("channel", "call"),
                       ("factors", "sight"), ("factors", "hearing")])
    assert VictimForm.read(posted).values["factors"] == ["sight", "hearing"]


def test_no_box_ticked_is_an_empty_list():
    assert VictimForm.read(FormData([("last_name", "Hill"), ("channel", "call")])).values["factors"] == []


def test_what_the_domain_refuses_is_said_at_the_field_and_the_first_sentence_stays():
    form = read().wrong("phone", "Mrs Hill asked not to be rung").wrong("phone", "Something else")
    assert form.errors == {"phone": "Mrs Hill asked not to be rung"}
    assert form.values["last_name"] == "Hill"


def test_a_form_that_could_not_be_read_has_no_values_to_use_by_mistake():
    with pytest.raises(ValueError, match="errors"):
        _ = read(last_name="").values


def test_a_record_is_shown_in_its_form_as_somebody_would_type_it():
    form = VictimForm.blank(last_name="Hill", born_on=date(1951, 3, 27), phone="+441632960101",
                            lost=Decimal("1250.50"), next_at=time(9), channel=Channel.VISIT,
                            factors=["sight"])
    assert form.typed == {"last_name": "Hill", "born_on": "27 3 1951", "phone": "01632 960 101",
                          "postcode": "", "lost": "1250.50", "next_on": "", "next_at": "9am",
                          "channel": "visit", "factors": ["sight"]}


def test_what_a_form_shows_it_reads_back_unchanged():
    first = read(born_on="27/3/51", phone="07700 900123", lost="31.99", next_at="14:30", factors=["sight"])
    assert VictimForm.read(VictimForm.blank(**first.values).typed).values == first.values


def test_line_ends_are_of_one_kind():
    assert read(last_name="Hill\r\nand Son").typed["last_name"] == "Hill\nand Son"


def test_no_two_copies_of_a_form_share_a_key():
    assert len({fresh_key() for _ in range(1000)}) == 1000
