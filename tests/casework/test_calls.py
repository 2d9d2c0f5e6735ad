"""Banking Protocol calls: what is logged in one breath, what is refused, and what is planned and said."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from outreach.casework import calls, follow_ups, timeline
from outreach.casework.calls import BadCall, Bank, BankBranch, Call, Means, Outcome, visiting
from outreach.casework.calls.logging import TELL
from outreach.casework.follow_ups import FollowUp, Status
from outreach.casework.fraud_reports import FraudReport, Payment, Source
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer, outside_hours
from outreach.casework.timeline import Kind
from outreach.casework.victims import Victim, VictimPhone
from outreach.foundation import clock, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.audit import Action, AuditEntry
from outreach.foundation.force import current
from outreach.foundation.operation import acting
from outreach.foundation.outbox import Engine, Lane, OutboxMessage, State, lives
from outreach.foundation.permissions import COMMAND_LINE, NotAllowed

NEW_PERSON = {"title": "Mrs", "first_name": "Ivy", "last_name": "Blenkinsop", "born_on": date(1942, 8, 8),
              "postcode": "YO22 9XX", "phones": [("+441632960305", "")]}
EVERYTHING = (Call, Victim, VictimPhone, FraudReport, FollowUp, OutboxMessage, Bank, BankBranch, AuditEntry)
HOUR = timedelta(hours=1)


@pytest.fixture
def log(session, officer, mrs_hill):
    """`log(victim, lost=…)`: a call that came an hour ago."""
    def one(victim=mrs_hill, **facts):
        given = {"incident_number": "NY-1103-141", "bank": "Dales Bank", "branch": "Whitby",
                 "received_at": clock.now() - HOUR, "fraud_type": "courier"} | facts
        call = calls.log_call(session, officer, victim, **given)
        session.commit()
        return call
    return one


@pytest.fixture
def worker(database, tmp_path):
    life = lives.Life(database)
    life.begin()
    yield Engine(database, outbox.means(tmp_path, "https://desk.example.org/desk"), life.name)
    life.end()


def counted(session, *nouns):
    session.rollback()
    found = {noun.__tablename__: session.scalar(select(func.count()).select_from(noun)) for noun in nouns}
    session.rollback()
    return found


# What follows from a call

def test_one_breath_enters_the_person_the_report_the_visit_and_the_message(session, officer, log):
    call = log(None, person=NEW_PERSON, attempted=Decimal(9000), lost=Decimal(200), recovered=Decimal(50),
               means=Means.CASH, cover_story="Gold for a wedding")
    report, visit = call.fraud_report, session.get_one(FollowUp, call.follow_up_id)
    assert (call.victim.name, call.age, call.rang) == ("Mrs Ivy Blenkinsop", call.victim.age,
                                                       "Dales Bank, Whitby")
    assert (report.victim_id, report.source, report.fraud_type, report.payment) == (
        call.victim_id, Source.BANKING_PROTOCOL, "courier", Payment.CASH)
    assert (report.lost, report.recovered, report.summary) == (200, 50, "Cover story: Gold for a wedding")
    assert (report.force_occurrence, report.reported_on) == ("NY-1103-141", clock.day_of(call.received_at))
    assert (visit.victim_id, visit.assignee_id, visit.reason) == (
        call.victim_id, officer.id, "Visit (after a call from Dales Bank)")
    [told] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == TELL))
    assert ((told.subject_type, told.subject_id), told.payload) == (("call", call.id), {})


def test_all_of_it_is_written_in_the_callers_name_and_without_what_was_said(session, officer, log):
    call = log(None, person=NEW_PERSON, cover_story="Gold for a wedding")
    rows = session.scalars(select(AuditEntry).where(AuditEntry.actor_id == officer.id)).all()
    written = {(row.record_type, row.operation) for row in rows}
    assert {("banking_protocol_call", "call.logged"), ("victim", "victim.entered"),
            ("fraud_report", "fraud_report.entered"), ("follow_up", "follow_up.planned")} <= written
    assert call.id in {row.record_id for row in rows if row.record_type == "banking_protocol_call"}
    assert not any(word in str(row.details) for row in rows for word in ("Gold", "Blenkinsop", "960305"))


@pytest.fixture
def full_outbox(session):
    """A database that takes every row but the last one of a call: the message to whoever visits."""
    refuse = ("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
              "$$ BEGIN RAISE EXCEPTION 'full'; END $$",
              f"CREATE TRIGGER refuse BEFORE INSERT ON outbox FOR EACH ROW WHEN (NEW.kind = '{TELL}') "
              "EXECUTE FUNCTION refuse()")
    if session.bind.dialect.name == "sqlite":
        refuse = (f"CREATE TRIGGER refuse BEFORE INSERT ON outbox WHEN NEW.kind = '{TELL}' "
                  "BEGIN SELECT RAISE(ABORT, 'full'); END",)
    for statement in refuse:
        session.execute(text(statement))
    session.commit()


def test_where_the_last_row_cannot_be_written_none_is(session, full_outbox, log):
    before = counted(session, *EVERYTHING)
    with pytest.raises(DBAPIError, match="full"):
        log(None, person=NEW_PERSON)
    assert counted(session, *EVERYTHING) == before


def test_a_call_stands_on_the_timeline(session, log, mrs_hill):
    log(attempted=Decimal(9000), outcome=Outcome.PREVENTED, prevented=Decimal(9000), cover_story="Gold")
    [entry] = [entry for entry in timeline.page(session, [mrs_hill.id]).entries if entry.kind is Kind.CALL]
    assert (entry.title, entry.by, entry.words) == (
        "Banking Protocol call from Dales Bank, Whitby", "Ada Cole", "Cover story: Gold")
    assert entry.facts == "fraud prevented · £9,000 attempted · £9,000 prevented"


def test_a_number_that_is_known_is_kept_once(session, log, mrs_hill):
    number, before = mrs_hill.phones[0].number, len(mrs_hill.phones)
    log(person={"phones": [(number, ""), ("+447700900909", "")]})
    assert [phone.number for phone in mrs_hill.phones].count(number) == 1
    assert len(mrs_hill.phones) == before + 1


@pytest.mark.parametrize("outcome", [Outcome.NO_FRAUD, Outcome.FALSE_ALARM])
def test_where_there_was_no_fraud_nothing_is_reported_and_nobody_visits(session, log, outcome):
    call = log(outcome=outcome, attempted=Decimal(500))
    assert (call.fraud_report, call.follow_up_id) == (None, None)
    assert counted(session, FraudReport, FollowUp, OutboxMessage) == {
        "fraud_report": 0, "follow_up": 0, "outbox": 0}


def test_for_one_who_died_the_report_stands_and_nobody_visits(session, log, mrs_hill):
    with acting(session, COMMAND_LINE, "test.died"):
        mrs_hill.deceased_on = clock.today()
    call = log()
    assert call.fraud_report is not None and call.follow_up_id is None
    assert counted(session, OutboxMessage) == {"outbox": 0}


def test_an_incident_is_logged_once_however_it_is_written(session, log, mrs_hill):
    first = log()
    with pytest.raises(BadCall) as refused:
        log(incident_number=" ny-1103 -141 ")
    assert refused.value.troubles == {"incident_number": f"Incident NY-1103-141 is logged already, as call "
                                      f"{first.id}: open that call, or check the number"}
    assert counted(session, Call) == {"banking_protocol_call": 1}


@pytest.mark.parametrize("who", ["ambassador", "supervisor", "volunteer", "communicator", "administrator"])
def test_only_the_officer_logs_calls(session, request, mrs_hill, who):
    with pytest.raises(NotAllowed):
        calls.log_call(session, request.getfixturevalue(who), mrs_hill, incident_number="1",
                       bank="Dales Bank", received_at=clock.now())


# The visit

SUMMER_TUESDAY = datetime(2030, 7, 2, 9, 40, tzinfo=UTC)        # 10:40 on the wall
FRIDAY_NIGHT = datetime(2030, 3, 1, 23, 10, tzinfo=UTC)


def wall(moment):
    return f"{clock.local(moment):%a %d %b %H:%M}"


@pytest.mark.parametrize(("band", "received_at", "due"), [
    (Band.HIGH, SUMMER_TUESDAY, "Wed 03 Jul 10:30"), (Band.MEDIUM, SUMMER_TUESDAY, "Fri 05 Jul 10:30"),
    (Band.STANDARD, SUMMER_TUESDAY, "Sun 07 Jul 10:30"),        # a week end makes no difference
    (Band.HIGH, FRIDAY_NIGHT, "Sat 02 Mar 19:00"), (Band.MEDIUM, FRIDAY_NIGHT, "Mon 04 Mar 19:00"),
    (Band.STANDARD, FRIDAY_NIGHT, "Wed 06 Mar 19:00")])
def test_a_visit_is_as_late_as_the_band_allows_and_by_day(session, mrs_hill, band, received_at, due):
    with acting(session, COMMAND_LINE, "test.band"):
        mrs_hill.band = band
    found = visiting.visit(mrs_hill, "Dales Bank", received_at)
    assert wall(found.due_at) == due
    assert found.due_at <= received_at + timedelta(hours=current().calls.visit_within_hours[band])


@pytest.mark.parametrize(("hours", "due"), [
    ((time(10), time(16)), "Tue 02 Jul 15:30"), ((time(17), None), "Tue 02 Jul 19:00"),
    ((None, time(9, 20)), "Wed 03 Jul 09:00"), ((time(19, 15), time(20, 15)), "Tue 02 Jul 20:00"),
    ((time(10, 10), time(10, 20)), "Wed 03 Jul 10:10")],        # between two half hours
    ids=["by day", "from five on", "until twenty past nine", "in the evening only", "ten minutes"])
def test_a_visit_keeps_to_the_persons_own_hours(session, mrs_hill, hours, due):
    with acting(session, COMMAND_LINE, "test.hours"):
        mrs_hill.safe_from, mrs_hill.safe_until = hours
    by = {"Tue 02 Jul": datetime(2030, 7, 2, 21, 0, tzinfo=UTC),
          "Wed 03 Jul": datetime(2030, 7, 3, 9, 50, tzinfo=UTC)}[due[:10]]
    found = visiting.latest_suitable(mrs_hill, by)
    assert wall(found) == due and not outside_hours(mrs_hill, clock.local(found).time())


@pytest.mark.parametrize("hours", [(time(16), time(10)), (time(21), time(22)), (time(10), time(10))],
                         ids=["the wrong way round", "at night", "none at all"])
def test_hours_that_nobody_can_keep_do_not_keep_a_call_from_being_logged(session, log, mrs_hill, hours):
    with acting(session, COMMAND_LINE, "test.hours"):
        mrs_hill.safe_from, mrs_hill.safe_until = hours
    call = log()
    assert call.follow_up_id is None and call.fraud_report is not None


def test_a_call_entered_late_is_visited_at_the_first_half_hour_to_come(session, log):
    call = log(received_at=clock.now() - timedelta(days=14))
    due_at = session.get_one(FollowUp, call.follow_up_id).due_at
    assert clock.now() < due_at <= clock.now() + timedelta(hours=15)
    assert time(9) <= clock.local(due_at).time() <= time(19) and due_at.minute in (0, 30)


def test_whoever_asked_for_no_visits_is_rung(session, log, mrs_hill):
    with acting(session, COMMAND_LINE, "test.visits"):
        mrs_hill.may_visit = Answer.NO
    visit = session.get_one(FollowUp, log().follow_up_id)
    assert visit.reason == "Ring: they asked for no visits (after a call from Dales Bank)"


def test_whoever_has_the_person_visits_unless_their_account_is_closed(session, log, ambassador, officer,
                                                                      mr_shaw):
    first = log(mr_shaw)
    assert session.get_one(FollowUp, first.follow_up_id).assignee_id == ambassador.id
    with acting(session, COMMAND_LINE, "test.closed"):
        session.get_one(Account, ambassador.id).deactivated_at = clock.now()
    second = log(mr_shaw, incident_number="2")
    assert session.get_one(FollowUp, second.follow_up_id).assignee_id == officer.id


# The message

def told(session):
    session.expire_all()
    return session.scalars(select(OutboxMessage).where(OutboxMessage.kind == TELL)).all()


def test_whoever_visits_is_told_once_and_the_message_names_nobody(session, log, ambassador, mr_shaw, worker,
                                                                  tmp_path):
    call = log(mr_shaw, cover_story="A new roof")
    for _ in range(3):
        worker.work(Lane.POST)
    [promise] = told(session)
    copy = outbox.copy_of(tmp_path, promise)
    assert (promise.state, copy.to) == (State.DONE, "ambassador@example.org")
    assert copy.subject == "Banking Protocol call: a visit is yours"
    assert f"https://desk.example.org/desk/calls/{call.id}" in copy.words and "due at" in copy.words
    said = copy.subject + copy.words
    assert not any(word in said for word in ("Shaw", "Peter", "roof", "Dales", "960202", "1103"))
    assert len(list((tmp_path / "mail").iterdir())) == 1
    [line] = outbox.story(session, "call", call.id)
    assert line.text.startswith("Told Dev Marsh about this call at ")
    session.commit()


def test_nobody_is_told_to_visit_whoever_asked_for_no_visits(session, log, mrs_hill, worker, tmp_path):
    with acting(session, COMMAND_LINE, "test.visits"):
        mrs_hill.may_visit = Answer.NO
    log()
    worker.work(Lane.POST)
    [promise] = told(session)
    copy = outbox.copy_of(tmp_path, promise)
    assert copy.subject == "Banking Protocol call: a telephone call is yours" and "visit" not in copy.words
    session.commit()


def test_nobody_is_told_of_a_visit_that_was_cancelled(session, officer, log, worker):
    call = log()
    follow_ups.cancel(session, officer, session.get_one(FollowUp, call.follow_up_id))
    session.commit()
    worker.work(Lane.POST)
    [promise] = told(session)
    assert (promise.state, promise.last_error) == (State.SUPPRESSED, "nobody is to visit any more")
    session.commit()


def test_nobody_is_told_where_it_turned_out_to_be_none(session, officer, log, worker):
    call = log()
    calls.record_outcome(session, officer, call, seen={"outcome": None}, outcome=Outcome.FALSE_ALARM)
    session.commit()
    worker.work(Lane.POST)
    assert [promise.state for promise in told(session)] == [State.SUPPRESSED]
    statuses = session.scalars(select(FollowUp.status)).all()
    erased = session.scalars(select(AuditEntry.record_type).where(AuditEntry.action == Action.ERASURE)).all()
    assert (statuses, erased) == ([Status.CANCELLED], ["fraud_report"])
    session.commit()
