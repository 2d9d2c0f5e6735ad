"""What came of a call: which facts fit together, what follows from an outcome, and corrections that stay."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from outreach.casework import calls, follow_ups
from outreach.casework.calls import BadCall, Call, CallCorrection, Outcome
from outreach.casework.follow_ups import FollowUp, Status
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.victims import Victim, merging
from outreach.foundation import clock
from outreach.foundation.audit import Action, AuditEntry
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import NotAllowed
from outreach.foundation.stale import ChangedMeanwhile

RECEIVED = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)      # summer: 10:30 on the wall
MINUTE = timedelta(minutes=1)
POUNDS = Decimal

# What does not fit: the facts, the field it is said beside, and what to do about it.
UNFIT = [
    ({"attended_at": RECEIVED - MINUTE}, "attended_at",
     "They cannot have attended before the bank rang, 1 July at 10:30"),
    ({"attended_at": datetime(2031, 1, 1, tzinfo=UTC)}, "attended_at",
     "Enter when officers attended: a date and time that have passed"),
    ({"attempted": POUNDS(-1)}, "attempted", "Enter an amount in pounds from 0 to 100,000,000"),
    ({"prevented": POUNDS(-1)}, "prevented", "Enter an amount in pounds from 0 to 100,000,000"),
    ({"lost": POUNDS("-0.01")}, "lost", "Enter an amount in pounds from 0 to 100,000,000"),
    ({"lost": POUNDS(5), "recovered": POUNDS(-1)}, "recovered",
     "Enter an amount in pounds from 0 to 100,000,000"),
    ({"attempted": POUNDS("100000000.01")}, "attempted", "Enter an amount in pounds from 0 to 100,000,000"),
    ({"attempted": POUNDS(9000), "prevented": POUNDS("9000.01")}, "prevented",
     "No more than was attempted (£9,000) can have been prevented"),
    ({"attempted": POUNDS(9000), "lost": POUNDS("9000.01")}, "lost",
     "No more than was attempted (£9,000) can have been lost"),
    ({"attempted": POUNDS(9000), "prevented": POUNDS(5000), "lost": POUNDS("4000.01")}, "lost",
     "Prevented and lost together are more than was attempted (£9,000)"),
    ({"lost": POUNDS(200), "recovered": POUNDS(201)}, "recovered",
     "No more than was lost (£200) can have been recovered"),
    ({"recovered": POUNDS(1)}, "recovered", "No more than was lost (£0) can have been recovered"),
    ({"outcome": Outcome.NOT_ATTENDED, "attended_at": RECEIVED + MINUTE}, "outcome",
     "Officers attended at the time entered: take it out, or choose another outcome"),
    ({"outcome": Outcome.PREVENTED, "lost": POUNDS(1)}, "outcome",
     "Something was lost: choose “Partly lost”"),
    ({"outcome": Outcome.PARTLY_LOST, "lost": POUNDS(0)}, "lost",
     "Enter what was lost, or choose “Fraud prevented”"),
    ({"outcome": Outcome.NO_FRAUD, "lost": POUNDS(1)}, "outcome",
     "Where there was no fraud, nothing was prevented or lost: take the amounts out"),
    ({"outcome": Outcome.FALSE_ALARM, "prevented": POUNDS(1)}, "outcome",
     "Where there was a false alarm, nothing was prevented or lost: take the amounts out"),
    ({"outcome": Outcome.NO_FRAUD, "arrests": 1}, "arrests",
     "Nobody is arrested where there was no fraud: choose another outcome"),
    ({"arrests": -1}, "arrests", "Enter how many were arrested, from 0 to 50"),
    ({"arrests": 51}, "arrests", "Enter how many were arrested, from 0 to 50"),
    ({"fraud_type": "witchcraft"}, "fraud_type", "Choose the kind of fraud from the list"),
]
# What was asked for when the call came, and cannot be changed afterwards.
UNFIT_AT_FIRST = [
    ({"received_at": datetime(2031, 1, 1, tzinfo=UTC)}, "received_at",
     "Enter when the bank rang: a date and time that have passed"),
    ({"incident_number": " "}, "incident_number", "Enter the incident number"),
    ({"bank": "  "}, "bank", "Enter the bank that rang"),
    ({"bank": "?!"}, "bank", "Enter the bank that rang"),
]
# What just fits.
FIT = [
    {"attended_at": RECEIVED}, {"outcome": Outcome.NOT_ATTENDED}, {"lost": POUNDS(5), "recovered": POUNDS(5)},
    {"attempted": POUNDS(9000), "prevented": POUNDS(5000), "lost": POUNDS(4000)},
    {"attempted": POUNDS(100_000_000), "prevented": POUNDS(100_000_000), "outcome": Outcome.PREVENTED},
    {"outcome": Outcome.NO_FRAUD, "attempted": POUNDS(6000), "attended_at": RECEIVED + MINUTE},
    {"outcome": Outcome.PARTLY_LOST}, {"lost": POUNDS(5)}, {"arrests": 50},
]
ROWS = (Call, CallCorrection, Victim, FraudReport, FollowUp, OutboxMessage)


def naming(case):
    return ", ".join(f"{name} {value}" for name, value in case.items()) if isinstance(case, dict) else ""


@pytest.fixture
def log(session, officer, mrs_hill):
    def one(victim=mrs_hill, **facts):
        given = {"incident_number": "1", "bank": "Dales Bank", "received_at": RECEIVED} | facts
        found = calls.log_call(session, officer, victim, **given)
        session.commit()
        return found
    return one


@pytest.fixture
def record(session, officer):
    """`record(call, lost=…)`: entered by somebody who saw the call as it stands."""
    def one(call, *, reason="", seen=None, **wanted):
        calls.record_outcome(session, officer, call, reason=reason,
                             seen=seen or {name: getattr(call, name) for name in wanted}, **wanted)
        session.commit()
        return call
    return one


def everything(session):
    """Every row as it stands in the database."""
    session.rollback()
    found = {noun.__tablename__: session.execute(select(noun.__table__)).all() for noun in ROWS}
    session.rollback()
    return found


@pytest.mark.parametrize(("facts", "field", "sentence"), UNFIT + UNFIT_AT_FIRST, ids=naming)
def test_what_does_not_fit_is_not_logged(session, log, mrs_hill, facts, field, sentence):
    before = everything(session)
    with pytest.raises(BadCall) as refused:
        log(**facts)
    assert refused.value.troubles == {field: sentence} and everything(session) == before


@pytest.mark.parametrize(("facts", "field", "sentence"), UNFIT, ids=naming)
def test_what_does_not_fit_is_not_recorded_later(session, log, record, facts, field, sentence):
    call = log()
    before = everything(session)
    with pytest.raises(BadCall) as refused:
        record(call, **facts)
    assert refused.value.troubles == {field: sentence} and everything(session) == before


def test_what_is_recorded_later_must_fit_what_is_known_already(session, log, record):
    call = log(attempted=POUNDS(9000), prevented=POUNDS(5000))
    before = everything(session)
    with pytest.raises(BadCall, match="Prevented and lost together"):
        record(call, lost=POUNDS(4001))
    assert everything(session) == before


def test_every_field_that_does_not_fit_has_its_own_sentence(log):
    with pytest.raises(BadCall) as refused:
        log(attended_at=RECEIVED - MINUTE, recovered=POUNDS(3), arrests=-2, fraud_type="witchcraft")
    assert set(refused.value.troubles) == {"attended_at", "recovered", "arrests", "fraud_type"}


@pytest.mark.parametrize("facts", FIT, ids=naming)
def test_what_just_fits_is_taken_at_once_and_later(log, record, mr_hill, facts):
    assert log(**facts).id and record(log(mr_hill, incident_number="2"), **facts).id


# What follows from an outcome

def test_what_turns_out_to_be_no_fraud_takes_the_report_and_the_visit_back(session, log, record, mrs_hill):
    call = log(fraud_type="courier")
    report, visit = call.fraud_report_id, call.follow_up_id
    record(call, outcome=Outcome.NO_FRAUD)
    assert (call.fraud_report_id, call.follow_up_id, mrs_hill.fraud_reports) == (None, None, [])
    assert session.get_one(FollowUp, visit).status is Status.CANCELLED
    [erased] = session.scalars(select(AuditEntry).where(AuditEntry.action == Action.ERASURE)).all()
    assert (erased.record_type, erased.record_id, erased.operation) == (
        "fraud_report", report, "fraud_report.erased")


def test_a_visit_that_was_made_stays_with_the_call(session, officer, log, record):
    call = log()
    follow_ups.finish(session, officer, session.get_one(FollowUp, call.follow_up_id))
    record(call, outcome=Outcome.FALSE_ALARM)
    assert session.get_one(FollowUp, call.follow_up_id).status is Status.DONE
    record(call, outcome=Outcome.PREVENTED)
    assert session.scalars(select(FollowUp.id)).all() == [call.follow_up_id]


def test_what_turns_out_to_be_fraud_after_all_is_reported_and_visited(session, log, record):
    call = log(outcome=Outcome.FALSE_ALARM)
    record(call, outcome=Outcome.PARTLY_LOST, lost=POUNDS(700), fraud_type="courier")
    assert (call.fraud_report.lost, call.fraud_report.fraud_type) == (700, "courier")
    assert session.get_one(FollowUp, call.follow_up_id).status is Status.PLANNED


def test_the_report_says_what_the_call_says_and_need_follows(log, record, mrs_hill):
    call = log(fraud_type="courier")
    assert "lost:1000" not in mrs_hill.need_reasons
    record(call, lost=POUNDS(4200), recovered=POUNDS(200), fraud_type="romance")
    report = call.fraud_report
    assert (report.lost, report.recovered, report.fraud_type) == (4200, 200, "romance")
    assert "lost:1000" in mrs_hill.need_reasons
    record(call, lost=POUNDS(10), recovered=POUNDS(0), reason="A nought too many")
    assert (report.lost, report.recovered) == (10, 0) and "lost:1000" not in mrs_hill.need_reasons


# Corrections

def test_the_first_amount_needs_no_reason(session, log, record):
    record(log(), attempted=POUNDS(9000), prevented=POUNDS(9000))
    assert session.scalars(select(CallCorrection)).all() == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_known_amount_changes_only_with_a_reason(session, log, record, reason):
    call = log(attempted=POUNDS(9000), prevented=POUNDS(9000))
    before = everything(session)
    with pytest.raises(BadCall) as refused:
        record(call, attempted=POUNDS(8000), prevented=POUNDS(8000), reason=reason)
    assert refused.value.troubles == {"reason": "Say why attempted and prevented are put right"}
    assert everything(session) == before


def test_each_correction_keeps_what_stood_there_and_who_put_it_right(session, officer, log, record):
    call = log(attempted=POUNDS(9000), lost=POUNDS("10.50"))
    record(call, lost=POUNDS(20), prevented=POUNDS(5), reason="The bank's statement")
    record(call, lost=None, reason="Nothing had left after all")
    found = [(one.field, one.before, one.after, one.reason, by) for one, by in
             calls.corrections(session, call)]
    assert found == [("lost", 20, None, "Nothing had left after all", officer.name),
                     ("lost", POUNDS("10.50"), 20, "The bank's statement", officer.name)]


@pytest.mark.parametrize("deed", ["UPDATE call_correction SET before = 1", "DELETE FROM call_correction"])
def test_the_database_refuses_to_change_a_correction(session, log, record, deed):
    record(log(lost=POUNDS(10)), lost=POUNDS(20), reason="The bank's statement")
    with pytest.raises(DBAPIError, match="only grows"):
        session.execute(text(deed))
    session.rollback()
    assert session.scalars(select(CallCorrection.before)).all() == [10]


def test_a_stale_save_overwrites_nothing_and_other_details_go_side_by_side(session, log, record):
    call = log()
    seen = {"outcome": None, "arrests": 0}
    record(call, outcome=Outcome.NOT_ATTENDED)
    before = everything(session)
    with pytest.raises(ChangedMeanwhile) as refused:
        record(call, seen=seen, outcome=Outcome.FALSE_ALARM, arrests=1)
    assert refused.value.names == ["outcome"] and everything(session) == before
    record(call, seen=seen, outcome=None, arrests=1)
    assert (call.outcome, call.arrests) == (Outcome.NOT_ATTENDED, 1)


def test_whoever_records_an_outcome_holds_the_person_first(database, session, officer, log):
    call = log()
    call_id, victim_id = call.id, call.victim_id
    session.commit()
    if database.is_sqlite:
        return      # one writer at a time
    with database.writing() as mine, database.writing() as other:
        calls.open_call(mine, officer, call_id, to_change=True)
        with pytest.raises(DBAPIError, match="could not obtain lock"):
            other.get_one(Victim, victim_id, with_for_update={"nowait": True})


@pytest.mark.parametrize("who", ["ambassador", "supervisor"])
def test_only_the_officer_records_what_came_of_it(session, request, log, who):
    with pytest.raises(NotAllowed):
        calls.record_outcome(session, request.getfixturevalue(who), log(), seen={"arrests": 0}, arrests=1)


# Two records of one person

def test_calls_move_with_a_merge_and_back(session, officer, mrs_hill, enter, log):
    peggy = enter("Peggy", "Hill")
    call = log(peggy)
    combined = merging.merge(session, officer, mrs_hill, peggy)
    session.commit()
    assert (call.victim_id, call.fraud_report.victim_id) == (mrs_hill.id, mrs_hill.id)
    merging.unmerge(session, officer, combined)
    session.commit()
    assert (call.victim_id, call.fraud_report.victim_id) == (peggy.id, peggy.id)
    assert session.scalar(select(func.count(FollowUp.id)).where(FollowUp.victim_id == peggy.id)) == 1


def test_the_day_after_midnight_is_another_day(session, log):
    """Half past eleven on a summer evening by Greenwich is the next day on the wall."""
    call = log(received_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert call.fraud_report.reported_on.isoformat() == "2026-07-01"
    assert clock.day_of(call.received_at).isoformat() == "2026-07-01"
