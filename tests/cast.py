"""The cast: the same fictional people in every test. Nobody here can be rung or written to."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, entering
from outreach.casework.visits import CrewMember, CrewState, Risk, Visit
from outreach.foundation.accounts import Account, PersonType
from outreach.foundation.clock import now
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, Actor, Role
from outreach.foundation.vetting import Vetting

Enter = Callable[..., Victim]
PlanVisit = Callable[..., Visit]
HOME = {"address_line_1": "12 High Street", "town": "Scarborough", "postcode": "YO12 4TX",
        "district": "Scarborough"}
LANDLINE = "+441632960101"


def account(session: Session, email: str, name: str, role: Role, person_type: PersonType = PersonType.STAFF,
            **more: Any) -> Actor:
    """An account that is open and has no password: nobody types one in these tests."""
    with acting(session, COMMAND_LINE, "account.opened"):
        opened = Account(email=f"{email}@example.org", name=name, role=role, person_type=person_type, **more)
        session.add(opened)
    session.commit()
    return Actor(opened.id, name, role)


def cleared(session: Session, email: str, name: str, **more: Any) -> Actor:
    """A volunteer whose vetting holds; `more` changes it (`expires_on=…`, `suspended_at=…`)."""
    actor = account(session, email, name, Role.VOLUNTEER, PersonType.VOLUNTEER)
    with acting(session, COMMAND_LINE, "vetting.recorded"):
        session.add(Vetting(**{"account_id": actor.id, "level": "nppv2",
                               "cleared_on": date(2025, 1, 6), **more}))
    session.commit()
    return Actor(actor.id, name, Role.VOLUNTEER)


@pytest.fixture
def officer(session: Session) -> Actor:
    """The Financial Abuse Safeguarding Officer."""
    return account(session, "officer", "Ada Cole", Role.OFFICER, PersonType.OFFICER)


@pytest.fixture
def ambassador(session: Session) -> Actor:
    """A PCSO, Fraud Ambassador for Scarborough."""
    return account(session, "ambassador", "Dev Marsh", Role.AMBASSADOR, PersonType.PCSO,
                   district="Scarborough")


@pytest.fixture
def supervisor(session: Session) -> Actor:
    return account(session, "supervisor", "Ruth Okafor", Role.SUPERVISOR, PersonType.OFFICER)


@pytest.fixture
def administrator(session: Session) -> Actor:
    return account(session, "administrator", "Joan Pike", Role.ADMINISTRATOR)


@pytest.fixture
def communicator(session: Session) -> Actor:
    return account(session, "communicator", "Tom Ellery", Role.COMMUNICATOR)


@pytest.fixture
def volunteer(session: Session) -> Actor:
    """Bill, a Cyber Volunteer, cleared: he sees his own visits and no victim's record."""
    return cleared(session, "volunteer", "Bill Wren")


@pytest.fixture
def enter(session: Session) -> Enter:
    """`enter("Edith", "Hill", born_on=…)`: one more victim, committed. Phones as numbers in E.164."""
    def one(first_name: str, last_name: str, *, phones: tuple[str, ...] = (),
            assigned_to: Actor | None = None, restricted: bool = False, **details: Any) -> Victim:
        victim = entering.enter(session, COMMAND_LINE, first_name=first_name, last_name=last_name,
                                phones=[(number, "") for number in phones], **details)
        if assigned_to or restricted:
            with acting(session, COMMAND_LINE, "victim.assigned"):
                victim.assigned_to_id, victim.restricted = assigned_to and assigned_to.id, restricted
        session.commit()
        return victim
    return one


@pytest.fixture
def mrs_hill(enter: Enter) -> Victim:
    """Margaret Hill, 85 in 2026: must not be left a message, may be written to; the rest nobody has asked."""
    return enter("Margaret", "Hill", title="Mrs", born_on=date(1941, 3, 27), gender="female",
                 phones=(LANDLINE, "+447700900101"), email="margaret.hill@example.org",
                 may_leave_message=Answer.NO, may_post=Answer.YES, lives_alone=Answer.NO,
                 vulnerability=["bereaved"], **HOME)


@pytest.fixture
def mr_hill(enter: Enter) -> Victim:
    """Her husband, in the same house and on the same landline."""
    return enter("Harold", "Hill", title="Mr", born_on=date(1938, 11, 2), gender="male",
                 phones=(LANDLINE,), **HOME)


@pytest.fixture
def namesake_son(enter: Enter) -> Victim:
    """Their son, who bears his father's name and lives with them again."""
    return enter("Harold", "Hill", title="Mr", born_on=date(1968, 5, 14), gender="male",
                 phones=(LANDLINE, "+447700900102"), **HOME)


@pytest.fixture
def mr_shaw(enter: Enter, ambassador: Actor) -> Victim:
    """Passed to the ambassador: the only victim the ambassador sees."""
    return enter("Peter", "Shaw", title="Mr", born_on=date(1950, 7, 9), phones=("+441632960202",),
                 address_line_1="3 Quay Side", town="Whitby", postcode="YO21 1AA", district="Scarborough",
                 assigned_to=ambassador)


@pytest.fixture
def visit_of(session: Session, officer: Actor) -> PlanVisit:
    """`visit_of(mrs_hill, bill, …)`: a visit in the database, accepted and under way: it began ten
    minutes ago. `begins_at`, `minutes`, `state` (of the crew) and any column change it."""
    def plan(victim: Victim | None, *crew: Actor, begins_at: datetime | None = None, minutes: int = 60,
             state: CrewState = CrewState.ACCEPTED, **more: Any) -> Visit:
        start = begins_at or now() - timedelta(minutes=10)
        facts = {"persons": max(len(crew), 1), "risk": Risk.NONE_KNOWN, "password": "copper kettle",
                 "named_contact_id": officer.id, "planned_by_id": officer.id, "take": ["leaflets"], **more}
        with acting(session, COMMAND_LINE, "visit.planned"):
            visit = Visit(victim_id=victim and victim.id, planned_start_at=start,
                          planned_end_at=start + timedelta(minutes=minutes), **facts)
            session.add(visit)
            session.flush()
            session.add_all(CrewMember(visit_id=visit.id, account_id=one.id, state=state) for one in crew)
        session.commit()
        return visit
    return plan
