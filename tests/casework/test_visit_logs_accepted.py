"""A log that is accepted stands on the record; one that is returned is written again; nothing twice."""

from datetime import timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import contacts, follow_ups, measures
from outreach.casework.contacts import Contact, ContactChannel, Outcome
from outreach.casework.follow_ups import FollowUp, Status
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import NotFound, ReasonNeeded, Victim
from outreach.casework.victims.listing import RESTRICTED
from outreach.casework.victims.merging import merge
from outreach.casework.visits import CrewMember, LogState, NoSuchVisit, VisitLog, VisitState, concerns, mine
from outreach.casework.visits.accepting import (
    CannotReturn,
    NothingSaid,
    NotWaiting,
    OpenLog,
    accept,
    next_step,
    open_log,
    owes_none,
    send_back,
)
from outreach.casework.visits.logging import AlreadyAccepted, hand_in, hand_in_late
from outreach.casework.visits.logs_listed import in_state, not_come, on_phones
from outreach.casework.visits.reviewing import pass_on, set_aside
from outreach.foundation.clock import now
from outreach.foundation.db import Database
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import WORKER, Actor, NotAllowed
from outreach.foundation.volunteers import Hours
from tests.casework.test_visit_logs import change, entry, lapse
from tests.cast import Enter, PlanVisit, cleared

KEY = "k" * 20


@pytest.fixture
def log_of(session: Session) -> Any:
    """`log_of(visit, bill, …)`: a log handed in, committed."""
    def write(visit: Any, who: Actor, **more: Any) -> VisitLog:
        key = f"{visit.id}-{who.id}-{len(more)}".ljust(20, "k")
        log = hand_in(session, who, visit.id, key=key, entry=entry(**more))
        session.commit()
        return log
    return write


def opened(session: Session, officer: Actor, log: VisitLog) -> OpenLog:
    return open_log(session, officer, log.visit_id, log.id, to_change=True)


