"""Whoever's vetting has ended may hand in what they have, and passes no other door."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from app.cli import Stop, add_account
from outreach.foundation import clock, sign_ins
from outreach.foundation.accounts import Account
from outreach.foundation.db import Database
from outreach.foundation.operation import acting
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers import clearing
from tests.cast import cleared
from tests.site import HTMX
from tests.test_permissions import TABLE, knock

OPEN = {"GET /desk", "GET /desk/welcome", "POST /desk/sign-out", "POST /desk/drafts",
        "POST /desk/drafts/dropped"}


def needs(site: Any) -> dict[str, May]:
    """What each door asks for."""
    found = {}
    for context in iter_route_contexts(site.routes):
        path = getattr(context, "path", None) or context.route.path
        said = getattr(context.route, "openapi_extra", None) or {}
        for method in (getattr(context.route, "methods", None) or set()) - {"HEAD"}:
            found[f"{method} {path}"] = said.get("needs")
    return found


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize("why", ["ran out", "suspended"])
def test_every_door_but_handing_in_is_shut(site: Any, desk: Any, session: Any, mrs_hill: Any, why: str,
                                           headers: dict[str, str]) -> None:
    ended = ({"expires_on": clock.today() - timedelta(days=1)} if why == "ran out"
             else {"suspended_at": clock.now() - timedelta(minutes=1)})
    una, asked = cleared(session, "una", "Una Field", **ended), needs(site)
    opened = set()
    for door in TABLE:
        if asked[door] is May.ANYONE:
            continue
        answer = knock(desk(una), door, mrs_hill.id, headers)
        if answer.status_code != 403:
            opened.add(door)
        else:       # led on to the one page that is theirs, not told of a role that nobody was given
            assert "Your access has ended" in answer.text and "Hand in your logs" in answer.text, door
            assert "(lapsed)" not in answer.text, door
    assert {door for door in opened if asked[door] is not May.HAND_IN} == OPEN


def test_the_welcome_page_leads_to_handing_in(desk: Any, session: Any) -> None:
    una = cleared(session, "una", "Una Field", suspended_at=clock.now() - timedelta(minutes=1))
    assert desk(una).get("/desk/welcome").headers["location"] == "/desk/handing-in"


def test_whoever_is_in_somebodys_home_is_told_whom_to_ring(desk: Any, session: Any, officer: Actor,
                                                           mrs_hill: Any, visit_of: Any) -> None:
    """They cannot check out, and the worker goes on asking after them."""
    una = cleared(session, "una", "Una Field", suspended_at=clock.now() - timedelta(minutes=1))
    visit = visit_of(mrs_hill, una)
    assert "You checked in" not in desk(una).get("/desk/handing-in").text
    with acting(session, una, "visit.checked_in"):
        visit.crew[0].checked_in_at = clock.now()
    session.commit()
    told = desk(una).get("/desk/handing-in").text
    assert "When you are out, ring Ada Cole" in told and "In danger ring 999" in told
    assert told.count('href="tel:101"') == 2 and "Margaret" not in told


def test_a_session_under_way_ends_with_the_suspension(desk: Any, officer: Actor, volunteer: Actor,
                                                      database: Database) -> None:
    bill = desk(volunteer)
    assert bill.get("/desk/my-hours").status_code == 200
    with database.transaction() as session:
        clearing.suspend(session, officer, session.get_one(Account, volunteer.id), why="Being looked into")
    answer = bill.get("/desk/my-hours")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/desk/sign-in")
    assert bill.get("/desk/my-hours", headers=HTMX).status_code == 401
    assert desk(volunteer).get("/desk/my-hours").status_code == 403


def test_a_session_ends_when_the_last_day_is_over(desk: Any, session: Any, database: Database) -> None:
    """The day itself cannot be waited for: vetting that ended yesterday, and a session from before that."""
    una = cleared(session, "una", "Una Field", expires_on=clock.today())
    client = desk(una)
    assert client.get("/desk/my-hours").status_code == 200
    with database.transaction() as writing:
        found = writing.get_one(Account, una.id)
        writing.info.update(actor=una, operation="test")
        assert found.vetting
        found.vetting.expires_on = clock.today() - timedelta(days=1)
        for one in writing.query(sign_ins.SignIn):
            one.created_at = clock.midnight(clock.today()) - timedelta(minutes=1)
    assert client.get("/desk/my-hours").status_code == 303


@pytest.mark.parametrize("path", ["/desk/accounts", "/desk/accounts/{id}"])
def test_the_role_of_the_lapsed_is_given_to_nobody(desk: Any, administrator: Actor, officer: Actor,
                                                   path: str) -> None:
    facts = {"name": "Ada Cole", "email": "new@example.org", "person_type": "officer",
             "password": "four plain words here"}
    client = desk(administrator)
    for role in ("lapsed", "system"):
        answer = client.submit(path.replace("{id}", str(officer.id)), facts | {"role": role})
        assert answer.status_code == 422
    assert 'value="lapsed"' not in client.get("/desk/accounts/new").text


def test_the_accounts_page_says_whose_vetting_ended(desk: Any, administrator: Actor, session: Any) -> None:
    una = cleared(session, "una", "Una Field", expires_on=clock.today() - timedelta(days=1))
    client = desk(administrator)
    assert "vetting ended" in client.get("/desk/accounts").text
    assert "Vetting ended" in client.get(f"/desk/accounts/{una.id}").text


def test_the_command_line_gives_the_role_of_the_lapsed_to_nobody() -> None:
    with pytest.raises(Stop, match="There is no role lapsed"):
        add_account("new@example.org", name="Nan New", role="lapsed")
