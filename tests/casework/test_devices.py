"""Call blockers and other equipment: one unit with one person, consented to, measured and brought back."""

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from outreach import demo
from outreach.casework import devices, follow_ups
from outreach.casework.devices import (
    BadSerials,
    CallStats,
    Condition,
    Consent,
    ConsentBy,
    Decision,
    Device,
    DeviceLoan,
    DeviceWait,
    Feelings,
    Figures,
    Panel,
    Standing,
    call_stats,
    listing,
    loan_list,
    outcome_pack,
    refused,
    waiting,
)
from outreach.casework.devices.feelings import Moment, answers_of
from outreach.casework.devices.lending import review_after
from outreach.casework.devices.stock import in_stock, with_serial
from outreach.casework.devices.trusted_callers import callers_of
from outreach.casework.follow_ups import FollowUp
from outreach.casework.follow_ups import Status as Planned
from outreach.casework.letters import Letter
from outreach.casework.measures import Status
from outreach.casework.measures.steps import current_measure
from outreach.casework.safe_contact import Answer, Channel, UnsafeContact
from outreach.casework.victims import entering, keeping
from outreach.casework.victims.merging import merge, unmerge
from outreach.foundation import clock, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from outreach.foundation.outbox import Engine, Lane, OutboxMessage, State, lives
from outreach.foundation.permissions import COMMAND_LINE, NotAllowed, Role
from outreach.insight import today


def days_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def consented(days: int = 3) -> Consent:
    return Consent(ConsentBy.SELF, days_ago(days))


@pytest.fixture
def unit(session, officer) -> Callable[..., Device]:
    """`unit("TC-1")`: one more call blocker in stock."""
    def one(serial: str = "TC-1001", kind: str = "call_blocker") -> Device:
        [added] = devices.add(session, officer, kind=kind, serials=serial, model="trueCall Care",
                              cost=Decimal("110.00"), funder="PFCC")
        session.commit()
        return added
    return one


@pytest.fixture
def lent(session, officer, mrs_hill, unit) -> DeviceLoan:
    """TC-1001 with Mrs Hill, consented to 200 days ago and not installed yet."""
    loan = devices.lend(session, officer, mrs_hill, unit(), consent=consented(200))
    session.commit()
    return loan


@pytest.fixture
def installed(session, officer, lent) -> DeviceLoan:
    """The same, installed 190 days ago."""
    devices.install(session, officer, lent, on=days_ago(190), before=Feelings(5, 2, Decimal(400)))
    session.commit()
    return lent


# Stock

def test_serials_are_added_by_the_dozen_however_they_were_scanned(session, officer):
    added = devices.add(session, officer, kind="call_blocker", model="trueCall Secure SIM",
                        serials=" tc 2001 \n\nTC-2002,NYP-17\nTC-2003\tNYP-18\t07700 900 123\n")
    assert [(one.serial, one.asset_tag, one.sim_number) for one in added] == [
        ("TC2001", "", ""), ("TC-2002", "NYP-17", ""), ("TC-2003", "NYP-18", "+447700900123")]
    assert in_stock(session)["call_blocker"] == 3 and in_stock(session)["camera"] == 0


def test_lines_that_cannot_be_added_are_named_and_nothing_is(session, officer, unit):
    unit("TC-1001")
    with pytest.raises(BadSerials) as wrong:
        devices.add(session, officer, kind="call_blocker", serials="TC-3001\ntc-1001\n?\nTC-3001\nTC-3002")
    session.rollback()
    assert [(problem.number, problem.line) for problem in wrong.value.problems] == [
        (2, "tc-1001"), (3, "?"), (4, "TC-3001")]
    assert wrong.value.good == 2 and len(session.scalars(select(Device)).all()) == 1


def test_the_good_lines_are_added_when_asked_to_leave_the_others_out(session, officer, unit):
    unit("TC-1001")
    added = devices.add(session, officer, kind="call_blocker", serials="TC-3001\nTC-1001", leave_out=True)
    assert [one.serial for one in added] == ["TC-3001"]
    with pytest.raises(BadSerials):
        devices.add(session, officer, kind="call_blocker", serials="TC-1001", leave_out=True)


def test_a_unit_is_found_by_serial_or_asset_tag(session, officer):
    devices.add(session, officer, kind="camera", serials="CAM-1, NYP 44")
    assert with_serial(session, "cam-1") is with_serial(session, "nyp44")
    with pytest.raises(refused.NoSuchUnit):
        with_serial(session, "CAM-2")


def test_a_unit_is_put_aside_and_taken_back_by_hand_but_not_while_it_is_out(session, officer, unit, lent):
    spare = unit("TC-1002")
    devices.change_standing(session, officer, spare, Standing.FAULTY, reason="Will not start")
    devices.change_standing(session, officer, spare, Standing.RETIRED)
    devices.change_standing(session, officer, spare, Standing.IN_STOCK)
    with pytest.raises(refused.CannotStand, match="log its return first"):
        devices.change_standing(session, officer, lent.device, Standing.RETIRED)
    devices.change_standing(session, officer, spare, Standing.LOST)
    with pytest.raises(refused.CannotStand, match="cannot be made reserved"):
        devices.change_standing(session, officer, spare, Standing.RESERVED)


