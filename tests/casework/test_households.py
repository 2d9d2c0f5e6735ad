"""A household on one page: who is seen of it, who lived there before, and the looks that are noted."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from outreach.casework.fraud_reports import Source, enter_report
from outreach.casework.victims import NotFound, entering, home
from outreach.casework.victims.household import open_household
from outreach.foundation import audit, clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, NotAllowed


def report(session, officer, victim, days_ago=10):
    enter_report(session, officer, victim, source=Source.SELF, fraud_type="courier",
                 reported_on=clock.today() - timedelta(days=days_ago))


def move(session, officer, victim, line="9 Elsewhere"):
    entering.change(session, officer, victim, seen={"address_line_1": "12 High Street"}, address_line_1=line)


def test_everybody_at_one_address_is_shown_with_those_told_apart_marked(session, officer, mrs_hill, mr_hill,
                                                                        namesake_son, mr_shaw):
    home.split(session, officer, namesake_son)
    seen = open_household(session, officer, mrs_hill.household_id)
    assert [victim.id for victim in seen.shown] == [mr_hill.id, mrs_hill.id, namesake_son.id]
    assert [victim.id for victim in seen.together] == [mr_hill.id, mrs_hill.id]
    assert seen.address[0] == "12 High Street"


def test_each_person_looked_at_is_noted(session, officer, mrs_hill, mr_hill):
    open_household(session, officer, mrs_hill.household_id)
    audit.write(session, audit.waiting(session))
    looked = session.scalars(select(AuditEntry.record_id).where(AuditEntry.operation == "household.opened"))
    assert {*looked} == {mrs_hill.id, mr_hill.id}


def test_of_a_restricted_record_nothing_is_shown_and_no_look_is_noted(session, officer, mrs_hill, mr_hill):
    with acting(session, COMMAND_LINE, "victim.restricted"):
        mr_hill.restricted = True
    report(session, officer, mr_hill)
    seen = open_household(session, officer, mrs_hill.household_id)
    assert seen.shown == [mrs_hill] and seen.restricted == [mr_hill] and seen.reports == []
    assert [note["record_id"] for note in audit.waiting(session)] == [mrs_hill.id]


def test_whoever_moved_away_lived_here_before(session, officer, mrs_hill, mr_hill):
    household = mrs_hill.household_id
    move(session, officer, mr_hill)
    seen = open_household(session, officer, household)
    assert [(one.victim_id, one.name, one.to_on) for one in seen.former] == [
        (mr_hill.id, "Mr Harold Hill", clock.today())]
    assert [note["record_id"] for note in audit.waiting(session)] == [mrs_hill.id, mr_hill.id]


def test_two_people_defrauded_at_one_address_are_told(session, officer, mrs_hill, mr_hill):
    report(session, officer, mrs_hill)
    report(session, officer, mr_hill, days_ago=900)     # longer ago than counts
    assert open_household(session, officer, mrs_hill.household_id).defrauded == 1
    report(session, officer, mr_hill)
    seen = open_household(session, officer, mrs_hill.household_id)
    assert (seen.defrauded, len(seen.reports)) == (2, 2)


def test_an_ambassador_sees_of_a_household_their_own_victim_only(session, ambassador, enter, mr_shaw):
    wife = enter("Ann", "Shaw", address_line_1="3 Quay Side", town="Whitby", postcode="YO21 1AA",
                 born_on=date(1952, 1, 1))
    assert wife.household_id == mr_shaw.household_id
    assert open_household(session, ambassador, mr_shaw.household_id).shown == [mr_shaw]


def test_a_foreign_household_is_like_one_there_is_not(session, ambassador, volunteer, mrs_hill):
    for household in (mrs_hill.household_id, 999999):
        with pytest.raises(NotFound, match="There is no such household"):
            open_household(session, ambassador, household)
    with pytest.raises(NotAllowed):
        open_household(session, volunteer, mrs_hill.household_id)
