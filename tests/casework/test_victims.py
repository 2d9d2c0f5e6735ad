"""Entering a victim, changing what is known, and what follows at once from every change."""

from datetime import date

import pytest
from sqlalchemy import func, select

from outreach.casework import search
from outreach.casework.households import HouseholdStay, Standing
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import (
    Kind,
    MatchKey,
    NotFound,
    ReasonNeeded,
    entering,
    home,
    keeping,
    look_alikes,
    open_victim,
)
from outreach.foundation.audit import AuditEntry, waiting
from outreach.foundation.permissions import NotAllowed
from outreach.foundation.stale import ChangedMeanwhile
from outreach.foundation.telephones import parse


def log_of(session, record_id):
    return session.scalars(select(AuditEntry).where(
        AuditEntry.record_type == "victim", AuditEntry.record_id == record_id).order_by(AuditEntry.id)).all()


def change(session, actor, victim, **wanted):
    seen = {name: entering.value_of(victim, name) for name in wanted}
    return entering.change(session, actor, victim, seen=seen, **wanted)


def test_the_officer_enters_a_victim_who_can_be_found_at_once(session, officer):
    victim = entering.enter(session, officer, first_name="Edith", last_name="Marsh", postcode="YO12 4TX",
                            phones=[(parse("01632 960 301"), "daughter")])
    session.commit()
    assert victim.id in search.find(session, officer, "edith marsh").ids
    assert victim.id in search.find(session, officer, "01632 960301").ids
    assert [(phone.number, phone.note) for phone in victim.phones] == [("+441632960301", "daughter")]
    [entry, *_] = log_of(session, victim.id)
    assert (entry.action, entry.operation, entry.actor_id) == ("collection", "victim.entered", officer.id)
    assert "Edith" not in str(entry.details)


def test_a_business_needs_only_its_name(session, officer):
    victim = entering.enter(session, officer, kind=Kind.BUSINESS, last_name="Harbour Fish Limited",
                            named_business_contact="Jo Reed")
    assert victim.id in search.find(session, officer, "harbour fish").ids


def test_a_supervisor_reads_and_enters_nobody(session, supervisor, mrs_hill):
    with pytest.raises(NotAllowed):
        entering.enter(session, supervisor, last_name="Hill")
    with pytest.raises(NotAllowed):
        change(session, supervisor, mrs_hill, town="York")


def test_only_details_of_a_person_can_be_entered_by_hand(session, officer):
    with pytest.raises(TypeError, match="need_score"):
        entering.enter(session, officer, last_name="Hill", need_score=99)


def test_a_new_name_replaces_the_old_one_in_search_and_matching(session, officer, mrs_hill):
    change(session, officer, mrs_hill, last_name="Braithwaite")
    assert mrs_hill.id in search.find(session, officer, "braithwaite").ids
    assert mrs_hill.id not in search.find(session, officer, "margaret hill").ids


def test_a_changed_detail_is_logged_by_name_and_never_by_value(session, officer, mrs_hill):
    change(session, officer, mrs_hill, email="m.hill@example.org")
    session.commit()
    entry = log_of(session, mrs_hill.id)[-1]
    assert (entry.action, entry.details) == ("alteration", {"fields": ["email"]})


def test_what_makes_somebody_need_us_counts_from_the_moment_it_is_known(session, officer, mrs_hill):
    before = mrs_hill.need_score
    change(session, officer, mrs_hill, lives_alone=Answer.YES, vulnerability=["bereaved", "dementia"])
    assert mrs_hill.need_score > before and mrs_hill.band is Band.HIGH
    assert "dementia" in mrs_hill.need_reasons and "lives_alone" in mrs_hill.need_reasons


def test_a_stale_save_overwrites_nothing(session, officer, mrs_hill):
    seen = {"town": "Scarborough", "email": mrs_hill.email}
    change(session, officer, mrs_hill, town="Whitby")
    with pytest.raises(ChangedMeanwhile) as refused:
        entering.change(session, officer, mrs_hill, seen=seen, town="Filey", email=mrs_hill.email)
    assert refused.value.names == ["town"] and mrs_hill.town == "Whitby"


def test_two_people_who_change_different_details_both_get_their_way(session, officer, mrs_hill):
    seen = {"town": "Scarborough", "email": mrs_hill.email}
    change(session, officer, mrs_hill, town="Whitby")
    entering.change(session, officer, mrs_hill, seen=seen, town="Scarborough", email="new@example.org")
    assert (mrs_hill.town, mrs_hill.email) == ("Whitby", "new@example.org")


def test_a_telephone_taken_off_the_record_finds_nobody(session, officer, mrs_hill):
    change(session, officer, mrs_hill, phones=[("+441632960101", "kitchen")])
    session.commit()
    assert entering.phones_of(mrs_hill) == [("+441632960101", "kitchen")]
    assert mrs_hill.id not in search.find(session, officer, "07700 900101").ids


# Is this person known already?

def test_the_same_person_under_a_nickname_is_recognised_while_she_is_typed(session, officer, mrs_hill):
    typed = look_alikes.described(first_name="Peggy", last_name="Hill", born_on=date(1941, 3, 27),
                                  postcode="YO12 4TX", address_line_1="12 High St")
    [alike] = look_alikes.find(session, officer, typed)
    assert alike.victim.id == mrs_hill.id and "same date of birth" in alike.reasons
    assert waiting(session)[-1]["details"] == {"shown": [mrs_hill.id]}


