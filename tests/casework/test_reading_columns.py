"""Which column means what: guessed, corrected, remembered."""

from outreach.casework.imports import columns

AS_SENT = ["NFRC No", "DOB", "Surname", "Forename", "Post Code", "Home Tel", "Mobile", "Amount Lost",
           "Officer"]


def test_columns_are_recognised_by_what_lists_call_them_in_any_order():
    expected = {"born_on": "DOB", "last_name": "Surname", "first_name": "Forename", "postcode": "Post Code",
                "phone": "Home Tel", "mobile": "Mobile", "lost": "Amount Lost"}
    for order in (AS_SENT, AS_SENT[::-1]):
        assert expected.items() <= columns.guess(order).items()


def test_a_slip_of_the_pen_in_a_heading_is_seen_through():
    assert columns.guess(["Surnmae", "Date of Brith", "dateReported"]) == {
        "last_name": "Surnmae", "born_on": "Date of Brith", "reported_on": "dateReported"}


def test_a_third_telephone_is_not_taken_for_the_second():
    assert columns.guess(["Telephone 2", "Telephone 3", "Address 4"]) == {"mobile": "Telephone 2"}


def test_a_column_nobody_knows_is_left_to_the_officer():
    assert "Officer" not in columns.guess(AS_SENT).values()


def test_no_column_is_guessed_twice_and_no_field_either():
    guessed = columns.guess(["Phone", "Telephone", "Tel", "Surname", "Last name", "Name"])
    assert len(set(guessed.values())) == len(guessed)
    assert guessed["last_name"] == "Surname" and "full_name" not in guessed


def test_a_mapping_that_will_do_has_nothing_said_of_it():
    assert columns.check_mapping({"last_name": "Surname", "born_on": "DOB"}, AS_SENT) == []


def test_every_fault_of_a_mapping_is_said_in_a_sentence():
    assert columns.check_mapping({"first_name": "Forename", "phone": "Mobile", "mobile": "Mobile",
                                  "town": "Village", "shoe_size": "Officer"}, AS_SENT) == [
        "There is no field called shoe_size",
        "There is no column “Village” in this list: choose another for Town",
        "“Mobile” is chosen for Phone and Mobile: choose it for one of them",
        "Choose the column that holds the last name, or the full name"]


def test_names_alone_are_not_enough_to_tell_people_apart():
    assert any("namesake" in fault for fault in columns.check_mapping({"last_name": "Surname"}, AS_SENT))


def test_a_source_is_remembered_by_its_headings_in_whatever_order():
    assert columns.signature(AS_SENT) == columns.signature([name.upper() for name in reversed(AS_SENT)])
    assert columns.signature(AS_SENT) != columns.signature(AS_SENT[1:])