def test_only_whoever_lends_changes_the_stock(session, supervisor, ambassador):
    for actor in (supervisor, ambassador):
        with pytest.raises(NotAllowed):
            devices.add(session, actor, kind="camera", serials="CAM-1")


# The waiting list

def test_the_greatest_need_is_first_and_then_whoever_waits_longest(session, officer, mrs_hill, mr_hill,
                                                                   mr_shaw):
    with acting(session, COMMAND_LINE, "test.made"):
        mr_shaw.vulnerability = ["dementia", "bereaved", "isolation"]
        entering.settled_in(session, mr_shaw)
    for victim in (mr_hill, mrs_hill, mr_shaw):
        waiting.wait(session, officer, victim, kind="call_blocker")
    lines = waiting.waiting_list(session, officer)
    assert lines[0].victim_id == mr_shaw.id and [line.place for line in lines] == [1, 2, 3]
    scores = {one.id: one.need_score for one in (mrs_hill, mr_hill)}
    assert scores[lines[1].victim_id] >= scores[lines[2].victim_id]


def test_a_unit_is_reserved_for_the_first_and_for_another_only_with_a_reason(session, officer, mrs_hill,
                                                                            mr_hill, unit):
    unit()
    entries = {victim.id: waiting.wait(session, officer, victim, kind="call_blocker")
               for victim in (mrs_hill, mr_hill)}
    first, second = [entries[line.victim_id] for line in waiting.waiting_list(session, officer)]
    with pytest.raises(refused.NotFirst):
        waiting.reserve(session, officer, second)
    kept = waiting.reserve(session, officer, second, reason="Being rung five times a day")
    assert kept.status is Standing.RESERVED and second.reserved_out_of_turn
    with pytest.raises(refused.NoneInStock):
        waiting.reserve(session, officer, first)
    waiting.free(session, officer, second)
    assert kept.status is Standing.IN_STOCK and second.settled_at is None
    waiting.reserve(session, officer, first)
    waiting.cancel(session, officer, first, reason="Her son bought one")
    assert kept.status is Standing.IN_STOCK
    assert [line.wait_id for line in waiting.waiting_list(session, officer)] == [second.id]


def test_nobody_waits_twice_for_one_kind_nor_after_their_death(session, officer, mrs_hill, mr_hill):
    waiting.wait(session, officer, mrs_hill, kind="call_blocker")
    waiting.wait(session, officer, mrs_hill, kind="camera")
    with pytest.raises(refused.WaitsAlready):
        waiting.wait(session, officer, mrs_hill, kind="call_blocker")
    keeping.record_death(session, officer, mr_hill)
    with pytest.raises(refused.HasDied):
        waiting.wait(session, officer, mr_hill, kind="call_blocker")


def test_a_restricted_record_shows_its_name_only_on_the_list(session, officer, enter):
    grey = enter("Ann", "Grey", restricted=True, town="Selby")
    waiting.wait(session, officer, grey, kind="call_blocker", note="Frightened")
    [line] = waiting.waiting_list(session, officer)
    assert (line.name, line.town, line.note) == ("Ann Grey", "", "")


# Lending

def test_a_loan_takes_the_unit_out_of_stock_and_settles_the_wait(session, officer, mrs_hill, unit):
    entry = waiting.wait(session, officer, mrs_hill, kind="call_blocker")
    device = unit()
    waiting.reserve(session, officer, entry)
    assert devices.to_lend(session, mrs_hill) == [(device.id, "TC-1001 trueCall Care (reserved for them)")]
    loan = devices.lend(session, officer, mrs_hill, device, consent=consented())
    assert (device.status, entry.outcome) == (Standing.ON_LOAN, waiting.WaitOutcome.LENT)
    assert loan.is_open and loan.review_due_on == review_after(days_ago(3))


def test_one_unit_is_never_lent_twice(session, officer, mr_hill, lent):
    with pytest.raises(refused.AlreadyOnLoan, match="TC-1001 is on loan already"):
        devices.lend(session, officer, mr_hill, lent.device, consent=consented())


def test_the_database_itself_refuses_a_second_open_loan(session, officer, mr_hill, lent):
    twin = {"device_id": lent.device_id, "victim_id": mr_hill.id, "lent_by_id": officer.id,
            "consent_by": ConsentBy.SELF, "consent_on": days_ago(1), "review_due_on": days_ago(1)}
    with pytest.raises(IntegrityError):
        session.connection().execute(insert(DeviceLoan.__table__), twin | {
            "consent_name": "", "relationship_to_them": "", "agreement_signed": False, "note": "",
            "caller_display": Answer.UNKNOWN, "pendant_alarm": Answer.UNKNOWN, "installed_by": "",
            "end_reason": "", "lent_at": clock.now()})


