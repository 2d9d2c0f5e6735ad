"""One table: which role may pass which door. It fails when a door is missing from it.

O officer, A ambassador, V volunteer, C communicator, S supervisor, D administrator; "*" asks for no sign-in.
"""

from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from outreach.foundation.db import Database
from outreach.foundation.permissions import Actor
from tests.site import HTMX

WHO = {"O": "officer", "A": "ambassador", "V": "volunteer", "C": "communicator", "S": "supervisor",
       "D": "administrator"}
EVERYBODY = "OAVCSD"
VICTIM = "/desk/victims/{victim_id:int}"
TABLE = {
    "GET /": "*",
    "GET /health/live": "*",
    "GET /health/ready": "*",
    "GET /desk/sign-in": "*",
    "POST /desk/sign-in": "*",
    "GET /desk/sign-out": "*",
    "POST /desk/sign-out": EVERYBODY,
    "GET /desk": EVERYBODY,
    "GET /desk/welcome": EVERYBODY,
    "POST /desk/drafts": EVERYBODY,
    "POST /desk/drafts/dropped": EVERYBODY,
    "GET /desk/today": "OAS",
    "GET /desk/victims": "OAS",
    "POST /desk/victims": "O",
    "GET /desk/victims/new": "O",
    "POST /desk/victims/look-alikes": "O",
    "GET /desk/victims/exports/new": "OS",
    "POST /desk/victims/exports": "OS",
    f"GET {VICTIM}": "OAS",
    f"GET {VICTIM}/summary": "OS",
    f"GET {VICTIM}/details/{{name}}": "OAS",
    f"GET {VICTIM}/details/{{name}}/edit": "O",
    f"POST {VICTIM}/details/{{name}}": "O",
    f"GET {VICTIM}/care/edit": "OAS",
    f"POST {VICTIM}/assignment": "OS",
    f"POST {VICTIM}/restriction": "OS",
    f"POST {VICTIM}/openings": "OS",
    f"POST {VICTIM}/death": "O",
    f"POST {VICTIM}/death/undoing": "O",
    f"POST {VICTIM}/household": "O",
    f"GET {VICTIM}/merges/new": "O",
    f"POST {VICTIM}/merges": "O",
    f"POST {VICTIM}/merges/{{merge_id:int}}/undoing": "O",
    f"GET {VICTIM}/contacts/new": "OA",
    f"GET {VICTIM}/contacts/proposal": "OA",
    f"POST {VICTIM}/contacts": "OA",
    f"GET {VICTIM}/fraud-reports/new": "O",
    f"POST {VICTIM}/fraud-reports": "O",
    f"GET {VICTIM}/fraud-reports/{{report_id:int}}/edit": "O",
    f"POST {VICTIM}/fraud-reports/{{report_id:int}}": "O",
    "GET /desk/fraud-reports": "OAS",
    "GET /desk/follow-ups": "OAS",
    "GET /desk/follow-ups/{follow_up_id}": "OAS",
    "POST /desk/follow-ups/{follow_up_id}": "OA",
    "POST /desk/follow-ups/{follow_up_id}/assignee": "OS",
    "POST /desk/follow-ups/{follow_up_id}/cancellation": "OA",
    # calls
    "GET /desk/calls": "OAS",
    "POST /desk/calls": "O",
    "GET /desk/calls/new": "O",
    "POST /desk/calls/matches": "O",
    "GET /desk/calls/{call_id:int}": "OAS",
    "GET /desk/calls/{call_id:int}/outcome": "O",
    "POST /desk/calls/{call_id:int}/outcome": "O",
    "GET /desk/calls/exports/new": "OS",
    "POST /desk/calls/exports": "OS",
    "GET /desk/calls/returns": "OS",
    "GET /desk/calls/returns/files/{kind}": "OS",
    "GET /desk/calls/banks": "OD",
    "POST /desk/calls/banks/{bank_id:int}/name": "OD",
    "POST /desk/calls/banks/{bank_id:int}/joining": "OD",
    "POST /desk/calls/banks/{bank_id:int}/retirement": "OD",
    "POST /desk/calls/banks/{bank_id:int}/branches/{branch_id:int}/name": "OD",
    # assessments
    f"GET {VICTIM}/assessments": "OAS",
    f"POST {VICTIM}/assessments": "O",
    f"GET {VICTIM}/assessments/new": "O",
    f"POST {VICTIM}/assessments/score": "O",
    "GET /desk/settings/factors": "OD",
    "POST /desk/settings/factors": "OD",
    "POST /desk/settings/bands": "OD",
    "GET /desk/settings/factors/{factor_id:int}": "OD",
    "POST /desk/settings/factors/{factor_id:int}": "OD",
    "POST /desk/settings/factors/{factor_id:int}/retirement": "OD",
    # measures
    f"GET {VICTIM}/measures": "OAS",
    f"POST {VICTIM}/measures": "OA",
    f"POST {VICTIM}/measures/{{step_id:int}}/undoing": "OA",
    # referrals
    "GET /referral-answers": "*",
    "POST /referral-answers": "*",
    "GET /referral-answers/{token}": "*",
    "POST /referral-answers/{token}": "*",
    f"GET {VICTIM}/referrals/new": "O",
    f"POST {VICTIM}/referrals": "O",
    f"POST {VICTIM}/referrals/preview": "O",
    "GET /desk/referrals": "OAS",
    "GET /desk/referrals/exports/new": "OS",
    "POST /desk/referrals/exports": "OS",
    "GET /desk/referrals/agencies": "OD",
    "POST /desk/referrals/agencies": "OD",
    "GET /desk/referrals/agencies/new": "OD",
    "GET /desk/referrals/agencies/{agency_id:int}": "OD",
    "POST /desk/referrals/agencies/{agency_id:int}": "OD",
    "POST /desk/referrals/agencies/{agency_id:int}/retirement": "OD",
    "POST /desk/referrals/agencies/{agency_id:int}/retirement/undoing": "OD",
    "GET /desk/referrals/{referral_id:int}": "OAS",
    "POST /desk/referrals/{referral_id:int}": "O",
    "GET /desk/referrals/{referral_id:int}/edit": "O",
    "GET /desk/referrals/{referral_id:int}/letter": "O",
    "POST /desk/referrals/{referral_id:int}/sending": "O",
    "POST /desk/referrals/{referral_id:int}/sending-again": "O",
    "POST /desk/referrals/{referral_id:int}/replies": "O",
    "POST /desk/referrals/{referral_id:int}/answers": "O",
    "POST /desk/referrals/{referral_id:int}/posting": "O",
    "POST /desk/referrals/{referral_id:int}/closure": "O",
    "POST /desk/referrals/{referral_id:int}/withdrawal": "O",
    # devices
    "GET /desk/devices": "OS",
    "POST /desk/devices": "O",
    "GET /desk/devices/new": "O",
    "GET /desk/devices/sheet": "OS",
    "GET /desk/devices/{device_id:int}": "OS",
    "POST /desk/devices/{device_id:int}": "O",
    "GET /desk/devices/{device_id:int}/edit": "O",
    "POST /desk/devices/{device_id:int}/standing": "O",
    "GET /desk/devices/waiting": "OS",
    "POST /desk/devices/waiting/{wait_id:int}/reservation": "O",
    "POST /desk/devices/waiting/{wait_id:int}/reservation/undoing": "O",
    "POST /desk/devices/waiting/{wait_id:int}/cancellation": "O",
    "GET /desk/devices/loans": "OS",
    "GET /desk/devices/loans/{loan_id:int}": "OS",
    "POST /desk/devices/loans/{loan_id:int}": "O",
    "GET /desk/devices/loans/{loan_id:int}/edit": "O",
    "POST /desk/devices/loans/{loan_id:int}/recall": "O",
    "POST /desk/devices/loans/{loan_id:int}/statistics/{stats_id:int}/removal": "O",
    "GET /desk/devices/loans/{loan_id:int}/installation/new": "O",
    "POST /desk/devices/loans/{loan_id:int}/installation": "O",
    "POST /desk/devices/loans/{loan_id:int}/trusted-callers": "O",
    "POST /desk/devices/loans/{loan_id:int}/trusted-callers/{caller_id:int}/removal": "O",
    "POST /desk/devices/loans/{loan_id:int}/control-panel": "O",
    "POST /desk/devices/loans/{loan_id:int}/control-panel/{contact_id:int}/removal": "O",
    "POST /desk/devices/loans/{loan_id:int}/chasers": "O",
    "GET /desk/devices/loans/{loan_id:int}/reviews/new": "O",
    "POST /desk/devices/loans/{loan_id:int}/reviews": "O",
    "GET /desk/devices/loans/{loan_id:int}/statistics/new": "O",
    "POST /desk/devices/loans/{loan_id:int}/statistics": "O",
    "GET /desk/devices/statistics/new": "O",
    "POST /desk/devices/statistics": "O",
    "GET /desk/devices/returns/new": "O",
    "POST /desk/devices/returns": "O",
    "GET /desk/devices/collections": "OS",
    "GET /desk/devices/outcomes": "OS",
    "GET /desk/devices/outcomes/csv": "OS",
    "GET /desk/devices/outcomes/xlsx": "OS",
    "GET /desk/devices/outcomes/pdf": "OS",
    f"GET {VICTIM}/waiting/new": "O",
    f"POST {VICTIM}/waiting": "O",
    f"GET {VICTIM}/loans/new": "O",
    f"POST {VICTIM}/loans": "O",
    # letters
    "GET /desk/letters": "OAS",
    "GET /desk/letters/pdf": "OA",
    "POST /desk/letters/postings": "OA",
    "GET /desk/letters/{letter_id:int}": "OAS",
    "GET /desk/letters/{letter_id:int}/pdf": "OA",
    "POST /desk/letters/{letter_id:int}/posting": "OA",
    "POST /desk/letters/{letter_id:int}/dropping": "OA",
    "GET /desk/letters/batches": "OS",
    "GET /desk/letters/batches/new": "O",
    "POST /desk/letters/batches": "O",
    "GET /desk/letters/batches/{batch_id:int}": "OS",
    "GET /desk/letters/batches/{batch_id:int}/papers/{format}": "O",
    "POST /desk/letters/batches/{batch_id:int}/posting": "O",
    "POST /desk/letters/batches/{batch_id:int}/dropping": "O",
    f"GET {VICTIM}/letters/new": "OA",
    f"POST {VICTIM}/letters/preview": "OA",
    f"POST {VICTIM}/letters": "OA",
    # households
    "GET /desk/households/{household_id:int}": "OAS",
    "GET /desk/imports": "O",
    "POST /desk/imports": "O",
    "GET /desk/imports/new": "O",
    "GET /desk/imports/{import_id}": "O",
    "GET /desk/imports/{import_id}/columns": "O",
    "POST /desk/imports/{import_id}/columns": "O",
    "GET /desk/imports/{import_id}/rows/{part}": "O",
    "POST /desk/imports/{import_id}/rows/{part}": "O",
    "POST /desk/imports/{import_id}/{step}": "O",
    "GET /desk/worker": "OSD",
    "GET /desk/worker/messages": "OS",
    "GET /desk/worker/messages/{promise_id}": "OS",
    "POST /desk/worker/promises/{promise_id}/retry": "OS",
    "POST /desk/worker/promises/{promise_id}/drop": "OS",
    "GET /desk/audit": "S",
    "GET /desk/accounts": "D",
    "POST /desk/accounts": "D",
    "GET /desk/accounts/new": "D",
    "GET /desk/accounts/{account_id}": "D",
    "POST /desk/accounts/{account_id}": "D",
    "POST /desk/accounts/{account_id}/closure": "D",
    "POST /desk/accounts/{account_id}/password": "D",
    "POST /desk/accounts/{account_id}/reopening": "D",
    "GET /desk/settings": "D",
    # visits: planned on the desk
    "GET /desk/visits": "OAS",
    "POST /desk/visits": "OA",
    "GET /desk/visits/new": "OA",
    "GET /desk/visits/{visit_id:int}": "OAS",
    "POST /desk/visits/{visit_id:int}": "OA",
    "GET /desk/visits/{visit_id:int}/edit": "OA",
    "GET /desk/visits/{visit_id:int}/cancellation": "OA",
    "POST /desk/visits/{visit_id:int}/cancellation": "OA",
    "POST /desk/visits/{visit_id:int}/offers": "OA",
    "POST /desk/visits/{visit_id:int}/crew": "OA",
    "POST /desk/visits/{visit_id:int}/crew/{member_id:int}/removal": "OA",
    "GET /desk/visits/{visit_id:int}/calendar": "OAS",
    f"GET {VICTIM}/visits/new": "OA",
    f"POST {VICTIM}/visits": "OA",
    "GET /desk/my-visits/{visit_id:int}/answer": "OAV",
    "POST /desk/my-visits/{visit_id:int}/answer": "OAV",
    "POST /desk/my-visits/{visit_id:int}/handing-back": "OAV",
    "GET /desk/my-visits/{visit_id:int}/calendar": "OAV",
    # my visits: those who go
    "GET /desk/my-visits": "OAV",
    "GET /desk/my-visits/{visit_id:int}": "OAV",
    "POST /desk/my-visits/{visit_id:int}/check-in": "OAV",
    "POST /desk/my-visits/{visit_id:int}/check-out": "OAV",
    "POST /desk/my-visits/{visit_id:int}/check-out/undoing": "OAV",
    "POST /desk/my-visits/{visit_id:int}/longer": "OAV",
    "POST /desk/visits/{visit_id:int}/safety": "OAS",
    "GET /desk/my-visits/shell": "*",
    "GET /desk/my-visits-worker.js": "*",
    "GET /desk/my-visits/manifest.webmanifest": "*",
    "POST /desk/my-visits/phone": "OAV",
    "POST /desk/handing-in/phone": "",
    # logs of visits
    "GET /desk/visits/logs": "OAS",
    "GET /desk/visits/logs/{log_id:int}": "OAS",
    "GET /desk/visits/{visit_id:int}/logs/{log_id:int}": "OAS",
    "POST /desk/visits/{visit_id:int}/logs/{log_id:int}/acceptance": "O",
    "POST /desk/visits/{visit_id:int}/logs/{log_id:int}/return": "O",
    "POST /desk/visits/{visit_id:int}/logs/{log_id:int}/review": "S",
    "POST /desk/visits/{visit_id:int}/logs/{log_id:int}/setting-aside": "S",
    "POST /desk/visits/{visit_id:int}/crew/{account_id:int}/no-log": "O",
    "GET /desk/visits/reviews": "S",
    "GET /desk/handing-in": "",
    "GET /desk/handing-in/{visit_id:int}": "",
    "POST /desk/handing-in/{visit_id:int}": "",
    "GET /desk/my-visits/{visit_id:int}/log": "OAV",
    "POST /desk/my-visits/{visit_id:int}/log": "OAV",
    # volunteers
    "GET /desk/volunteers": "OS",
    "POST /desk/volunteers": "OS",
    "GET /desk/volunteers/new": "OS",
    "GET /desk/volunteers/{volunteer_id:int}": "OS",
    "POST /desk/volunteers/{volunteer_id:int}": "OS",
    "GET /desk/volunteers/{volunteer_id:int}/edit": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/vetting": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/suspension": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/suspension/lifting": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/training": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/training/{training_id:int}/removal": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/away": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/away/{away_id:int}/removal": "OS",
    "GET /desk/volunteers/{volunteer_id:int}/hours": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/hours": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/hours/{hours_id:int}/removal": "OS",
    "POST /desk/volunteers/{volunteer_id:int}/hours/{hours_id:int}/removal/undoing": "OS",
    "GET /desk/volunteers/hours": "OS",
    "GET /desk/volunteers/hours/exports/new": "OS",
    "POST /desk/volunteers/hours/exports": "OS",
    "GET /desk/my-record": "OAV",
    "POST /desk/my-record": "OAV",
    "POST /desk/my-record/away": "OAV",
    "POST /desk/my-record/away/{away_id:int}/removal": "OAV",
    "GET /desk/my-hours": "OAV",
    "POST /desk/my-hours": "OAV",
    "POST /desk/my-hours/{hours_id:int}/removal": "OAV",
    "POST /desk/my-hours/{hours_id:int}/removal/undoing": "OAV",
}
# A door that its owner may pass opens on something, or says that there is no such thing; it never says no.
OPENS = {200, 204, 303, 404, 422}