def test_an_accepted_log_is_a_contact_of_its_writers_and_counts_their_hours(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    visit = visit_of(mrs_hill, volunteer)
    log = log_of(visit, volunteer, miles=Decimal("7.5"), travel_minutes=20, accepted=["call_blocker"],
                 concern="A man in a van.", next_step="Ring on Tuesday", worried=4)
    assert accept(session, officer, opened(session, officer, log)) == []
    session.commit()
    contact = session.scalars(select(Contact)).one()
    assert (contact.by_id, contact.channel, contact.outcome, contact.at, contact.minutes) == (
        volunteer.id, ContactChannel.VISIT, Outcome.VISITED, log.began_at, 10)
    assert contact.summary.splitlines() == [
        "She was glad of it.", "Met: The person", "Accepted: Call blocker", "Discussed: Bank notified",
        "Asked: worried about calls: quite", "Concern: A man in a van.", "Next step: Ring on Tuesday"]
    given = session.scalars(select(Hours)).one()
    assert (given.account_id, given.minutes, given.travel_minutes, given.miles, given.log_id) == (
        volunteer.id, 10, 20, Decimal("7.5"), log.id)
    stands = {item.code: item.status for item in measures.checklist(session, mrs_hill) if item.status}
    assert stands == {"bank_notified": measures.Status.OFFERED, "call_blocker": measures.Status.ACCEPTED}
    assert (log.state, log.decided_by_id, log.contact_id, visit.state) == (
        LogState.ACCEPTED, officer.id, contact.id, VisitState.FINISHED)
    with pytest.raises(NoSuchVisit):
        mine.one(session, volunteer, visit.id)


def test_a_log_is_accepted_once(session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim,
                                visit_of: PlanVisit, log_of: Any) -> None:
    log = log_of(visit_of(mrs_hill, volunteer), volunteer)
    accept(session, officer, opened(session, officer, log))
    with pytest.raises(NotWaiting, match="This log is accepted"):
        accept(session, officer, opened(session, officer, log))
    assert len(session.scalars(select(Contact)).all()) == 1


def test_what_was_due_is_done_and_the_next_step_planned_but_a_concern_stays_open(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    due = follow_ups.plan(session, officer, mrs_hill, reason="First attempt",
                          due_at=follow_ups.first_working_moment(mrs_hill, now().date()))
    change(session, due, due_at=now() - timedelta(hours=2), created_at=now() - timedelta(days=3))
    log = log_of(visit_of(mrs_hill, volunteer), volunteer, concern="A van.", concern_now=True)
    concerns.plan(session, session.scalars(select(OutboxMessage).where(
        OutboxMessage.kind == concerns.RAISED)).one())
    session.commit()
    accept(session, officer, opened(session, officer, log))
    found = {one.reason: one.status for one in session.scalars(select(FollowUp))}
    assert found.pop("First attempt") is Status.DONE
    assert found.pop(concerns.REASON) is not Status.DONE
    assert [reason.split(":")[0] for reason in found] == ["Two-week check"]


def test_no_next_step_is_planned_where_the_officer_wants_none(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    log = log_of(visit_of(mrs_hill, volunteer), volunteer)
    accept(session, officer, opened(session, officer, log), plan_next=False)
    assert session.scalars(select(FollowUp)).all() == []


def test_two_logs_of_one_visit_are_two_contacts_one_next_step_and_then_it_is_finished(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    una = cleared(session, "other", "Una Field")
    visit = visit_of(mrs_hill, volunteer, una)
    for member in visit.crew:
        change(session, member, checked_in_at=now())
    for who, state in ((volunteer, VisitState.PLANNED), (una, VisitState.FINISHED)):
        accept(session, officer, opened(session, officer, log_of(visit, who)))
        session.commit()
        assert visit.state is state
    made = session.scalars(select(Contact).order_by(Contact.id)).all()
    assert [(one.by_id, one.channel) for one in made] == [
        (volunteer.id, ContactChannel.JOINT_VISIT), (una.id, ContactChannel.JOINT_VISIT)]
    assert len(session.scalars(select(FollowUp)).all()) == 1
    assert len(session.scalars(select(Hours)).all()) == 2


def test_a_companion_of_whom_nothing_tells_makes_no_joint_visit(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    visit = visit_of(mrs_hill, volunteer, cleared(session, "other", "Una Field"))
    accept(session, officer, opened(session, officer, log_of(visit, volunteer)))
    assert session.scalars(select(Contact.channel)).one() is ContactChannel.VISIT


def test_whoever_is_still_in_there_owes_a_log_until_they_are_out(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    change(session, visit.crew[0], checked_in_at=now())
    with pytest.raises(NotWaiting, match="have not checked out"):
        owes_none(session, officer, visit.id, volunteer.id, went=True)
    change(session, visit.crew[0], checked_out_at=now())
    assert owes_none(session, officer, visit.id, volunteer.id, went=True).owes_no_log_at


def test_two_who_found_nobody_in_tried_once(session: Session, officer: Actor, volunteer: Actor,
                                            mrs_hill: Victim, visit_of: PlanVisit, log_of: Any) -> None:
    una = cleared(session, "other", "Una Field")
    visit = visit_of(mrs_hill, volunteer, una)
    for who in (volunteer, una):
        log = log_of(visit, who, outcome=Outcome.NO_REPLY_POSTED, met=[])
        accept(session, officer, opened(session, officer, log))
    session.commit()
    assert len(session.scalars(select(Contact)).all()) == 2
    assert contacts.attempts(session, mrs_hill) == len(contacts.tries(session, mrs_hill)) == 1


@pytest.mark.parametrize(("went", "hours"), [(True, [60]), (False, [])])
def test_the_second_may_owe_none_and_their_hours_count_if_they_went(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any, went: bool, hours: list[int]) -> None:
    una = cleared(session, "other", "Una Field")
    visit = visit_of(mrs_hill, volunteer, una)
    accept(session, officer, opened(session, officer, log_of(visit, volunteer)))
    for _ in range(2):
        owes_none(session, officer, visit.id, una.id, went=went)
    assert visit.state is VisitState.FINISHED
    assert [*session.scalars(select(Hours.minutes).where(Hours.account_id == una.id))] == hours


def test_a_log_that_comes_after_none_was_owed_is_kept_and_counts_no_hours_twice(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    visit = visit_of(mrs_hill, volunteer)
    owes_none(session, officer, visit.id, volunteer.id, went=True)
    log = log_of(visit, volunteer)
    accept(session, officer, opened(session, officer, log))
    assert len(session.scalars(select(Hours)).all()) == 1
    assert len(session.scalars(select(Contact)).all()) == 1


@pytest.mark.parametrize("learnt", [{"may_visit": Answer.NO}, {"deceased_on": now().date()}])
def test_what_was_learnt_since_does_not_undo_that_it_took_place(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any, learnt: dict[str, Any]) -> None:
    log = log_of(visit_of(mrs_hill, volunteer), volunteer, discussed=["bank_notified"])
    change(session, mrs_hill, **learnt)
    left = accept(session, officer, opened(session, officer, log))
    assert len(session.scalars(select(Contact)).all()) == 1
    assert left == (["Bank notified"] if "deceased_on" in learnt else [])


def test_a_death_that_a_visitor_found_is_on_the_record_and_nothing_more_is_planned(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    log = log_of(visit_of(mrs_hill, volunteer), volunteer, outcome=Outcome.DECEASED, met=["neighbour"])
    accept(session, officer, opened(session, officer, log))
    assert mrs_hill.deceased_on and session.scalars(select(FollowUp)).all() == []


def test_a_measure_that_has_come_further_stays_where_it_is(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    measures.take_step(session, officer, mrs_hill, "bank_notified", measures.Status.COMPLETED)
    log = log_of(visit_of(mrs_hill, volunteer), volunteer, accepted=["bank_notified"])
    assert accept(session, officer, opened(session, officer, log)) == ["Bank notified"]
    assert measures.steps_of(session, mrs_hill)[0].status is measures.Status.COMPLETED


def test_a_log_follows_the_record_it_was_written_for(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, mr_hill: Victim,
        visit_of: PlanVisit, log_of: Any) -> None:
    log = log_of(visit_of(mr_hill, volunteer), volunteer)
    merge(session, officer, mrs_hill, mr_hill)
    session.commit()
    accept(session, officer, opened(session, officer, log))
    assert session.scalars(select(Contact)).one().victim_id == mrs_hill.id


def test_help_at_an_event_counts_hours_and_is_no_contact(
        session: Session, officer: Actor, volunteer: Actor, visit_of: PlanVisit, log_of: Any) -> None:
    visit = visit_of(None, volunteer, event_name="Stall", event_place="Market Place")
    log = log_of(visit, volunteer, outcome=None, met=[], discussed=[])
    accept(session, officer, opened(session, officer, log))
    assert session.scalars(select(Contact)).all() == []
    assert session.scalars(select(Hours)).one().work == "event or talk"


def test_an_officer_logs_the_same_outcome_right_after_accepting(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    accept(session, officer, opened(session, officer, log_of(visit_of(mrs_hill, volunteer), volunteer)))
    contacts.log_contact(session, officer, mrs_hill, channel=ContactChannel.CALL, outcome=Outcome.VISITED)


def test_a_returned_log_says_why_and_its_writer_is_told_without_names(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    visit = visit_of(mrs_hill, volunteer)
    log = log_of(visit, volunteer)
    with pytest.raises(NothingSaid):
        send_back(session, officer, opened(session, officer, log), why="  ")
    send_back(session, officer, opened(session, officer, log), why="How long were you there?")
    assert mine.one(session, volunteer, visit.id).returned_why == "How long were you there?"
    told = session.scalars(select(OutboxMessage)).one()
    assert (told.kind, told.payload) == ("visit_log.mail_returned", {})
    with pytest.raises(NotWaiting, match="This log is returned to its writer"):
        send_back(session, officer, opened(session, officer, log), why="How long were you there?")


def test_a_log_cannot_be_returned_to_somebody_who_cannot_open_it(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    log = log_of(visit_of(mrs_hill, volunteer), volunteer)
    lapse(session, volunteer)
    session.expire_all()
    with pytest.raises(CannotReturn, match="Bill Wren cannot open this visit any more"):
        send_back(session, officer, opened(session, officer, log), why="How long?")


def test_only_the_officer_decides_and_only_who_sees_the_record_reads(
        session: Session, officer: Actor, ambassador: Actor, supervisor: Actor, volunteer: Actor,
        mrs_hill: Victim, mr_shaw: Victim, visit_of: PlanVisit, log_of: Any) -> None:
    theirs, other = (log_of(visit_of(victim, volunteer), volunteer) for victim in (mr_shaw, mrs_hill))
    found = open_log(session, ambassador, theirs.visit_id, theirs.id)
    for who in (ambassador, supervisor, volunteer):
        with pytest.raises(NotAllowed):
            accept(session, who, found)
    with pytest.raises(NotFound):
        open_log(session, ambassador, other.visit_id, other.id)
    with pytest.raises(NoSuchVisit):
        open_log(session, officer, other.visit_id, theirs.id)
    assert [one.log_id for one in in_state(session, ambassador, LogState.RECEIVED)] == [theirs.id]
    assert [one.log_id for one in in_state(session, officer, LogState.RECEIVED)] == [theirs.id, other.id]


def test_the_log_of_a_restricted_record_asks_why_and_lists_no_place(
        session: Session, officer: Actor, volunteer: Actor, enter: Enter, visit_of: PlanVisit,
        log_of: Any) -> None:
    hidden = enter("Vera", "Lind", town="Whitby", restricted=True)
    log = log_of(visit_of(hidden, volunteer), volunteer)
    with pytest.raises(ReasonNeeded):
        opened(session, officer, log)
    assert in_state(session, officer, LogState.RECEIVED)[0].place == RESTRICTED


def test_a_concern_is_the_officers_within_the_minute_once_and_goes_to_whoever_has_the_victim(
        session: Session, ambassador: Actor, volunteer: Actor, mr_shaw: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    log_of(visit_of(mr_shaw, volunteer), volunteer, concern="A van.", concern_now=True)
    promise = session.scalars(select(OutboxMessage)).one()
    session.info.update(actor=WORKER, operation="test")
    concerns.plan(session, promise)
    follow_up = session.scalars(select(FollowUp)).one()
    assert (follow_up.assignee_id, follow_up.reason) == (ambassador.id, concerns.REASON)
    assert "van" not in follow_up.reason


def test_a_review_is_the_supervisors_and_then_the_officers(
        session: Session, officer: Actor, supervisor: Actor, volunteer: Actor, mrs_hill: Victim,
        visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    log = hand_in_late(session, lapse(session, volunteer), visit.id, key=KEY, entry=entry())
    session.commit()
    with pytest.raises(NotWaiting, match="waits for the supervisor"):
        accept(session, officer, opened(session, officer, log))
    with pytest.raises(NotAllowed):
        pass_on(session, officer, opened(session, officer, log))
    pass_on(session, supervisor, opened(session, supervisor, log))
    accept(session, officer, opened(session, officer, log))
    assert visit.state is VisitState.FINISHED


def test_a_log_that_is_set_aside_is_kept_and_nothing_comes_of_it(
        session: Session, supervisor: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    log = hand_in_late(session, lapse(session, volunteer), visit.id, key=KEY, entry=entry())
    with pytest.raises(NothingSaid):
        set_aside(session, supervisor, opened(session, supervisor, log), why="")
    set_aside(session, supervisor, opened(session, supervisor, log), why="They never went")
    assert visit.state is VisitState.FINISHED
    assert (log.state, log.words) == (LogState.SET_ASIDE, "She was glad of it.")
    assert session.scalars(select(Contact)).all() == []


def test_a_returned_log_that_never_comes_back_is_accepted_as_it_stands(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    visit = visit_of(mrs_hill, volunteer)
    log = log_of(visit, volunteer)
    send_back(session, officer, opened(session, officer, log), why="How long?")
    lapse(session, volunteer)
    accept(session, officer, opened(session, officer, log))
    assert (log.state, visit.state) == (LogState.ACCEPTED, VisitState.FINISHED)
    assert session.scalars(select(Contact)).one().by_id == volunteer.id
    told = session.scalars(select(OutboxMessage.state).where(OutboxMessage.kind.like("%returned")))
    assert {*told} == {"cancelled"}


def test_whoever_corrects_while_the_officer_accepts_hears_that_it_was_accepted(
        database: Database, session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim,
        visit_of: PlanVisit, log_of: Any) -> None:
    log = log_of(visit_of(mrs_hill, volunteer), volunteer)
    found, said = opened(session, officer, log), []

    def correct(known: int) -> None:
        try:
            with database.transaction() as own:
                hand_in(own, volunteer, log.visit_id, key="c" * 20, entry=entry(words="Better."),
                        corrects=known)
        except Exception as refused:
            said.append(type(refused))

    thread = Thread(target=correct, args=(log.version,))
    thread.start()
    thread.join(0.5)
    accept(session, officer, found)
    session.commit()
    thread.join()
    assert said == [AlreadyAccepted]


def test_logs_that_have_not_come_stand_in_the_list_and_those_not_owed_do_not(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=now() - timedelta(days=2))
    visit_of(mrs_hill, volunteer)
    assert [(one.visit_id, one.writer) for one in not_come(session, officer)] == [(visit.id, "Bill Wren")]
    change(session, session.scalars(select(CrewMember).where(CrewMember.visit_id == visit.id)).one(),
           owes_no_log_at=now())
    assert not_come(session, officer) == [] and on_phones(session) == []


def test_the_next_step_is_shown_before_it_is_planned(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        log_of: Any) -> None:
    log = log_of(visit_of(mrs_hill, volunteer), volunteer)
    proposal = next_step(session, opened(session, officer, log))
    assert proposal is not None and proposal.reason.startswith("Two-week check")