@pytest.mark.parametrize("standing", [Standing.FAULTY, Standing.LOST, Standing.RETIRED])
def test_what_is_put_aside_is_not_lent(session, officer, mrs_hill, unit, standing):
    device = unit()
    devices.change_standing(session, officer, device, standing)
    with pytest.raises(refused.NotLendable):
        devices.lend(session, officer, mrs_hill, device, consent=consented())


def test_what_is_reserved_for_somebody_else_is_not_lent(session, officer, mrs_hill, mr_hill, unit):
    device = unit()
    waiting.reserve(session, officer, waiting.wait(session, officer, mr_hill, kind="call_blocker"))
    with pytest.raises(refused.ReservedForSomebodyElse):
        devices.lend(session, officer, mrs_hill, device, consent=consented())
    assert device.id not in dict(devices.to_lend(session, mrs_hill))


@pytest.mark.parametrize(("consent", "error"), [
    (Consent(None, date(2026, 1, 5)), refused.ConsentMissing),
    (Consent(ConsentBy.SELF, None), refused.ConsentMissing),
    (Consent(ConsentBy.ATTORNEY, date(2026, 1, 5)), refused.ConsentMissing),
    (Consent(ConsentBy.FAMILY, date(2026, 1, 5), name="Anne"), refused.ConsentMissing),
    (Consent(ConsentBy.SELF, date(2099, 1, 5)), refused.StillToCome)])
def test_nothing_is_lent_without_consent(session, officer, mrs_hill, unit, consent, error):
    with pytest.raises(error):
        devices.lend(session, officer, mrs_hill, unit(), consent=consent)


def test_nothing_is_lent_to_somebody_who_has_died(session, officer, mrs_hill, unit):
    keeping.record_death(session, officer, mrs_hill)
    with pytest.raises(refused.HasDied):
        devices.lend(session, officer, mrs_hill, unit(), consent=consented())


def test_nobody_sees_somebodys_calls_online_without_their_consent(session, officer, mrs_hill, unit):
    with pytest.raises(refused.ContactWithoutConsent):
        devices.lend(session, officer, mrs_hill, unit(), consent=consented(),
                     panel=[Panel("Anne Hill", "daughter", None)])
    session.rollback()
    assert session.scalars(select(DeviceLoan)).all() == []


def test_who_sees_the_calls_is_on_record_also_afterwards(session, officer, lent):
    contact = devices.give_access(session, officer, lent, name="Anne Hill", relationship="daughter",
                                  consent_on=days_ago(2))
    devices.take_access(session, officer, lent, contact.id)
    assert contact.removed_on == clock.today()


def test_of_two_people_who_lend_the_last_one_at_once_one_does(database, session, officer, mrs_hill, mr_hill,
                                                              unit):
    device_id, outcomes, together = unit().id, [], Barrier(2)
    victims = [mrs_hill.id, mr_hill.id]
    session.commit()

    def lend_it(victim_id: int) -> None:
        with database.writing() as mine:
            if not database.is_sqlite:                 # there, the second waits before it reads at all
                device = mine.get_one(Device, device_id)
                together.wait(timeout=10)
            else:
                together.wait(timeout=10)
                device = mine.get_one(Device, device_id)
            try:
                devices.lend(mine, officer, mine.get_one(entering.Victim, victim_id), device,
                             consent=consented())
                mine.commit()
                outcomes.append("lent")
            except refused.AlreadyOnLoan:
                mine.rollback()
                outcomes.append("refused")

    threads = [Thread(target=lend_it, args=(victim,)) for victim in victims]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]
    assert sorted(outcomes) == ["lent", "refused"]
    session.expire_all()
    assert len(session.scalars(select(DeviceLoan)).all()) == 1


# Installing, reviewing, returning

def test_an_installation_plans_the_review_six_months_on(session, officer, mrs_hill, unit):
    loan = devices.lend(session, officer, mrs_hill, unit(), consent=consented())
    devices.install(session, officer, loan, on=clock.today())
    planned = session.get_one(FollowUp, loan.follow_up_id)
    assert loan.review_due_on == review_after(clock.today()) and loan.installed_by == "Ada Cole"
    assert clock.day_of(planned.due_at) >= loan.review_due_on and "call blocker" in planned.reason


