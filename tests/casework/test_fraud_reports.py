"""Fraud reports: entered, put right, counted towards need, and listed by kind, place and period."""

from datetime import date
from decimal import Decimal

import pytest

from outreach.casework.fraud_reports import (
    FirstContact,
    Payment,
    Source,
    change_report,
    enter_report,
    listing,
)
from outreach.casework.fraud_reports.listing import Filters
from outreach.foundation.audit import waiting
from outreach.foundation.permissions import NotAllowed
from outreach.foundation.stale import ChangedMeanwhile


def enter_one(session, officer, victim, **more):
    details = {"source": Source.VICTIM_LIST, "fraud_type": "courier", **more}
    return enter_report(session, officer, victim, **details)


def ids(page):
    return [line.id for line in page.lines]


def test_a_reference_is_kept_as_text_without_spaces(session, officer, mrs_hill):
    report = enter_one(session, officer, mrs_hill, national_reference="nfrc 2401 12345",
                       force_occurrence="12260 001")
    assert (report.national_reference, report.force_occurrence) == ("NFRC240112345", "12260001")


def test_a_second_report_makes_a_repeat_victim(session, officer, mrs_hill):
    enter_one(session, officer, mrs_hill, lost=Decimal(900))
    assert "repeat_victim" not in mrs_hill.need_reasons
    enter_one(session, officer, mrs_hill, lost=Decimal("50.25"), suspect_known=True, payment=Payment.CASH,
              first_contact=FirstContact.DOOR)
    assert {"repeat_victim", "suspect_known"} <= set(mrs_hill.need_reasons)


def test_money_is_kept_to_the_penny(session, officer, mrs_hill):
    report = enter_one(session, officer, mrs_hill, lost=Decimal("1250.37"))
    session.flush()
    session.expire(report)
    assert report.lost == Decimal("1250.37")


def test_putting_a_loss_right_reckons_the_need_anew(session, officer, mrs_hill):
    report = enter_one(session, officer, mrs_hill, lost=Decimal(100))
    before = mrs_hill.need_score
    change_report(session, officer, report, seen={"lost": Decimal(100)}, lost=Decimal(60000))
    assert mrs_hill.need_score > before


def test_a_stale_save_of_a_report_overwrites_nothing(session, officer, mrs_hill):
    report = enter_one(session, officer, mrs_hill, summary="A caller")
    change_report(session, officer, report, seen={"summary": "A caller"}, summary="He said he was police")
    with pytest.raises(ChangedMeanwhile):
        change_report(session, officer, report, seen={"summary": "A caller"}, summary="A visitor")
    assert report.summary == "He said he was police"


def test_an_ambassador_enters_no_reports(session, ambassador, mr_shaw):
    with pytest.raises(NotAllowed):
        enter_one(session, ambassador, mr_shaw)


@pytest.mark.parametrize(("wanted", "found"), [
    (Filters(), ["new", "old", "far"]), (Filters(fraud_type="courier"), ["new"]),
    (Filters(district="Scarborough"), ["new", "old"]), (Filters(source=Source.SELF), ["old"]),
    (Filters(since=date(2026, 2, 1)), ["new"]), (Filters(until=date(2026, 2, 1)), ["old", "far"]),
    (Filters(since=date(2026, 1, 5), until=date(2026, 1, 5)), ["old"])])
def test_the_list_shows_what_is_asked_for_newest_first(session, officer, mrs_hill, enter, wanted, found):
    elsewhere = enter("Ann", "Grey", district="York")
    named = {
        "old": enter_one(session, officer, mrs_hill, fraud_type="romance", source=Source.SELF,
                         reported_on=date(2026, 1, 5)),
        "new": enter_one(session, officer, mrs_hill, reported_on=date(2026, 3, 1)),
        "far": enter_one(session, officer, elsewhere, fraud_type="romance", reported_on=date(2025, 12, 1))}
    assert ids(listing.list_reports(session, officer, wanted)) == [named[name].id for name in found]


def test_pages_of_the_list_follow_one_another(session, officer, mrs_hill):
    for number in range(7):
        enter_one(session, officer, mrs_hill, reported_on=date(2026, 3, 1 + number // 3))
    first = listing.list_reports(session, officer, Filters(), limit=4)
    second = listing.list_reports(session, officer, Filters(), after=first.further, limit=4)
    assert second.further is None and len(second.lines) == 3
    assert ids(first) + ids(second) == ids(listing.list_reports(session, officer, Filters()))


def test_an_ambassador_lists_the_reports_of_their_own_victims(session, officer, ambassador, mrs_hill,
                                                              mr_shaw):
    enter_one(session, officer, mrs_hill)
    own = enter_one(session, officer, mr_shaw)
    assert ids(listing.list_reports(session, ambassador, Filters())) == [own.id]


def test_restricted_records_are_not_in_the_list(session, officer, enter):
    enter_one(session, officer, enter("Ann", "Grey", restricted=True))
    assert ids(listing.list_reports(session, officer, Filters())) == []


def test_looking_at_the_list_is_logged(session, officer, mrs_hill):
    report = enter_one(session, officer, mrs_hill)
    listing.list_reports(session, officer, Filters())
    note = waiting(session)[-1]
    assert (note["operation"], note["details"]) == ("fraud_report.listed", {"shown": [report.id]})
