"""Offering a visit: who suits, who says yes first, who gives it back, and what everybody is told."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import letters, reaching, timeline
from outreach.casework.letters import Letter, posting, templates
from outreach.casework.safe_contact import Answer, Channel
from outreach.casework.timeline import Kind
from outreach.casework.victims import Victim, keeping, merging
from outreach.casework.visits import (
    CrewMember,
    CrewState,
    NoSuchVisit,
    Risk,
    Visit,
    VisitState,
    accepting,
    calendar,
    choosing,
    escalation,
    handing_back,
    listing,
    logging,
    mine,
    offering,
    on_the_day,
    planning,
    telling,
)
from outreach.casework.visits.offering import CannotOffer, TooLate
from outreach.foundation import clock, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.db import Database
from outreach.foundation.operation import acting
from outreach.foundation.outbox import Engine, Lane, OutboxMessage, State, lives
from outreach.foundation.permissions import COMMAND_LINE, Actor, NotAllowed, Role
from outreach.foundation.vetting import Vetting
from outreach.foundation.volunteers import Training, Volunteer, clearing
from tests.casework.test_visit_logs import entry
from tests.cast import Enter, PlanVisit, cleared


def soon(days: int = 7, at: time = time(11)) -> datetime:
    return clock.at(clock.today() + timedelta(days=days), at)


def fit(session: Session, actor: Actor, **more: Any) -> Actor:
    """With a record, a mobile and the training that every visit needs."""
    facts = {"mobile": "+447700900555", "districts": ["Scarborough"], **more}
    with acting(session, COMMAND_LINE, "volunteer.recorded"):
        helper = Volunteer(account_id=actor.id, **facts)
        session.add(helper)
        session.flush()
        session.add_all(Training(volunteer_id=helper.id, course=course, done_on=date(2026, 1, 5))
                        for course in ("induction", "lone_working", "safeguarding"))
    session.commit()
    return actor


@pytest.fixture
def bill(session: Session, volunteer: Actor) -> Actor:
    return fit(session, volunteer)


@pytest.fixture
def una(session: Session) -> Actor:
    return fit(session, cleared(session, "una", "Una Field"), mobile="")


@pytest.fixture
def willing(enter: Enter) -> Victim:
    return enter("Margaret", "Hill", title="Mrs", phones=("+447700900101",), may_visit=Answer.YES,
                 may_text=Answer.YES, address_line_1="12 High Street", town="Filey", postcode="YO14 9AA",
                 district="Scarborough")


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Iterator[Engine]:
    life = lives.Life(database)
    life.begin()
    yield Engine(database, outbox.means(tmp_path, "https://desk.example.org/desk"), life.name)
    life.end()


@pytest.fixture
def open_visit(willing: Victim, visit_of: PlanVisit) -> Callable[..., Visit]:
    def made(*crew: Actor, **more: Any) -> Visit:
        return visit_of(willing, *crew, **{"begins_at": soon(), "state": CrewState.OFFERED, "persons": 1,
                                           **more})
    return made


def waiting(session: Session) -> list[str]:
    """What people are still to be told; not what happens to those who do not check out."""
    kinds = session.scalars(select(OutboxMessage.kind).where(OutboxMessage.state == State.READY))
    return sorted(kind for kind in kinds if kind not in escalation.STEPS.values())


def watched(session: Session) -> int:
    """How many steps are promised for those who do not check out."""
    return len(session.scalars(select(OutboxMessage.id).where(
        OutboxMessage.state == State.READY, OutboxMessage.kind.in_(escalation.STEPS.values()))).all())


def state(session: Session, visit: Visit, actor: Actor) -> CrewState:
    found = session.scalar(select(CrewMember.state).where(CrewMember.visit_id == visit.id,
                                                          CrewMember.account_id == actor.id))
    assert found is not None
    return found


def post(session: Session, worker: Engine, folder: Path) -> list[str]:
    """What leaves the house: each text and mail in words."""
    session.commit()
    worker.work(Lane.POST)
    return [file.read_text(encoding="utf-8") for file in sorted([*folder.glob("texts/*"),
                                                                 *folder.glob("mail/*")])]


# Who could go

def test_everybody_who_goes_is_listed_with_what_speaks_against_them(
        session: Session, officer: Actor, ambassador: Actor, bill: Actor, una: Actor,
        open_visit: Any, visit_of: PlanVisit, mr_hill: Victim) -> None:
    cleared(session, "new", "Noor New")
    fit(session, cleared(session, "far", "Fay Far"), districts=["Craven"])
    fit(session, cleared(session, "low", "Lou Low", level="nppv1"))
    visit_of(mr_hill, una, begins_at=soon(at=time(11, 30)))
    visit = open_visit()
    found = {one.account.name: one for one in choosing.candidates(session, visit)}
    assert (found["Bill Wren"].hard, found["Bill Wren"].soft) == ((), ())
    assert "does not usually go to Scarborough" in found["Fay Far"].soft
    assert "has another visit then, 11:30am to 12:30pm" in found["Una Field"].hard
    assert "not enough for visits" in found["Lou Low"].hard[0]
    assert found["Dev Marsh"].is_ours and not found["Bill Wren"].is_ours
    assert "Noor New" not in found      # no record is kept of her yet


def test_a_visit_close_by_in_time_is_a_doubt_and_no_bar(session: Session, officer: Actor, bill: Actor,
                                                        open_visit: Any, visit_of: PlanVisit,
                                                        mr_hill: Victim) -> None:
    visit_of(mr_hill, bill, begins_at=soon(at=time(12, 15)))
    visit = open_visit()
    with pytest.raises(CannotOffer, match="has another visit close by in time, 12:15pm to 1:15pm") as refused:
        offering.offer(session, officer, visit, [bill.id])
    assert refused.value.field == "all_the_same"
    assert offering.offer(session, officer, visit, [bill.id], all_the_same=True)


@pytest.mark.parametrize(("flaw", "why"), [
    ({"expires_on": date(2026, 1, 31)}, "vetting ran out"), ({"level": "nppv1"}, "not enough for visits"),
    ({"suspended_at": datetime(2026, 1, 1, tzinfo=clock.UTC)}, "is suspended"), ({}, "has not done")])
def test_nobody_is_asked_who_may_not_go_even_where_the_planner_insists(
        session: Session, officer: Actor, open_visit: Any, flaw: Any, why: str) -> None:
    other = cleared(session, "other", "Una Field", **flaw)
    with acting(session, COMMAND_LINE, "test"):
        session.add(Volunteer(account_id=other.id))
    visit = open_visit()
    with pytest.raises(CannotOffer, match="Una Field cannot be asked"):
        offering.offer(session, officer, visit, [other.id], all_the_same=True)


def test_a_volunteer_without_a_record_a_clerk_and_nobody_at_all_cannot_be_asked(
        session: Session, officer: Actor, volunteer: Actor, communicator: Actor, open_visit: Any) -> None:
    nobody = "Choose somebody who goes"
    for number, words in ((volunteer.id, "no volunteer’s record"), (communicator.id, nobody),
                          (999999, nobody)):
        with pytest.raises(CannotOffer, match=words):
            offering.offer(session, officer, open_visit(begins_at=soon(9)), [number])
    with pytest.raises(CannotOffer, match="Choose whom to ask"):
        offering.offer(session, officer, open_visit(), [])


def test_nobody_is_asked_to_an_address_that_nobody_has_assessed_nor_after_the_start(
        session: Session, officer: Actor, bill: Actor, open_visit: Any) -> None:
    with pytest.raises(CannotOffer, match="say what is known of the address"):
        offering.offer(session, officer, open_visit(risk=Risk.NOT_ASSESSED), [bill.id])
    with pytest.raises(CannotOffer, match="has begun"):
        offering.offer(session, officer, open_visit(begins_at=clock.now() - timedelta(minutes=1)), [bill.id])


def test_never_more_go_than_were_planned_whoever_puts_them_on_it(
        session: Session, officer: Actor, ambassador: Actor, bill: Actor, una: Actor,
        open_visit: Any) -> None:
    visit = open_visit(bill, state=CrewState.ACCEPTED)
    for deed in (lambda: offering.offer(session, officer, visit, [una.id]),
                 lambda: offering.assign(session, officer, visit, ambassador.id)):
        with pytest.raises(CannotOffer, match="Enough people go already"):
            deed()
    two = open_visit(bill, state=CrewState.ACCEPTED, persons=2, begins_at=soon(9))
    with pytest.raises(CannotOffer, match="was asked already"):
        offering.offer(session, officer, two, [bill.id])


def test_only_officers_go_to_somebody_whose_record_is_restricted(
        session: Session, officer: Actor, supervisor: Actor, bill: Actor, willing: Victim,
        open_visit: Any) -> None:
    with acting(session, COMMAND_LINE, "test"):
        willing.restricted = True
    visit = open_visit(named_contact_id=supervisor.id)
    with pytest.raises(CannotOffer, match="this record is restricted"):
        offering.offer(session, officer, visit, [bill.id])
    assert offering.assign(session, officer, visit, officer.id).state is CrewState.ACCEPTED


def test_whoever_is_told_when_nobody_checks_out_does_not_go(
        session: Session, officer: Actor, supervisor: Actor, open_visit: Any) -> None:
    with pytest.raises(CannotOffer, match="choose another named contact first"):
        offering.assign(session, officer, open_visit(begins_at=soon(20)), officer.id)
    theirs = open_visit(named_contact_id=supervisor.id)
    offering.assign(session, officer, theirs, officer.id)
    with pytest.raises(planning.CannotPlan, match="They go on this visit themselves"):
        planning.change(session, officer, theirs, planning.Plan(
            starts_at=theirs.planned_start_at, ends_at=theirs.planned_end_at, persons=1,
            alone_reason="Her daughter is there", risk=theirs.risk, password=theirs.password,
            named_contact_id=officer.id))


# Offers

def test_an_offer_goes_by_text_and_mail_and_names_nobody(session: Session, officer: Actor, bill: Actor,
                                                         open_visit: Any, worker: Engine,
                                                         tmp_path: Path) -> None:
    visit = open_visit()
    offering.offer(session, officer, visit, [bill.id])
    assert waiting(session) == ["visit.crew_offered_mail", "visit.crew_offered_text"]
    sent = post(session, worker, tmp_path)
    assert len(sent) == 2
    for words in sent:
        plain = " ".join(words.replace("=\n", "").split())
        assert "A visit in Filey on" in plain and f"/my-visits/{visit.id}" in plain
        assert not any(secret in plain for secret in ("Hill", "Margaret", "High Street", "YO14", "kettle"))


def test_whoever_has_no_mobile_gets_the_mail_alone(session: Session, officer: Actor, una: Actor,
                                                   open_visit: Any) -> None:
    offering.offer(session, officer, open_visit(), [una.id])
    assert waiting(session) == ["visit.crew_offered_mail"]


def test_nobody_is_asked_twice_but_somebody_who_declined_may_be_asked_again(
        session: Session, officer: Actor, bill: Actor, open_visit: Any) -> None:
    visit = open_visit()
    offering.offer(session, officer, visit, [bill.id])
    with pytest.raises(CannotOffer, match="was asked already"):
        offering.offer(session, officer, visit, [bill.id])
    offering.answer(session, bill, visit.id, yes=False, why="At the dentist")
    assert "visit.planner_mail" in waiting(session)
    [member] = offering.offer(session, officer, visit, [bill.id])
    assert (member.state, member.why) == (CrewState.OFFERED, "")


def test_an_officer_is_put_on_a_visit_and_a_volunteer_is_asked(session: Session, officer: Actor,
                                                               ambassador: Actor, bill: Actor,
                                                               supervisor: Actor, open_visit: Any) -> None:
    visit = open_visit(persons=2, named_contact_id=supervisor.id)
    assert offering.assign(session, officer, visit, ambassador.id).state is CrewState.ACCEPTED
    assert watched(session) == 3
    assert waiting(session) == ["visit.crew_put_on_mail"]
    with pytest.raises(CannotOffer, match="volunteers are asked"):
        offering.assign(session, officer, visit, bill.id)
    offering.assign(session, officer, visit, officer.id)
    assert waiting(session) == ["visit.crew_put_on_mail"]      # nobody mails themselves


# Answers

def test_the_first_to_accept_goes_and_the_others_are_told(session: Session, bill: Actor, una: Actor,
                                                          open_visit: Any) -> None:
    visit = open_visit(bill, una)
    offering.answer(session, bill, visit.id, yes=True)
    assert (state(session, visit, bill), state(session, visit, una)) == (CrewState.ACCEPTED,
                                                                        CrewState.WITHDRAWN)
    assert "visit.crew_full_mail" in waiting(session)
    with pytest.raises(TooLate, match="taken by others"):
        offering.answer(session, una, visit.id, yes=True)
    assert mine.one(session, bill, visit.id).who == "Margaret H."


def test_the_same_answer_again_changes_nothing(session: Session, bill: Actor, open_visit: Any) -> None:
    visit = open_visit(bill)
    first = offering.answer(session, bill, visit.id, yes=True).answered_at
    promised = waiting(session)
    assert offering.answer(session, bill, visit.id, yes=True).answered_at == first
    assert waiting(session) == promised
    with pytest.raises(TooLate, match="give it back"):
        offering.answer(session, bill, visit.id, yes=False)


def test_whoever_was_not_asked_finds_no_visit(session: Session, bill: Actor, una: Actor,
                                              open_visit: Any) -> None:
    visit = open_visit(bill)
    for number in (visit.id, 999999):
        with pytest.raises(NoSuchVisit):
            offering.answer(session, una, number, yes=True)


def test_nobody_accepts_whose_vetting_has_lapsed_meanwhile(session: Session, bill: Actor,
                                                           open_visit: Any) -> None:
    visit = open_visit(bill)
    with acting(session, COMMAND_LINE, "test"):
        vetting = session.scalars(select(Vetting).where(Vetting.account_id == bill.id)).one()
        vetting.expires_on = clock.today() - timedelta(days=1)
    with pytest.raises(TooLate, match="vetting ran out"):
        offering.answer(session, bill, visit.id, yes=True)


def test_nobody_accepts_two_visits_at_once(session: Session, bill: Actor, mr_hill: Victim,
                                           visit_of: PlanVisit, open_visit: Any) -> None:
    visit = open_visit(bill)
    visit_of(mr_hill, bill, begins_at=soon())
    with pytest.raises(TooLate, match="has another visit then"):
        offering.answer(session, bill, visit.id, yes=True)


def test_two_who_accept_at_the_same_moment_are_never_three(database: Database, session: Session,
                                                          officer: Actor, open_visit: Any) -> None:
    crew = [fit(session, cleared(session, f"v{number}", f"Vol {number}")) for number in range(6)]
    visit = open_visit(*crew, persons=2)
    said: list[str] = []
    ready = threading.Barrier(len(crew))

    def accept(actor: Actor) -> None:
        ready.wait()
        try:
            with database.transaction() as own:
                offering.answer(own, actor, visit.id, yes=True)
            said.append("goes")
        except TooLate:
            said.append("too late")

    threads = [threading.Thread(target=accept, args=(actor,)) for actor in crew]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["goes"] * 2 + ["too late"] * 4
    session.rollback()
    session.expire_all()
    states = session.scalars(select(CrewMember.state).where(CrewMember.visit_id == visit.id)).all()
    assert sorted(states) == ["accepted"] * 2 + ["withdrawn"] * 4


# Giving back

def test_whoever_checks_in_while_the_visit_is_taken_from_them_is_refused_and_not_forgotten(
        database: Database, session: Session, officer: Actor, bill: Actor, open_visit: Any) -> None:
    visit = open_visit(bill, state=CrewState.ACCEPTED, begins_at=clock.now() + timedelta(hours=1))
    known = planning.locked(session, visit.id)
    came: list[str] = []

    def go_in() -> None:
        try:
            with database.transaction() as own:
                on_the_day.check_in(own, bill, visit.id)
            came.append("in")
        except NoSuchVisit:
            came.append("refused")

    thread = threading.Thread(target=go_in)
    thread.start()
    thread.join(0.5)
    offering.take_off(session, officer, known, known.crew[0])
    session.commit()
    thread.join()
    assert came == ["refused"]

def test_a_visit_is_given_back_up_to_its_start_and_the_planner_is_told(
        session: Session, bill: Actor, open_visit: Any, worker: Engine, tmp_path: Path) -> None:
    visit = open_visit(bill, state=CrewState.ACCEPTED)
    with pytest.raises(handing_back.CannotHandBack, match="Say why"):
        handing_back.hand_back(session, bill, visit.id, why=" ")
    handing_back.hand_back(session, bill, visit.id, why="A cold")
    assert state(session, visit, bill) is CrewState.HANDED_BACK and waiting(session) == ["visit.planner_mail"]
    assert watched(session) == 0
    [letter] = post(session, worker, tmp_path)
    assert "Subject: Somebody does not go on a visit" in letter and "Hill" not in letter
    assert "Bill Wren cannot go on the visit" in letter
    with pytest.raises(NoSuchVisit):
        mine.one(session, bill, visit.id)
    begun = open_visit(bill, state=CrewState.ACCEPTED, begins_at=clock.now() - timedelta(minutes=5))
    with pytest.raises(handing_back.CannotHandBack, match="has begun"):
        handing_back.hand_back(session, bill, begun.id, why="A cold")


def test_somebody_is_taken_off_and_told(session: Session, officer: Actor, bill: Actor,
                                        open_visit: Any) -> None:
    visit = open_visit(bill, state=CrewState.ACCEPTED)
    offering.take_off(session, officer, visit, visit.crew[0])
    assert state(session, visit, bill) is CrewState.WITHDRAWN
    assert waiting(session) == ["visit.crew_taken_off_mail", "visit.crew_taken_off_text"]
    with pytest.raises(CannotOffer, match="is not on this visit any more"):
        offering.take_off(session, officer, visit, visit.crew[0])


def test_vetting_that_ends_hands_back_all_that_is_not_under_way(
        session: Session, supervisor: Actor, bill: Actor, open_visit: Any, visit_of: PlanVisit,
        mr_hill: Victim, worker: Engine) -> None:
    coming = open_visit(bill, state=CrewState.ACCEPTED)
    offered = open_visit(bill, begins_at=soon(20))
    under_way = visit_of(mr_hill, bill)
    with acting(session, COMMAND_LINE, "test"):
        under_way.crew[0].checked_in_at = clock.now()
    clearing.suspend(session, supervisor, session.get_one(Account, bill.id), why="A complaint")
    session.commit()
    for _ in range(2):
        worker.work(Lane.ROWS)
    session.expire_all()
    assert [state(session, visit, bill) for visit in (coming, offered, under_way)] == [
        CrewState.HANDED_BACK, CrewState.HANDED_BACK, CrewState.ACCEPTED]
    assert waiting(session).count("visit.planner_mail") == 2
    member = session.scalars(select(CrewMember).where(CrewMember.visit_id == coming.id)).one()
    assert member.why == "they may not go on visits any more"


def test_vetting_renewed_before_the_worker_came_keeps_the_visits(
        session: Session, supervisor: Actor, bill: Actor, open_visit: Any, worker: Engine) -> None:
    visit = open_visit(bill, state=CrewState.ACCEPTED)
    clearing.suspend(session, supervisor, session.get_one(Account, bill.id), why="A complaint")
    clearing.lift(session, supervisor, session.get_one(Account, bill.id))
    session.commit()
    worker.work(Lane.ROWS)
    assert state(session, visit, bill) is CrewState.ACCEPTED


# Telling the person

def test_the_person_is_told_once_enough_people_go_and_never_the_password(
        session: Session, bill: Actor, una: Actor, open_visit: Any, worker: Engine, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "outside_hours", lambda *_: False)
    visit = open_visit(bill, una, persons=2, tell_by=Channel.TEXT)
    offering.answer(session, bill, visit.id, yes=True)
    assert "visit.coming_text" not in waiting(session)
    offering.answer(session, una, visit.id, yes=True)
    assert {"visit.coming_text", "visit.reminder_text"} <= {*waiting(session)}
    [text] = [words for words in post(session, worker, tmp_path) if words.startswith("+447700900101")]
    assert "we will visit you on" in text and "They will say the password that you agreed" in text
    assert "kettle" not in text and "fraud" not in text.lower() and "101" in text


def test_a_move_tells_the_person_the_new_time_once_and_a_cancellation_that_nobody_comes(
        session: Session, officer: Actor, bill: Actor, open_visit: Any, willing: Victim) -> None:
    visit = open_visit(bill, tell_by=Channel.TEXT)
    offering.answer(session, bill, visit.id, yes=True)
    [first] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "visit.coming_text"))
    first.state = State.DONE
    session.commit()
    facts = planning.Plan(starts_at=soon(14), ends_at=soon(14, time(12)), persons=1, alone_reason="Known",
                          named_contact_id=officer.id, risk=Risk.NONE_KNOWN, password="copper kettle",
                          tell_by=Channel.TEXT)
    planning.change(session, officer, visit, facts)
    assert "visit.moved_text" in waiting(session) and "visit.coming_text" not in waiting(session)
    planning.cancel(session, officer, visit, why="In hospital")
    assert [kind for kind in waiting(session) if kind.endswith("_text") and "crew" not in kind] == [
        "visit.cancelled_text"]


def test_of_a_message_that_perhaps_left_no_second_is_sent_and_the_new_time_is_told(
        session: Session, officer: Actor, bill: Actor, open_visit: Any) -> None:
    visit = open_visit(bill, tell_by=Channel.TEXT)
    offering.answer(session, bill, visit.id, yes=True)
    [first] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "visit.coming_text"))
    first.state = State.UNKNOWN
    session.commit()
    facts = {"persons": 1, "alone_reason": "Known", "named_contact_id": officer.id, "risk": Risk.NONE_KNOWN,
             "password": "copper kettle", "tell_by": Channel.TEXT}
    for note in ("A dog", "Two dogs"):
        planning.change(session, officer, visit, planning.Plan(
            starts_at=visit.planned_start_at, ends_at=visit.planned_end_at, safety_notes=note, **facts))
        assert "visit.coming_text" not in waiting(session)
    planning.change(session, officer, visit, planning.Plan(starts_at=soon(14), ends_at=soon(14, time(12)),
                                                           **facts))
    assert "visit.moved_text" in waiting(session) and "visit.coming_text" not in waiting(session)


def test_whoever_was_never_told_is_not_told_that_nobody_comes(session: Session, officer: Actor, bill: Actor,
                                                              open_visit: Any) -> None:
    visit = open_visit(bill, tell_by=Channel.TEXT, state=CrewState.ACCEPTED)
    planning.cancel(session, officer, visit, why="In hospital")
    assert not [kind for kind in waiting(session) if kind.startswith("visit.cancelled")]


def test_a_visit_given_back_takes_the_reminder_back_until_somebody_goes(
        session: Session, officer: Actor, bill: Actor, una: Actor, open_visit: Any) -> None:
    visit = open_visit(bill, tell_by=Channel.TEXT)
    offering.answer(session, bill, visit.id, yes=True)
    handing_back.hand_back(session, bill, visit.id, why="A cold")
    assert not {"visit.coming_text", "visit.reminder_text"} & {*waiting(session)}
    offering.offer(session, officer, visit, [una.id])
    offering.answer(session, una, visit.id, yes=True)
    assert {"visit.coming_text", "visit.reminder_text"} <= {*waiting(session)}


# Calendar, list, merging

def test_the_calendar_file_names_nobody_and_counts_its_versions(session: Session, bill: Actor,
                                                                open_visit: Any) -> None:
    visit = open_visit(bill)
    made = calendar.calendar(session, bill, visit, link="https://desk.example.org/desk/my-visits/1").decode()
    start = f"{visit.planned_start_at:%Y%m%dT%H%M%SZ}"
    assert f"DTSTART:{start}" in made and f"UID:visit-{visit.id}@desk.example.org" in made
    assert f"SEQUENCE:{visit.version}" in made and "SUMMARY:Visit\\, Filey" in made
    assert "TRIGGER:-PT1H" in made
    assert not any(secret in made for secret in ("Hill", "Margaret", "High Street", "YO14", "kettle"))
    assert "\r\n" in made


def test_the_ambassador_lists_their_own_victims_and_events(
        session: Session, officer: Actor, ambassador: Actor, mr_shaw: Victim, willing: Victim,
        visit_of: PlanVisit) -> None:
    own, event = visit_of(mr_shaw, begins_at=soon()), visit_of(None, begins_at=soon(), event_name="Fair")
    foreign = visit_of(willing, begins_at=soon())
    assert {line.id for line in listing.list_visits(session, ambassador).lines} == {own.id, event.id}
    assert len(listing.list_visits(session, officer).lines) == 3
    with pytest.raises(NoSuchVisit):
        listing.open_visit(session, ambassador, foreign.id)


def test_the_list_pages_by_time_and_back(session: Session, officer: Actor, willing: Victim,
                                         visit_of: PlanVisit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    made = [visit_of(willing, begins_at=soon(day)) for day in (3, 1, 2, 5, 4)]
    first = listing.list_visits(session, officer)
    assert [line.id for line in first.lines] == [made[1].id, made[2].id] and first.later and not first.earlier
    second = listing.list_visits(session, officer, after=made[2].id)
    assert [line.id for line in second.lines] == [made[0].id, made[4].id] and second.earlier
    back = listing.list_visits(session, officer, before=made[0].id)
    assert [line.id for line in back.lines] == [made[1].id, made[2].id]


def test_visits_move_with_a_merge_and_home_again(session: Session, officer: Actor, mr_hill: Victim,
                                                 namesake_son: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(namesake_son, begins_at=soon())
    combined = merging.merge(session, officer, mr_hill, namesake_son)
    assert visit.victim_id == mr_hill.id
    merging.unmerge(session, officer, combined)
    assert visit.victim_id == namesake_son.id


def test_only_those_who_may_plan_offer_and_only_those_who_may_go_answer(
        session: Session, supervisor: Actor, bill: Actor, open_visit: Any) -> None:
    visit = open_visit()
    lapsed = Actor(bill.id, bill.name, Role.LAPSED)
    for deed in (lambda: offering.offer(session, supervisor, visit, [bill.id]),
                 lambda: offering.assign(session, bill, visit, bill.id),
                 lambda: offering.answer(session, lapsed, visit.id, yes=True)):
        with pytest.raises(NotAllowed):
            deed()


# Letters, deaths, the timeline

def test_by_letter_the_worker_writes_it_and_a_person_posts_it(session: Session, bill: Actor, willing: Victim,
                                                              open_visit: Any, worker: Engine) -> None:
    with acting(session, COMMAND_LINE, "test"):
        willing.may_post = Answer.YES
    visit = open_visit(bill, tell_by=Channel.LETTER, begins_at=soon(21))
    offering.answer(session, bill, visit.id, yes=True)
    assert {"visit.coming_letter", "visit.reminder_letter"} <= {*waiting(session)}
    session.commit()
    worker.work(Lane.ROWS)
    [letter] = session.scalars(select(Letter)).all()
    said = templates.plain(letter.blocks)
    assert letter.template == "visit" and reaching.said(visit.planned_start_at) in said
    assert "the password that you agreed" in said and "kettle" not in said and "fraud" not in said.lower()


def test_a_letter_that_was_not_posted_is_kept_back_when_nobody_comes_then(
        session: Session, officer: Actor, bill: Actor, willing: Victim, open_visit: Any,
        worker: Engine) -> None:
    with acting(session, COMMAND_LINE, "test"):
        willing.may_post = Answer.YES
    for posted in (False, True):
        visit = open_visit(bill, tell_by=Channel.LETTER, begins_at=soon(21 + 7 * posted))
        offering.answer(session, bill, visit.id, yes=True)
        session.commit()
        worker.work(Lane.ROWS)
        letter = session.scalars(select(Letter).order_by(Letter.id.desc())).first()
        assert letter is not None
        if posted:
            posting.post(session, officer, letter)
        planning.cancel(session, officer, visit, why="In hospital")
        session.commit()
        worker.work(Lane.ROWS)
        session.expire_all()
    states = [(one.template, one.state) for one in session.scalars(select(Letter).order_by(Letter.id))]
    assert states == [("visit", letters.State.DROPPED), ("visit", letters.State.POSTED),
                      ("visit_cancelled", letters.State.WAITING)]


def test_when_fewer_are_needed_the_offers_that_are_open_are_withdrawn(
        session: Session, officer: Actor, bill: Actor, una: Actor, open_visit: Any) -> None:
    visit = open_visit(bill, una, persons=2)
    offering.answer(session, bill, visit.id, yes=True)
    planning.change(session, officer, visit, planning.Plan(
        starts_at=visit.planned_start_at, ends_at=visit.planned_end_at, persons=1, alone_reason="Known",
        named_contact_id=officer.id, risk=Risk.NONE_KNOWN, password="copper kettle"))
    assert state(session, visit, una) is CrewState.WITHDRAWN and "visit.crew_full_mail" in waiting(session)


def test_a_move_is_told_at_once_though_nobody_goes_any_more(session: Session, officer: Actor, bill: Actor,
                                                            open_visit: Any) -> None:
    visit = open_visit(bill, tell_by=Channel.TEXT)
    offering.answer(session, bill, visit.id, yes=True)
    [first] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "visit.coming_text"))
    first.state = State.DONE
    handing_back.hand_back(session, bill, visit.id, why="A cold")
    planning.change(session, officer, visit, planning.Plan(
        starts_at=soon(14), ends_at=soon(14, time(12)), persons=1, alone_reason="Known", tell_by=Channel.TEXT,
        named_contact_id=officer.id, risk=Risk.NONE_KNOWN, password="copper kettle"))
    assert "visit.moved_text" in waiting(session) and "visit.reminder_text" not in waiting(session)


def test_what_changed_since_is_not_sent(session: Session, officer: Actor, bill: Actor, willing: Victim,
                                        open_visit: Any, worker: Engine, tmp_path: Path) -> None:
    visit = open_visit(bill, tell_by=Channel.TEXT)
    offering.answer(session, bill, visit.id, yes=True)
    with acting(session, COMMAND_LINE, "test"):
        willing.may_text = Answer.NO
    assert not [words for words in post(session, worker, tmp_path) if words.startswith("+447700900101")]
    [told] = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "visit.coming_text")
                             .execution_options(populate_existing=True))
    assert (told.state, told.last_error) == (State.SUPPRESSED, "must not be texted")


def test_after_a_no_to_visits_nobody_is_asked_nobody_accepts_and_nothing_is_announced(
        session: Session, worker: Engine, tmp_path: Path, officer: Actor, bill: Actor, una: Actor,
        willing: Victim, open_visit: Any) -> None:
    """Today asks the officer to cancel it."""
    visit, staffed = open_visit(bill), open_visit(bill, state=CrewState.ACCEPTED, tell_by=Channel.TEXT)
    telling.follow(session, staffed)
    session.commit()
    with acting(session, COMMAND_LINE, "test"):
        willing.may_visit = Answer.NO
    for deed in (lambda: offering.offer(session, officer, visit, [una.id]),
                 lambda: offering.assign(session, officer, visit, officer.id)):
        with pytest.raises(CannotOffer, match="asked for no visits"):
            deed()
    with pytest.raises(TooLate, match="not to be made"):
        offering.answer(session, bill, visit.id, yes=True)
    session.rollback()
    with acting(session, COMMAND_LINE, "test"):
        session.get_one(Victim, willing.id).may_visit = Answer.NO
    assert not [words for words in post(session, worker, tmp_path) if words.startswith("+447700900101")]
    assert offering.answer(session, bill, visit.id, yes=False).state is CrewState.DECLINED


def test_a_death_cancels_the_visits_to_come_and_tells_whoever_would_have_gone(
        session: Session, officer: Actor, bill: Actor, willing: Victim, open_visit: Any) -> None:
    visit = open_visit(bill, state=CrewState.ACCEPTED)
    keeping.record_death(session, officer, willing)
    assert (visit.state, visit.ended_why) == (VisitState.CANCELLED, "Recorded as having died")
    assert waiting(session) == ["visit.crew_cancelled_mail", "visit.crew_cancelled_text"]
    assert watched(session) == 0


def test_the_timeline_tells_of_each_visit_once_and_one_that_was_made_by_its_contact(
        session: Session, officer: Actor, bill: Actor, willing: Victim, visit_of: PlanVisit) -> None:
    visit_of(willing, begins_at=soon())
    planning.cancel(session, officer, visit_of(willing, begins_at=soon(9)), why="In hospital")
    accepting.owes_none(session, officer, visit_of(willing, bill, begins_at=soon(-9)).id, bill.id, went=True)
    made = visit_of(willing, bill)
    log = logging.hand_in(session, bill, made.id, key="k" * 20, entry=entry())
    accepting.accept(session, officer, accepting.open_log(session, officer, made.id, log.id), plan_next=False)
    assert made.state is VisitState.FINISHED
    told = timeline.page(session, [willing.id], kinds=[Kind.VISIT]).entries
    assert sorted((one.title, one.words) for one in told) == [
        ("Visit cancelled", "In hospital"), ("Visit over, without a log", ""), ("Visit planned", "")]