def test_six_months_after_the_last_of_august_is_the_last_of_february():
    assert review_after(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert review_after(date(2025, 7, 31), 6) == date(2026, 1, 31)


@pytest.mark.parametrize(("on", "error"), [(days_ago(201), refused.BeforeConsent),
                                           (days_ago(-1), refused.StillToCome)])
def test_an_installation_comes_after_consent_and_not_in_the_future(session, officer, lent, on, error):
    with pytest.raises(error):
        devices.install(session, officer, lent, on=on)


def test_a_review_comes_after_the_installation(session, officer, lent):
    with pytest.raises(refused.ReviewBeforeInstall):
        devices.review(session, officer, lent, on=clock.today(), decision=Decision.EXTEND)
    devices.install(session, officer, lent, on=days_ago(10))
    with pytest.raises(refused.ReviewBeforeInstall):
        devices.review(session, officer, lent, on=days_ago(11), decision=Decision.EXTEND)


def test_an_extension_keeps_the_answers_and_plans_the_next_review(session, officer, installed):
    before = installed.follow_up_id
    devices.review(session, officer, installed, on=clock.today(), decision=Decision.EXTEND,
                   after=Feelings(2, 4, Decimal(0)))
    assert installed.review_due_on == review_after(clock.today())
    assert session.get_one(FollowUp, before).status is Planned.DONE
    assert session.get_one(FollowUp, installed.follow_up_id).status is Planned.PLANNED
    assert [(one.moment, one.worried, one.safe, one.lost) for one in answers_of(session, installed)] == [
        (Moment.BEFORE, 5, 2, Decimal(400)), (Moment.AFTER, 2, 4, Decimal(0))]


def test_a_review_may_ask_for_the_unit_back(session, officer, installed):
    by = clock.today() + timedelta(days=7)
    devices.review(session, officer, installed, on=clock.today(), decision=Decision.BACK, until=by)
    assert (installed.device.status, installed.asked_back_on) == (Standing.DUE_BACK, by)
    assert "back" in session.get_one(FollowUp, installed.follow_up_id).reason
    devices.review(session, officer, installed, on=clock.today(), decision=Decision.EXTEND)
    assert (installed.device.status, installed.asked_back_on) == (Standing.ON_LOAN, None)


def test_an_answer_off_the_scale_is_refused(session, officer, installed):
    with pytest.raises(refused.BadFigures):
        devices.review(session, officer, installed, on=clock.today(), decision=Decision.EXTEND,
                       after=Feelings(worried=6))


@pytest.mark.parametrize(("condition", "standing"), [
    (Condition.GOOD, Standing.IN_STOCK), (Condition.FAULTY, Standing.FAULTY),
    (Condition.LOST, Standing.LOST)])
def test_a_return_puts_the_unit_where_its_condition_says(session, officer, installed, condition, standing):
    planned = installed.follow_up_id
    devices.take_back(session, officer, installed, on=clock.today(), condition=condition,
                      reason="moved into care")
    assert installed.device.status is standing and not installed.is_open
    assert session.get_one(FollowUp, planned).status is Planned.DONE


def test_what_is_in_stock_cannot_be_returned(session, officer, unit, installed):
    unit("TC-1002")
    with pytest.raises(refused.NotOnLoan, match="TC-1002 is in stock: nobody has it on loan"):
        devices.open_loan_of(session, officer, "tc-1002")
    devices.take_back(session, officer, installed, on=clock.today(), condition=Condition.GOOD)
    with pytest.raises(refused.NotOnLoan):
        devices.take_back(session, officer, installed, on=clock.today(), condition=Condition.GOOD)


@pytest.mark.parametrize(("on", "error"), [(days_ago(191), refused.TooEarly),
                                           (days_ago(-1), refused.StillToCome)])
def test_a_return_has_a_day_that_can_be(session, officer, installed, on, error):
    with pytest.raises(error):
        devices.take_back(session, officer, installed, on=on, condition=Condition.GOOD)


def test_a_return_comes_after_what_was_counted_and_answered(session, officer, installed):
    devices.call_stats.enter(session, officer, installed, Figures(days_ago(30), days_ago(8), 10, 5, 5))
    with pytest.raises(refused.TooEarly, match="enter that day or a later one"):
        devices.take_back(session, officer, installed, on=days_ago(9), condition=Condition.GOOD)
    devices.review(session, officer, installed, on=days_ago(4), decision=Decision.BACK, after=Feelings(2, 4))
    with pytest.raises(refused.TooEarly, match="enter that day or a later one"):
        devices.take_back(session, officer, installed, on=days_ago(5), condition=Condition.GOOD)
    devices.take_back(session, officer, installed, on=days_ago(4), condition=Condition.GOOD)
    assert installed.ended_on == days_ago(4)


def test_a_unit_that_came_back_good_is_lent_again(session, officer, mr_hill, installed):
    devices.take_back(session, officer, installed, on=clock.today(), condition=Condition.GOOD)
    again = devices.lend(session, officer, mr_hill, installed.device, consent=consented())
    assert again.is_open and not installed.is_open


def test_a_unit_cannot_have_been_in_two_homes_at_once(session, officer, mr_hill, installed):
    devices.take_back(session, officer, installed, on=days_ago(5), condition=Condition.GOOD)
    again = devices.lend(session, officer, mr_hill, installed.device, consent=consented(9))
    with pytest.raises(refused.AlreadyOnLoan, match="was with somebody else until"):
        devices.install(session, officer, again, on=days_ago(6))
    devices.install(session, officer, again, on=days_ago(5))


def test_nothing_is_added_to_a_loan_that_is_over(session, officer, installed):
    devices.take_back(session, officer, installed, on=clock.today(), condition=Condition.GOOD)
    for deed in (lambda: devices.trust(session, officer, installed, "GP, 01632 960 111"),
                 lambda: devices.ask_back(session, officer, installed),
                 lambda: devices.chasing.chase(session, officer, installed, Channel.PHONE),
                 lambda: devices.review(session, officer, installed, on=clock.today(),
                                        decision=Decision.EXTEND)):
        with pytest.raises(refused.LoanEnded):
            deed()


def test_after_a_death_a_unit_is_asked_back_and_returned_but_not_extended(session, officer, mrs_hill,
                                                                         installed):
    keeping.record_death(session, officer, mrs_hill)
    with pytest.raises(refused.HasDied):
        devices.review(session, officer, installed, on=clock.today(), decision=Decision.EXTEND)
    devices.ask_back(session, officer, installed)
    assert installed.follow_up_id is None and installed.device.status is Standing.DUE_BACK
    [line] = loan_list.collections(session, officer)
    assert line.why is loan_list.Why.DIED and "with the family" in line.careful
    devices.take_back(session, officer, installed, on=clock.today(), condition=Condition.GOOD)


def test_an_installation_told_after_a_death_is_recorded_all_the_same(session, officer, mrs_hill, lent):
    keeping.record_death(session, officer, mrs_hill)
    devices.install(session, officer, lent, on=days_ago(30))
    assert lent.installed_on == days_ago(30) and lent.follow_up_id is None


def test_hours_that_leave_no_time_to_ring_stop_no_installation(session, officer, mrs_hill, lent):
    entering.change(session, officer, mrs_hill, seen={"safe_from": None}, safe_from=time(21))
    devices.install(session, officer, lent, on=days_ago(1))
    assert lent.installed_on == days_ago(1)


# The lists

def test_loans_are_listed_by_what_is_due_and_a_restricted_one_shows_its_name_only(session, officer, enter,
                                                                                 installed, unit):
    grey = enter("Ann", "Grey", restricted=True, town="Selby", address_line_1="1 Mill Lane",
                 postcode="YO8 4AA", phones=("+441632960177",))
    other = devices.lend(session, officer, grey, unit("TC-1002"), consent=consented())
    devices.ask_back(session, officer, other)
    first, second = loan_list.list_loans(session, officer).lines
    assert (first.id, first.why) == (installed.id, loan_list.Why.REVIEW)
    assert (second.name, second.town, second.why) == ("Ann Grey", "", loan_list.Why.BACK)
    [collected] = loan_list.collections(session, officer)
    assert (collected.name, collected.address, collected.phone, collected.careful) == ("Ann Grey", "", "", "")
    assert loan_list.count(session, officer, loan_list.Show.REVIEW) == 1
    assert loan_list.count(session, officer, loan_list.Show.ENDED) == 0


def test_a_collection_run_has_the_address_the_number_and_what_to_mind(session, officer, mrs_hill, installed):
    entering.change(session, officer, mrs_hill, seen={"may_visit": Answer.UNKNOWN, "safe_until": None},
                    may_visit=Answer.NO, safe_until=time(16))
    devices.ask_back(session, officer, installed)
    [line] = loan_list.collections(session, officer)
    assert line.address == "12 High Street, Scarborough, YO12 4TX" and line.phone == "+441632960101"
    assert line.careful == "Do not visit. Ring before 4pm"


def test_the_ambassador_sees_no_stock_and_no_waiting_list(session, ambassador):
    for look in (lambda: loan_list.list_loans(session, ambassador),
                 lambda: waiting.waiting_list(session, ambassador),
                 lambda: listing.list_devices(session, ambassador, listing.Filters()),
                 lambda: outcome_pack.pack(session, ambassador, outcome_pack.Scope())):
        with pytest.raises(NotAllowed):
            look()


def test_what_is_late_is_on_today_once(session, officer, installed):
    def late():
        return [line for line in today.lines(session, officer) if line.record_type == "loan"]
    assert late() == []                                   # its own follow-up stands on Today
    follow_ups.cancel(session, officer, session.get_one(FollowUp, installed.follow_up_id))
    [line] = late()
    assert line.record_id == installed.id and "review overdue" in line.why and line.phone == "+441632960101"
    devices.review(session, officer, installed, on=clock.today(), decision=Decision.EXTEND)
    assert late() == []


# The outcome pack

def test_the_pack_counts_only_those_asked_both_times(session, officer, mr_hill, installed, unit):
    devices.review(session, officer, installed, on=days_ago(20), decision=Decision.EXTEND,
                   after=Feelings(4, 3, Decimal(50)))
    devices.review(session, officer, installed, on=clock.today(), decision=Decision.EXTEND,
                   after=Feelings(1, 4, Decimal(0)))
    devices.lend(session, officer, mr_hill, unit("TC-1002"), consent=consented(),
                 before=Feelings(5, 1, Decimal(9000)))
    found = outcome_pack.pack(session, officer, outcome_pack.Scope(kind="call_blocker"))
    assert (found.worried.asked, found.worried.before, found.worried.after) == (1, 1, 0)
    assert (found.safe.before, found.safe.after) == (0, 1) and found.safe.is_few
    assert (found.money.lost_before, found.money.lost_since) == (Decimal(400), Decimal(0))
    assert (found.loans, found.people, found.out_now, found.days) == (2, 2, 2, None)


def test_the_pack_counts_calls_of_the_period_kind_and_funder_only(session, officer, installed):
    for first, last, figures in ((100, 71, (100, 50, 40)), (60, 31, (90, 30, 30)), (30, 1, (80, 10, 10))):
        call_stats.enter(session, officer, installed, Figures(days_ago(first), days_ago(last), *figures))
    devices.take_back(session, officer, installed, on=clock.today(), condition=Condition.GOOD)

    def calls(**scope):
        return outcome_pack.pack(session, officer, outcome_pack.Scope(**scope)).calls
    assert (calls().received, calls().nuisance, calls().blocked) == (270, 90, 80)
    assert (calls().nuisance_share, calls().blocked_share) == (33, 89)
    assert calls(from_on=days_ago(60), to_on=days_ago(20)).received == 90
    assert calls(funder="PFCC").received == 270 and calls(funder="Rotary").blocked_share is None
    assert calls(kind="camera").units == 0 and calls(device_id=installed.device_id).units == 1
    found = outcome_pack.pack(session, officer, outcome_pack.Scope())
    assert (found.days, found.ended, found.out_now) == (190, 1, 0)
    later = outcome_pack.pack(session, officer, outcome_pack.Scope(to_on=days_ago(195)))
    assert later.loans == 0


# Trusted callers and statistics

def test_trusted_callers_are_added_many_at_once_and_each_number_once(session, officer, lent):
    devices.trust(session, officer, lent, "Anne Hill, 01632 960 103, daughter\nSurgery, 01632 960 104")
    assert [(one.name, one.number) for one in callers_of(session, lent)] == [
        ("Anne Hill", "+441632960103"), ("Surgery", "+441632960104")]
    with pytest.raises(refused.CallerTwice, match="Anne Hill already"):
        devices.trust(session, officer, lent, "Dentist, 01632 960 105\nAnne, 01632960103")
    assert len(callers_of(session, lent)) == 2
    devices.distrust(session, officer, lent, callers_of(session, lent)[0].id)
    assert [one.name for one in callers_of(session, lent)] == ["Surgery"]


def test_a_caller_without_a_number_is_refused(session, officer, lent):
    with pytest.raises(refused.Refused):
        devices.trust(session, officer, lent, "Anne Hill")
    with pytest.raises(refused.Refused):
        devices.trust(session, officer, lent, "Anne Hill, 12")


def test_a_camera_has_no_trusted_callers_panel_or_statistics(session, officer, mrs_hill, unit):
    loan = devices.lend(session, officer, mrs_hill, unit("CAM-1", "camera"), consent=consented())
    for deed in (lambda: devices.trust(session, officer, loan, "GP, 01632 960 111"),
                 lambda: devices.give_access(session, officer, loan, name="Anne", relationship="daughter",
                                             consent_on=clock.today()),
                 lambda: call_stats.enter(session, officer, loan, Figures(
                     days_ago(2), days_ago(1), 3, 2, 1))):
        with pytest.raises(refused.DoesNotHandleCalls):
            deed()


def test_a_period_is_entered_once(session, officer, installed):
    call_stats.enter(session, officer, installed, Figures(days_ago(60), days_ago(31), 120, 40, 38))
    call_stats.enter(session, officer, installed, Figures(days_ago(30), days_ago(1), 90, 20, 20))
    for first, last in ((60, 31), (45, 40), (70, 60), (31, 20)):
        with pytest.raises(refused.PeriodTwice):
            call_stats.enter(session, officer, installed, Figures(days_ago(first), days_ago(last), 1, 1, 1))
    assert len(session.scalars(select(CallStats)).all()) == 2


@pytest.mark.parametrize(("figures", "error"), [
    (Figures(days_ago(9), days_ago(1), 10, 11, 2), refused.BadFigures),
    (Figures(days_ago(9), days_ago(1), 10, 5, 6), refused.BadFigures),
    (Figures(days_ago(9), days_ago(1), -1, -1, -1), refused.BadFigures),
    (Figures(days_ago(1), days_ago(9), 10, 5, 5), refused.TooEarly),
    (Figures(days_ago(9), days_ago(-1), 10, 5, 5), refused.StillToCome),
    (Figures(days_ago(199), days_ago(180), 10, 5, 5), refused.OutsideTheLoan)])
def test_figures_that_cannot_be_right_are_refused(session, officer, installed, figures, error):
    with pytest.raises(error):
        call_stats.enter(session, officer, installed, figures)


def test_figures_from_after_the_loan_are_refused(session, officer, installed):
    devices.take_back(session, officer, installed, on=days_ago(20), condition=Condition.GOOD)
    call_stats.enter(session, officer, installed, Figures(days_ago(60), days_ago(20), 10, 5, 5))
    with pytest.raises(refused.OutsideTheLoan):
        call_stats.enter(session, officer, installed, Figures(days_ago(19), days_ago(1), 10, 5, 5))


# Chasing

def test_somebody_without_email_is_chased_by_a_call_or_a_letter(session, officer, installed):
    devices.chasing.chase(session, officer, installed, Channel.PHONE)
    assert "Ring about the call blocker" in session.get_one(FollowUp, installed.follow_up_id).reason
    with pytest.raises(refused.TooSoon):
        devices.chasing.chase(session, officer, installed, Channel.LETTER)


def test_a_chaser_by_letter_is_written_and_a_call_planned_in_case_nobody_answers(session, officer, installed,
                                                                                mrs_hill):
    devices.chasing.chase(session, officer, installed, Channel.LETTER)
    [letter] = session.scalars(select(Letter)).all()
    assert (letter.victim_id, letter.template) == (mrs_hill.id, "device_chaser")
    assert "was not answered" in session.get_one(FollowUp, installed.follow_up_id).reason


def test_without_an_address_no_letter_is_written_and_nobody_counts_as_chased(session, officer, enter, unit):
    grey = enter("Ann", "Grey")
    loan = devices.lend(session, officer, grey, unit(), consent=consented())
    session.commit()
    with pytest.raises(refused.Refused, match="no full address"):
        devices.chasing.chase(session, officer, loan, Channel.LETTER)
    session.rollback()
    assert devices.chasing.chasers_of(session, loan) == []


def test_waiting_lending_and_installing_are_the_steps_of_a_measure(session, officer, mrs_hill, unit):
    waiting.wait(session, officer, mrs_hill, kind="call_blocker")
    assert current_measure(session, mrs_hill, "call_blocker").status is Status.OFFERED
    loan = devices.lend(session, officer, mrs_hill, unit(), consent=consented())
    assert current_measure(session, mrs_hill, "call_blocker").status is Status.ACCEPTED
    devices.install(session, officer, loan, on=clock.today())
    assert current_measure(session, mrs_hill, "call_blocker").status is Status.COMPLETED
    waiting.wait(session, officer, mrs_hill, kind="call_blocker")      # it stays completed
    assert current_measure(session, mrs_hill, "call_blocker").status is Status.COMPLETED


def test_what_is_no_measure_of_the_force_is_lent_all_the_same(session, officer, mrs_hill, unit):
    loan = devices.lend(session, officer, mrs_hill, unit("DUMMY-1", "dummy_camera"), consent=consented())
    assert loan.is_open and current_measure(session, mrs_hill, "dummy_camera") is None


def test_a_chaser_obeys_safe_contact(session, officer, installed, mrs_hill):
    with pytest.raises(UnsafeContact):         # nobody has asked whether she may be e-mailed
        devices.chasing.chase(session, officer, installed, Channel.EMAIL)
    entering.change(session, officer, mrs_hill, seen={"may_post": Answer.YES, "may_email": Answer.UNKNOWN},
                    may_post=Answer.NO, may_email=Answer.YES)
    with pytest.raises(UnsafeContact):
        devices.chasing.chase(session, officer, installed, Channel.LETTER)
    devices.chasing.chase(session, officer, installed, Channel.EMAIL)
    kinds = [message.kind for message in session.scalars(select(OutboxMessage))]
    assert "device.chaser" in kinds


@pytest.fixture
def worker(database, tmp_path):
    life = lives.Life(database)
    life.begin()
    yield Engine(database, outbox.means(tmp_path, "https://desk.example.org/desk"), life.name)
    life.end()


@pytest.fixture
def emailed(session, officer, mrs_hill, installed):
    """Mrs Hill may be e-mailed, and an e-mail about her unit is promised."""
    entering.change(session, officer, mrs_hill, seen={"may_email": Answer.UNKNOWN}, may_email=Answer.YES)
    devices.chasing.chase(session, officer, installed, Channel.EMAIL)
    session.commit()
    return installed


def promised(session):
    found = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "device.chaser")).one()
    session.refresh(found)
    return found


