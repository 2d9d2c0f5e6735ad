"""The timeline: everything that happened, newest first, page by page, for one person or a household."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from outreach.casework import timeline
from outreach.casework.contacts import Contact, ContactChannel, Outcome
from outreach.casework.follow_ups import FollowUp, Status
from outreach.casework.fraud_reports import Source, enter_report
from outreach.casework.timeline import Kind, Place
from outreach.foundation.operation import acting

MONDAY = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


@pytest.fixture
def ring(session, officer):
    def one(victim, at, outcome=Outcome.NO_REPLY_UNSAFE, **more):
        with acting(session, officer, "contact.logged"):
            contact = Contact(victim_id=victim.id, at=at, by_id=officer.id, channel=ContactChannel.CALL,
                              outcome=outcome, **{"attempt_no": 1, **more})
            session.add(contact)
        return contact
    return one


def kinds_of(page):
    return [entry.kind for entry in page.entries]


def test_what_happened_last_stands_first(session, officer, mrs_hill, ring):
    enter_report(session, officer, mrs_hill, source=Source.SELF, fraud_type="courier",
                 reported_on=date(2026, 3, 1), lost=Decimal(4200), national_reference="nfrc 123")
    ring(mrs_hill, MONDAY, attempt_no=2, minutes=3, summary="Rang out")
    page = timeline.page(session, [mrs_hill.id])
    assert kinds_of(page) == [Kind.RECORD, Kind.CONTACT, Kind.REPORT]
    contact, report = page.entries[1:]
    assert contact.title == "Call: no reply, unsafe to leave a message" and contact.by == "Ada Cole"
    assert "attempt 2" in contact.facts and "3 minutes" in contact.facts
    assert report.title == "Courier fraud" and "£4,200 lost" in report.facts and "NFRC123" in report.facts
    assert report.day_only


def test_a_follow_up_that_a_contact_settled_is_told_once(session, officer, mrs_hill, ring):
    contact = ring(mrs_hill, MONDAY)
    with acting(session, officer, "follow_up.settled"):
        for contact_id, status in ((contact.id, Status.DONE), (None, Status.CANCELLED)):
            session.add(FollowUp(victim_id=mrs_hill.id, due_at=MONDAY, reason="First attempt", status=status,
                                 assignee_id=officer.id, settled_at=MONDAY, settled_by_id=officer.id,
                                 contact_id=contact_id))
    page = timeline.page(session, [mrs_hill.id], kinds=[Kind.CONTACT, Kind.FOLLOW_UP])
    assert [entry.title for entry in page.entries] == [
        "Call: no reply, unsafe to leave a message", "Follow-up cancelled"]


def test_pages_follow_one_another_without_a_gap_or_a_repeat(session, officer, mrs_hill, ring):
    for number in range(23):
        ring(mrs_hill, MONDAY + timedelta(hours=number // 3))          # three in the same moment
        enter_report(session, officer, mrs_hill, source=Source.SELF, fraud_type="courier",
                     reported_on=date(2026, 3, 1 + number // 8))      # eight on the same day
    whole = timeline.page(session, [mrs_hill.id], limit=500).entries
    after, read = None, []
    while True:
        page = timeline.page(session, [mrs_hill.id], after=after, limit=5)
        read += page.entries
        if page.further is None:
            break
        after = Place.read(str(page.further))
    assert read == whole and len(whole) == 47


def test_only_the_kinds_asked_for_are_shown(session, mrs_hill, ring):
    ring(mrs_hill, MONDAY)
    assert kinds_of(timeline.page(session, [mrs_hill.id], kinds=[Kind.CONTACT])) == [Kind.CONTACT]


def test_a_household_has_one_timeline(session, mrs_hill, mr_hill, ring):
    ring(mrs_hill, MONDAY)
    ring(mr_hill, MONDAY + timedelta(hours=1))
    page = timeline.page(session, [mrs_hill.id, mr_hill.id], kinds=[Kind.CONTACT])
    assert [entry.victim_id for entry in page.entries] == [mr_hill.id, mrs_hill.id]


def test_nobody_elses_story_is_told(session, mrs_hill, mr_hill, ring):
    ring(mr_hill, MONDAY)
    assert kinds_of(timeline.page(session, [mrs_hill.id])) == [Kind.RECORD]


@pytest.mark.parametrize("typed", ["", "x", "20260302T101500.000000_contact_x", "1_2_3", "a_b_c_d"])
def test_a_place_that_is_none_starts_at_the_top(typed):
    assert Place.read(typed) is None
