"""Vetting: whoever's clearance ends has no access from that second, and no session of theirs revives."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.foundation import accounts, clock, sign_ins
from outreach.foundation.accounts import Account
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from outreach.foundation.outbox import OutboxMessage
from outreach.foundation.permissions import COMMAND_LINE, Actor, NotAllowed, Role
from outreach.foundation.sign_ins import SignIn
from outreach.foundation.volunteers import clearing
from outreach.foundation.volunteers.refused import (
    NotOneself,
    NotOurs,
    NotSuspended,
    ReasonMissing,
    Refused,
    StillToCome,
    WrongOrder,
)
from tests.cast import account as opened
from tests.cast import cleared


def account_of(session: Session, actor: Actor) -> Account:
    return session.get_one(Account, actor.id)


def signed_in(session: Session, actor: Actor) -> SignIn:
    token = sign_ins.begin(session, account_of(session, actor))
    session.commit()
    found = sign_ins.of_token(session, token)
    assert found is not None
    return found


def asked_back(session: Session) -> list[int]:
    return list(session.scalars(select(OutboxMessage.subject_id).where(OutboxMessage.kind == accounts.ENDED)))


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)
    for module in (sign_ins, accounts):
        monkeypatch.setattr(module, "now", lambda: moment)


def test_a_suspension_takes_the_access_away_from_this_second(session: Session, officer: Actor,
                                                             volunteer: Actor) -> None:
    open_session = signed_in(session, volunteer)
    assert open_session.is_live
    bill = account_of(session, volunteer)
    clearing.suspend(session, officer, bill, why="A complaint is being looked into")
    assert not open_session.is_live and not bill.is_working and bill.actor.role is Role.LAPSED
    assert asked_back(session) == [bill.id]
    assert accounts.open_with_role(session, Role.VOLUNTEER) == []


def test_a_lifted_suspension_revives_nothing(session: Session, officer: Actor, volunteer: Actor) -> None:
    before, bill = signed_in(session, volunteer), account_of(session, volunteer)
    clearing.suspend(session, officer, bill, why="A complaint is being looked into")
    meanwhile = signed_in(session, volunteer)
    assert meanwhile.is_live
    clearing.lift(session, officer, bill)
    assert bill.actor.role is Role.VOLUNTEER and bill.vetting and bill.vetting.suspended_why
    assert not before.is_live and not meanwhile.is_live
    assert signed_in(session, volunteer).is_live


def test_a_second_suspension_asks_for_the_visits_again(session: Session, officer: Actor,
                                                       volunteer: Actor) -> None:
    bill = account_of(session, volunteer)
    for _ in range(2):
        clearing.suspend(session, officer, bill, why="A complaint is being looked into")
        clearing.lift(session, officer, bill)
    assert asked_back(session) == [bill.id, bill.id]


@pytest.mark.parametrize(("expires_on", "midnight"), [
    (date(2026, 12, 5), datetime(2026, 12, 6, 0, 0, tzinfo=UTC)),        # Greenwich time
    (date(2026, 7, 5), datetime(2026, 7, 5, 23, 0, tzinfo=UTC)),         # summer time
    (date(2026, 10, 24), datetime(2026, 10, 24, 23, 0, tzinfo=UTC)),     # the night the clocks go back
], ids=["winter", "summer", "clocks go back"])
def test_vetting_ends_at_the_british_midnight_after_its_last_day(
        session: Session, monkeypatch: pytest.MonkeyPatch, expires_on: date, midnight: datetime) -> None:
    una = cleared(session, "una", "Una Field", expires_on=expires_on)
    begun = signed_in(session, una)
    begun.created_at = begun.last_seen_at = midnight - timedelta(minutes=20)
    set_clock(monkeypatch, midnight - timedelta(seconds=1))
    assert begun.is_live and account_of(session, una).is_working
    set_clock(monkeypatch, midnight)
    assert not begun.is_live and account_of(session, una).actor.role is Role.LAPSED


def test_after_midnight_the_worker_closes_what_ran_out_once(session: Session,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    una = cleared(session, "una", "Una Field", expires_on=date(2026, 12, 5))
    cleared(session, "ivy", "Ivy Dale", expires_on=date(2026, 12, 6))
    midnight = datetime(2026, 12, 6, 0, 0, tzinfo=UTC)
    set_clock(monkeypatch, midnight + timedelta(minutes=3))
    for _ in range(2):
        clearing.fire(session, midnight)
    assert asked_back(session) == [una.id]
    handing_in = signed_in(session, una)      # who signs in after midnight to hand in stays signed in
    handing_in.created_at = handing_in.last_seen_at = midnight + timedelta(minutes=1)
    clearing.fire(session, midnight)
    assert handing_in.is_live


def test_days_that_the_worker_missed_are_made_up_for(session: Session,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    una = cleared(session, "una", "Una Field", expires_on=date(2026, 12, 5))
    set_clock(monkeypatch, datetime(2026, 12, 20, 0, 1, tzinfo=UTC))
    clearing.fire(session, clock.now())
    assert asked_back(session) == [una.id]


def test_a_closed_account_gives_its_visits_back_within_the_hour(session: Session, administrator: Actor,
                                                                volunteer: Actor, ambassador: Actor) -> None:
    accounts.close_account(session, administrator, account_of(session, volunteer))
    with acting(session, administrator, "account.changed"):
        account_of(session, ambassador).expires_on = clock.today() - timedelta(days=1)
    for _ in range(2):
        clearing.fire(session, clock.now())
    assert sorted(asked_back(session)) == sorted([volunteer.id, ambassador.id])


def test_renewed_vetting_lets_them_sign_in_and_revives_nothing(session: Session, officer: Actor) -> None:
    una = cleared(session, "una", "Una Field", expires_on=clock.today() - timedelta(days=1))
    begun, found = signed_in(session, una), account_of(session, una)
    clearing.record(session, officer, found, level="nppv2", cleared_on=clock.today(),
                    expires_on=clock.today() + timedelta(days=1000))
    assert found.is_working and not begun.is_live
    assert signed_in(session, una).is_live


def test_vetting_that_is_cut_short_ends_at_once(session: Session, officer: Actor, volunteer: Actor) -> None:
    begun, bill = signed_in(session, volunteer), account_of(session, volunteer)
    clearing.record(session, officer, bill, level="nppv2", cleared_on=date(2025, 1, 6),
                    expires_on=clock.today() - timedelta(days=1))
    assert not begun.is_live and not bill.is_working and asked_back(session) == [bill.id]


def test_renewing_vetting_in_time_disturbs_nobody(session: Session, officer: Actor, volunteer: Actor) -> None:
    begun, bill = signed_in(session, volunteer), account_of(session, volunteer)
    clearing.record(session, officer, bill, level="nppv3", cleared_on=clock.today())
    assert begun.is_live and asked_back(session) == []


def test_a_level_that_is_not_enough_keeps_the_access_and_gives_back_the_visits(
        session: Session, officer: Actor, volunteer: Actor) -> None:
    begun, bill = signed_in(session, volunteer), account_of(session, volunteer)
    clearing.record(session, officer, bill, level="nppv1", cleared_on=date(2025, 1, 6))
    assert begun.is_live and bill.is_working and asked_back(session) == [bill.id]


def test_a_volunteer_without_vetting_may_not_work_and_police_may(session: Session, ambassador: Actor) -> None:
    new = account_of(session, opened(session, "new", "Nan New", Role.VOLUNTEER))
    assert not new.is_working and new.actor.role is Role.LAPSED
    assert account_of(session, ambassador).is_working


def test_whoever_waits_to_be_cleared_may_not_work(session: Session, officer: Actor) -> None:
    new = account_of(session, opened(session, "new", "Nan New", Role.VOLUNTEER))
    clearing.record(session, officer, new, level="nppv2", cleared_on=None)
    assert not new.is_working
    clearing.record(session, officer, new, level="nppv2", cleared_on=clock.today())
    assert new.is_working


def test_a_suspended_ambassador_is_given_no_work(session: Session, officer: Actor,
                                                 ambassador: Actor) -> None:
    ben = account_of(session, ambassador)
    clearing.record(session, officer, ben, level="police", cleared_on=date(2025, 1, 6))
    clearing.suspend(session, officer, ben, why="Under investigation")
    assert ben.id not in [one.id for one in accounts.open_with_role(session, Role.AMBASSADOR)]


@pytest.mark.parametrize(("facts", "trouble", "about"), [
    ({"cleared_on": clock.today() + timedelta(days=2)}, StillToCome, "cleared_on"),
    ({"cleared_on": date(2026, 1, 5), "expires_on": date(2026, 1, 4)}, WrongOrder, "expires_on"),
    ({"level": "top secret"}, NotOurs, "level"),
])
def test_vetting_that_cannot_be_right_is_refused(
        session: Session, officer: Actor, volunteer: Actor, facts: dict[str, object],
        trouble: type[Refused], about: str) -> None:
    with pytest.raises(trouble) as refused:
        clearing.record(session, officer, account_of(session, volunteer),
                        **{"level": "nppv2", "cleared_on": None, "expires_on": None, **facts})
    assert refused.value.about == about and refused.value.args[0]


def test_a_day_that_stands_for_no_end_is_no_trouble(session: Session, officer: Actor,
                                                    volunteer: Actor) -> None:
    """As registers of police staff write it."""
    bill = account_of(session, volunteer)
    clearing.record(session, officer, bill, level="nppv2", cleared_on=clock.today(),
                    expires_on=date(9999, 12, 31))
    clearing.fire(session, clock.now())
    assert bill.is_working and asked_back(session) == []


def test_a_suspension_needs_a_reason_somebody_to_suspend_and_somebody_else(
        session: Session, officer: Actor, volunteer: Actor, ambassador: Actor) -> None:
    bill, ada = account_of(session, volunteer), account_of(session, officer)
    with pytest.raises(ReasonMissing):
        clearing.suspend(session, officer, bill, why="  no ")
    with pytest.raises(NotOneself):
        clearing.suspend(session, officer, ada, why="To see what happens")
    with pytest.raises(NotSuspended, match="record it first"):
        clearing.suspend(session, officer, account_of(session, ambassador), why="No vetting is kept here")
    with pytest.raises(NotSuspended):
        clearing.lift(session, officer, bill)
    with pytest.raises(NotAllowed):
        clearing.suspend(session, volunteer, ada, why="To see what happens")


def test_nobody_clears_or_lifts_themselves(session: Session, officer: Actor, supervisor: Actor) -> None:
    ada = account_of(session, officer)
    with pytest.raises(NotOneself):
        clearing.record(session, officer, ada, level="police", cleared_on=clock.today())
    clearing.record(session, supervisor, ada, level="police", cleared_on=clock.today())
    with pytest.raises(NotOneself):
        clearing.lift(session, officer, ada)


def test_the_audit_log_names_each_deed_and_no_reason(session: Session, officer: Actor,
                                                     volunteer: Actor) -> None:
    clearing.suspend(session, officer, account_of(session, volunteer), why="A complaint about Bill")
    session.commit()
    rows = session.scalars(select(AuditEntry).where(AuditEntry.operation == "vetting.suspended")).all()
    assert {row.record_type for row in rows} == {"vetting", "account"}
    assert not any("complaint" in str(row.details) for row in rows)


def test_no_role_lapsed_is_ever_given(session: Session, administrator: Actor, officer: Actor) -> None:
    with pytest.raises(accounts.NotARole):
        accounts.open_account(session, COMMAND_LINE, email="x@example.org", name="X", role=Role.LAPSED,
                              password="four plain words here")
    with pytest.raises(accounts.NotARole):
        accounts.change_account(session, administrator, account_of(session, officer), name="Ada Cole",
                                role=Role.LAPSED, district="", expires_on=None)
