"""Two records of one person made into one, and taken apart again as if nothing had been."""

from datetime import date, time
from decimal import Decimal

import pytest
from sqlalchemy import select

from outreach.casework import follow_ups, letters, search, timeline
from outreach.casework.contacts import Contact, ContactChannel, Outcome
from outreach.casework.fraud_reports import FraudReport, Source, enter_report
from outreach.casework.households import HouseholdStay
from outreach.casework.letters import Letter
from outreach.casework.safe_contact import Answer
from outreach.casework.search.keeping import engine_of
from outreach.casework.victims import (
    MatchKey,
    Merged,
    Victim,
    VictimPhone,
    entering,
    look_alikes,
    merging,
    open_victim,
)
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.clock import now
from outreach.foundation.force import current
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, NotAllowed
from outreach.records import metadata

LEFT_OUT = {"version", "changed_at"}


@pytest.fixture
def peggy(session, enter, officer):
    """Mrs Hill again, as another list spells her: with a mobile, a no to texts, a report and a contact."""
    peggy = enter("Peggy", "Hill", title="Mrs", born_on=date(1941, 3, 27), phones=("+447700900303",),
                  postcode="YO12 4TX", may_text=Answer.NO, may_post=Answer.NO, language="Welsh",
                  vulnerability=["dementia"])
    enter_report(session, COMMAND_LINE, peggy, source=Source.FAMILY, fraud_type="courier", lost=Decimal(4200))
    at = now()
    with acting(session, COMMAND_LINE, "contact.logged"):
        session.add(Contact(victim_id=peggy.id, at=at, by_id=officer.id, channel=ContactChannel.CALL,
                            attempt_no=1, outcome=Outcome.SPOKE))
        peggy.first_reached_at = at
    entering.settled_in(session, peggy)
    session.commit()
    return peggy


def rows(session, table):
    kept = [column for column in table.c if column.name not in LEFT_OUT]
    return sorted(map(tuple, session.execute(select(*kept).order_by(table.c[kept[0].name]))), key=str)


def everything(session):
    """What a person could see or find of these records."""
    session.flush()
    tables = (Victim, VictimPhone, FraudReport, Contact, MatchKey)
    return {model.__tablename__: rows(session, model.__table__) for model in tables}


def test_everything_that_hangs_on_a_record_moves_with_it(session, officer, mrs_hill, peggy):
    merging.merge(session, officer, mrs_hill, peggy)
    session.commit()
    assert [report.fraud_type for report in mrs_hill.fraud_reports] == ["courier"]
    assert session.scalars(select(Contact.victim_id)).all() == [mrs_hill.id]
    assert "+447700900303" in [phone.number for phone in mrs_hill.phones]
    assert mrs_hill.first_reached_at is not None and "lost:1000" in mrs_hill.need_reasons


def test_the_kept_record_speaks_and_the_other_fills_its_silence(session, officer, mrs_hill, peggy):
    merging.merge(session, officer, mrs_hill, peggy)
    assert (mrs_hill.first_name, mrs_hill.language) == ("Margaret", "Welsh")
    assert mrs_hill.vulnerability == ["bereaved", "dementia"]


def test_a_no_of_either_record_stands(session, officer, mrs_hill, peggy):
    merging.merge(session, officer, mrs_hill, peggy)
    assert (mrs_hill.may_post, mrs_hill.may_text) == (Answer.NO, Answer.NO)


def test_the_merged_records_address_leads_to_the_kept_one(session, officer, mrs_hill, peggy):
    merging.merge(session, officer, mrs_hill, peggy)
    with pytest.raises(Merged) as moved:
        open_victim(session, officer, peggy.id)
    assert moved.value.into_id == mrs_hill.id
    assert search.find(session, officer, "peggy hill 07700 900303").ids == [mrs_hill.id]
    assert engine_of(session).words(session, [peggy.id]) == {}


def test_a_merged_record_is_nobodys_look_alike(session, officer, mrs_hill, peggy):
    merging.merge(session, officer, mrs_hill, peggy)
    typed = look_alikes.described(first_name="Peggy", last_name="Hill", born_on=date(1941, 3, 27),
                                  phones=[("+447700900303", "")])
    assert [alike.victim.id for alike in look_alikes.find(session, officer, typed)] == [mrs_hill.id]


def test_a_merge_taken_back_leaves_everything_as_it_was(session, officer, mrs_hill, peggy):
    before = everything(session)
    combined = merging.merge(session, officer, mrs_hill, peggy)
    session.commit()
    assert everything(session) != before
    merging.unmerge(session, officer, combined)
    session.commit()
    assert everything(session) == before
    assert peggy.id in search.find(session, officer, "peggy hill").ids


