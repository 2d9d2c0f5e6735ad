"""My visits with no signal: the shell, the key, what the phone is given and what it never holds."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.casework.visits import Phone
from outreach.foundation import clock
from outreach.foundation.audit import AuditEntry
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE
from outreach.foundation.vetting import Vetting
from tests.cast import cleared

HERE = {"name": "b2a5f6a0-phone-of-bill", "unsent": "0", "unsent_for": "0"}
STATIC = Path(__file__).resolve().parents[2] / "static"
SHELL, PHONE, WORKER = "/desk/my-visits/shell", "/desk/my-visits/phone", "/desk/my-visits-worker.js"
PERSONAL = ("Margaret", "Hill", "High Street", "YO12 4TX", "copper kettle", "Bill")


def test_our_own_scripts_are_short():
    """Lines of code in all that our pages load of our own; comments and blank lines are not counted."""
    lines = [line for name in ("desk.js", "visits.js", "visits-worker.js")
             for line in (STATIC / name).read_text(encoding="utf-8").splitlines()]
    assert len([line for line in lines if line.strip() and not line.lstrip().startswith("//")]) <= 300


def test_the_shell_holds_nobody_and_asks_for_no_sign_in(desk, volunteer, mrs_hill, visit_of):
    visit_of(mrs_hill, volunteer)
    nobody, bill = desk().get(SHELL), desk(volunteer).get(SHELL)
    assert nobody.status_code == 200
    assert nobody.text == bill.text
    assert not [word for word in PERSONAL if word in nobody.text]
    assert "999" in nobody.text and "no emergency service" in nobody.text


def test_the_worker_keeps_the_shell_and_its_looks_and_nothing_else(desk, volunteer):
    script = desk().get(WORKER)
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.text == desk(volunteer).get(WORKER).text
    kept = json.loads(re.search(r"const SHELL = (\[.*\]);", script.text)[1])
    assert kept[0] == SHELL
    assert all(path.startswith("/static/") for path in kept[1:])
    assert {desk().get(path).status_code for path in kept} == {200}


def test_the_page_may_be_installed(desk, volunteer):
    found = desk().get("/desk/my-visits/manifest.webmanifest")
    assert found.json()["start_url"] == "/desk/my-visits" and found.json()["display"] == "standalone"
    page = desk(volunteer).get("/desk/my-visits")
    assert '<link rel="manifest" href="/desk/my-visits/manifest.webmanifest">' in page.text
    policy = page.headers["content-security-policy"]
    assert "worker-src 'self'" in policy and "manifest-src 'self'" in policy and "unsafe" not in policy


def test_a_phone_is_given_todays_pages_under_a_key_and_each_look_is_noted(desk, volunteer, mrs_hill, visit_of,
                                                                          session):
    visit = visit_of(mrs_hill, volunteer)
    visit_of(mrs_hill, volunteer, begins_at=clock.now() + timedelta(days=2))
    answer = desk(volunteer).submit(PHONE, {**HERE, "pages": "yes"})
    told = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert told["key"]["kty"] == "oct" and len(told["key"]["k"]) == 43 and told["lasts"] > 7000
    pages = dict(told["pages"])
    assert set(pages) == {"/desk/my-visits", f"/desk/my-visits/{visit.id}", f"/desk/my-visits/{visit.id}/log"}
    assert "Margaret H." in pages["/desk/my-visits"] and "copper kettle" in pages["/desk/my-visits"]
    assert "Hill" not in str(pages) and "01632" not in str(pages)
    looks = session.scalars(select(AuditEntry).where(AuditEntry.operation == "visit.kept_on_phone")).all()
    assert [(look.actor_id, look.record_id) for look in looks] == [(volunteer.id, visit.id)]


def test_a_phone_that_only_tells_is_given_no_pages(desk, volunteer, mrs_hill, visit_of):
    visit_of(mrs_hill, volunteer)
    assert "pages" not in desk(volunteer).submit(PHONE, HERE).json()


@pytest.mark.parametrize("asks", [{}, {"pages": "yes"}], ids=["tells", "asks"])
def test_a_log_that_waits_opens_no_visit_of_a_day_that_is_over(desk, volunteer, mrs_hill, visit_of, asks):
    """Two hours after the last planned end the day's visits go from the phone, whatever else waits there."""
    visit_of(mrs_hill, volunteer, begins_at=clock.now() - timedelta(hours=3, minutes=1))
    told = desk(volunteer).submit(PHONE, {**HERE, **asks, "unsent": "1", "unsent_for": "60"}).json()
    assert told["key"] and told["pages"] == []


