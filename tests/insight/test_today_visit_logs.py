"""Logs of visits on Today: each says what to do, and leads to where it is done."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.desk.today import address
from outreach.casework.victims import Victim
from outreach.casework.visits import Phone
from outreach.casework.visits.logging import hand_in, hand_in_late
from outreach.foundation.clock import now
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor
from outreach.insight import today
from outreach.insight.today import Kind, Line
from tests.casework.test_visit_logs import change, entry, lapse
from tests.cast import Enter, PlanVisit, cleared

KEY = "k" * 20


def lines(session: Session, actor: Actor) -> list[Line]:
    return [line for line in today.lines(session, actor) if line.kind is Kind.VISIT]


def test_a_concern_weighs_more_than_a_log_that_waits(
        session: Session, officer: Actor, volunteer: Actor, mrs_hill: Victim, mr_hill: Victim,
        visit_of: PlanVisit) -> None:
    calm = hand_in(session, volunteer, visit_of(mr_hill, volunteer).id, key=KEY, entry=entry())
    grave = hand_in(session, volunteer, visit_of(mrs_hill, volunteer).id, key="g" * 20,
                    entry=entry(concern="A man in a van.", concern_now=True))
    session.commit()
    found = lines(session, officer)
    weights = current().today
    assert [(line.record_id, line.weight) for line in found] == [
        (grave.id, weights.visit_concern), (calm.id, weights.visit_log_waits)]
    assert "van" not in found[0].why and address(found[0]) == f"/desk/visits/logs/{grave.id}"


def test_a_review_is_the_supervisors(session: Session, officer: Actor, supervisor: Actor, volunteer: Actor,
                                     mrs_hill: Victim, visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer)
    hand_in_late(session, lapse(session, volunteer), visit.id, key=KEY, entry=entry())
    session.commit()
    assert lines(session, officer) == []
    assert "Review it" in lines(session, supervisor)[0].why


def test_a_log_that_has_not_come_and_those_on_a_phone_stand_there(
        session: Session, officer: Actor, supervisor: Actor, volunteer: Actor, mrs_hill: Victim,
        visit_of: PlanVisit) -> None:
    visit = visit_of(mrs_hill, volunteer, begins_at=now() - timedelta(days=2))
    change(session, visit.crew[0], checked_out_at=now() - timedelta(days=2))
    una = cleared(session, "other", "Una Field")
    session.add_all([Phone(account_id=volunteer.id, name_hash="a", salt="s", unsent=3,
                           unsent_since=now() - timedelta(hours=5)),
                     Phone(account_id=una.id, name_hash="b", salt="s", unsent=1, unsent_since=now())])
    session.commit()
    for who in (officer, supervisor):
        whys = [line.why for line in lines(session, who)]
        assert len(whys) == 2
        assert "their log has not come" in whys[0] and whys[1].startswith("3 logs wait on their phone since")


def test_a_restricted_record_shows_no_place(session: Session, officer: Actor, volunteer: Actor, enter: Enter,
                                            visit_of: PlanVisit) -> None:
    hidden = enter("Vera", "Lind", town="Whitby", restricted=True)
    hand_in(session, volunteer, visit_of(hidden, volunteer).id, key=KEY, entry=entry())
    session.commit()
    assert "Whitby" not in lines(session, officer)[0].place
