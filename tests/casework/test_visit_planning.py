"""Planning a visit: when it can be, how many go, who may be visited, and who hears when it changes."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.contacts import Contact, ContactChannel, Outcome
from outreach.casework.follow_ups import FollowUp
from outreach.casework.safe_contact import Answer, Channel
from outreach.casework.victims import Victim
from outreach.casework.visits import (
    CrewMember,
    CrewState,
    Risk,
    VisitState,
    logging,
    planning,
    plausible,
)
from outreach.casework.visits.plausible import CannotPlan, Plan
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.force import current
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage, State
from outreach.foundation.permissions import COMMAND_LINE, Actor
from tests.casework.test_visit_logs import entry
from tests.cast import Enter, PlanVisit


def soon(days: int = 7, at: time = time(11)) -> datetime:
    return clock.at(current().working_day_after(clock.today() + timedelta(days=days), 0), at)


@pytest.fixture
def facts(officer: Actor) -> Callable[..., Plan]:
    def made(**more: Any) -> Plan:
        start = more.pop("starts_at", soon())
        known = {"starts_at": start, "ends_at": start + timedelta(hours=1), "persons": 2,
                 "named_contact_id": officer.id, "risk": Risk.NONE_KNOWN, "password": "copper kettle", **more}
        return Plan(**known)
    return made


@pytest.fixture
def willing(enter: Enter) -> Victim:
    """She may be visited, and told by text and letter."""
    return enter("Margaret", "Hill", title="Mrs", phones=("+447700900101",), may_visit=Answer.YES,
                 may_text=Answer.YES, may_post=Answer.YES, address_line_1="12 High Street", town="Filey",
                 postcode="YO14 9AA", district="Scarborough")


def met(session: Session, officer: Actor, victim: Victim, outcome: Outcome = Outcome.VISITED) -> None:
    with acting(session, COMMAND_LINE, "contact.logged"):
        session.add(Contact(victim_id=victim.id, at=clock.now() - timedelta(days=30), by_id=officer.id,
                            channel=ContactChannel.VISIT, outcome=outcome, attempt_no=1))
    session.commit()


def waiting(session: Session) -> list[str]:
    """What the worker has promised and not done."""
    return sorted(session.scalars(select(OutboxMessage.kind).where(OutboxMessage.state == State.READY)))


def sent(session: Session, *kinds: str) -> None:
    """As if the worker had sent these."""
    for message in session.scalars(select(OutboxMessage).where(OutboxMessage.kind.in_(kinds))):
        message.state = State.DONE
    session.commit()


def test_a_visit_is_planned_and_nobody_is_told_before_somebody_goes(session: Session, officer: Actor,
                                                                    willing: Victim, facts: Any) -> None:
    visit = planning.plan(session, officer, willing, facts(tell_by=Channel.TEXT, take=["leaflets"]))
    session.commit()
    assert (visit.state, visit.persons, visit.take, visit.planned_by_id) == (
        VisitState.PLANNED, 2, ["leaflets"], officer.id)
    assert waiting(session) == []


@pytest.mark.parametrize(("wrong", "field", "sentence"), [
    ({"starts_at": clock.now() - timedelta(hours=2)}, "on", "Enter a date and time that has not passed"),
    ({"starts_at": clock.now() + timedelta(days=400)}, "on", "within the next year"),
    ({"ends_at": soon(at=time(10))}, "ends", "Enter an end after the start"),
    ({"starts_at": soon(at=time(6)), "ends_at": soon(at=time(18, 30))}, "ends", "within 12 hours"),
    ({"starts_at": soon(at=time(23)), "ends_at": soon(at=time(23)) + timedelta(hours=2)}, "ends",
     "End the visit before midnight"),
    ({"persons": 3}, "persons", "Choose one person or two"),
    ({"persons": 1}, "alone_reason", "Two go on a first visit"),
    ({"take": ["a cannon"]}, "take", "Choose what to take from the list"),
    ({"password": " "}, "password", "Enter the password you agreed"),
    ({"safety_notes": "x" * 2001}, "safety_notes", "Shorten this to 2000"),
    ({"named_contact_id": 999999}, "named_contact_id", "Choose an officer"),
    ({"tell_by": Channel.EMAIL}, "tell_by", "Ask Mrs Hill first whether we may e-mail them"),
    ({"tell_by": Channel.PHONE}, "tell_by", "Choose a text, an e-mail or a letter")])
def test_what_cannot_be_is_refused_with_a_sentence(session: Session, officer: Actor, willing: Victim,
                                                   facts: Any, wrong: Any, field: str, sentence: str) -> None:
    with pytest.raises(CannotPlan, match=sentence) as refused:
        planning.plan(session, officer, willing, facts(**wrong))
    assert refused.value.field == field


def test_the_named_contact_is_somebody_for_whom_the_visit_opens(
        session: Session, officer: Actor, ambassador: Actor, willing: Victim, facts: Any) -> None:
    assert ambassador.id not in [account.id for account in planning.named_contacts(session, willing)]
    with pytest.raises(CannotPlan, match="does not see Mrs Hill's record") as refused:
        planning.plan(session, officer, willing, facts(named_contact_id=ambassador.id))
    assert refused.value.field == "named_contact_id"
    assert ambassador.id in [account.id for account in planning.named_contacts(session, None)]


def test_one_person_may_go_on_a_first_visit_where_somebody_says_why(session: Session, officer: Actor,
                                                                    willing: Victim, facts: Any) -> None:
    visit = planning.plan(session, officer, willing, facts(persons=1, alone_reason="Her daughter is there"))
    assert visit.alone_reason == "Her daughter is there"


def test_a_second_visit_needs_one_and_a_door_that_stayed_shut_is_no_first_visit(
        session: Session, officer: Actor, willing: Victim, facts: Any) -> None:
    met(session, officer, willing, Outcome.NO_REPLY_POSTED)
    assert plausible.is_first(session, willing)
    met(session, officer, willing)
    assert not plausible.is_first(session, willing)
    assert planning.plan(session, officer, willing, facts(persons=1)).persons == 1


# Safe contact

def test_whoever_asked_for_no_visits_is_not_visited(session: Session, officer: Actor, enter: Enter,
                                                    facts: Any) -> None:
    victim = enter("Margaret", "Hill", title="Mrs", may_visit=Answer.NO)
    with pytest.raises(CannotPlan, match="You cannot visit Mrs Hill: asked for no visits"):
        planning.plan(session, officer, victim, facts())


def test_where_nobody_asked_somebody_asks_first_and_the_log_says_so(session: Session, officer: Actor,
                                                                    mrs_hill: Victim, facts: Any) -> None:
    with pytest.raises(CannotPlan, match="Ask Mrs Hill first") as refused:
        planning.plan(session, officer, mrs_hill, facts())
    assert refused.value.field == "asked"
    planning.plan(session, officer, mrs_hill, facts(), asked=True)
    session.commit()
    assert session.scalars(select(AuditEntry).where(AuditEntry.operation == "visit.asked_first")).one()


def test_a_visit_keeps_to_the_persons_hours_from_its_start_to_its_end(session: Session, officer: Actor,
                                                                      enter: Enter, facts: Any) -> None:
    victim = enter("Margaret", "Hill", title="Mrs", may_visit=Answer.YES, safe_from=time(10),
                   safe_until=time(12))
    for start in (time(9), time(11, 30), time(12)):
        with pytest.raises(CannotPlan, match="between 10am and midday"):
            planning.plan(session, officer, victim, facts(starts_at=soon(at=start)))
    assert planning.plan(session, officer, victim, facts(starts_at=soon(at=time(11))))


def test_nobody_visits_somebody_who_has_died(session: Session, officer: Actor, enter: Enter,
                                             facts: Any) -> None:
    victim = enter("Margaret", "Hill", title="Mrs", may_visit=Answer.YES)
    with acting(session, COMMAND_LINE, "test"):
        victim.deceased_on = clock.today()
    with pytest.raises(CannotPlan, match="recorded as having died"):
        planning.plan(session, officer, victim, facts())


def test_nobody_is_promised_a_letter_that_would_come_too_late(session: Session, officer: Actor,
                                                             willing: Victim, facts: Any) -> None:
    with pytest.raises(CannotPlan, match="A letter would come too late") as refused:
        planning.plan(session, officer, willing, facts(starts_at=soon(2), tell_by=Channel.LETTER))
    assert refused.value.field == "tell_by"
    assert planning.plan(session, officer, willing, facts(starts_at=soon(21), tell_by=Channel.LETTER))


def test_two_visits_to_one_person_do_not_overlap(session: Session, officer: Actor, willing: Victim,
                                                 facts: Any) -> None:
    planning.plan(session, officer, willing, facts())
    with pytest.raises(CannotPlan, match="has a visit planned already"):
        planning.plan(session, officer, willing, facts(starts_at=soon(at=time(11, 30))))
    assert planning.plan(session, officer, willing, facts(starts_at=soon(at=time(12))))


def test_help_at_an_event_needs_a_name_and_a_place_and_no_password(session: Session, officer: Actor,
                                                                   facts: Any) -> None:
    with pytest.raises(CannotPlan, match="Enter what the event is called"):
        planning.plan(session, officer, None, facts(password=""))
    visit = planning.plan(session, officer, None, facts(password="", persons=1, event_name="Coffee morning",
                                                        event_place="Filey library"))
    assert (visit.victim_id, visit.event_place) == (None, "Filey library")


# Follow-ups

def test_a_follow_up_that_the_visit_answers_moves_with_it(session: Session, officer: Actor, willing: Victim,
                                                          facts: Any) -> None:
    due = follow_ups.plan(session, officer, willing, due_at=soon(3), reason="Visit")
    visit = planning.plan(session, officer, willing, facts(), answers=due)
    assert due.due_at == visit.planned_start_at
    planning.change(session, officer, visit, facts(starts_at=soon(14)))
    assert session.get_one(FollowUp, due.id).due_at == soon(14)


# Changing and cancelling

def test_whoever_was_asked_is_told_when_it_moves(
        session: Session, officer: Actor, willing: Victim, volunteer: Actor, facts: Any,
        visit_of: PlanVisit) -> None:
    visit = visit_of(willing, volunteer, begins_at=soon(), persons=1, tell_by=Channel.TEXT)
    planning.change(session, officer, visit, facts(starts_at=soon(14), tell_by=Channel.TEXT, persons=1,
                                                   alone_reason="Known"))
    session.commit()
    assert {"visit.crew_moved_mail", "visit.coming_text", "visit.reminder_text"} <= {*waiting(session)}


def test_notes_change_without_telling_anybody(session: Session, officer: Actor, willing: Victim,
                                              volunteer: Actor, facts: Any, visit_of: PlanVisit) -> None:
    visit = visit_of(willing, volunteer, begins_at=soon(), persons=1)
    planning.change(session, officer, visit, facts(safety_notes="A dog", persons=1, alone_reason="Known"))
    assert visit.safety_notes == "A dog" and waiting(session) == []


def test_a_cancelled_visit_withdraws_every_offer_and_tells_those_who_were_asked(
        session: Session, officer: Actor, willing: Victim, volunteer: Actor, ambassador: Actor,
        visit_of: PlanVisit) -> None:
    visit = visit_of(willing, volunteer, ambassador, begins_at=soon(), state=CrewState.OFFERED)
    planning.cancel(session, officer, visit, why="She is in hospital")
    session.commit()
    assert (visit.state, visit.ended_why) == (VisitState.CANCELLED, "She is in hospital")
    states = session.scalars(select(CrewMember.state).where(CrewMember.visit_id == visit.id)).all()
    assert {*states} == {CrewState.WITHDRAWN}
    assert waiting(session).count("visit.crew_cancelled_mail") == 2


def test_nothing_is_cancelled_without_a_reason_twice_or_under_way(
        session: Session, officer: Actor, willing: Victim, volunteer: Actor, visit_of: PlanVisit) -> None:
    visit = visit_of(willing, volunteer, begins_at=soon())
    with pytest.raises(CannotPlan, match="Say why"):
        planning.cancel(session, officer, visit, why=" ")
    with acting(session, COMMAND_LINE, "test"):
        visit.crew[0].checked_in_at = clock.now()
    with pytest.raises(CannotPlan, match="checked in already"):
        planning.cancel(session, officer, visit, why="She is in hospital")
    with acting(session, COMMAND_LINE, "test"):
        visit.crew[0].checked_in_at = None
    planning.cancel(session, officer, visit, why="She is in hospital")
    with pytest.raises(CannotPlan, match="cancelled already"):
        planning.cancel(session, officer, visit, why="Again")


def test_a_visit_of_which_a_log_has_come_is_not_moved(session: Session, officer: Actor, volunteer: Actor,
                                                      willing: Victim, facts: Any,
                                                      visit_of: PlanVisit) -> None:
    visit = visit_of(willing, volunteer)
    logging.hand_in(session, volunteer, visit.id, key="k" * 20, entry=entry())
    with pytest.raises(CannotPlan, match="A log of this visit has come in already"):
        planning.change(session, officer, visit, facts())
    with pytest.raises(CannotPlan, match="A log of this visit has come in already"):
        planning.cancel(session, officer, visit, why="In hospital")


def test_a_visit_that_somebody_has_been_asked_to_keeps_its_risk_and_its_places(
        session: Session, officer: Actor, willing: Victim, volunteer: Actor, ambassador: Actor, facts: Any,
        visit_of: PlanVisit) -> None:
    visit = visit_of(willing, volunteer, ambassador, begins_at=soon())
    with pytest.raises(CannotPlan, match="Two people are going"):
        planning.change(session, officer, visit, facts(persons=1, alone_reason="Known"))
    with pytest.raises(CannotPlan, match="People have been asked"):
        planning.change(session, officer, visit, facts(risk=Risk.NOT_ASSESSED))


def test_an_ambassador_and_no_supervisor_or_volunteer_plans(session: Session, ambassador: Actor,
                                                            supervisor: Actor, volunteer: Actor,
                                                            willing: Victim, facts: Any) -> None:
    assert planning.plan(session, ambassador, willing, facts())
    for actor in (supervisor, volunteer):
        with pytest.raises(Exception, match="may not plan visits"):
            planning.plan(session, actor, willing, facts(starts_at=soon(20)))


def test_the_form_starts_from_a_password_of_two_words_and_two_people(session: Session, officer: Actor,
                                                                     willing: Victim) -> None:
    start = planning.start(session, officer, willing, soon())
    assert start.persons == 2 and start.ends_at - start.starts_at == timedelta(minutes=60)
    first, second = start.password.split()
    assert first != second and {first, second} <= {*current().visits.password_words}
    assert start.named_contact_id == officer.id