def test_what_was_done_after_the_merge_is_not_undone_with_it(session, officer, mrs_hill, peggy):
    combined = merging.merge(session, officer, mrs_hill, peggy)
    entering.change(session, officer, mrs_hill, seen={"language": "Welsh"}, language="Polish")
    report = enter_report(session, officer, mrs_hill, source=Source.SELF, fraud_type="romance")
    merging.unmerge(session, officer, combined)
    assert mrs_hill.language == "Polish" and report.victim_id == mrs_hill.id


def test_a_merge_is_taken_back_once(session, officer, mrs_hill, peggy):
    combined = merging.merge(session, officer, mrs_hill, peggy)
    merging.unmerge(session, officer, combined)
    with pytest.raises(merging.CannotUnmerge):
        merging.unmerge(session, officer, combined)


def test_of_two_merges_in_a_row_the_later_is_taken_back_first(session, officer, mrs_hill, peggy, enter):
    third = enter("Margaret", "Hill", born_on=date(1941, 3, 27))
    first = merging.merge(session, officer, mrs_hill, peggy)
    merging.merge(session, officer, third, mrs_hill)
    with pytest.raises(merging.CannotUnmerge):
        merging.unmerge(session, officer, first)


def test_both_records_are_logged_as_combined(session, officer, mrs_hill, peggy):
    merging.merge(session, officer, mrs_hill, peggy)
    session.commit()
    logged = session.scalars(select(AuditEntry).where(AuditEntry.action == "combination")).all()
    assert {entry.record_id: entry.details["other"] for entry in logged} == {
        mrs_hill.id: peggy.id, peggy.id: mrs_hill.id}


def test_nobody_is_merged_with_themselves(session, officer, mrs_hill):
    with pytest.raises(merging.SamePerson):
        merging.merge(session, officer, mrs_hill, mrs_hill)


def test_an_ambassador_merges_nobody(session, ambassador, mrs_hill, mr_hill):
    with pytest.raises(NotAllowed):
        merging.merge(session, ambassador, mrs_hill, mr_hill)


def test_the_timeline_shows_the_merge_and_that_it_was_taken_back(session, officer, mrs_hill, peggy):
    combined = merging.merge(session, officer, mrs_hill, peggy)
    [entry] = timeline.page(session, [mrs_hill.id], kinds=[timeline.Kind.MERGE]).entries
    assert entry.undoable and entry.by == "Ada Cole"
    merging.unmerge(session, officer, combined)
    [entry] = timeline.page(session, [mrs_hill.id], kinds=[timeline.Kind.MERGE]).entries
    assert not entry.undoable and "taken apart" in entry.words


@pytest.mark.parametrize("who_died", ["peggy", "mrs_hill"])
def test_a_death_on_either_record_cancels_what_was_planned_for_both(session, officer, mrs_hill, peggy,
                                                                    who_died):
    due_at = clock.at(current().working_day_after(clock.today(), 5), time(10))
    planned = [follow_ups.plan(session, officer, victim, due_at=due_at, reason="Ring her")
               for victim in (mrs_hill, peggy)]
    with acting(session, COMMAND_LINE, "victim.died"):
        {"peggy": peggy, "mrs_hill": mrs_hill}[who_died].deceased_on = clock.today()
    combined = merging.merge(session, officer, mrs_hill, peggy)
    assert {found.status for found in planned} == {follow_ups.Status.CANCELLED}
    merging.unmerge(session, officer, combined)
    assert [found.victim_id for found in planned] == [mrs_hill.id, peggy.id]
    assert {found.status for found in planned} == {follow_ups.Status.CANCELLED}


# Numbers are joined one by one, and matching files the kept record anew.
NOT_MOVED = {"victim_phone", "match_key"}


def test_whatever_hangs_on_a_victim_is_moved_or_named_as_an_exception():
    hanging = {table.name for table in metadata.tables.values() for column in table.columns
               if column.name == "victim_id" and column.references(Victim.__table__.c.id)}
    moved = {noun.__tablename__ for noun in merging.ATTACHED}
    assert hanging - moved == NOT_MOVED and moved <= hanging


@pytest.mark.parametrize("noun", [Letter, HouseholdStay])
def test_letters_and_former_homes_go_with_the_record_and_come_back(session, officer, mrs_hill, peggy, noun):
    with acting(session, COMMAND_LINE, "victim.changed"):
        peggy.may_post = Answer.YES
        for line in ("1 Old Lane", "2 New Lane"):
            peggy.address_line_1 = line
            entering.settled_in(session, peggy)
    letters.write(session, officer, peggy, "closing")
    theirs = session.scalars(select(noun.id).where(noun.victim_id == peggy.id)).all()
    combined = merging.merge(session, officer, mrs_hill, peggy)
    assert theirs and set(theirs) <= {*session.scalars(select(noun.id).where(noun.victim_id == mrs_hill.id))}
    merging.unmerge(session, officer, combined)
    assert set(theirs) <= {*session.scalars(select(noun.id).where(noun.victim_id == peggy.id))}