def test_a_chaser_by_email_goes_once_and_speaks_of_no_crime(session, emailed, worker, tmp_path):
    worker.work(Lane.POST)
    worker.work(Lane.POST)
    copy = outbox.copy_of(tmp_path, promised(session))
    assert copy and copy.to == "margaret.hill@example.org" and "this is really us" in copy.words
    assert not {"fraud", "victim", "crime", "scam"} & set(copy.words.casefold().split())
    assert outbox.told(session, promised(session), naming=False).text.count("Hill") == 0
    session.commit()


def test_a_chaser_is_not_sent_once_the_unit_is_back_or_she_has_said_no(session, officer, mrs_hill, emailed,
                                                                     worker, tmp_path):
    entering.change(session, officer, mrs_hill, seen={"may_email": Answer.YES}, may_email=Answer.NO)
    session.commit()
    worker.work(Lane.POST)
    assert outbox.copy_of(tmp_path, promised(session)) is None
    assert promised(session).state is State.SUPPRESSED
    session.commit()


def test_wrong_figures_are_taken_out_and_the_log_keeps_that_they_were_there(session, officer, installed):
    entered = call_stats.enter(session, officer, installed, Figures(days_ago(60), days_ago(31), 1200, 40, 38))
    call_stats.remove(session, officer, installed, entered.id)
    call_stats.enter(session, officer, installed, Figures(days_ago(60), days_ago(31), 120, 40, 38))
    session.commit()
    erased = session.scalars(select(AuditEntry).where(AuditEntry.record_type == "call_stats",
                                                      AuditEntry.action == "erasure")).all()
    assert len(erased) == 1 and erased[0].operation == "device.stats_removed"


