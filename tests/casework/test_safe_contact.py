"""Safe contact: whoever asks, nobody is reached in a way that could harm them; what is unknown is asked
first."""

from datetime import date, time

import pytest

from outreach.casework import safe_contact
from outreach.casework.safe_contact import Answer, Channel, UnsafeContact
from outreach.casework.victims import Victim

ALL_NO = {"may_leave_message": Answer.NO, "may_post": Answer.NO, "may_text": Answer.NO,
          "may_email": Answer.NO,
          "may_visit": Answer.NO}
UNKNOWN = dict.fromkeys(ALL_NO, Answer.UNKNOWN)
YES = dict.fromkeys(ALL_NO, Answer.YES)
RULED = [Channel.LETTER, Channel.EMAIL, Channel.TEXT, Channel.VISIT]


def hill(**known):
    return Victim(title="Mrs", last_name="Hill", **UNKNOWN | known)


@pytest.mark.parametrize("channel", RULED)
def test_a_no_stops_a_person_and_a_machine(channel):
    for refuse in (safe_contact.refuse_unsafe, safe_contact.refuse_automatic):
        with pytest.raises(UnsafeContact, match="Mrs Hill"):
            refuse(hill(**ALL_NO), channel)


@pytest.mark.parametrize("channel", RULED)
def test_what_nobody_has_asked_a_person_may_do_and_a_machine_may_not(channel):
    safe_contact.refuse_unsafe(hill(), channel)
    with pytest.raises(UnsafeContact, match="Ask Mrs Hill first"):
        safe_contact.refuse_automatic(hill(), channel)


@pytest.mark.parametrize("channel", RULED)
def test_a_yes_lets_both(channel):
    safe_contact.refuse_unsafe(hill(**YES), channel)
    safe_contact.refuse_automatic(hill(**YES), channel)


@pytest.mark.parametrize("channel", list(Channel))
def test_nobody_reaches_for_somebody_who_has_died(channel):
    with pytest.raises(UnsafeContact, match="recorded as having died"):
        safe_contact.refuse_unsafe(hill(**YES, deceased_on=date(2026, 1, 2)), channel)


def test_ringing_is_always_safe_to_try_and_a_message_is_not():
    safe_contact.refuse_unsafe(hill(**ALL_NO), Channel.PHONE)
    with pytest.raises(UnsafeContact, match="cannot leave a message"):
        safe_contact.refuse_message(hill(**ALL_NO))


@pytest.mark.parametrize(("start", "end", "at", "outside"), [
    (None, None, time(3), False), (time(10), None, time(9, 59), True), (time(10), None, time(10), False),
    (None, time(16), time(16), True), (None, time(16), time(15, 59), False), (time(10), time(16), time(12),
                                                                              False)])
def test_hours_are_kept_to_the_minute(start, end, at, outside):
    assert safe_contact.outside_hours(hill(safe_from=start, safe_until=end), at) is outside


def test_every_rule_is_told():
    assert [answer for _, answer in safe_contact.rules(hill(**ALL_NO))] == [Answer.NO] * 5
