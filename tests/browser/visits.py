"""Visits for the browser tests: planned for the demo's volunteer, today, and already under way."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.victims import Victim
from outreach.casework.visits import CrewMember, CrewState, Risk, Visit
from outreach.foundation.accounts import Account, by_email
from outreach.foundation.clock import now
from outreach.foundation.db import Database
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE
from tests.browser.running import Running

PASSWORD = "copper lantern"
NOTES = "Ring twice: hard of hearing"


def under_way(outreach: Running, *, visits: int = 2, role: str = "volunteer") -> list[int]:
    """So many visits to different people that began an hour ago; gives their numbers."""
    database = Database(f"sqlite:///{outreach.data / 'outreach.db'}")
    with database.writing.begin() as session, acting(session, COMMAND_LINE, "visit.planned"):
        _take_all_else_away(session, role)
        planned = [_visit(session, victim, role) for victim in _people(session, visits)]
    database.close()
    return planned


def suspend(outreach: Running, role: str = "volunteer") -> None:
    """Their vetting ends this second, as the officer would end it."""
    _vetting(outreach, role, now())


def clear(outreach: Running, role: str = "volunteer") -> None:
    """Their vetting holds again."""
    _vetting(outreach, role, None)


def _vetting(outreach: Running, role: str, suspended_at: datetime | None) -> None:
    database = Database(f"sqlite:///{outreach.data / 'outreach.db'}")
    with database.writing.begin() as session, acting(session, COMMAND_LINE, "vetting.recorded"):
        vetting = _account(session, role).vetting
        assert vetting is not None
        vetting.suspended_at = suspended_at
    database.close()


def _take_all_else_away(session: Session, role: str) -> None:
    """Whatever an earlier test or the demonstration gave them."""
    theirs = select(CrewMember).where(CrewMember.account_id == _account(session, role).id)
    for part in session.scalars(theirs):
        part.state = CrewState.WITHDRAWN


def _people(session: Session, number: int) -> list[Victim]:
    """Those who have been visited least."""
    been = select(func.count()).where(Visit.victim_id == Victim.id).scalar_subquery()
    living = select(Victim).where(Victim.deceased_on.is_(None))
    return list(session.scalars(living.order_by(been, Victim.id).limit(number)))


def _visit(session: Session, victim: Victim, role: str) -> int:
    officer, visitor = _account(session, "officer"), _account(session, role)
    start = now() - timedelta(minutes=60)
    visit = Visit(victim_id=victim.id, planned_start_at=start, planned_end_at=start + timedelta(minutes=90),
                  persons=1, alone_reason="Known to us", risk=Risk.NONE_KNOWN, password=PASSWORD,
                  access_notes=NOTES, take=["leaflets"], named_contact_id=officer.id,
                  planned_by_id=officer.id)
    session.add(visit)
    session.flush()
    session.add(CrewMember(visit_id=visit.id, account_id=visitor.id, state=CrewState.ACCEPTED))
    return visit.id


def _account(session: Session, role: str) -> Account:
    found = by_email(session, f"{role}@demo.example.org")
    assert found is not None
    return found