def test_a_running_loan_may_be_changed_and_an_ended_one_not(session, officer, installed):
    devices.change_loan(session, officer, installed, agreement_signed=True,
                        telephone=devices.Telephone(devices.Line.SIM, profile=devices.Profile.TRUSTED_ONLY))
    assert (installed.agreement_signed, installed.line) == (True, devices.Line.SIM)
    devices.take_back(session, officer, installed, on=clock.today(), condition=Condition.GOOD)
    with pytest.raises(refused.LoanEnded):
        devices.change_loan(session, officer, installed, agreement_signed=False)


# What hangs on a person

def test_a_merge_takes_loans_and_waits_along_and_undoing_it_brings_them_home(session, officer, mrs_hill,
                                                                            mr_hill, installed):
    entry = waiting.wait(session, officer, mrs_hill, kind="camera")
    combined = merge(session, officer, mr_hill, mrs_hill)
    assert (installed.victim_id, entry.victim_id) == (mr_hill.id, mr_hill.id)
    unmerge(session, officer, combined)
    assert (installed.victim_id, entry.victim_id) == (mrs_hill.id, mrs_hill.id)


def test_a_merge_of_two_who_wait_for_the_same_kind_is_possible(session, officer, mrs_hill, mr_hill):
    for victim in (mrs_hill, mr_hill):
        waiting.wait(session, officer, victim, kind="call_blocker")
    merge(session, officer, mr_hill, mrs_hill)
    assert {entry.victim_id for entry in session.scalars(select(DeviceWait))} == {mr_hill.id}