def test_neither_husband_nor_namesake_son_is_taken_for_her(session, officer, mrs_hill, mr_hill, namesake_son):
    typed = look_alikes.described(first_name="Margaret", last_name="Hill", born_on=date(1941, 3, 27),
                                  phones=[("+441632960101", "")], address_line_1="12 High Street",
                                  postcode="YO12 4TX")
    assert [alike.victim.id for alike in look_alikes.find(session, officer, typed)] == [mrs_hill.id]


def test_a_number_that_a_crowd_shares_says_nothing(session, officer, enter):
    with_care_home = [enter("Ann", f"Resident{number}", phones=("+441632960999",)) for number in range(62)]
    typed = look_alikes.described(first_name="Ann", last_name="Resident5", phones=[("+441632960999", "")])
    assert look_alikes.find(session, officer, typed) == [] and len(with_care_home) == 62


def test_the_files_of_matching_hold_each_key_once(session, officer, mrs_hill):
    change(session, officer, mrs_hill, postcode="YO11 1AA")
    change(session, officer, mrs_hill, postcode="YO12 4TX")
    keys = session.scalars(select(MatchKey.key).where(MatchKey.victim_id == mrs_hill.id)).all()
    assert len(keys) == len(set(keys)) > 3


# Who lives with whom

def test_people_at_one_address_are_proposed_as_a_household(session, officer, mrs_hill, mr_hill):
    [husband] = home.members(session, officer, mrs_hill)
    assert (husband.name, husband.standing) == ("Mr Harold Hill", Standing.PROPOSED)


def test_confirming_a_household_confirms_everybody_shown(session, officer, mrs_hill, mr_hill):
    home.confirm(session, officer, mrs_hill)
    assert mr_hill.household_standing is Standing.CONFIRMED is mrs_hill.household_standing


def test_a_lodger_is_told_apart_and_stays_so(session, officer, mrs_hill, enter):
    lodger = enter("Ian", "Petty", address_line_1="12 High Street", town="Scarborough", postcode="YO12 4TX")
    home.split(session, officer, lodger)
    change(session, officer, lodger, email="ian@example.org")
    assert home.members(session, officer, mrs_hill) == [] == home.members(session, officer, lodger)
    home.rejoin(session, officer, lodger)
    assert [member.id for member in home.members(session, officer, mrs_hill)] == [lodger.id]


def test_moving_house_leaves_the_household_and_remembers_the_stay(session, officer, mrs_hill, mr_hill):
    old = mrs_hill.household_id
    change(session, officer, mrs_hill, address_line_1="4 Beck Lane", postcode="YO17 7AB", town="Malton")
    assert mrs_hill.household_id != old and home.members(session, officer, mr_hill) == []
    [stay] = session.scalars(select(HouseholdStay).where(HouseholdStay.victim_id == mrs_hill.id))
    assert stay.household_id == old


def test_nobody_without_an_address_has_a_household(session, officer, enter):
    with pytest.raises(home.NoHousehold):
        home.confirm(session, officer, enter("Jo", "Nowhere"))


# Whose a victim is, and who may look

def test_an_ambassador_sees_a_victim_from_the_moment_she_is_passed_on(session, officer, ambassador, mrs_hill):
    with pytest.raises(NotFound):
        open_victim(session, ambassador, mrs_hill.id)
    keeping.assign(session, officer, mrs_hill, ambassador.id)
    assert open_victim(session, ambassador, mrs_hill.id) is mrs_hill


def test_nobody_is_passed_to_somebody_who_sees_no_victims(session, officer, volunteer, mrs_hill):
    with pytest.raises(keeping.CannotLookAfter):
        keeping.assign(session, officer, mrs_hill, volunteer.id)


def test_a_restricted_record_opens_only_to_somebody_who_has_said_why(session, officer, mrs_hill):
    keeping.restrict(session, officer, mrs_hill, reason="Witness in a live investigation")
    with pytest.raises(ReasonNeeded):
        open_victim(session, officer, mrs_hill.id)
    keeping.say_why(session, officer, mrs_hill.id, reason="Ringing about the hearing")
    open_victim(session, officer, mrs_hill.id)
    assert waiting(session)[-1]["reason"] == "Ringing about the hearing"


def test_one_officers_reason_opens_nothing_for_another(session, officer, supervisor, mrs_hill):
    keeping.restrict(session, officer, mrs_hill, reason="Witness in a live investigation")
    keeping.say_why(session, officer, mrs_hill.id, reason="Ringing about the hearing")
    with pytest.raises(ReasonNeeded):
        open_victim(session, supervisor, mrs_hill.id)


def test_a_reason_must_be_given(session, officer, mrs_hill):
    with pytest.raises(keeping.ReasonMissing):
        keeping.restrict(session, officer, mrs_hill, reason=" ")
    assert not mrs_hill.restricted


def test_a_restricted_record_does_not_exist_for_the_ambassador(session, officer, ambassador, mr_shaw):
    keeping.restrict(session, officer, mr_shaw, reason="Officer's own family")
    with pytest.raises(NotFound):
        open_victim(session, ambassador, mr_shaw.id)


def test_opening_a_record_is_logged_as_consultation(session, officer, mrs_hill):
    open_victim(session, officer, mrs_hill.id)
    [note] = waiting(session)
    assert (note["action"], note["record_id"], note["actor_id"]) == ("consultation", mrs_hill.id, officer.id)
    assert session.scalar(select(func.count()).select_from(AuditEntry)) > 0