def doors(site: Any) -> set[str]:
    found = set()
    for context in iter_route_contexts(site.routes):
        path = getattr(context, "path", None) or context.route.path
        methods = (getattr(context.route, "methods", None) or set()) - {"HEAD"}
        found |= {f"{method} {path}" for method in methods if path != "/static"}
    return found


def address(door: str, victim_id: int) -> str:
    path = door.partition(" ")[2].replace("{victim_id:int}", str(victim_id)).replace("{name}", "who")
    for word, value in (("{part}", "errors"), ("{step}", "commit")):
        path = path.replace(word, value)
    return "/".join("999999" if part.startswith("{") else part for part in path.split("/"))


def knock(client: Any, door: str, victim_id: int, headers: dict[str, str] | None = None) -> Any:
    path = address(door, victim_id)
    if door.startswith("GET"):
        return client.get(path, headers=headers or {})
    return client.submit(path, headers=headers or {})


def test_every_door_is_in_the_table(site: Any) -> None:
    assert doors(site) == set(TABLE)


@pytest.mark.parametrize("letter", list(WHO))
def test_each_role_passes_its_own_doors_and_no_other(site: Any, desk: Any, request: pytest.FixtureRequest,
                                                     mr_shaw: Any, letter: str) -> None:
    """Mr Shaw is passed to the ambassador, so every role that may see a victim sees him."""
    actor: Actor = request.getfixturevalue(WHO[letter])
    wrong = {}
    for door, letters in TABLE.items():
        if "sign-" in door:
            continue
        status = knock(desk(actor), door, mr_shaw.id).status_code
        expected = OPENS if letters == "*" or letter in letters else {403}
        if status not in expected:
            wrong[door] = status
    assert wrong == {}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_stranger_is_asked_to_sign_in_everywhere(desk: Any, mr_shaw: Any, headers: dict[str, str]) -> None:
    wrong = {}
    for door, letters in TABLE.items():
        if letters == "*":
            continue
        answer = knock(desk(), door, mr_shaw.id, headers)
        told = answer.headers.get("HX-Redirect" if headers else "location", "")
        if answer.status_code != (401 if headers else 303) or not told.startswith("/desk/sign-in"):
            wrong[door] = answer.status_code
    assert wrong == {}


def test_an_ambassador_finds_nobody_elses_victim(desk: Any, ambassador: Actor, mrs_hill: Any,
                                                 database: Database) -> None:
    """A foreign record answers exactly like one that does not exist."""
    client = desk(ambassador)
    for door, letters in TABLE.items():
        if "{victim_id" in door and "A" in letters:
            foreign, missing = knock(client, door, mrs_hill.id), knock(client, door, 999999)
            assert (foreign.status_code, missing.status_code) == (404, 404), door
            assert foreign.text == missing.text, door
