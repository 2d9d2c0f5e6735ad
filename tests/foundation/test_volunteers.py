"""Those who help: what is kept of them, what they learnt, and what they gave."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.foundation import accounts, clock
from outreach.foundation.accounts import Account
from outreach.foundation.audit import Action, AuditEntry, waiting
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import Actor, NotAllowed, Role
from outreach.foundation.volunteers import Hours, Volunteer, Work, hours, keeping, months, training
from outreach.foundation.volunteers.keeping import Place, Reach
from outreach.foundation.volunteers.refused import (
    BadFigures,
    FromALog,
    HasARecord,
    NoSuchVolunteer,
    NotAMobile,
    NotOurs,
    Refused,
    StillToCome,
    WrongOrder,
)

REACH = Reach("+447700900301", "Jean Wren", "+441632960301", "wife", ["tue pm", "mon am"])


@pytest.fixture
def bill(session: Session, officer: Actor, volunteer: Actor) -> Volunteer:
    """The record of Bill, who goes to Scarborough."""
    place = Place(["Scarborough"], ["polish", " Manx ", "English", "Polish"], date(2025, 1, 6))
    kept = keeping.add(session, officer, session.get_one(Account, volunteer.id), REACH, place)
    session.commit()
    return kept


def test_a_record_is_kept_in_the_order_of_the_week_and_each_language_once(bill: Volunteer) -> None:
    assert (bill.free, bill.languages) == (["mon am", "tue pm"], ["Polish", "Manx"])


def test_nobody_has_two_records(session: Session, officer: Actor, bill: Volunteer) -> None:
    with pytest.raises(HasARecord, match="open that one"):
        keeping.add(session, officer, bill.account, REACH, Place())


def test_only_open_accounts_without_a_record_are_offered(session: Session, officer: Actor, bill: Volunteer,
                                                         ambassador: Actor) -> None:
    with acting(session, officer, "test"):
        session.get_one(Account, officer.id).expires_on = clock.today() - timedelta(days=1)
    assert [one.id for one in keeping.without_record(session)] == [ambassador.id]


@pytest.mark.parametrize(("reach", "place", "trouble", "about"), [
    ({}, {"districts": ["Atlantis"]}, NotOurs, "districts"),
    ({}, {"started_on": date(2026, 3, 2), "left_on": date(2026, 3, 1)}, WrongOrder, "left_on"),
    ({"free": ["mon night"]}, {}, NotOurs, "free"),
    ({"mobile": "+441632960301"}, {}, NotAMobile, "mobile"),
])
def test_a_record_that_cannot_be_right_is_refused(
        session: Session, officer: Actor, bill: Volunteer, reach: dict[str, Any], place: dict[str, Any],
        trouble: type[Refused], about: str) -> None:
    with pytest.raises(trouble) as refused:
        keeping.change(session, officer, bill, Reach(**reach), Place(**place))
    assert refused.value.about == about


def test_whoever_has_left_gives_their_visits_back(session: Session, officer: Actor, bill: Volunteer) -> None:
    keeping.change(session, officer, bill, REACH, Place(left_on=clock.today() - timedelta(days=1)))
    asked = session.scalars(select(OutboxMessage.subject_id).where(OutboxMessage.kind == accounts.ENDED))
    assert list(asked) == [bill.account_id]


def test_looking_at_a_record_is_logged_and_not_for_everybody(session: Session, officer: Actor,
                                                             ambassador: Actor, bill: Volunteer) -> None:
    keeping.look_at(session, officer, bill.id)
    [note] = waiting(session)
    assert (note["action"], note["record_id"]) == (Action.CONSULTATION, bill.id)
    with pytest.raises(NotAllowed):
        keeping.look_at(session, ambassador, bill.id)
    with pytest.raises(NoSuchVolunteer):
        keeping.look_at(session, officer, 999)


def test_a_volunteer_changes_their_own_record_and_no_other(session: Session, officer: Actor,
                                                           ambassador: Actor, bill: Volunteer) -> None:
    own = bill.account.actor
    keeping.change_own(session, own, bill, Reach(free=["sun eve"]))
    assert (bill.free, bill.districts) == (["sun eve"], ["Scarborough"])
    for deed in (lambda: keeping.change_own(session, ambassador, bill, REACH),
                 lambda: keeping.go_away(session, ambassador, bill, from_on=clock.today(),
                                         until_on=clock.today())):
        with pytest.raises(NoSuchVolunteer):
            deed()


def test_days_away_come_to_an_end_and_are_taken_off(session: Session, officer: Actor,
                                                    bill: Volunteer) -> None:
    today = clock.today()
    away = keeping.go_away(session, officer, bill, from_on=today, until_on=today + timedelta(days=7))
    assert keeping.away_days(session, bill) == [away]
    with pytest.raises(WrongOrder, match="on or after"):
        keeping.go_away(session, officer, bill, from_on=today, until_on=today - timedelta(days=1))
    with pytest.raises(WrongOrder, match="still to come"):
        keeping.go_away(session, officer, bill, from_on=today - timedelta(days=9),
                        until_on=today - timedelta(days=8))
    keeping.come_back(session, bill.account.actor, bill, away.id)
    session.flush()
    assert keeping.away_days(session, bill) == []


def test_a_supervisor_who_goes_on_no_visits_keeps_days_and_hours_all_the_same(
        session: Session, supervisor: Actor, bill: Volunteer) -> None:
    away = keeping.go_away(session, supervisor, bill, from_on=clock.today(), until_on=clock.today())
    keeping.come_back(session, supervisor, bill, away.id)
    given = hours.enter(session, supervisor, bill.account, on=clock.today(), work=Work.OFFICE, minutes=60)
    hours.bring_back(session, supervisor, hours.remove(session, supervisor, given))
    assert (keeping.away_days(session, bill), hours.of(session, bill.account_id)) == ([], [given])


def test_whoever_has_lapsed_notes_no_days_away(session: Session, bill: Volunteer) -> None:
    gone = Actor(bill.account_id, "Bill Wren", Role.LAPSED)
    with pytest.raises(NotAllowed):
        keeping.go_away(session, gone, bill, from_on=clock.today(), until_on=clock.today())


def test_a_course_counts_as_long_as_the_force_says_or_as_was_typed(session: Session, officer: Actor,
                                                                   bill: Volunteer) -> None:
    for_good = training.record(session, officer, bill, course="induction", done_on=date(2025, 1, 7))
    three_years = training.record(session, officer, bill, course="safeguarding", done_on=date(2024, 2, 29))
    typed = training.record(session, officer, bill, course="lone_working", done_on=date(2025, 1, 7),
                            expires_on=date(2025, 6, 30))
    assert [one.expires_on for one in (for_good, three_years, typed)] == [
        None, date(2027, 2, 28), date(2025, 6, 30)]


def test_the_last_of_a_course_counts_up_to_its_last_day(session: Session, officer: Actor,
                                                        bill: Volunteer) -> None:
    for done_on in (date(2025, 8, 31), date(2022, 8, 31)):
        training.record(session, officer, bill, course="safeguarding", done_on=done_on)
    found = [training.trained(session, bill, "safeguarding", day)
             for day in (date(2025, 8, 30), date(2028, 8, 31), date(2028, 9, 1))]
    assert found == [False, True, False]


def test_what_is_missing_and_what_runs_out_soon_is_said(session: Session, officer: Actor,
                                                        bill: Volunteer) -> None:
    today = clock.today()
    training.record(session, officer, bill, course="induction", done_on=date(2025, 1, 7))
    training.record(session, officer, bill, course="safeguarding", done_on=date(2025, 1, 7),
                    expires_on=today + timedelta(days=10))
    found = training.lacks(training.last(session, [bill.id])[bill.id], today)
    assert [(one.course, one.is_missing) for one in found] == [("lone_working", True),
                                                               ("safeguarding", False)]
    assert found[0].words == "Lone working and personal safety: not done yet"


@pytest.mark.parametrize(("facts", "trouble", "about"), [
    ({"course": "juggling"}, NotOurs, "course"),
    ({"done_on": clock.today() + timedelta(days=2)}, StillToCome, "done_on"),
    ({"expires_on": date(2026, 1, 1)}, WrongOrder, "expires_on"),
])
def test_training_that_cannot_be_right_is_refused(session: Session, officer: Actor, bill: Volunteer,
                                                  facts: dict[str, Any], trouble: type[Refused],
                                                  about: str) -> None:
    with pytest.raises(trouble) as refused:
        training.record(session, officer, bill,
                        **{"course": "induction", "done_on": date(2026, 1, 2), **facts})
    assert refused.value.about == about


def test_the_hours_of_a_log_come_once_and_are_changed_there(session: Session, officer: Actor,
                                                            bill: Volunteer) -> None:
    facts = {"on": clock.today(), "minutes": 75, "travel_minutes": 40, "miles": Decimal("18.4"), "log_id": 7}
    with acting(session, officer, "log.accepted"):
        first = hours.from_visit(session, officer, bill.account_id, **facts)
        assert hours.from_visit(session, officer, bill.account_id, **facts | {"minutes": 90}) is first
    with pytest.raises(FromALog):
        hours.remove(session, officer, first)


def test_hours_taken_off_are_kept_and_come_back(session: Session, officer: Actor, bill: Volunteer) -> None:
    given = hours.enter(session, officer, bill.account, on=clock.today(), work=Work.OFFICE, minutes=60)
    hours.remove(session, officer, given)
    assert hours.of(session, bill.account_id) == []
    assert session.scalars(select(Hours.id)).all() == [given.id]
    hours.bring_back(session, officer, given)
    assert hours.of(session, bill.account_id) == [given]


def test_own_hours_are_ones_own(session: Session, officer: Actor, ambassador: Actor, bill: Volunteer) -> None:
    given = hours.enter_own(session, bill.account.actor, on=clock.today(), work=Work.TRAINING, minutes=60)
    assert given.account_id == bill.account_id
    with pytest.raises(NoSuchVolunteer):
        hours.remove_own(session, ambassador, given)
    with pytest.raises(NotAllowed):
        hours.bring_back(session, ambassador, given)


@pytest.mark.parametrize(("facts", "trouble", "about"), [
    ({"on": clock.today() + timedelta(days=1)}, StillToCome, "on"),
    ({"on": date(2016, 1, 1)}, BadFigures, "on"),
    ({"minutes": 1441}, BadFigures, "minutes"),
    ({"minutes": -5}, BadFigures, "minutes"),
    ({"minutes": 0}, BadFigures, "minutes"),
    ({"travel_minutes": 1400}, BadFigures, "travel_minutes"),
    ({"miles": Decimal(501)}, BadFigures, "miles"),
])
def test_hours_that_cannot_be_right_are_refused(session: Session, officer: Actor, bill: Volunteer,
                                                facts: dict[str, Any], trouble: type[Refused],
                                                about: str) -> None:
    with pytest.raises(trouble) as refused:
        hours.enter(session, officer, bill.account,
                    **{"on": clock.today(), "work": Work.OTHER, "minutes": 60, **facts})
    assert refused.value.about == about


def test_a_month_adds_up_by_person_and_ends_at_the_british_midnight(
        session: Session, officer: Actor, supervisor: Actor, ambassador: Actor, bill: Volunteer) -> None:
    late = clock.day_of(clock.at(date(2026, 7, 31), time(23, 30)))     # 22:30 in UTC, still July
    early = clock.day_of(clock.at(date(2026, 8, 1), time(0, 30)))      # 23:30 UTC on 31 July: August
    ben = session.get_one(Account, ambassador.id)
    for number, (account, on) in enumerate([(bill.account, late), (bill.account, date(2026, 7, 1)),
                                            (ben, late), (ben, early)]):
        with acting(session, officer, "log.accepted"):
            hours.from_visit(session, officer, account.id, on=on, minutes=50, travel_minutes=20,
                             miles=Decimal("6.25"), log_id=number)
    hours.remove(session, officer, hours.enter(session, officer, ben, on=late, work=Work.OFFICE, minutes=600))
    july = months.month(session, supervisor, date(2026, 7, 1))
    assert [(one.name, one.visits, one.minutes, one.travel_minutes, one.miles) for one in july] == [
        ("Bill Wren", 2, 100, 40, Decimal("12.5")), ("Dev Marsh", 1, 50, 20, Decimal("6.25"))]
    assert months.total(july).miles == Decimal("18.75")
    assert [one.visits for one in months.month(session, officer, date(2026, 8, 1))] == [1]
    with pytest.raises(NotAllowed):
        months.month(session, ambassador, date(2026, 7, 1))


def test_a_month_that_leaves_is_a_disclosure(session: Session, officer: Actor, bill: Volunteer) -> None:
    hours.enter(session, officer, bill.account, on=clock.today(), work=Work.OFFICE, minutes=60)
    months.export_month(session, officer, clock.today().replace(day=1), recipient="The SOC Board",
                        reason="Quarterly figures")
    [note] = waiting(session)
    assert (note["action"], note["recipient"], note["details"]["shown"]) == (
        Action.DISCLOSURE, "The SOC Board", [bill.account_id])


@pytest.mark.parametrize("text", ["", "2026-13", "0001-01", "9999-12", "nonsense", "2026-1"])
def test_what_is_no_month_asks_for_this_one(text: str) -> None:
    assert months.first_of(text) == clock.today().replace(day=1)


def test_a_change_to_a_record_is_in_the_audit_log(session: Session, officer: Actor, bill: Volunteer) -> None:
    keeping.change(session, officer, bill, Reach(mobile="+447700900999"), Place())
    session.commit()
    row = session.scalars(select(AuditEntry).where(AuditEntry.operation == "volunteer.changed")).one()
    assert "mobile" in row.details["fields"] and "900999" not in str(row.details)