def test_the_log_names_no_caller_and_no_number(session, officer, lent):
    devices.trust(session, officer, lent, "Anne Hill, 01632 960 103, daughter")
    session.commit()
    trusted = AuditEntry.operation == "device.callers_trusted"
    entries = session.scalars(select(AuditEntry).where(trusted)).all()
    assert entries and not any("Anne" in str(one.details) or "960103" in str(one.details) for one in entries)


def test_a_review_goes_to_whoever_looks_after_the_person_while_they_work_here(session, officer, ambassador,
                                                                              mr_shaw, unit):
    loan = devices.lend(session, officer, mr_shaw, unit(), consent=consented())
    with acting(session, COMMAND_LINE, "account.closed"):
        session.get_one(Account, ambassador.id).deactivated_at = clock.now()
    devices.install(session, officer, loan, on=clock.today())
    assert session.get_one(FollowUp, loan.follow_up_id).assignee_id == officer.id
    assert follow_ups.Step.OTHER is session.get_one(FollowUp, loan.follow_up_id).step


def test_the_demonstration_shows_a_unit_in_every_state_and_a_loan_in_each(database, tmp_path):
    demo.load(database, password="a long enough password", uploads=tmp_path)
    with database.writing() as session:
        [officer] = session.scalars(select(Account).where(Account.role == Role.OFFICER))
        assert {one.status for one in session.scalars(select(Device))} == set(Standing)
        shown = {show: loan_list.count(session, officer.actor, show) for show in loan_list.Show}
        assert min(shown.values()) >= 1
        found = outcome_pack.pack(session, officer.actor, outcome_pack.Scope())
        assert found.calls.nuisance > found.calls.blocked > 300 and found.worried.asked >= 2
        assert {line.serial != "" for line in waiting.waiting_list(session, officer.actor)} == {True, False}
        titles = [line.title for line in today.lines(session, officer.actor)]
        assert "Reserve a call blocker" in titles and "Order more door chains" in titles