def test_nobody_elses_visit_is_among_the_pages(desk, session, volunteer, mrs_hill, visit_of):
    visit_of(mrs_hill, volunteer)
    una = cleared(session, "una", "Una Field")
    told = desk(una).submit(PHONE, {**HERE, "pages": "yes", "unsent": "1"}).json()
    assert told["key"] and "Margaret" not in str(told)


def test_what_waits_is_told_at_each_contact(desk, session, volunteer):
    desk(volunteer).submit(PHONE, {**HERE, "unsent": "2", "unsent_for": "600"})
    [phone] = session.scalars(select(Phone)).all()
    assert (phone.account_id, phone.unsent) == (volunteer.id, 2)


@pytest.mark.parametrize("told", [{"name": ""}, {"name": "../etc"}, {"name": "x" * 3000}])
def test_a_phone_with_no_name_is_told_what_to_do(desk, volunteer, told):
    answer = desk(volunteer).submit(PHONE, {**HERE, **told})
    assert answer.status_code == 422
    assert "Open the page again" in answer.json()["words"]


@pytest.mark.parametrize("nonsense", ["-1", "many", "9" * 400, "1e9", "٣"])
def test_a_number_that_is_none_counts_as_nought(desk, session, volunteer, nonsense):
    answer = desk(volunteer).submit(PHONE, {**HERE, "unsent": nonsense, "unsent_for": nonsense})
    assert answer.status_code == 200
    assert session.scalars(select(Phone)).one().unsent == 0


def test_whoever_has_no_access_any_more_is_given_the_key_and_no_visit(desk, session, volunteer, mrs_hill,
                                                                     visit_of):
    visit_of(mrs_hill, volunteer)
    before = desk(volunteer).submit(PHONE, HERE).json()["key"]
    with acting(session, COMMAND_LINE, "vetting.recorded"):
        vetting = session.scalars(select(Vetting).where(Vetting.account_id == volunteer.id)).one()
        vetting.expires_on = date(2025, 12, 31)
    session.commit()
    bill = desk(volunteer)
    assert bill.submit(PHONE, {**HERE, "pages": "yes"}).status_code == 403
    late = bill.submit("/desk/handing-in/phone", {**HERE, "pages": "yes", "unsent": "1"}).json()
    assert (late["key"], late["pages"]) == (before, [])
    done = bill.submit("/desk/handing-in/phone", HERE).json()
    assert done["key"] is None and "Nothing of your visits is left on this phone" in done["wiped"]


def test_a_wipe_destroys_what_the_key_was_made_from(desk, session, volunteer, mrs_hill, visit_of):
    visit_of(mrs_hill, volunteer)
    bill = desk(volunteer)
    before = bill.submit(PHONE, HERE).json()["key"]
    assert bill.submit(PHONE, {**HERE, "wiped": "yes"}).json()["key"] is None
    assert session.scalars(select(Phone)).one().salt == ""
    session.commit()
    assert bill.submit(PHONE, HERE).json()["key"] != before


@pytest.mark.parametrize(("sent", "cleared_"), [({}, '"cache", "storage"'),
                                                ({"keep_unsent": "yes"}, '"cache"')])
def test_signing_out_clears_the_browser_but_for_logs_that_wait_encrypted(desk, volunteer, sent, cleared_):
    answer = desk(volunteer).submit("/desk/sign-out", sent)
    assert answer.headers["location"] == "/desk/sign-out"
    assert answer.headers["clear-site-data"] == cleared_
    assert "outreach_session=" in answer.headers["set-cookie"]
