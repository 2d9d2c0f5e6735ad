"""How soon the logs of many phones are stored that come back into signal at once, each of them once."""

import importlib.util
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.bench import ground, phones
from app.bench.phones import Phone, Sent
from app.bench.population import OFFICER_EMAIL
from app.bench.serving import Server, serving
from app.bench.timing import p50, p95, times_better
from outreach import records
from outreach.casework.contacts import Outcome
from outreach.casework.visits import CrewState, LogState, Risk, VisitLog, VisitState
from outreach.foundation import clock, sign_ins, walls
from outreach.foundation.accounts import PersonType, by_email
from outreach.foundation.db import Database
from outreach.foundation.permissions import WORKER, Role

PHONES = 500
LOGS = 10               # that wait on each
LOST = 0.1              # of the sends are not answered, and sent again
VICTIMS = 10_000
PROCESSES = {"sqlite": 1, "postgresql": 2}
READY = "/desk/sign-in"
_CONCERN = "visit_log.concern"
_SERVE = "import os; from app import web; web.serve('desk', '127.0.0.1', int(os.environ['PORT']), {})"
# What stands in a log, as its form sends it.
_WRITTEN = {
    "outcome": "visited", "began": "10:05", "ended": "10:50", "met": "person", "discussed": "call_blocker",
    "worried": "4", "safe": "3", "words": "Glad of the visit. Would like a call blocker and large print.",
    "next_step": "Bring the call blocker", "minutes": "45", "travel_minutes": "20", "miles": "7.5"}


def run(size: str, url: str | None) -> dict[str, Any]:
    """Seconds for 500 phones with ten logs each, a tenth sent twice, through real web processes; how many are
    stored, twice, and lost. Beside the ceiling (a bare INSERT and commit for each log) and a Django view that
    stores the same."""
    ground.how_many(size)
    found: dict[str, Any] = {"phones": PHONES, "logs_each": LOGS, "answers_lost": LOST, "victims": VICTIMS}
    with ground.databases(url) as addresses:
        for kind, address in addresses.items():
            with ground.filled(address, VICTIMS) as database, planned(database) as people:
                found[kind] = _measured(database, people, PROCESSES[kind])
                found[kind] |= _ceiling(database, people) | _peer(address, database, people, PROCESSES[kind])
                ours, theirs = found[kind]["per_s"], found[kind].get("django_per_s")
                found[kind] |= {"times_django": times_better(theirs, ours)} if theirs else {}
    return found


# Ours

People = Sequence[tuple[int, str, Sequence[int]]]      # account, token, visits


