"""Whoever rings with half a name, the officer finds the record; nobody finds one not theirs to see."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from outreach.casework import search
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.search import How
from outreach.casework.victims import Kind, Victim, VictimPhone
from outreach.foundation import audit
from outreach.foundation.accounts import Account
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, Actor, NotAllowed, Role

Enter = Callable[..., Victim]


@pytest.fixture
def enter(session: Session) -> Enter:
    def one(first_name: str, last_name: str, *, phones: tuple[str, ...] = (), reference: str = "",
            **more: object) -> Victim:
        with acting(session, COMMAND_LINE, "victim.entered"):
            victim = Victim(first_name=first_name, last_name=last_name, **more)
            victim.phones = [VictimPhone(number=number) for number in phones]
            if reference:
                victim.fraud_reports = [FraudReport(national_reference=reference)]
            session.add(victim)
        search.index_victim(session, victim)
        return victim
    return one


@pytest.fixture
def officer() -> Actor:
    return Actor(2, "Search officer", Role.OFFICER)


@pytest.fixture
def edith(enter: Enter) -> Victim:
    enter("William", "Braithwaite", town="Malton", postcode="YO17 7AB", need_score=30)
    enter("Siân", "O'Brien-Hill", town="York", postcode="YO10 3QQ")
    return enter("Edith", "Hill", title="Mrs", town="Scarborough", postcode="YO12 4TX",
                 born_on=date(1941, 3, 27), phones=("+441632960496", "+447700900123"),
                 email="edith@example.org", reference="NFRC240112345", need_score=50)


@pytest.mark.parametrize("typed", [
    "Edith Hill", "hill edith", "Mrs Hill scarborough", "edi", "EDITH yo12", "hill yo1", "yo12 4tx",
    "YO124TX", "hill yo12 4", "hill yo12 4t", "edith scarb",
    "Edth Hill", "Eidth Hill", "Edithh Hill", "Edich Hill", "edith hlil", "edith hil",
    "01632 960496", "+44 1632 960 496", "(01632) 960496", "960496", "07700900123", "hill 900 123",
    "27/3/1941", "27 March 1941", "hill 1941-03-27", "27.3.41",
    "edith@example.org", "EDITH@EXAMPLE.ORG", "nfrc 2401 12345", "NFRC240112345"])
def test_the_officer_finds_mrs_hill_by_whatever_the_caller_gives(session, officer, edith, typed):
    assert edith.id in search.find(session, officer, typed).ids


@pytest.mark.parametrize(("typed", "how"), [
    ("edith hill", How.EXACT), ("edi hil", How.BEGINNING), ("Edie Hill", How.VARIANT),
    ("edith hyll", How.NEAR), ("NFRC240112345", How.REFERENCE), ("edith@example.org", How.EMAIL)])
def test_it_says_how_it_found_somebody(session, officer, edith, typed, how):
    found = search.find(session, officer, typed)
    assert [(hit.victim_id, hit.how) for hit in found.hits] == [(edith.id, how)]


@pytest.mark.parametrize("typed", ["bill braithwaite", "billy yo17", "thwaite", "braithwaite will",
                                   "brathwaite"])
def test_a_nickname_and_the_middle_of_a_name_find_william_braithwaite(session, officer, edith, typed):
    found = search.find(session, officer, typed)
    assert [session.get_one(Victim, victim).last_name for victim in found.ids] == ["Braithwaite"]


@pytest.mark.parametrize("typed", ["sian obrien", "o'brien", "Siân O’Brien", "brien hill",
                                   "obrien hill york"])
def test_accents_hyphens_and_apostrophes_do_not_matter(session, officer, edith, typed):
    found = search.find(session, officer, typed)
    assert "O'Brien-Hill" in [session.get_one(Victim, victim).last_name for victim in found.ids]


def test_a_business_is_found_by_its_name_and_by_whom_to_ask_for(session, officer, enter):
    shop = enter("", "Esk Valley Bakery Ltd", kind=Kind.BUSINESS, named_business_contact="Tariq Fictional")
    assert search.find(session, officer, "esk bakery").ids == [shop.id]
    assert search.find(session, officer, "tariq").ids == [shop.id]


def test_the_surest_come_first_and_among_them_those_in_greatest_need(session, officer, enter):
    near = enter("Joan", "Hall", need_score=90)
    low = enter("Joan", "Hill", need_score=1)
    high = enter("Joan", "Hill", need_score=40)
    begins = enter("Joanna", "Hillman", need_score=80)
    assert search.find(session, officer, "joan hill").ids == [high.id, low.id, begins.id, near.id]


def test_enough_people_as_typed_end_the_search_until_it_is_asked_to_go_wider(session, officer, enter):
    exact = [enter("Joan", "Hill") for _ in range(5)]
    near = enter("Joan", "Hall", need_score=90)
    found = search.find(session, officer, "joan hill")
    assert sorted(found.ids) == [victim.id for victim in exact] and found.narrow
    wider = search.find(session, officer, "joan hill", wide=True)
    assert wider.ids[-1] == near.id and not wider.narrow


def test_many_of_one_name_are_still_ranked_by_need(session, officer, enter, monkeypatch):
    monkeypatch.setattr("outreach.casework.search.finding.FEW", 3)
    people = [enter("Ann", "Smith", need_score=score) for score in (5, 9, 1, 7, 3)]
    found = search.find(session, officer, "smith", limit=2)
    assert found.ids == [people[1].id, people[3].id]
    assert found.more


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "'", '"', "*", "%", "_", "\x00", "a\x00b", "OR AND NOT",
                                   "(((", "☃", "王", "x" * 5000, "' OR 1=1 --", "1", "zzzz qqqq", ":* & |",
                                   "@", "^", "+"])
def test_nonsense_finds_nobody_and_breaks_nothing(session, officer, edith, typed):
    assert search.find(session, officer, typed).ids == []


def test_a_changed_name_is_found_and_the_old_one_is_not(session, officer, edith):
    with acting(session, COMMAND_LINE, "victim.changed"):
        edith.last_name, edith.phones = "Wainscott", []
    search.index_victim(session, edith)
    assert search.find(session, officer, "wainscott").ids == [edith.id]
    assert edith.id not in search.find(session, officer, "hill").ids
    assert search.find(session, officer, "960496").ids == []


def test_whoever_is_forgotten_leaves_no_word_behind(session, officer, enter):
    kept = enter("Ann", "Smith")
    before = _everything_kept(session)
    gone = enter("Zebedee", "Smith", postcode="YO1 1AA", phones=("+441632960001",))
    search.forget(session, [gone.id])
    assert _everything_kept(session) == before
    assert search.find(session, officer, "smith").ids == [kept.id]


def test_indexing_twice_is_the_same_as_once(session, edith):
    before = _everything_kept(session)
    search.index_victim(session, edith)
    assert _everything_kept(session) == before


def test_an_ambassador_finds_only_the_victims_passed_to_them(session, enter, edith):
    with acting(session, COMMAND_LINE, "account.opened"):
        pcso = Account(name="Pat", role=Role.AMBASSADOR, email="pat@example.org")
        session.add(pcso)
    mine = enter("Edith", "Hill", assigned_to_id=pcso.id)
    enter("Edith", "Hill", assigned_to_id=pcso.id, restricted=True)
    assert search.find(session, pcso.actor, "edith hill").ids == [mine.id]
    assert search.find(session, pcso.actor, "NFRC240112345").ids == []
    assert search.find(session, pcso.actor, "edith@example.org").ids == []


def test_someone_merged_away_is_not_shown(session, officer, enter, edith):
    twice = enter("Edith", "Hill")
    with acting(session, COMMAND_LINE, "victim.merged"):
        twice.merged_into_id = edith.id
    assert search.find(session, officer, "edith hill").ids == [edith.id]


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.COMMUNICATOR, Role.ADMINISTRATOR])
def test_those_who_may_not_see_victims_may_not_search_for_them(session, role):
    with pytest.raises(NotAllowed):
        search.find(session, Actor(9, "Somebody", role), "hill")


def test_a_search_is_noted_with_whom_it_showed_and_without_what_was_typed(session, officer, edith):
    search.find(session, officer, "edith hill")
    [note] = audit.waiting(session)
    assert (note["action"], note["operation"]) == ("consultation", "victim.searched")
    assert note["details"] == {"shown": [edith.id]}


def _everything_kept(session: Session) -> list[list[tuple]]:
    return [[tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))]
            for table in ("name_word", "name_word_slip")] + [
           [tuple(row) for row in session.execute(text("SELECT words FROM victim_search ORDER BY 1"))]]
