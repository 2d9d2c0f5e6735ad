"""A concern reaches the officer once, at once, and without a name; so does a log that is returned."""

from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.follow_ups import FollowUp
from outreach.casework.victims import Victim
from outreach.casework.visits import VisitLog, concerns
from outreach.casework.visits.accepting import open_log, send_back
from outreach.casework.visits.logging import hand_in
from outreach.foundation import outbox
from outreach.foundation.clock import local, now, today
from outreach.foundation.db import Database
from outreach.foundation.outbox import Engine, Lane, OutboxMessage, State, lives
from outreach.foundation.permissions import Actor
from outreach.foundation.volunteers import Volunteer
from tests.casework.test_visit_logs import change, entry, lapse
from tests.cast import PlanVisit

KEY = "k" * 20


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Iterator[Engine]:
    life = lives.Life(database)
    life.begin()
    yield Engine(database, outbox.means(tmp_path, "https://desk.example.org/desk"), life.name)
    life.end()


def drain(engine: Engine) -> None:
    for _ in range(3):
        engine.work(Lane.ROWS)
        engine.work(Lane.POST)


def left_the_house(folder: Path) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.eml"))
            + sorted(folder.rglob("*.txt"))]


def raised(session: Session, who: Actor, visit_id: int, key: str = KEY, **more: str) -> VisitLog:
    log = hand_in(session, who, visit_id, key=key, entry=entry(
        concern="Her grandson takes her card.", concern_now=True, **more))
    session.commit()
    return log


def test_the_officer_has_a_follow_up_and_a_mail_that_names_nobody(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Engine, tmp_path: Path) -> None:
    log = raised(session, volunteer, visit_of(mrs_hill, volunteer).id)
    version, visit_id, number = log.version, log.visit_id, log.id
    drain(worker)
    hand_in(session, volunteer, visit_id, key="o" * 20, corrects=version,
            entry=entry(concern="Her grandson takes her card and her post.", concern_now=True))
    session.commit()
    drain(worker)
    found = session.scalars(select(FollowUp)).one()
    assert (found.assignee_id, found.reason) == (officer.id, concerns.REASON)
    [letter] = left_the_house(tmp_path)
    assert f"/visits/{visit_id}/logs/{number}" in letter
    for private in ("Hill", "Margaret", "grandson", "Wren", "Scarborough"):
        assert private not in letter


def test_an_ambassadors_concern_about_their_own_victim_goes_to_the_officer(
        session: Session, officer: Actor, ambassador: Actor, mr_shaw: Victim, visit_of: PlanVisit,
        worker: Engine) -> None:
    raised(session, ambassador, visit_of(mr_shaw, ambassador).id)
    drain(worker)
    assert session.scalars(select(FollowUp)).one().assignee_id == officer.id


def test_at_a_bad_time_it_is_the_next_suitable_moment(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, worker: Engine) -> None:
    early = local(now()).hour < 12
    hours = {"safe_from": time(14)} if early else {"safe_until": time(11)}
    change(session, mrs_hill, **hours)
    raised(session, volunteer, visit_of(mrs_hill, volunteer).id)
    drain(worker)
    due_at = session.scalars(select(FollowUp)).one().due_at
    assert due_at == follow_ups.first_working_moment(mrs_hill, today())


def test_of_somebody_who_has_died_or_at_an_event_there_is_a_mail_and_nobody_to_ring(
        session: Session, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit, worker: Engine,
        tmp_path: Path) -> None:
    visits = [visit_of(mrs_hill, volunteer),
              visit_of(None, volunteer, event_name="Stall", event_place="Market")]
    change(session, mrs_hill, deceased_on=today())
    for number, visit in enumerate(visits):
        raised(session, volunteer, visit.id, key=f"{number}" * 20)
    drain(worker)
    assert session.scalars(select(FollowUp)).all() == []
    assert len(left_the_house(tmp_path)) == 2


def test_a_returned_log_is_told_by_mail_and_text_in_the_same_plain_words(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Engine, tmp_path: Path) -> None:
    session.add(Volunteer(account_id=volunteer.id, mobile="+447700900301"))
    session.info.update(actor=officer, operation="test")
    log = hand_in(session, volunteer, visit_of(mrs_hill, volunteer).id, key=KEY, entry=entry())
    send_back(session, officer, open_log(session, officer, log.visit_id, log.id, to_change=True),
              why="Was Mrs Hill alone?")
    session.commit()
    drain(worker)
    told = left_the_house(tmp_path)
    assert len(told) == 2
    for words in told:
        assert f"/my-visits/{log.visit_id}/log" in words
        assert "Hill" not in words and "alone" not in words


@pytest.mark.parametrize("meanwhile", ["written again", "lapsed"])
def test_nobody_is_told_of_what_is_no_longer_so(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, visit_of: PlanVisit,
        worker: Engine, tmp_path: Path, meanwhile: str) -> None:
    log = hand_in(session, volunteer, visit_of(mrs_hill, volunteer).id, key=KEY, entry=entry())
    send_back(session, officer, open_log(session, officer, log.visit_id, log.id, to_change=True), why="How?")
    session.commit()
    if meanwhile == "lapsed":
        lapse(session, volunteer)
    else:
        hand_in(session, volunteer, log.visit_id, key="o" * 20, entry=entry(words="Better."))
        session.commit()
    drain(worker)
    assert left_the_house(tmp_path) == []
    states = session.scalars(select(OutboxMessage.state).where(OutboxMessage.subject_type == "visit_log"))
    assert {*states} <= {State.CANCELLED, State.SUPPRESSED}
