"""Who could go on a visit: vetting and training rule somebody out, the rest is for the planner to weigh."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from outreach.foundation import clock
from outreach.foundation.accounts import Account
from outreach.foundation.permissions import Actor
from outreach.foundation.volunteers import clearing, keeping, suitable, training
from outreach.foundation.volunteers.keeping import Place, Reach
from outreach.foundation.volunteers.suitable import Fit
from tests.cast import cleared

NEXT_TUESDAY = clock.today() + timedelta(days=(1 - clock.today().weekday()) % 7 + 7)
NEEDED = ("induction", "lone_working", "safeguarding")


def helper(session: Session, officer: Actor, actor: Actor, courses: tuple[str, ...] = NEEDED,
           free: tuple[str, ...] = (), **place: Any) -> Actor:
    kept = keeping.add(session, officer, session.get_one(Account, actor.id), Reach(free=free), Place(**place))
    for course in courses:
        training.record(session, officer, kept, course=course, done_on=clock.today())
    session.commit()
    return actor


def fits(session: Session, begins: datetime | None = None, minutes: int = 60, **asked: Any) -> list[Fit]:
    start = begins or clock.at(NEXT_TUESDAY, time(14))
    return suitable.fitness(session, starts_at=start, ends_at=start + timedelta(minutes=minutes),
                            **{"district": "Ryedale", **asked})


def test_whoever_is_cleared_and_trained_may_go(session: Session, officer: Actor, volunteer: Actor) -> None:
    helper(session, officer, volunteer, districts=["Ryedale"], free=("tue pm",), languages=["Polish"])
    [fit] = fits(session, languages=["polish"])
    assert (fit.account.id, fit.may_go, fit.hard, fit.soft) == (volunteer.id, True, (), ())


def test_vetting_has_to_hold_until_the_visit_ends(session: Session, officer: Actor) -> None:
    until = cleared(session, "until", "Ann Until", expires_on=NEXT_TUESDAY)
    before = cleared(session, "before", "Bea Before", expires_on=NEXT_TUESDAY - timedelta(days=1))
    for one in (until, before):
        helper(session, officer, one)
    evening = clock.at(NEXT_TUESDAY, time(23))
    assert {fit.account.name: fit.may_go for fit in fits(session, evening)} == {
        "Ann Until": True, "Bea Before": False}
    assert {fit.account.name: fit.may_go for fit in fits(session, evening, minutes=61)} == {
        "Ann Until": False, "Bea Before": False}
    assert fits(session, evening)[1].hard[0].startswith("vetting runs out on ")


@pytest.mark.parametrize(("vetting", "why"), [
    ({"cleared_on": None}, "is not cleared yet"),
    ({"expires_on": date(2026, 1, 31)}, "vetting ran out on 31 January 2026"),
    ({"suspended_at": clock.now() - timedelta(hours=1)}, "is suspended"),
    ({"level": "nppv1"}, "NPPV level 1: premises only: that is not enough for visits"),
])
def test_vetting_that_falls_short_rules_somebody_out(session: Session, officer: Actor,
                                                     vetting: dict[str, Any], why: str) -> None:
    helper(session, officer, cleared(session, "una", "Una Field", **vetting))
    [fit] = fits(session)
    assert fit.hard == (why,)


def test_training_that_is_missing_or_asked_for_besides_rules_somebody_out(
        session: Session, officer: Actor, volunteer: Actor) -> None:
    helper(session, officer, volunteer, courses=("induction", "safeguarding"))
    assert fits(session, courses=["call_blockers"])[0].hard == (
        "Lone working and personal safety: not done yet", "Fitting a call blocker: not done yet")


def test_district_free_time_absence_and_language_are_for_the_planner_to_weigh(
        session: Session, officer: Actor, volunteer: Actor) -> None:
    helper(session, officer, volunteer, districts=["York"], free=("mon am",))
    kept = keeping.of_account(session, volunteer.id)
    assert kept
    keeping.go_away(session, officer, kept, from_on=NEXT_TUESDAY, until_on=date(2030, 1, 6))
    [fit] = fits(session, languages=["Polish", "English"])
    assert fit.may_go and fit.soft == (
        "away until 6 January 2030", "does not usually go to Ryedale",
        "not usually free on Tuesday afternoons", "does not speak Polish")


def test_police_need_no_vetting_here_and_others_who_never_visit_are_ruled_out(
        session: Session, officer: Actor, ambassador: Actor, communicator: Actor) -> None:
    for one in (ambassador, communicator):
        helper(session, officer, one)
    assert [(fit.account.name, fit.hard) for fit in fits(session)] == [
        ("Dev Marsh", ()), ("Tom Ellery", ("communicators do not go on visits",))]


def test_those_who_suit_best_stand_first_and_those_who_left_do_not_stand_there(
        session: Session, officer: Actor, volunteer: Actor, ambassador: Actor) -> None:
    helper(session, officer, volunteer, districts=["York"])
    helper(session, officer, cleared(session, "una", "Una Field"), districts=["Ryedale"])
    helper(session, officer, cleared(session, "eve", "Eve Early"), courses=())
    helper(session, officer, ambassador, left_on=clock.today() - timedelta(days=1))
    assert [fit.account.name for fit in fits(session)] == ["Una Field", "Bill Wren", "Eve Early"]


def test_whoever_leaves_before_the_visit_is_ruled_out(session: Session, officer: Actor,
                                                      volunteer: Actor) -> None:
    helper(session, officer, volunteer, left_on=NEXT_TUESDAY - timedelta(days=1))
    assert fits(session)[0].hard[0].startswith("leaves on ")


def test_only_those_asked_about_are_looked_at(session: Session, officer: Actor, volunteer: Actor,
                                              ambassador: Actor) -> None:
    for one in (volunteer, ambassador):
        helper(session, officer, one)
    assert [fit.account.id for fit in fits(session, account_ids=[ambassador.id])] == [ambassador.id]


def test_a_suspension_shows_at_once(session: Session, officer: Actor, volunteer: Actor) -> None:
    helper(session, officer, volunteer)
    clearing.suspend(session, officer, session.get_one(Account, volunteer.id), why="Being looked into")
    assert fits(session)[0].hard == ("is suspended",)


@pytest.mark.parametrize(("begins", "minutes", "halves"), [
    (datetime(2026, 7, 7, 10, 30), 60, ["tue am"]),
    (datetime(2026, 7, 7, 11, 30), 60, ["tue am", "tue pm"]),
    (datetime(2026, 7, 7, 16, 0), 60, ["tue pm"]),
    (datetime(2026, 7, 7, 16, 0), 61, ["tue pm", "tue eve"]),
    (datetime(2026, 7, 7, 23, 30), 60, ["tue eve", "wed am"]),
    (datetime(2026, 10, 24, 23, 30), 150, ["sat eve", "sun am"]),      # the night the clocks go back
])
def test_a_visit_touches_the_half_days_of_a_british_clock(begins: datetime, minutes: int,
                                                          halves: list[str]) -> None:
    start = begins.replace(tzinfo=clock.LOCAL)
    end = clock.at(start.date(), start.time()) + timedelta(minutes=minutes)
    assert suitable.half_days(start, end) == halves
