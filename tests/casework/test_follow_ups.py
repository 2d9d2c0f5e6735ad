"""Follow-ups: proposed by the cadence, planned within safe hours, queued once, listed and escalated."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach.casework import follow_ups, reaching
from outreach.casework.contacts import Contact, ContactChannel, Outcome, log_contact
from outreach.casework.follow_ups import FollowUp, Status, Step, escalation
from outreach.casework.follow_ups.escalation import late_before
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer, Channel, UnsafeContact
from outreach.casework.victims import Victim, keeping
from outreach.foundation import clock, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.force import current
from outreach.foundation.operation import acting
from outreach.foundation.outbox import Engine, Lane, OutboxMessage, State, lives, timetable
from outreach.foundation.permissions import COMMAND_LINE, Actor

TUESDAY = datetime(2026, 3, 3, 10, 15, tzinfo=UTC)      # Greenwich time: 10:15 on the wall


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Iterator[Engine]:
    life = lives.Life(database)
    life.begin()
    yield Engine(database, outbox.means(tmp_path, "https://desk.example.org/desk"), life.name)
    life.end()


@pytest.fixture
def tried(session: Session, officer: Actor) -> Callable[..., None]:
    """Contacts that were logged earlier, as they stand in the book."""
    def log(victim: Victim, *moments: datetime, outcome: Outcome = Outcome.NO_REPLY_UNSAFE) -> None:
        with acting(session, COMMAND_LINE, "contact.logged"):
            session.add_all([Contact(victim_id=victim.id, at=at, by_id=officer.id, outcome=outcome,
                                     channel=ContactChannel.CALL, attempt_no=1) for at in moments])
        session.commit()
    return log


def soon(days: int = 10, at: time = time(10)) -> datetime:
    """A working day to come."""
    return clock.at(current().working_day_after(clock.today() + timedelta(days=days), 0), at)


def plan(session: Session, actor: Actor, victim: Victim, **more: Any) -> FollowUp:
    due_at = more.pop("due_at", soon())
    found = follow_ups.plan(session, actor, victim, due_at=due_at, reason="Ring her", **more)
    session.commit()
    return found


def make_due(session: Session, follow_up: FollowUp, at: datetime | None = None) -> None:
    """As if the hour had come."""
    moment = at or clock.now() - timedelta(minutes=1)
    with acting(session, COMMAND_LINE, "test.clock"):
        follow_up.due_at = moment
    session.execute(update(OutboxMessage).where(OutboxMessage.subject_id == follow_up.id,
                                                OutboxMessage.state == State.READY).values(run_after=moment))
    session.commit()


def wall(moment: datetime) -> str:
    return f"{clock.local(moment):%a %d %b %H:%M}"


# The cadence

def test_after_no_reply_the_next_attempt_is_on_another_day_at_another_time(session: Session,
                                                                           mrs_hill: Victim) -> None:
    found = follow_ups.propose(session, mrs_hill, Outcome.NO_REPLY_UNSAFE, TUESDAY)
    assert found and wall(found.due_at) == "Thu 05 Mar 14:30" and found.step is Step.ATTEMPT
    assert found.reason == "Second attempt: no reply on 3 March in the morning"


def test_the_third_attempt_tries_the_time_that_was_not_tried(session: Session, mrs_hill: Victim,
                                                             tried: Any) -> None:
    tried(mrs_hill, TUESDAY)
    second = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    found = follow_ups.propose(session, mrs_hill, Outcome.NO_REPLY_POSTED, second)
    assert found and wall(found.due_at) == "Mon 09 Mar 17:30"
    assert found.reason == "Third attempt: no reply on 5 March in the afternoon"


def test_after_three_attempts_a_person_decides_by_what_is_safe(session: Session, mrs_hill: Victim,
                                                               tried: Any) -> None:
    tried(mrs_hill, TUESDAY, TUESDAY + timedelta(days=2))
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_visit = Answer.NO
    found = follow_ups.propose(session, mrs_hill, Outcome.NO_REPLY_UNSAFE, TUESDAY + timedelta(days=6))
    assert found and found.step is Step.DECISION
    assert found.reason == "3 attempts without a reply: decide what next, such as a letter or an e-mail"
    session.rollback()


def test_the_next_attempt_keeps_to_the_persons_hours(session: Session, mrs_hill: Victim) -> None:
    with acting(session, COMMAND_LINE, "test.hours"):
        mrs_hill.safe_from, mrs_hill.safe_until = time(17), time(19)
    found = follow_ups.propose(session, mrs_hill, Outcome.NO_REPLY_UNSAFE, TUESDAY)
    assert found and wall(found.due_at) == "Thu 05 Mar 17:30"
    with acting(session, COMMAND_LINE, "test.hours"):
        mrs_hill.safe_from, mrs_hill.safe_until = time(11, 30), time(13)
    found = follow_ups.propose(session, mrs_hill, Outcome.NO_REPLY_UNSAFE, TUESDAY)
    assert found and wall(found.due_at) == "Thu 05 Mar 11:30"


def test_attempts_skip_weekends_bank_holidays_and_the_change_of_clocks(session: Session,
                                                                       mrs_hill: Victim) -> None:
    maundy_thursday = datetime(2026, 4, 2, 9, 15, tzinfo=UTC)      # 10:15 summer time
    found = follow_ups.propose(session, mrs_hill, Outcome.NO_REPLY_UNSAFE, maundy_thursday)
    assert found and wall(found.due_at) == "Wed 08 Apr 14:30"      # Good Friday and Easter Monday are off


@pytest.mark.parametrize(("days_later", "due", "reason"), [
    (0, "Tue 17 Mar 10:00", "Two-week check: first reached on 3 March 2026"),
    (14, "Tue 02 Jun 10:00", "Three-month check: first reached on 3 March 2026"),
    (91, "Wed 03 Mar 10:00", "Twelve-month check: first reached on 3 March 2026"),
    (365, None, None)])
def test_once_reached_checks_come_after_two_weeks_three_months_and_a_year(
        session: Session, mrs_hill: Victim, days_later: int, due: str | None, reason: str | None) -> None:
    with acting(session, COMMAND_LINE, "test.reached"):
        mrs_hill.first_reached_at = TUESDAY
    found = follow_ups.propose(session, mrs_hill, Outcome.SPOKE, TUESDAY + timedelta(days=days_later))
    assert (found and wall(found.due_at), found and found.reason) == (due, reason)


def test_a_check_that_is_planned_already_is_not_proposed_twice(session: Session, officer: Actor,
                                                               mrs_hill: Victim) -> None:
    plan(session, officer, mrs_hill, step=Step.CHECK)
    assert follow_ups.propose(session, mrs_hill, Outcome.SPOKE, clock.now()) is None


def test_what_other_outcomes_ask_for(session: Session, mrs_hill: Victim, tried: Any) -> None:
    details = follow_ups.propose(session, mrs_hill, Outcome.WRONG_DETAILS, TUESDAY)
    assert details and (wall(details.due_at), details.step) == ("Wed 04 Mar 10:00", Step.DETAILS)
    declined = follow_ups.propose(session, mrs_hill, Outcome.DECLINED, TUESDAY)
    assert declined and wall(declined.due_at) == "Tue 02 Jun 10:00"
    tried(mrs_hill, TUESDAY, outcome=Outcome.DECLINED)
    assert follow_ups.propose(session, mrs_hill, Outcome.DECLINED, TUESDAY + timedelta(days=91)) is None
    for outcome in (Outcome.OUT_OF_AREA, Outcome.DECEASED):
        assert follow_ups.propose(session, mrs_hill, outcome, TUESDAY) is None


def test_the_first_attempt_is_due_by_band() -> None:
    assert wall(follow_ups.first_attempt_due(Band.HIGH, TUESDAY)) == "Wed 04 Mar 10:00"
    assert wall(follow_ups.first_attempt_due(Band.STANDARD, TUESDAY)) == "Tue 10 Mar 10:00"


# Planning

@pytest.mark.parametrize(("due_at", "sentence"), [
    (clock.now() - timedelta(days=1), "Enter a date and time that has not passed"),
    (clock.now() + timedelta(days=4000), "Enter a date within the next three years"),
    (soon(at=time(6)), "Choose a time from 8am to 8pm"),
    (soon(at=time(9)), "Mrs Hill asked to be contacted only from 10am to 4:30pm: choose a time then")])
def test_a_bad_time_gets_a_sentence_and_plans_nothing(session: Session, officer: Actor, mrs_hill: Victim,
                                                      due_at: datetime, sentence: str) -> None:
    with acting(session, COMMAND_LINE, "test"):
        if due_at == soon(at=time(9)):
            mrs_hill.safe_from, mrs_hill.safe_until = time(10), time(16, 30)
    with pytest.raises(follow_ups.BadTime) as refused:
        plan(session, officer, mrs_hill, due_at=due_at)
    assert str(refused.value) == sentence
    assert session.scalar(select(func.count()).select_from(FollowUp)) == 0


def test_a_follow_up_is_given_only_to_somebody_who_sees_the_person(
        session: Session, officer: Actor, ambassador: Actor, administrator: Actor, mrs_hill: Victim) -> None:
    with pytest.raises(follow_ups.BadAssignee, match="Dev Marsh does not see Mrs Hill yet"):
        plan(session, officer, mrs_hill, assignee_id=ambassador.id)
    with pytest.raises(follow_ups.BadAssignee, match="Choose somebody who works with victims"):
        plan(session, officer, mrs_hill, assignee_id=administrator.id)
    found = plan(session, officer, mrs_hill)
    assert found.assignee_id == officer.id


def test_a_list_of_people_is_planned_at_once(database: Database, session: Session, officer: Actor,
                                             mrs_hill: Victim, mr_hill: Victim) -> None:
    planned = follow_ups.plan_first_attempts(session, officer, [(mrs_hill.id, Band.HIGH, officer.id),
                                                               (mr_hill.id, Band.STANDARD, officer.id)])
    session.commit()
    assert sorted(victim_id for _, victim_id in planned) == sorted([mrs_hill.id, mr_hill.id])
    for follow_up_id, victim_id in planned:
        found = session.get_one(FollowUp, follow_up_id)
        assert (found.victim_id, found.reason, found.step) == (victim_id, "First attempt", Step.ATTEMPT)
        [promise] = session.scalars(select(OutboxMessage).where(OutboxMessage.subject_id == follow_up_id))
        assert (promise.kind, promise.run_after) == ("follow_up.due", found.due_at)


def test_first_attempts_keep_to_hours_that_are_known_and_leave_out_the_dead(
        session: Session, officer: Actor, mrs_hill: Victim, mr_hill: Victim, mr_shaw: Victim) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.safe_from, mrs_hill.safe_until = time(17), time(19)
        mr_shaw.deceased_on = clock.today()
    people = [(victim.id, Band.HIGH, officer.id) for victim in (mrs_hill, mr_hill, mr_shaw)]
    planned = follow_ups.plan_first_attempts(session, officer, people)
    at = {victim_id: clock.local(session.get_one(FollowUp, number).due_at).time()
          for number, victim_id in planned}
    assert at == {mrs_hill.id: time(17, 30), mr_hill.id: time(10)}
    session.commit()


def test_moving_it_moves_what_the_worker_promised(session: Session, officer: Actor, mrs_hill: Victim,
                                                  worker: Engine) -> None:
    found = plan(session, officer, mrs_hill)
    make_due(session, found)
    worker.work(Lane.ROWS)
    session.expire_all()
    assert found.status is Status.DUE
    follow_ups.change(session, officer, found, due_at=soon(20), reason="Ring her daughter first")
    session.commit()
    assert found.status is Status.PLANNED
    assert [line.text.startswith("Will queue this follow-up at 10am on ")
            for line in outbox.story(session, "follow_up", found.id)] == [True, False]


def test_moved_before_its_hour_it_is_queued_at_the_new_one_only(session: Session, officer: Actor,
                                                                mrs_hill: Victim) -> None:
    found = plan(session, officer, mrs_hill)
    follow_ups.change(session, officer, found, due_at=soon(20), reason="Ring her")
    session.commit()
    waiting = select(OutboxMessage.run_after).where(OutboxMessage.state == State.READY)
    assert session.scalars(waiting).all() == [soon(20)]
    session.commit()


def test_a_cancelled_follow_up_is_never_queued(session: Session, officer: Actor, mrs_hill: Victim,
                                               worker: Engine) -> None:
    found = plan(session, officer, mrs_hill)
    follow_ups.cancel(session, officer, found)
    session.commit()
    make_due(session, found)
    assert worker.work(Lane.ROWS) == 0
    assert found.status is Status.CANCELLED and outbox.story(session, "follow_up", found.id) == []
    with pytest.raises(follow_ups.Settled):
        follow_ups.cancel(session, officer, found)


def test_logging_a_contact_settles_what_it_answers_and_leaves_a_later_visit_standing(
        session: Session, officer: Actor, mrs_hill: Victim) -> None:
    due = plan(session, officer, mrs_hill)
    make_due(session, due)
    attempt = plan(session, officer, mrs_hill, step=Step.ATTEMPT)
    visit = plan(session, officer, mrs_hill)
    contact = log_contact(session, officer, mrs_hill, channel=ContactChannel.CALL, outcome=Outcome.SPOKE)
    session.commit()
    assert [f.status for f in (due, attempt, visit)] == [Status.DONE, Status.DONE, Status.PLANNED]
    assert due.contact_id == contact.id and due.settled_by_id == officer.id


def test_an_attempt_made_before_its_day_is_that_attempt(session: Session, officer: Actor,
                                                        mrs_hill: Victim) -> None:
    """Else the next one, proposed with this contact, would stand beside it."""
    attempt = plan(session, officer, mrs_hill, step=Step.ATTEMPT)
    decision = plan(session, officer, mrs_hill, step=Step.DECISION)
    log_contact(session, officer, mrs_hill, channel=ContactChannel.CALL, outcome=Outcome.NO_REPLY_UNSAFE)
    assert (attempt.status, decision.status) == (Status.DONE, Status.PLANNED)
    session.commit()


# The worker

def test_a_follow_up_is_queued_when_its_hour_has_come_and_the_log_says_who(
        session: Session, officer: Actor, mrs_hill: Victim, worker: Engine) -> None:
    found = plan(session, officer, mrs_hill)
    assert worker.work(Lane.ROWS) == 0
    session.commit()
    make_due(session, found)
    assert (worker.work(Lane.ROWS), worker.work(Lane.ROWS)) == (1, 0)
    session.expire_all()
    assert found.status is Status.DUE
    logged = session.scalars(select(AuditEntry).where(AuditEntry.operation == "follow_up.fell_due")).all()
    assert [(entry.record_id, entry.actor_id) for entry in logged] == [(found.id, 1)]
    assert outbox.story(session, "follow_up", found.id)[0].text.startswith("Queued this follow-up at ")
    session.commit()


def test_one_that_was_done_as_its_hour_struck_stays_done(session: Session, officer: Actor, mrs_hill: Victim,
                                                         worker: Engine) -> None:
    found = plan(session, officer, mrs_hill)
    make_due(session, found)
    with acting(session, COMMAND_LINE, "test"):
        found.status = Status.DONE
    session.commit()
    assert worker.work(Lane.ROWS) == 1
    session.expire_all()
    assert found.status is Status.DONE
    assert session.scalar(select(func.count()).where(AuditEntry.operation == "follow_up.fell_due")) == 0
    session.commit()


def test_the_hour_striking_does_not_disturb_whoever_has_the_form_open(
        session: Session, officer: Actor, mrs_hill: Victim, worker: Engine) -> None:
    found = plan(session, officer, mrs_hill)
    make_due(session, found)
    before = found.version
    worker.work(Lane.ROWS)
    session.expire_all()
    assert found.version == before
    session.commit()


def test_each_person_is_mailed_the_days_list_once_and_it_names_nobody(
        database: Database, session: Session, officer: Actor, supervisor: Actor, mrs_hill: Victim,
        worker: Engine, tmp_path: Path) -> None:
    today, late = plan(session, officer, mrs_hill), plan(session, officer, mrs_hill)
    plan(session, officer, mrs_hill, assignee_id=supervisor.id)    # not today
    monday_morning = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    make_due(session, today, datetime(2026, 3, 2, 14, 30, tzinfo=UTC))
    make_due(session, late, datetime(2026, 2, 27, 10, 0, tzinfo=UTC))
    for _ in range(3):
        timetable.keep_time(database, monday_morning)
        worker.work(Lane.POST)
    [promise] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "day_list.mail"))
    copy = outbox.copy_of(tmp_path, promise)
    assert copy and (copy.to, copy.subject) == ("officer@example.org", "2 follow-ups for 2 March 2026")
    links = "https://desk.example.org/desk/follow-ups"
    assert f"Overdue since 10am on 27 February: {links}/{late.id}" in copy.words
    assert f"2:30pm: {links}/{today.id}" in copy.words
    assert "Hill" not in copy.words and len(list((tmp_path / "mail").iterdir())) == 1
    [line] = outbox.story(session, "account", officer.id)
    assert line.text.startswith("Mailed the day’s list to Ada Cole at ")
    session.commit()


def test_on_a_day_off_only_what_is_due_that_very_day_is_mailed(
        database: Database, session: Session, officer: Actor, mrs_hill: Victim) -> None:
    late = plan(session, officer, mrs_hill)
    make_due(session, late, datetime(2026, 2, 27, 10, 0, tzinfo=UTC))
    timetable.keep_time(database, datetime(2026, 3, 1, 7, 30, tzinfo=UTC))      # a Sunday
    lists = select(func.count()).where(OutboxMessage.kind == "day_list.mail")
    assert session.scalar(lists) == 0
    make_due(session, late, datetime(2026, 3, 1, 11, 0, tzinfo=UTC))
    session.rollback()
    with database.transaction() as writing:
        follow_ups.day_list.fire(writing, datetime(2026, 3, 1, 7, 30, tzinfo=UTC))
    assert session.scalar(lists) == 1


def test_a_closed_account_gets_no_list(database: Database, session: Session, officer: Actor,
                                       mrs_hill: Victim, worker: Engine) -> None:
    make_due(session, plan(session, officer, mrs_hill), datetime(2026, 2, 27, 10, 0, tzinfo=UTC))
    follow_ups.day_list.fire(session, datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
    with acting(session, COMMAND_LINE, "account.closed"):
        session.get_one(Account, officer.id).deactivated_at = clock.now()
    session.commit()
    worker.work(Lane.POST)
    [promise] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "day_list.mail"))
    assert (promise.state, promise.last_error) == (
        State.SUPPRESSED, "the account is closed or has no e-mail address")
    session.commit()


@pytest.mark.parametrize(("now", "late"), [
    (datetime(2026, 3, 3, 10, 0, tzinfo=UTC), datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),    # Tuesday, Monday
    (datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 2, 27, 9, 0, tzinfo=UTC)),     # Monday, Friday
    (datetime(2026, 4, 7, 9, 0, tzinfo=UTC), datetime(2026, 4, 2, 9, 0, tzinfo=UTC))])     # after Easter
def test_late_means_a_working_day_later_to_the_hour(now: datetime, late: datetime) -> None:
    assert late_before(now) == late


def test_at_a_weekend_thursdays_are_late_and_fridays_are_not() -> None:
    saturday = late_before(datetime(2026, 3, 7, 9, 0, tzinfo=UTC))
    assert clock.day_of(saturday).isoformat() == "2026-03-05"


def test_an_overdue_follow_up_is_escalated_once_and_the_supervisor_told_once(
        database: Database, session: Session, officer: Actor, supervisor: Actor, mrs_hill: Victim,
        worker: Engine, tmp_path: Path) -> None:
    found = plan(session, officer, mrs_hill)
    make_due(session, found, clock.now() - timedelta(days=9))
    fresh = plan(session, officer, mrs_hill)
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    for later in range(3):
        timetable._take(database, timetable.TASKS["escalation"], hour + timedelta(hours=later))
        for lane in Lane:
            worker.work(lane)
        worker.work(Lane.POST)
    session.expire_all()
    assert found.escalated_at and fresh.escalated_at is None
    assert list(session.scalars(select(AuditEntry.record_id).where(
        AuditEntry.operation == "follow_up.escalated"))) == [found.id]
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == escalation.MAIL)).all()
    copy = outbox.copy_of(tmp_path, told[0])
    assert len(told) == 1 and copy
    assert (copy.to, copy.subject) == ("supervisor@example.org", "1 follow-up is overdue")
    assert "Hill" not in copy.words
    session.commit()


# Reminders

def test_a_text_is_refused_to_somebody_who_must_not_be_texted_whoever_asks(
        session: Session, officer: Actor, mrs_hill: Victim) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_text = Answer.NO
    found = plan(session, officer, mrs_hill)
    for actor in (officer, COMMAND_LINE):
        with pytest.raises(UnsafeContact, match="You cannot text Mrs Hill: must not be texted"):
            follow_ups.remind(session, actor, found, Channel.TEXT)
    session.rollback()
    assert session.scalar(select(func.count()).where(OutboxMessage.kind == "follow_up.text")) == 0


def test_what_nobody_has_asked_about_counts_as_no(session: Session, officer: Actor,
                                                  mrs_hill: Victim) -> None:
    with pytest.raises(UnsafeContact, match="Ask Mrs Hill first whether we may text them"):
        plan(session, officer, mrs_hill, remind_by=Channel.TEXT)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(FollowUp)) == 0


def test_a_text_that_became_unsafe_since_it_was_planned_is_not_sent(
        session: Session, officer: Actor, mrs_hill: Victim, worker: Engine, tmp_path: Path) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_text = Answer.YES
    found = plan(session, officer, mrs_hill, remind_by=Channel.TEXT)
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_text = Answer.NO
    make_due(session, found)
    worker.work(Lane.POST)
    texts = [line.text for line in outbox.story(session, "follow_up", found.id)]
    assert "Could not text Mrs Hill: must not be texted" in texts
    assert not (tmp_path / "texts").exists()
    session.commit()


@pytest.mark.parametrize(("channel", "field", "to"), [
    (Channel.TEXT, "may_text", "+447700900101"), (Channel.EMAIL, "may_email", "margaret.hill@example.org")])
def test_a_reminder_goes_once_by_the_way_they_chose_and_speaks_of_no_crime(
        session: Session, officer: Actor, mrs_hill: Victim, worker: Engine, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch, channel: Channel, field: str, to: str) -> None:
    monkeypatch.setattr(reaching, "outside_hours", lambda *_: False)     # at whatever hour the tests run
    with acting(session, COMMAND_LINE, "test"):
        setattr(mrs_hill, field, Answer.YES)
    found = plan(session, officer, mrs_hill, remind_by=channel)
    assert found.remind_at and found.remind_at < found.due_at
    session.execute(update(OutboxMessage).where(OutboxMessage.kind != "follow_up.due")
                    .values(run_after=clock.now()))
    session.commit()
    worker.work(Lane.POST)
    worker.work(Lane.POST)
    [promise] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind != "follow_up.due"))
    copy = outbox.copy_of(tmp_path, promise)
    assert copy and copy.to == to and "at about 10am" in copy.words and "ring 101" in copy.words
    assert not {"fraud", "victim", "crime", "scam"} & set(copy.words.casefold().split())
    assert outbox.told(session, promise, naming=False).text.count("Hill") == 0
    session.commit()


def test_a_text_keeps_to_the_hours_at_which_somebody_may_be_reached(
        session: Session, mrs_hill: Victim, monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.safe_from, mrs_hill.safe_until = time(14), time(16)
    session.commit()
    for hour, kept in ((3, False), (11, False), (15, True), (21, False)):
        monkeypatch.setattr(clock, "now", lambda hour=hour: datetime(2026, 3, 3, hour, 0, tzinfo=UTC))
        assert reaching.outside_hours(mrs_hill, Channel.TEXT) is not kept
        assert not reaching.outside_hours(mrs_hill, Channel.LETTER)
    sent = reaching.send_at(mrs_hill, datetime(2026, 3, 5, 15, 0, tzinfo=UTC), Channel.TEXT)
    assert sent == datetime(2026, 3, 4, 14, 0, tzinfo=UTC)


def test_a_text_that_comes_outside_the_hours_waits_for_the_next_one_and_goes_once(
        session: Session, officer: Actor, mrs_hill: Victim, worker: Engine, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_text = Answer.YES
    plan(session, officer, mrs_hill, remind_by=Channel.TEXT)
    text = update(OutboxMessage).where(OutboxMessage.kind == "follow_up.text")
    for outside in (True, False):
        session.execute(text.values(run_after=clock.now()))
        session.commit()
        monkeypatch.setattr(reaching, "outside_hours", lambda *_, outside=outside: outside)
        worker.work(Lane.POST)
        promise = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "follow_up.text")).one()
        session.refresh(promise)
        if outside:
            assert promise.state is State.RETRY and promise.run_after > clock.now()
            assert clock.local(promise.run_after).time() == time(10)
            assert "Will try again" in outbox.told(session, promise).text
            assert not (tmp_path / "texts").exists()
    assert promise.state is State.DONE and len(list((tmp_path / "texts").iterdir())) == 1
    session.commit()


def test_a_text_goes_to_no_number_of_somebody_else(session: Session, officer: Actor,
                                                  mrs_hill: Victim) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_text = Answer.YES
        mrs_hill.phones[1].note = "daughter, Anne"
    with pytest.raises(follow_ups.CannotRemind, match="of their own"):
        plan(session, officer, mrs_hill, remind_by=Channel.TEXT)
    session.rollback()


@pytest.mark.parametrize(("note", "own"), [
    ("", True), ("Mobile", True), ("after 6pm", True), ("mobile, 9:30 to 4 pm", True), ("own", True),
    ("mobile (daughter Anne)", False), ("after 6pm: her son", False), ("not hers", False),
    ("home help", False), ("own daughter", False), ("work, shared", False)])
def test_one_strange_word_beside_a_number_makes_it_somebody_elses(session: Session, mrs_hill: Victim,
                                                                  note: str, own: bool) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_text, mrs_hill.phones[1].note = Answer.YES, note
    sentence = "" if own else "There is no mobile number of their own for Mrs Hill"
    assert reaching.refusal(mrs_hill, Channel.TEXT) == sentence
    session.rollback()


@pytest.mark.parametrize(("hours", "at"), [
    ((None, None), "10:00"), ((time(14), time(18)), "14:00"), ((None, time(9, 30)), "08:00"),
    ((time(21), time(22)), None)])
def test_a_text_is_planned_for_an_hour_at_which_it_can_leave(
        session: Session, mrs_hill: Victim, hours: tuple[time | None, time | None], at: str | None) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_text, (mrs_hill.safe_from, mrs_hill.safe_until) = Answer.YES, hours
    if at is None:
        assert reaching.refusal(mrs_hill, Channel.TEXT) == "There is no hour at which Mrs Hill may be texted"
    else:
        assert f"{clock.local(reaching.send_at(mrs_hill, soon(), Channel.TEXT)):%H:%M}" == at
    session.rollback()


def test_a_reminder_whose_time_has_passed_is_not_sent(session: Session, officer: Actor, mrs_hill: Victim,
                                                      worker: Engine, tmp_path: Path) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.may_email = Answer.YES
    found = plan(session, officer, mrs_hill, remind_by=Channel.EMAIL)
    make_due(session, found)
    worker.work(Lane.POST)
    texts = [line.text for line in outbox.story(session, "follow_up", found.id)]
    assert any("its time had passed" in text for text in texts) and not (tmp_path / "mail").exists()
    session.commit()


def test_nobody_is_planned_for_who_has_died(session: Session, officer: Actor, mrs_hill: Victim) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.deceased_on = clock.today()
    with pytest.raises(follow_ups.BadTime, match="having died"):
        plan(session, officer, mrs_hill)
    session.rollback()


def test_nothing_of_what_was_planned_is_changed_once_somebody_has_died(session: Session, officer: Actor,
                                                                       mrs_hill: Victim) -> None:
    found = plan(session, officer, mrs_hill)
    with acting(session, COMMAND_LINE, "test"):
        mrs_hill.deceased_on = clock.today()
    with pytest.raises(follow_ups.BadTime, match="Mrs Hill is recorded as having died: nobody is to be rung"):
        follow_ups.change(session, officer, found, due_at=found.due_at, reason="Another reason")
    session.rollback()


def test_a_death_logged_with_a_next_date_plans_nothing(session: Session, officer: Actor,
                                                       mrs_hill: Victim) -> None:
    log_contact(session, officer, mrs_hill, channel=ContactChannel.CALL, outcome=Outcome.DECEASED,
                follow_up=follow_ups.Proposal(soon(), "Ring her"))
    session.commit()
    assert session.scalar(select(func.count()).select_from(FollowUp)) == 0


@pytest.mark.parametrize(("outcome", "stands"), [
    (Outcome.NO_REPLY_UNSAFE, {Step.OTHER, Step.CHECK, Step.REVIEW}), (Outcome.SPOKE, {Step.REVIEW})])
def test_of_that_day_only_what_was_agreed_stands_when_nobody_answered(
        session: Session, officer: Actor, mrs_hill: Victim, outcome: Outcome, stands: set[Step]) -> None:
    morning = clock.at(clock.today() - timedelta(days=3), time(9))
    later = [plan(session, officer, mrs_hill, step=step) for step in Step]
    for found in later:
        make_due(session, found, morning + timedelta(hours=6))
    log_contact(session, officer, mrs_hill, channel=ContactChannel.CALL, outcome=outcome, at=morning)
    session.commit()
    assert {found.step for found in later if found.status is Status.PLANNED} == stands


def test_last_weeks_call_does_not_answer_what_is_due_today(session: Session, officer: Actor,
                                                           mrs_hill: Victim) -> None:
    due = plan(session, officer, mrs_hill)
    make_due(session, due)
    log_contact(session, officer, mrs_hill, channel=ContactChannel.CALL, outcome=Outcome.SPOKE,
                at=clock.now() - timedelta(days=7))
    assert due.status is Status.PLANNED
    session.commit()


def test_a_contact_entered_late_proposes_a_time_to_come(session: Session, mrs_hill: Victim) -> None:
    late = follow_ups.in_time(follow_ups.propose(session, mrs_hill, Outcome.NO_REPLY_UNSAFE, TUESDAY))
    assert late and late.due_at > clock.now() and current().is_working_day(clock.day_of(late.due_at))


def test_a_reminder_needs_a_way_and_time_enough(session: Session, officer: Actor, mr_hill: Victim) -> None:
    with acting(session, COMMAND_LINE, "test"):
        mr_hill.may_text = mr_hill.may_email = mr_hill.may_post = Answer.YES
    found = plan(session, officer, mr_hill)
    for channel, sentence in ((Channel.TEXT, "There is no mobile number of their own for Mr Hill"),
                              (Channel.EMAIL, "There is no e-mail address for Mr Hill"),
                              (Channel.PHONE, "Choose a text, an e-mail or a letter")):
        with pytest.raises(follow_ups.CannotRemind, match=sentence):
            follow_ups.remind(session, officer, found, channel)
    make_due(session, found)
    with pytest.raises(follow_ups.CannotRemind, match="It is too late"):
        follow_ups.remind(session, officer, found, Channel.LETTER)
    session.rollback()


def test_a_victim_given_to_somebody_else_takes_the_open_follow_ups_along(
        session: Session, officer: Actor, ambassador: Actor, mr_shaw: Victim) -> None:
    """Else they would lie with the ambassador, who does not see the person any more."""
    theirs = plan(session, officer, mr_shaw, assignee_id=ambassador.id)
    mine = plan(session, officer, mr_shaw)
    keeping.assign(session, officer, mr_shaw, officer.id)
    assert (theirs.assignee_id, mine.assignee_id) == (officer.id, officer.id)
    session.commit()


# The list

def test_the_list_tells_no_reason_and_no_place_of_a_restricted_record(session: Session, officer: Actor,
                                                                      enter: Any) -> None:
    hidden = enter("Alma", "Reed", town="Thirsk", restricted=True)
    with acting(session, COMMAND_LINE, "test.planned"):
        session.add(FollowUp(victim_id=hidden.id, due_at=soon(), reason="Ask about her son",
                             assignee_id=officer.id))
    session.commit()
    line, = follow_ups.list_follow_ups(session, officer).lines
    assert (line.name, line.town, line.reason) == ("Alma Reed", "", "Restricted: open it and say why")
