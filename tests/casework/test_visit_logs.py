"""The log of a visit as it comes in: whatever is wrong gets a sentence, and nothing is lost or doubled."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.contacts import Outcome
from outreach.casework.victims import Victim
from outreach.casework.visits import CrewMember, CrewState, LogState, NoSuchVisit, VisitLog, VisitState
from outreach.casework.visits.entry import LogEntry, WrongEntry
from outreach.casework.visits.logging import (
    AlreadyAccepted,
    DifferentWords,
    SetAside,
    hand_in,
    hand_in_late,
)
from outreach.foundation.clock import local, now
from outreach.foundation.db import Database
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import COMMAND_LINE, Actor, NotAllowed, Role
from outreach.foundation.vetting import Vetting
from tests.cast import PlanVisit, cleared

KEY, OTHER_KEY = "k" * 20, "o" * 20
HOUR_AGO = timedelta(hours=1)


def clock_of(moment: datetime) -> time:
    return local(moment).time().replace(second=0, microsecond=0)


def entry(**more: Any) -> LogEntry:
    """A log of a visit that went well: it began ten minutes ago and ended just now."""
    return replace(LogEntry(Outcome.VISITED, clock_of(now() - timedelta(minutes=10)), clock_of(now()),
                            met=["person"], discussed=["bank_notified"], words="She was glad of it."), **more)


def change(session: Session, record: Any, **values: Any) -> None:
    with acting(session, COMMAND_LINE, "test"):
        for name, value in values.items():
            setattr(record, name, value)
    session.commit()


def count(session: Session, kind: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_log_is_with_the_officer_and_its_writer_is_safely_out(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    log = hand_in(session, volunteer, visit.id, key=KEY, entry=entry(miles=Decimal("7.5"), travel_minutes=20))
    assert (log.state, log.minutes, log.miles, log.clock_off_seconds) == (
        LogState.RECEIVED, 10, Decimal("7.5"), 0)
    part = session.scalars(select(CrewMember)).one()
    assert part.checked_out_at == log.ended_at


def test_the_same_log_again_is_one_log_and_one_promise(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit, told = visit_of(mrs_hill, volunteer), entry(concern="A man in a van.", concern_now=True)
    first = hand_in(session, volunteer, visit.id, key=KEY, entry=told)
    session.commit()
    spaced = replace(told, met=["person", "person"], words=f" {told.words}\n")
    for key in (KEY, OTHER_KEY):
        assert hand_in(session, volunteer, visit.id, key=key, entry=spaced) is first
    assert (count(session, VisitLog), count(session, OutboxMessage)) == (1, 1)


@pytest.mark.parametrize("key", [KEY, OTHER_KEY], ids=["the same key", "another key"])
def test_other_words_do_not_take_the_place_of_the_first(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, key: str) -> None:
    visit = visit_of(mrs_hill, volunteer)
    hand_in(session, volunteer, visit.id, key=KEY, entry=entry())
    session.commit()
    with pytest.raises(DifferentWords, match=r"was kept\. Open it and correct it"):
        hand_in(session, volunteer, visit.id, key=key, entry=entry(words="Something else."))
    assert session.scalars(select(VisitLog)).one().words == "She was glad of it."


def test_whoever_has_the_first_open_may_correct_it(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    first = hand_in(session, volunteer, visit.id, key=KEY, entry=entry())
    session.commit()
    version = first.version
    hand_in(session, volunteer, visit.id, key=OTHER_KEY, entry=entry(words="Better."), corrects=version)
    session.commit()
    assert session.scalars(select(VisitLog)).one().words == "Better."
    with pytest.raises(DifferentWords):
        hand_in(session, volunteer, visit.id, key="x" * 20, entry=entry(words="Stale."), corrects=version)


def test_a_log_that_was_returned_is_written_again_in_place(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    log = hand_in(session, volunteer, visit.id, key=KEY, entry=entry())
    change(session, log, state=LogState.RETURNED, decided_why="How long was it?")
    assert hand_in(session, volunteer, visit.id, key=KEY, entry=entry()).state is LogState.RETURNED
    hand_in(session, volunteer, visit.id, key=OTHER_KEY, entry=entry(minutes=45))
    assert (log.state, log.minutes, log.key, count(session, VisitLog)) == (
        LogState.RECEIVED, 45, OTHER_KEY, 1)


@pytest.mark.parametrize(("state", "trouble", "says"), [
    (LogState.ACCEPTED, AlreadyAccepted, "was accepted at .* today"),
    (LogState.SET_ASIDE, SetAside, "Ring them"),
])
def test_what_was_decided_stays_as_it_is(session: Session, volunteer: Actor, mrs_hill: Victim,
                                         visit_of: PlanVisit, state: LogState, trouble: type[Exception],
                                         says: str) -> None:
    visit = visit_of(mrs_hill, volunteer)
    log = hand_in(session, volunteer, visit.id, key=KEY, entry=entry())
    change(session, log, state=state, decided_at=now())
    change(session, visit, state=VisitState.FINISHED)
    with pytest.raises(trouble, match=says):
        hand_in(session, volunteer, visit.id, key=OTHER_KEY, entry=entry(words="Late."))
    assert hand_in(session, volunteer, visit.id, key=KEY, entry=entry()) is log


def test_a_visit_that_is_not_theirs_is_as_if_it_were_none(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    other = cleared(session, "other", "Una Field")
    offered = visit_of(mrs_hill, volunteer, state=CrewState.OFFERED)
    cancelled = visit_of(mrs_hill, volunteer)
    change(session, cancelled, state=VisitState.CANCELLED)
    for visit_id in (visit_of(mrs_hill, other).id, offered.id, cancelled.id, 999_999):
        with pytest.raises(NoSuchVisit):
            hand_in(session, volunteer, visit_id, key=KEY, entry=entry())
    assert count(session, VisitLog) == 0


def test_nobody_logs_a_visit_before_it_began_unless_they_went_early(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=now() + timedelta(minutes=20))
    with pytest.raises(WrongEntry, match=r"This visit begins at .* Log it once you have been"):
        hand_in(session, volunteer, visit.id, key=KEY, entry=entry())
    change(session, session.scalars(select(CrewMember)).one(), checked_in_at=now() - timedelta(minutes=9))
    assert hand_in(session, volunteer, visit.id, key=KEY, entry=entry()).state is LogState.RECEIVED


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"outcome": None}, "outcome", "Choose what came"),
    ({"outcome": Outcome.POSTED}, "outcome", "Choose what came"),
    ({"began": None}, "began", "Enter the time"),
    ({"met": []}, "met", "Tick who you met"),
    ({"met": ["nobody"]}, "met", "Tick who you met, or choose another outcome"),
    ({"met": ["person", "nobody"]}, "met", "Untick"),
    ({"met": ["milkman"]}, "met", "on the list"),
    ({"discussed": ["witchcraft"]}, "discussed", "on the list"),
    ({"accepted": ["witchcraft"]}, "discussed", "on the list"),
    ({"fitted": ["moat"]}, "fitted", "on the list"),
    ({"words": "x" * 4001}, "words", "Shorten this to 4,000 characters or fewer: it has 4,001"),
    ({"concern": "x" * 2**20}, "concern", "it has 1,048,576"),
    ({"next_step": "x" * 401}, "next_step", "Shorten this to 400"),
    ({"minutes": 721}, "minutes", "from 0 to 720"),
    ({"travel_minutes": -1}, "travel_minutes", "from 0 to 720"),
    ({"miles": Decimal("500.5")}, "miles", "from 0 to 500"),
    ({"miles": Decimal("NaN")}, "miles", "from 0 to 500"),
    ({"miles": Decimal("1e30")}, "miles", "from 0 to 500"),
    ({"worried": 6}, "worried", "from 1 to 5"),
    ({"safe": 0}, "safe", "from 1 to 5"),
    ({"concern_now": True}, "concern", "Say what the concern is"),
]


@pytest.mark.parametrize(("more", "field", "says"), BAD, ids=lambda value: str(value)[:30])
def test_what_cannot_stand_gets_a_sentence_beside_it(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, more: dict[str, Any],
        field: str, says: str) -> None:
    visit = visit_of(mrs_hill, volunteer)
    with pytest.raises(WrongEntry) as wrong:
        hand_in(session, volunteer, visit.id, key=KEY, entry=entry(**more))
    assert says in wrong.value.errors[field]
    assert count(session, VisitLog) == 0


@pytest.mark.parametrize("key", ["", "short", "a b" * 8, "x" * 65])
def test_a_key_that_is_none_gets_a_sentence(session: Session, volunteer: Actor, mrs_hill: Victim,
                                            visit_of: PlanVisit, key: str) -> None:
    with pytest.raises(WrongEntry, match="open it again"):
        hand_in(session, volunteer, visit_of(mrs_hill, volunteer).id, key=key, entry=entry())


def noon_yesterday() -> datetime:
    return local(now() - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


def test_a_visit_does_not_end_before_it_began(session: Session, volunteer: Actor, mrs_hill: Victim,
                                              visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=noon_yesterday())
    with pytest.raises(WrongEntry) as wrong:
        hand_in(session, volunteer, visit.id, key=KEY, entry=entry(began=time(13), ended=time(12, 30)))
    assert wrong.value.errors == {"ended": "Enter a time after 1pm, when it began"}


def test_a_visit_past_midnight_ends_on_the_next_day(session: Session, volunteer: Actor, mrs_hill: Victim,
                                                    visit_of: PlanVisit) -> None:
    late = noon_yesterday().replace(hour=23, minute=30) - timedelta(days=1)
    visit = visit_of(mrs_hill, volunteer, begins_at=late, minutes=60)
    log = hand_in(session, volunteer, visit.id, key=KEY, entry=entry(began=time(23, 40), ended=time(0, 10)))
    assert log.minutes == 30


@pytest.mark.parametrize("ended, minutes", [(time(0, 20), 140), (time(22), 0)])
def test_a_visit_that_ran_past_midnight_is_logged_as_it_was(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, ended: time,
        minutes: int) -> None:
    late = noon_yesterday().replace(hour=22) - timedelta(days=1)
    visit = visit_of(mrs_hill, volunteer, begins_at=late, minutes=90)
    log = hand_in(session, volunteer, visit.id, key=KEY, entry=entry(began=time(22), ended=ended))
    assert log.minutes == minutes


def test_a_slip_in_the_evening_is_not_taken_for_the_next_day(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    late = noon_yesterday().replace(hour=22) - timedelta(days=1)
    visit = visit_of(mrs_hill, volunteer, begins_at=late, minutes=90)
    with pytest.raises(WrongEntry, match="Enter a time after 10:30pm"):
        hand_in(session, volunteer, visit.id, key=KEY, entry=entry(began=time(22, 30), ended=time(22, 10)))


def test_a_phone_whose_clock_is_hours_fast_is_put_right(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit, fast = visit_of(mrs_hill, volunteer), now() + timedelta(hours=3)
    log = hand_in(session, volunteer, visit.id, key=KEY, entry=entry(), written_at=fast - HOUR_AGO,
                  sent_at=fast)
    assert abs(log.clock_off_seconds - 3 * 3600) < 10
    assert abs(now() - HOUR_AGO - log.written_at) < timedelta(seconds=10)


def test_a_time_that_a_fast_phone_put_in_the_future_says_so(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    start = now().replace(second=0, microsecond=0)
    if local(start).hour > 20:
        pytest.skip("three hours from now is tomorrow")
    visit = visit_of(mrs_hill, volunteer)
    fast = entry(began=clock_of(start + timedelta(hours=2)), ended=clock_of(start + timedelta(hours=3)))
    with pytest.raises(WrongEntry) as wrong:
        hand_in(session, volunteer, visit.id, key=KEY, entry=fast, sent_at=now() + timedelta(hours=3))
    assert "the phone’s clock is 3 hours fast" in wrong.value.errors["ended"]


@pytest.mark.parametrize("sent_at", [datetime.min, datetime.max])
def test_a_clock_that_is_none_is_left_out(session: Session, volunteer: Actor, mrs_hill: Victim,
                                          visit_of: PlanVisit, sent_at: datetime) -> None:
    visit, at = visit_of(mrs_hill, volunteer), sent_at.replace(tzinfo=now().tzinfo)
    log = hand_in(session, volunteer, visit.id, key=KEY, entry=entry(), written_at=at, sent_at=at)
    assert log.clock_off_seconds == 0 and abs(now() - log.written_at) < timedelta(seconds=10)


def test_what_was_accepted_was_discussed(session: Session, volunteer: Actor, mrs_hill: Victim,
                                         visit_of: PlanVisit) -> None:
    log = hand_in(session, volunteer, visit_of(mrs_hill, volunteer).id, key=KEY,
                  entry=entry(discussed=[], accepted=["call_blocker"]))
    assert (log.discussed, log.accepted) == (["call_blocker"], ["call_blocker"])


def test_help_at_an_event_needs_no_outcome(session: Session, volunteer: Actor, visit_of: PlanVisit) -> None:
    visit = visit_of(None, volunteer, event_name="Crime prevention stall", event_place="Market Place")
    log = hand_in(session, volunteer, visit.id, key=KEY, entry=entry(outcome=None, met=[], discussed=[]))
    assert log.outcome is Outcome.VISITED


def test_a_key_that_belongs_to_another_visits_log_is_refused(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    hand_in(session, volunteer, visit_of(mrs_hill, volunteer).id, key=KEY, entry=entry())
    with pytest.raises(DifferentWords, match="for another visit"):
        hand_in(session, volunteer, visit_of(mrs_hill, volunteer).id, key=KEY, entry=entry())


def test_each_of_two_writes_their_own(session: Session, volunteer: Actor, mrs_hill: Victim,
                                      visit_of: PlanVisit) -> None:
    una = cleared(session, "other", "Una Field")
    visit = visit_of(mrs_hill, volunteer, una)
    hand_in(session, volunteer, visit.id, key=KEY, entry=entry())
    hand_in(session, una, visit.id, key=OTHER_KEY, entry=entry(words="So was I."))
    assert count(session, VisitLog) == 2


def test_whoever_lost_their_vetting_hands_in_for_the_supervisor(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    lapsed = lapse(session, volunteer)
    with pytest.raises(NotAllowed):
        hand_in(session, lapsed, visit.id, key=KEY, entry=entry())
    log = hand_in_late(session, lapsed, visit.id, key=KEY, entry=entry())
    assert log.state is LogState.REVIEW
    session.commit()
    assert hand_in_late(session, lapsed, visit.id, key=KEY, entry=entry()) is log


@pytest.mark.parametrize(("minutes_ago", "is_theirs"), [(30, True), (-30, False)])
def test_a_visit_that_was_taken_from_them_counts_if_it_had_begun(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, minutes_ago: int,
        is_theirs: bool) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=now() - timedelta(minutes=minutes_ago))
    change(session, session.scalars(select(CrewMember)).one(), state=CrewState.HANDED_BACK, answered_at=now(),
           why="vetting")
    lapsed = lapse(session, volunteer)
    if is_theirs:
        assert hand_in_late(session, lapsed, visit.id, key=KEY, entry=entry()).state is LogState.REVIEW
    else:
        with pytest.raises(NoSuchVisit):
            hand_in_late(session, lapsed, visit.id, key=KEY, entry=entry())


def lapse(session: Session, volunteer: Actor) -> Actor:
    vetting = session.scalars(select(Vetting).where(Vetting.account_id == volunteer.id)).one()
    change(session, vetting, suspended_at=now(), suspended_why="Under review")
    return Actor(volunteer.id, volunteer.name, Role.LAPSED)


def test_two_that_send_the_same_at_once_leave_one_log(
        database: Database, session: Session, volunteer: Actor, mrs_hill: Victim,
        visit_of: PlanVisit) -> None:
    visit, told = visit_of(mrs_hill, volunteer), entry(concern="A van.", concern_now=True)
    session.close()
    start, results = Barrier(4), []

    def send() -> None:
        start.wait()
        with database.transaction() as own:
            results.append(hand_in(own, volunteer, visit.id, key=KEY, entry=told).id)
    run(send, 4)
    with database.reading() as look:
        assert len(results) == 4 and set(results) == set(look.scalars(select(VisitLog.id)))
        assert count(look, OutboxMessage) == 1


def run(job: Callable[[], None], times: int) -> None:
    threads = [Thread(target=job) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
