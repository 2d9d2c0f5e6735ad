"""Visitors check in and out; whoever does not is asked after, step by step, each step once."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim
from outreach.casework.visits import (
    CrewMember,
    CrewState,
    NoSuchVisit,
    Visit,
    VisitState,
    escalation,
    lateness,
    on_the_day,
    warning,
)
from outreach.casework.visits.lateness import Step
from outreach.casework.visits.on_the_day import CannotCheck
from outreach.foundation import clock, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.operation import acting
from outreach.foundation.outbox import Engine, Lane, OutboxMessage, State, lives
from outreach.foundation.permissions import COMMAND_LINE, Actor, NotAllowed
from outreach.foundation.volunteers import Volunteer
from tests.cast import PlanVisit, cleared
from tests.mail_room import MailRoom, mail_room

__all__ = ["mail_room"]

MINUTE = timedelta(minutes=1)
KINDS = {*warning.ASKING, *warning.TELLING}


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """A worker that writes into files, or to the relay of this address."""
    begun = []

    def begin(relay: str = "") -> Engine:
        life = lives.Life(database)
        life.begin()
        begun.append(life)
        return Engine(database, outbox.means(tmp_path, "https://desk.example.org/desk", relay), life.name)
    yield begin
    for life in begun:
        life.end()


def part_of(session: Session, visit: Visit, actor: Actor) -> CrewMember:
    return session.scalars(select(CrewMember).where(CrewMember.visit_id == visit.id,
                                                    CrewMember.account_id == actor.id)).one()


def promised(session: Session, visit: Visit, *actors: Actor) -> list[CrewMember]:
    """The crew, asked after from now on."""
    crew = [part_of(session, visit, actor) for actor in actors]
    with acting(session, COMMAND_LINE, "test.promised"):
        for member in crew:
            escalation.promise(session, member)
    session.commit()
    return crew


def ended(plan: PlanVisit, victim: Victim, *crew: Actor, ago: int, **more: Any) -> Visit:
    """A visit of an hour that was to end so many minutes ago."""
    return plan(victim, *crew, begins_at=clock.now() - timedelta(minutes=60 + ago), **more)


def mobile(session: Session, actor: Actor, number: str) -> None:
    with acting(session, COMMAND_LINE, "test.mobile"):
        session.add(Volunteer(account_id=actor.id, mobile=number))
    session.commit()


def drain(engine: Engine) -> None:
    for _ in range(3):
        engine.work(Lane.ROWS)
        engine.work(Lane.POST)


def sent(session: Session) -> list[tuple[str, str]]:
    """What was sent: its kind and to whom."""
    session.expire_all()
    found = session.scalars(select(OutboxMessage).where(
        OutboxMessage.kind.in_(KINDS), OutboxMessage.state == State.DONE).order_by(OutboxMessage.id))
    return [(message.kind, session.get_one(Account, message.payload["account_id"]).name)
            for message in found]


# Checking in and out

def test_checking_in_and_out_writes_down_when(session: Session, volunteer: Actor, mrs_hill: Victim,
                                              visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    began = on_the_day.check_in(session, volunteer, visit.id).checked_in_at
    out = on_the_day.check_out(session, volunteer, visit.id).checked_out_at
    assert began and out and clock.now() - MINUTE < began <= out <= clock.now()


def test_a_repeat_gives_the_first_moment_again(session: Session, volunteer: Actor, mrs_hill: Victim,
                                               visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    for deed in (on_the_day.check_in, on_the_day.check_out):
        first = deed(session, volunteer, visit.id)
        moments = first.checked_in_at, first.checked_out_at
        again = deed(session, volunteer, visit.id, at=clock.now() - 2 * MINUTE)
        assert (again.checked_in_at, again.checked_out_at) == moments


@pytest.mark.parametrize(("begins_in", "may"), [(31, False), (29, True), (-30, True)])
def test_nobody_checks_in_more_than_half_an_hour_before(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, begins_in: int,
        may: bool) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=clock.now() + begins_in * MINUTE)
    if may:
        assert on_the_day.check_in(session, volunteer, visit.id).checked_in_at
    else:
        with pytest.raises(CannotCheck, match="check in from 30 minutes before"):
            on_the_day.check_in(session, volunteer, visit.id)


def test_a_visit_of_yesterday_is_logged_not_checked_into(session: Session, volunteer: Actor,
                                                         mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = ended(visit_of, mrs_hill, volunteer, ago=13 * 60)
    with pytest.raises(CannotCheck, match="write its log instead"):
        on_the_day.check_in(session, volunteer, visit.id)


def test_nobody_is_out_before_they_were_in(session: Session, volunteer: Actor, mrs_hill: Victim,
                                           visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=clock.now() - 40 * MINUTE)
    with acting(session, COMMAND_LINE, "test"):
        part_of(session, visit, volunteer).offered_at = clock.now() - timedelta(days=1)
    on_the_day.check_in(session, volunteer, visit.id, at=clock.now() - 10 * MINUTE)
    with pytest.raises(CannotCheck, match="You checked in at"):
        on_the_day.check_out(session, volunteer, visit.id, at=clock.now() - 20 * MINUTE)


def test_whoever_forgot_to_check_in_may_check_out_but_not_before_it_begins(
        session: Session, volunteer: Actor, mrs_hill: Victim, mr_hill: Victim, visit_of: PlanVisit) -> None:
    member = on_the_day.check_out(session, volunteer, visit_of(mrs_hill, volunteer).id)
    assert member.checked_out_at and member.checked_in_at is None
    to_come = visit_of(mr_hill, volunteer, begins_at=clock.now() + 30 * MINUTE)
    with pytest.raises(CannotCheck, match="Check in first"):
        on_the_day.check_out(session, volunteer, to_come.id)


@pytest.mark.parametrize("hours_off", [-5, 0, 7])
def test_a_phone_whose_clock_is_hours_wrong_is_put_right(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, hours_off: int) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=clock.now() - 50 * MINUTE)
    with acting(session, COMMAND_LINE, "test"):
        part_of(session, visit, volunteer).offered_at = clock.now() - timedelta(days=1)
    phone = clock.now() + timedelta(hours=hours_off)
    found = on_the_day.check_in(session, volunteer, visit.id, at=phone - 40 * MINUTE, sent_at=phone)
    assert found.checked_in_at and abs(found.checked_in_at - (clock.now() - 40 * MINUTE)) < MINUTE


def test_no_moment_lies_after_now_or_before_the_offer(session: Session, volunteer: Actor, mrs_hill: Victim,
                                                      visit_of: PlanVisit) -> None:
    member = part_of(session, visit_of(mrs_hill, volunteer), volunteer)
    assert on_the_day.put_right(member, clock.now() + timedelta(hours=3), None) <= clock.now()
    assert on_the_day.put_right(member, clock.now() - timedelta(days=9), None) == member.offered_at
    far, near = clock.now().replace(year=9999), clock.now().replace(year=1)
    assert on_the_day.put_right(member, far, near) <= clock.now()


@pytest.mark.parametrize("state", [CrewState.OFFERED, CrewState.DECLINED, CrewState.HANDED_BACK])
def test_a_visit_that_is_not_accepted_cannot_be_checked_into(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, state: CrewState) -> None:
    visit = visit_of(mrs_hill, volunteer, state=state)
    for deed in (on_the_day.check_in, on_the_day.check_out, on_the_day.still_here):
        with pytest.raises(NoSuchVisit):
            deed(session, volunteer, visit.id)


def test_somebody_elses_visit_is_as_if_it_were_not(session: Session, volunteer: Actor, mrs_hill: Victim,
                                                   visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, cleared(session, "other", "Una Field"))
    with pytest.raises(NoSuchVisit):
        on_the_day.check_in(session, volunteer, visit.id)


def test_check_ins_are_audited_under_the_visitors_name(session: Session, volunteer: Actor, mrs_hill: Victim,
                                                       visit_of: PlanVisit) -> None:
    on_the_day.check_in(session, volunteer, visit_of(mrs_hill, volunteer).id)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.operation == "visit.checked_in")).one()
    assert (entry.actor_id, entry.details) == (volunteer.id, {"fields": ["checked_in_at"]})


# Who is late, to the minute

@pytest.mark.parametrize(("step", "minutes"), [(Step.ASK, 15), (Step.CONTACT, 30), (Step.SUPERVISOR, 45)])
def test_each_step_comes_at_its_very_minute(session: Session, volunteer: Actor, mrs_hill: Victim,
                                            visit_of: PlanVisit, step: Step, minutes: int) -> None:
    visit = visit_of(mrs_hill, volunteer)
    moment = visit.planned_end_at + timedelta(minutes=minutes)
    [member] = lateness.late(session, visit.id, step, moment)
    assert lateness.late(session, visit.id, step, moment - timedelta(seconds=1)) == []
    assert lateness.steps_taken(member, moment)[-1] is step
    assert step not in lateness.steps_taken(member, moment - timedelta(seconds=1))


@pytest.mark.parametrize(("day", "begins", "minutes", "asked"), [
    (date(2026, 12, 1), time(23), 60, "Wed 02 Dec 00:15"),          # over midnight
    (date(2026, 10, 25), time(0, 30), 180, "Sun 25 Oct 02:45"),     # the night that has 1:30 twice
    (date(2026, 10, 25), time(0, 30), 60, "Sun 25 Oct 01:45"),
    (date(2027, 3, 28), time(0, 30), 60, "Sun 28 Mar 02:45"),       # the night that has no 1:30
])
def test_the_steps_cross_midnight_and_the_change_of_clocks(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, day: date, begins: time,
        minutes: int, asked: str) -> None:
    start = clock.at(day, begins)
    visit = visit_of(mrs_hill, volunteer, begins_at=start, minutes=minutes)
    [member] = promised(session, visit, volunteer)
    assert f"{clock.local(lateness.due(member, Step.ASK)):%a %d %b %H:%M}" == asked
    rows = session.scalars(select(OutboxMessage.run_after).order_by(OutboxMessage.run_after)).all()
    assert [row - start for row in rows] == [timedelta(minutes=minutes + after) for after in (15, 30, 45)]


# The steps, by mail and text, from the worker

def test_a_visitor_who_does_not_check_out_is_asked_then_the_contact_and_the_supervisors_are_told(
        session: Session, volunteer: Actor, officer: Actor, supervisor: Actor, mrs_hill: Victim,
        visit_of: PlanVisit, worker: Callable[..., Engine], mail_room: MailRoom) -> None:
    mobile(session, volunteer, "+447700900123")
    engine, seen = worker(mail_room.url), []
    for ago in (14, 16, 31, 46):
        visit = ended(visit_of, mrs_hill, volunteer, ago=ago)
        promised(session, visit, volunteer)
        drain(engine)
        seen.append([str(message["To"]) for message in mail_room.kept])
        mail_room.kept.clear()
        with acting(session, COMMAND_LINE, "test"):
            part_of(session, visit, volunteer).checked_out_at = clock.now()
        session.commit()
    asked, told, last = "volunteer@example.org", "officer@example.org", "supervisor@example.org"
    assert seen == [[], [asked], [asked, told], [asked, told, last]]


def test_what_is_written_names_no_victim_and_says_what_to_do(
        session: Session, volunteer: Actor, supervisor: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine], mail_room: MailRoom, tmp_path: Path) -> None:
    mobile(session, volunteer, "+447700900123")
    visit = ended(visit_of, mrs_hill, volunteer, ago=46, safety_notes="A dog", access_notes="Ring twice")
    promised(session, visit, volunteer)
    drain(worker(mail_room.url))
    mails = [f"{one['Subject']}\n{one.get_content()}" for one in mail_room.kept]
    [text] = [file.read_text() for file in (tmp_path / "texts").iterdir()]
    assert text.startswith("+447700900123") and f"/desk/my-visits/{visit.id} or ring Ada Cole on 101" in text
    assert "In danger ring 999" in text and "In danger ring 999. Nobody watches this page" in mails[0]
    assert "Bill Wren (07700 900 123); has not checked in either" in mails[1]
    assert f"https://desk.example.org/desk/visits/{visit.id}" in mails[1]
    for words in (*mails, text):
        for secret in ("Hill", "Margaret", "High Street", "YO12", "copper kettle", "dog", "Ring twice"):
            assert secret not in words


def test_without_a_mobile_the_ledger_says_so_and_the_mail_still_goes(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine]) -> None:
    [member] = promised(session, ended(visit_of, mrs_hill, volunteer, ago=16), volunteer)
    drain(worker())
    assert sent(session) == [("visit.ask_mail", "Bill Wren")]
    told = [line.text for line in outbox.story(session, escalation.SUBJECT, member.id)]
    assert any(line.startswith("Could not ask after Bill Wren by text: no mobile number")
               for line in told)


def test_each_step_is_taken_once_however_often_the_worker_looks(
        session: Session, volunteer: Actor, supervisor: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine]) -> None:
    visit = ended(visit_of, mrs_hill, volunteer, ago=50)
    promised(session, visit, volunteer)
    engine = worker()
    for _ in range(3):
        drain(engine)
    assert sent(session) == [("visit.ask_mail", "Bill Wren"), ("visit.tell_mail", "Ada Cole"),
                             ("visit.tell_mail", "Ruth Okafor")]


def test_two_workers_and_two_visitors_give_one_message_a_step_that_names_both(
        session: Session, volunteer: Actor, supervisor: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine], mail_room: MailRoom) -> None:
    una = cleared(session, "una", "Una Field")
    promised(session, ended(visit_of, mrs_hill, volunteer, una, ago=50), volunteer, una)
    engines = [worker(mail_room.url), worker(mail_room.url)]
    threads = [Thread(target=drain, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(engines[0])
    assert sorted(mail_room.sent_to) == ["officer@example.org", "supervisor@example.org", "una@example.org",
                                         "volunteer@example.org"]
    for message in mail_room.kept:
        if message["To"] in ("officer@example.org", "supervisor@example.org"):
            assert "Bill Wren" in message.get_content() and "Una Field" in message.get_content()


def test_of_two_visitors_only_the_one_still_in_is_named(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine], mail_room: MailRoom) -> None:
    una = cleared(session, "una", "Una Field")
    visit = ended(visit_of, mrs_hill, volunteer, una, ago=31)
    promised(session, visit, volunteer, una)
    on_the_day.check_out(session, una, visit.id)
    session.commit()
    drain(worker(mail_room.url))
    assert sorted(mail_room.sent_to) == ["officer@example.org", "volunteer@example.org"]
    assert all("Una Field" not in message.get_content() for message in mail_room.kept)


def test_a_worker_that_was_down_sends_late_what_still_holds_and_says_how_late(
        session: Session, volunteer: Actor, supervisor: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine], mail_room: MailRoom) -> None:
    promised(session, ended(visit_of, mrs_hill, volunteer, ago=45 + 70), volunteer)
    drain(worker(mail_room.url))
    assert mail_room.sent_to == ["volunteer@example.org", "officer@example.org", "supervisor@example.org"]
    late = [message.get_content().rpartition(": it is ")[2].strip() for message in mail_room.kept]
    assert late == ["1 hour and 40 minutes late.", "1 hour and 25 minutes late.",
                    "1 hour and 10 minutes late."]


def _checks_out(session: Session, member: CrewMember, who: Actor) -> None:
    on_the_day.check_out(session, who, member.visit_id)


def _is_cancelled(session: Session, member: CrewMember, who: Actor) -> None:
    member.visit.state = VisitState.CANCELLED


def _hands_back(session: Session, member: CrewMember, who: Actor) -> None:
    member.state = CrewState.HANDED_BACK


def _is_moved(session: Session, member: CrewMember, who: Actor) -> None:
    member.visit.planned_end_at += timedelta(hours=3)


def _owes_no_log(session: Session, member: CrewMember, who: Actor) -> None:
    member.checked_in_at, member.owes_no_log_at = clock.now() - 90 * MINUTE, clock.now()


def _needs_longer(session: Session, member: CrewMember, who: Actor) -> None:
    member.out_by_at = clock.now() + 20 * MINUTE


CHANGES = [_checks_out, _is_cancelled, _hands_back, _is_moved, _owes_no_log, _needs_longer]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_sent_about_whoever_is_not_expected_any_more(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine], change: Callable[..., None]) -> None:
    """Even where nobody took the promise back."""
    [member] = promised(session, ended(visit_of, mrs_hill, volunteer, ago=50), volunteer)
    with acting(session, COMMAND_LINE, "test"):
        change(session, member, volunteer)
    session.commit()
    drain(worker())
    assert sent(session) == []


def test_a_warning_that_perhaps_left_as_its_worker_fell_is_sent_once_more(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine]) -> None:
    promised(session, ended(visit_of, mrs_hill, volunteer, ago=50), volunteer)
    engine = worker()
    engine.work(Lane.ROWS)
    messages = session.scalars(select(OutboxMessage).where(OutboxMessage.kind.in_(KINDS))).all()
    for message in messages:
        message.state, message.owner, message.token, message.attempts = State.DATA, "gone", "t" * 8, 1
        message.lease_until = clock.now() - MINUTE
    session.commit()
    assert engine.give_back() == len(messages) >= 6
    session.expire_all()
    assert {message.state for message in messages} == {State.READY}


@pytest.mark.parametrize("change", CHANGES)
def test_a_message_in_the_queue_is_not_sent_once_they_are_out(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine], change: Callable[..., None]) -> None:
    [member] = promised(session, ended(visit_of, mrs_hill, volunteer, ago=50), volunteer)
    engine = worker()
    engine.work(Lane.ROWS)
    with acting(session, COMMAND_LINE, "test"):
        change(session, member, volunteer)
    session.commit()
    drain(engine)
    assert sent(session) == []


def test_whoever_is_inside_is_asked_after_whatever_becomes_of_the_visit(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine]) -> None:
    """Their vetting ended while they were in there: somebody still has to see that they come out."""
    [member] = promised(session, ended(visit_of, mrs_hill, volunteer, ago=50), volunteer)
    on_the_day.check_in(session, volunteer, member.visit_id)
    with acting(session, COMMAND_LINE, "test"):
        member.state = CrewState.HANDED_BACK
        escalation.forget(session, member)
    session.commit()
    drain(worker())
    assert ("visit.tell_mail", "Ada Cole") in sent(session)


def test_checking_out_takes_the_promises_back(session: Session, volunteer: Actor, mrs_hill: Victim,
                                              visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    promised(session, visit, volunteer)
    on_the_day.check_out(session, volunteer, visit.id)
    assert set(session.scalars(select(OutboxMessage.state))) == {State.CANCELLED}


def test_promising_anew_leaves_one_set(session: Session, volunteer: Actor, mrs_hill: Victim,
                                       visit_of: PlanVisit) -> None:
    """Moved away and back again: the promises of the first hour were taken back and stand anew."""
    visit = visit_of(mrs_hill, volunteer)
    for _ in range(3):
        promised(session, visit, volunteer)
    ready = session.scalars(select(OutboxMessage).where(OutboxMessage.state == State.READY)).all()
    assert sorted(row.kind for row in ready) == sorted(escalation.STEPS.values())


def test_where_the_named_contact_has_left_the_supervisors_are_told_at_once(
        session: Session, volunteer: Actor, officer: Actor, supervisor: Actor, mrs_hill: Victim,
        visit_of: PlanVisit, worker: Callable[..., Engine]) -> None:
    with acting(session, COMMAND_LINE, "test"):
        session.get_one(Account, officer.id).deactivated_at = clock.now()
    promised(session, ended(visit_of, mrs_hill, volunteer, ago=31), volunteer)
    drain(worker())
    assert sent(session) == [("visit.ask_mail", "Bill Wren"), ("visit.tell_mail", "Ruth Okafor")]


def test_a_contact_who_is_the_one_missing_is_not_told_of_themselves(
        session: Session, officer: Actor, supervisor: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine]) -> None:
    promised(session, ended(visit_of, mrs_hill, officer, ago=31), officer)
    drain(worker())
    assert sent(session) == [("visit.ask_mail", "Ada Cole"), ("visit.tell_mail", "Ruth Okafor")]


# Still here, longer, vouched for

def test_a_mistaken_check_out_is_undone_and_they_are_asked_after_again(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine]) -> None:
    visit = visit_of(mrs_hill, volunteer)
    promised(session, visit, volunteer)
    on_the_day.check_out(session, volunteer, visit.id)
    member = on_the_day.still_here(session, volunteer, visit.id)
    assert member.checked_out_at is None
    ready = session.scalars(select(OutboxMessage.run_after).where(OutboxMessage.state == State.READY)).all()
    assert min(ready) == visit.planned_end_at + 15 * MINUTE


def test_still_here_past_the_end_asks_a_quarter_of_an_hour_from_now(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = ended(visit_of, mrs_hill, volunteer, ago=20)
    on_the_day.check_out(session, volunteer, visit.id)
    member = on_the_day.still_here(session, volunteer, visit.id)
    assert abs(lateness.due(member, Step.ASK) - clock.now() - 15 * MINUTE) < MINUTE


def test_longer_moves_every_step_from_the_end_that_stands(session: Session, volunteer: Actor,
                                                          mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    on_the_day.check_in(session, volunteer, visit.id)
    on_the_day.need_longer(session, volunteer, visit.id, 15)
    member = on_the_day.need_longer(session, volunteer, visit.id, 30)
    assert lateness.out_by(member) == visit.planned_end_at + 45 * MINUTE
    ready = session.scalars(select(OutboxMessage.run_after).where(OutboxMessage.state == State.READY)).all()
    assert [row - visit.planned_end_at for row in sorted(ready)] == [60 * MINUTE, 75 * MINUTE, 90 * MINUTE]


@pytest.mark.parametrize(("minutes", "ago", "checked_in", "says"), [
    (20, -50, True, "Choose 15 or 30"), (30, -50, False, "Check in first"),
    (30, 100, True, "Two hours longer is the most"), (15, 104, True, ""),
    (15, 106, True, "Two hours longer")])
def test_longer_has_its_bounds(session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
                               minutes: int, ago: int, checked_in: bool, says: str) -> None:
    visit = ended(visit_of, mrs_hill, volunteer, ago=ago)
    if checked_in:
        on_the_day.check_in(session, volunteer, visit.id)
    if says:
        with pytest.raises(CannotCheck, match=says):
            on_the_day.need_longer(session, volunteer, visit.id, minutes)
    else:
        assert on_the_day.need_longer(session, volunteer, visit.id, minutes).out_by_at


def test_what_was_asked_for_before_the_visit_was_moved_counts_no_more(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    on_the_day.check_in(session, volunteer, visit.id)
    member = on_the_day.need_longer(session, volunteer, visit.id, 30)
    with acting(session, COMMAND_LINE, "test"):
        visit.planned_start_at -= timedelta(days=1)
        visit.planned_end_at -= timedelta(days=1)
    assert lateness.out_by(member) == visit.planned_end_at


def test_whoever_has_spoken_to_them_vouches_and_it_ends(
        session: Session, volunteer: Actor, supervisor: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine]) -> None:
    [member] = promised(session, ended(visit_of, mrs_hill, volunteer, ago=50), volunteer)
    on_the_day.vouch(session, supervisor, member.visit, why="Rang Bill: he is at his car")
    session.commit()
    assert (member.vouched_by_id, member.vouched_why) == (supervisor.id, "Rang Bill: he is at his car")
    drain(worker())
    assert sent(session) == []


def test_vouching_asks_whom_they_spoke_to_and_nobody_vouches_for_themselves(
        session: Session, volunteer: Actor, officer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = ended(visit_of, mrs_hill, volunteer, ago=50)
    with pytest.raises(CannotCheck, match="Say whom you spoke to"):
        on_the_day.vouch(session, officer, visit, why=" ok ")
    alone = ended(visit_of, mrs_hill, officer, ago=50)
    with pytest.raises(CannotCheck, match="Nobody else is in there"):
        on_the_day.vouch(session, officer, alone, why="I am quite well, thank you")
    with pytest.raises(NotAllowed):
        on_the_day.vouch(session, volunteer, visit, why="I am quite well, thank you")


def test_a_text_about_two_people_with_long_names_still_fits(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Callable[..., Engine], tmp_path: Path, officer: Actor) -> None:
    una = cleared(session, "una", "Una-Marguerite Featherstonehaugh-Cholmondeley of Appletreewick")
    for actor, number in ((volunteer, "+447700900123"), (una, "+447700900124"), (officer, "+447700900125")):
        mobile(session, actor, number)
    promised(session, ended(visit_of, mrs_hill, volunteer, una, ago=31), volunteer, una)
    drain(worker())
    assert [kind for kind, _ in sent(session)].count("visit.tell_text") == 1


def test_the_numbers_of_the_day_are_the_forces_own() -> None:
    assert (lateness.minutes(Step.ASK), lateness.minutes(Step.CONTACT),
            lateness.minutes(Step.SUPERVISOR)) == (15, 30, 45)
