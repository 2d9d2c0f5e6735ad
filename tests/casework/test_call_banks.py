"""Banks and branches: remembered as they ring, put right by hand, two spellings made one."""

from datetime import UTC, datetime
from itertools import count
from threading import Thread

import pytest
from sqlalchemy import select

from outreach.casework import calls
from outreach.casework.calls import BadCall, Bank, BankBranch, Outcome, banks
from outreach.casework.calls.banks import NameTaken
from outreach.casework.victims import Victim
from outreach.foundation.audit import Action, AuditEntry
from outreach.foundation.permissions import NotAllowed

JULY = datetime(2026, 7, 10, 9, 0, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture
def log(session, officer, mrs_hill):
    """`log("Dales Bank", "Whitby", lost=…)`: a call of July 2026."""
    def one(bank="Dales Bank", branch="", victim=mrs_hill, **facts):
        given = {"incident_number": f"T-{next(_numbers)}", "received_at": JULY,
                 "outcome": Outcome.FALSE_ALARM} | facts
        found = calls.log_call(session, officer, victim, bank=bank, branch=branch, **given)
        session.commit()
        return found
    return one


@pytest.mark.parametrize("again", ["dales bank", "  DALES BANK ", "Dales-Bank", "Dálès Bank"])
def test_one_bank_however_it_is_written(session, log, again):
    first, second = log("Dales Bank", "Whitby"), log(again, "whitby")
    assert (second.bank_id, second.branch_id) == (first.bank_id, first.branch_id)
    assert banks.offered(session) == ["Dales Bank"] and banks.branches_offered(session) == ["Whitby"]


def test_two_banks_may_have_a_branch_in_one_town(session, log):
    assert log("Dales Bank", "Whitby").branch_id != log("Moor Bank", "Whitby").branch_id
    assert banks.branches_offered(session) == ["Whitby"]


def test_a_bank_is_renamed_and_its_calls_with_it(session, officer, log):
    call = log("Dales Bnk", "Witby")
    banks.rename(session, officer, call.bank, " Dales Bank ")
    banks.rename(session, officer, call.branch, "Whitby")
    session.commit()
    assert call.rang == "Dales Bank, Whitby" and log("dales bank", "whitby").branch_id == call.branch_id


@pytest.mark.parametrize("name", ["moor BANK", "", " ?! "])
def test_a_name_that_is_taken_or_none_is_refused(session, officer, log, name):
    call, _ = log("Dales Bank"), log("Moor Bank")
    with pytest.raises(NameTaken, match=r"join the two instead|Enter a name"):
        banks.rename(session, officer, call.bank, name)
    assert call.bank.name == "Dales Bank"


def test_a_branch_may_not_take_the_name_of_its_neighbour(session, officer, log):
    call, _ = log("Dales Bank", "Witby"), log("Dales Bank", "Whitby")
    with pytest.raises(NameTaken, match="There is already “Whitby”"):
        banks.rename(session, officer, call.branch, "WHITBY")


def test_a_join_moves_the_calls_and_their_branches(session, officer, log):
    right, wrong = log("Dales Bank", "Whitby"), log("Dales Bnk", "Whitby")
    other, bare = log("Dales Bnk", "Ripon"), log("Dales Bnk")
    assert banks.join(session, officer, wrong.bank, right.bank) == 3
    session.commit()
    assert {call.bank_id for call in (wrong, other, bare)} == {right.bank_id}
    assert (wrong.branch_id, bare.branch_id) == (right.branch_id, None)
    assert (other.rang, other.branch.bank_id) == ("Dales Bank, Ripon", right.bank_id)
    assert banks.offered(session) == ["Dales Bank"]
    assert banks.branches_offered(session) == ["Ripon", "Whitby"]


def test_the_wrong_spelling_typed_again_is_the_right_bank(session, officer, log):
    right, wrong = log("Dales Bank", "Whitby"), log("Dales Bnk", "Whitby")
    banks.join(session, officer, wrong.bank, right.bank)
    session.commit()
    again = log("dales bnk", "Whitby")
    assert (again.bank_id, again.branch_id) == (right.bank_id, right.branch_id)


def test_a_join_the_wrong_way_round_is_joined_back(session, officer, log):
    right, wrong = log("Dales Bank"), log("Dales Bnk")
    banks.join(session, officer, right.bank, wrong.bank)
    banks.join(session, officer, session.get_one(Bank, 2), session.get_one(Bank, 1))
    session.commit()
    assert right.rang == wrong.rang == log("Dales Bnk").rang == log("Dales Bank").rang == "Dales Bank"


def test_a_bank_that_is_offered_again_is_its_own(session, officer, log):
    right, wrong = log("Dales Bank"), log("Dales Bnk")
    spelling = wrong.bank
    banks.join(session, officer, spelling, right.bank)
    banks.retire(session, officer, spelling, retired=False)
    session.commit()
    assert log("Dales Bnk").rang == "Dales Bnk"


def test_a_bank_is_not_joined_with_itself(session, officer, log):
    bank = log().bank
    with pytest.raises(NameTaken, match="Choose two different banks"):
        banks.join(session, officer, bank, bank)


def test_a_retired_bank_is_not_offered_until_it_is_again(session, officer, log):
    call = log("Dales Bank", "Whitby")
    banks.retire(session, officer, call.bank)
    assert banks.offered(session) == [] and call.rang == "Dales Bank, Whitby"
    assert [bank.name for bank in banks.everyone(session)] == ["Dales Bank"]
    banks.retire(session, officer, call.bank, retired=False)
    assert banks.offered(session) == ["Dales Bank"]


@pytest.mark.parametrize("who", ["ambassador", "supervisor", "communicator"])
def test_only_those_who_keep_lists_change_banks(session, request, log, who):
    actor, bank = request.getfixturevalue(who), log().bank
    for deed in (lambda: banks.rename(session, actor, bank, "X"), lambda: banks.retire(session, actor, bank),
                 lambda: banks.join(session, actor, bank, bank)):
        with pytest.raises(NotAllowed):
            deed()


def test_banks_that_nobody_rang_from_are_not_in_the_book(session, officer, log):
    log("Dales Bank", "Whitby")
    assert (session.scalars(select(Bank.name)).all(), session.scalars(select(BankBranch.name)).all()) == (
        ["Dales Bank"], ["Whitby"])


def test_a_join_is_written_down_for_each_branch(session, officer, log):
    wrong, right = log("Dales Bnk", "Ripon"), log("Dales Bank", "Whitby")
    ripon = wrong.branch_id
    banks.join(session, officer, wrong.bank, right.bank)
    session.commit()
    altered = session.scalars(select(AuditEntry.record_id).where(
        AuditEntry.operation == "bank.joined", AuditEntry.record_type == "bank_branch",
        AuditEntry.action == Action.ALTERATION))
    assert ripon in set(altered)


# Two telephones at once

def both(database, deed):
    """Do it twice at once: the first is not committed yet when the second begins."""
    outcomes = []

    def second():
        with database.writing() as mine:
            try:
                outcomes.append(deed(mine, 2))
                mine.commit()
            except BadCall as bad:
                outcomes.append(bad.troubles)
    other = Thread(target=second)
    with database.writing() as mine:
        outcomes.append(deed(mine, 1))
        other.start()
        other.join(0.5)
        mine.commit()
    other.join(20)
    return outcomes


@pytest.fixture
def log_at_once(database, session, officer, mrs_hill, mr_hill):
    """Two people log a call from one branch at once, under these incident numbers."""
    victims = [mrs_hill.id, mr_hill.id]

    def two(*incidents):
        session.commit()
        return both(database, lambda mine, number: calls.log_call(
            mine, officer, mine.get_one(Victim, victims[number - 1]), bank="Dales Bank", branch="Whitby",
            incident_number=incidents[number - 1], received_at=JULY).incident_number)
    return two


def test_two_calls_of_one_new_bank_at_once_are_both_logged(session, log_at_once):
    assert log_at_once("R-1", "R-2") == ["R-1", "R-2"]
    assert banks.offered(session) == ["Dales Bank"] and banks.branches_offered(session) == ["Whitby"]


def test_one_incident_logged_twice_at_once_is_logged_once(log, log_at_once):
    log("Dales Bank", "Whitby")
    first, second = log_at_once("R-1", "R-1")
    assert first == "R-1" and "is logged already" in second["incident_number"]