def _measured(database: Database, people: People, processes: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as folder:
        env = {"OUTREACH_DATA": folder, "OUTREACH_DATABASE_URL": database.url, "OUTREACH_ENV": "demo"}
        with serving(_SERVE.format(processes), READY, env=env) as server:
            sent = phones.send(server.port, [_phone(*person) for person in people], lost=LOST)
    return {"web_processes": processes, **_told(sent), **_stored(database), "told": dict(sent.told)}


def _phone(account: int, token: str, visits: Sequence[int]) -> Phone:
    headers = {"Cookie": f"outreach_session={token}"}
    secrets = {"csrf": sign_ins.csrf_token(token)}
    return Phone(headers, [(f"/desk/my-visits/{visit}/log", secrets | _log(account, visit))
                           for visit in visits])


def _log(account: int, visit: int) -> dict[str, str]:
    """Every tenth raises a concern, of which the officer hears once."""
    now = clock.now().isoformat()
    worried = {"concern": "A man rang twice while we spoke", "concern_now": "yes"} if not visit % 10 else {}
    return {**_WRITTEN, **worried, "key": f"phone-{account:06}-visit-{visit:08}", "written_at": now,
            "sent_at": now}


def _told(sent: Sent) -> dict[str, Any]:
    return {"seconds": round(sent.seconds, 2), "per_s": round(len(sent.taken_ms) / sent.seconds, 1),
            "send_p50_ms": p50(sent.taken_ms), "send_p95_ms": p95(sent.taken_ms)}


def _stored(database: Database) -> dict[str, int]:
    outbox = records.metadata.tables["outbox"]
    with database.reading() as session:
        rows = session.execute(select(VisitLog.visit_id, VisitLog.account_id)).all()
        concerns = session.scalars(select(outbox.c.subject_id).where(outbox.c.kind == _CONCERN)).all()
    once = len({(row.visit_id, row.account_id) for row in rows})
    return {"stored": len(rows), "twice": len(rows) - once, "lost": PHONES * LOGS - once,
            "concerns": len(concerns), "concerns_twice": len(concerns) - len(set(concerns))}


# What they were to visit

@contextmanager
def planned(database: Database) -> Iterator[People]:
    """As many volunteers, signed in, with as many visits of yesterday each; taken away again afterwards."""
    with database.transaction() as session:
        people = _people(session)
    try:
        yield people
    finally:
        with database.transaction() as session:
            _take_away(session, [account for account, _, _ in people])


def _people(session: Session) -> People:
    officer = by_email(session, OFFICER_EMAIL)
    assert officer is not None
    accounts = _added(session, "account", [{
        "email": f"phone-{number}@example.org", "name": f"Phone {number}", "role": Role.VOLUNTEER,
        "person_type": PersonType.VOLUNTEER, "district": ""} for number in range(PHONES)])
    _added(session, "vetting", [{"account_id": account, "level": "nppv2", "suspended_why": "", "version": 1,
                                 "cleared_on": clock.today() - timedelta(days=90)} for account in accounts])
    tokens = [f"bench-token-of-phone-{account}" for account in accounts]
    _added(session, "sign_in", [{"token_hash": sign_ins.token_hash(token), "account_id": account, "flash": {}}
                                for account, token in zip(accounts, tokens, strict=True)])
    began = clock.midnight(clock.today() - timedelta(days=1)) + timedelta(hours=10)
    visits = _added(session, "visit", [_visit(number, began, officer.id) for number in range(PHONES * LOGS)])
    own = [visits[start:start + LOGS] for start in range(0, len(visits), LOGS)]
    _added(session, "visit_crew", [
        {"visit_id": visit, "account_id": account, "state": CrewState.ACCEPTED, "offered_at": began,
         "why": ""} for account, some in zip(accounts, own, strict=True) for visit in some])
    return [*zip(accounts, tokens, own, strict=True)]


def _visit(number: int, began: datetime, officer: int) -> dict[str, Any]:
    return {"victim_id": 1 + number % VICTIMS, "event_name": "", "event_place": "", "planned_start_at": began,
            "planned_end_at": began + timedelta(hours=1), "persons": 1, "alone_reason": "",
            "risk": Risk.NONE_KNOWN, "safety_notes": "", "access_notes": "", "take": [],
            "password": "copper kettle", "named_contact_id": officer, "state": VisitState.PLANNED,
            "ended_why": "", "planned_by_id": officer, "version": 1}


def _added(session: Session, name: str, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Rows beneath the audit log, and their ids in the same order."""
    table = records.metadata.tables[name]
    stamped = [{"created_at": clock.now(), "last_seen_at": clock.now(), **row} for row in rows]
    known = [{key: value for key, value in row.items() if key in table.c} for row in stamped]
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(session.connection().execute(statement, known).scalars())


def _take_away(session: Session, accounts: Sequence[int]) -> None:
    tables = records.metadata.tables
    line = session.connection()
    line.execute(delete(tables["outbox"]).where(tables["outbox"].c.kind.startswith("visit")))
    for name in ("visit_log", "visit_crew", "visit"):
        line.execute(delete(tables[name]))
    for name, column in (("sign_in", "account_id"), ("vetting", "account_id"), ("account", "id")):
        line.execute(delete(tables[name]).where(tables[name].c[column].in_(accounts)))


# The ceiling and the peer

def _ceiling(database: Database, people: People) -> dict[str, Any]:
    """One line to the database, one INSERT and one commit for each log: no web, nobody asked who they are."""
    table, now = records.metadata.tables["visit_log"], clock.now()
    rows = [_row(account, visit, now) for account, _, visits in people for visit in visits]
    _forget(database)
    began = time.perf_counter()
    for row in rows:
        with database.writer.begin() as line:
            walls.tell(line, WORKER)
            line.execute(insert(table), row)
    return {"bare_commits_per_s": round(len(rows) / (time.perf_counter() - began), 1)}


def _row(account: int, visit: int, now: datetime) -> dict[str, Any]:
    sent = _log(account, visit)
    return {"visit_id": visit, "account_id": account, "key": sent["key"], "body_hash": "-",
            "state": LogState.RECEIVED, "written_at": now, "received_at": now, "clock_off_seconds": 0,
            "began_at": now, "ended_at": now, "outcome": Outcome.VISITED, "met": ["person"],
            "discussed": ["call_blocker"], "accepted": [], "fitted": [], "fitted_note": "",
            "concern": sent.get("concern", ""), "concern_now": "concern" in sent, "worried": 4, "safe": 3,
            "words": sent["words"], "next_step": sent["next_step"], "minutes": 45, "travel_minutes": 20,
            "miles": 7, "decided_why": "", "version": 1}


def _peer(address: str, database: Database, people: People, processes: int) -> dict[str, Any]:
    """A Django view with a form, a session and `get_or_create`, served by as many processes of the same kind;
    a tenth of the phones is enough for its pace."""
    if not importlib.util.find_spec("django"):
        return {}
    _forget(database)
    some = people[:max(PHONES // 10, 1)]
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as folder:
        env = {"PEER_URL": address, "PEER_FOLDER": folder, "PEER_PROCESSES": str(processes)}
        code = "import os; from app.bench import django_logs; django_logs.serve(int(os.environ['PORT']))"
        with serving(code, "/ready", env=env) as server:
            sent = _sent_to_peer(server, folder, some)
    with database.reading() as session:
        stored = session.scalar(select(func.count()).select_from(VisitLog)) or 0
    _forget(database)
    return {"django_per_s": round(stored / sent.seconds, 1), "django_send_p95_ms": p95(sent.taken_ms)}


def _sent_to_peer(server: Server, folder: str, people: People) -> Sent:
    cookie = Path(folder, "cookie").read_text(encoding="utf-8")
    headers = {"Cookie": f"{cookie}; csrftoken={'c' * 32}", "X-CSRFToken": "c" * 32}
    return phones.send(server.port, [
        Phone(headers, [(f"/visits/{visit}/log", _log(account, visit) | {"account": str(account)})
                        for visit in visits]) for account, _, visits in people], lost=LOST)


def _forget(database: Database) -> None:
    with database.transaction() as session:
        session.connection().execute(delete(records.metadata.tables["visit_log"]))
