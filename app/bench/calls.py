"""How soon known people stand beside the form while a bank rings, and what a year's return of calls costs."""

import importlib.util
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.bench import ground
from app.bench.pages import ours
from app.bench.population import OFFICER_EMAIL
from app.bench.serving import Server, in_own_process
from app.bench.timing import milliseconds, p50, p95, times_better
from outreach import records
from outreach.casework import calls, search
from outreach.casework.calls import Call, Outcome
from outreach.casework.matching import fold
from outreach.casework.search.keeping import engine_of
from outreach.casework.victims import Victim
from outreach.casework.victims.record import first_numbers
from outreach.foundation import clock
from outreach.foundation.accounts import by_email
from outreach.foundation.db import Database
from outreach.foundation.permissions import Actor

CALLS = 12_000
PEOPLE = 60             # about whom a bank rings
RUNS = 15               # of the return
MONTH = date(2026, 12, 1)
NEW_YEAR = date(2026, 1, 1)
PEER_PEOPLE = 9
_BANKS, _BRANCHES = 12, 15


def run(size: str, url: str | None) -> dict[str, Any]:
    """Milliseconds for each stage of typing, whole requests to our server; for a name and half a postcode
    also our search alone, beside the bare statement and Django's query, both without any page. And for the
    return of a year, beside one bare sum and Django's objects."""
    victims = ground.how_many(size)
    found: dict[str, Any] = {"victims": victims, "calls_in_the_year": CALLS, "people_typed": PEOPLE}
    with ground.databases(url) as addresses:
        for kind, address in addresses.items():
            with ground.filled(address, victims, matched=True) as database, a_year(database):
                suggested, returned = _suggested(database), _returned(database)
                _beside_django(address, suggested, returned)
            found[kind] = {"suggestions": suggested, "return": returned}
    return found


def _beside_django(address: str, suggested: dict[str, Any], returned: dict[str, Any]) -> None:
    """In a process of its own: Django can be set up once only."""
    if not importlib.util.find_spec("django"):
        return
    with tempfile.TemporaryDirectory(prefix="outreach-django-") as folder:
        theirs = in_own_process("app.bench.calls", "django_times", address, folder)
    name = suggested["name and half a postcode"]
    name |= {"django_icontains_p50_ms": theirs["name"],
             "search_times_better": times_better(name["search_alone_p50_ms"], theirs["name"])}
    returned |= {"django_objects_p50_ms": theirs["return"],
                 "times_better": times_better(returned["p50_ms"], theirs["return"])}


# Suggestions

def _suggested(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        people = _some_people(session)
    stages = [_stages(person) for person in people]
    found: dict[str, Any] = {}
    with ours(database) as server:
        taken = {stage: _asked(server, [typed[stage] for typed in stages]) for stage in stages[0]}
    every = list(chain.from_iterable(taken.values()))
    found["every stage"] = {"p50_ms": p50(every), "p95_ms": p95(every)}
    found |= {stage: {"p50_ms": p50(some), "p95_ms": p95(some)} for stage, some in taken.items()}
    found["name and half a postcode"] |= {"search_alone_p50_ms": _search_alone(database, people),
                                         "bare_sql_p50_ms": _bare_question(database, people)}
    return found


def _asked(server: Server, some: Sequence[dict[str, str]]) -> list[float]:
    waiting: Iterator[dict[str, str]] = iter([*some[:3], *some])
    return milliseconds(lambda: server.post("/desk/calls/matches", next(waiting)), len(some))


def _some_people(session: Session) -> list[tuple[Any, str]]:
    last, rng = session.scalar(select(func.max(Victim.id))) or 0, random.Random(7)
    ids = sorted({rng.randrange(1, last + 1) for _ in range(PEOPLE)})
    rows = session.execute(select(Victim.id, Victim.first_name, Victim.last_name, Victim.postcode)
                           .where(Victim.id.in_(ids))).all()
    numbers = first_numbers(session, ids)
    return [(row, numbers.get(row.id, ("", ""))[0]) for row in rows]


def _stages(one: tuple[Any, str]) -> dict[str, dict[str, str]]:
    """What stands in the form while somebody types, whole words and halves."""
    person, number = one
    national = number.replace("+44", "0") or "01632960000"
    name = {"first_name": person.first_name, "last_name": person.last_name}
    return {"three letters of a name": {"last_name": person.last_name[:3]},
            "half a name": {"first_name": person.first_name, "last_name": person.last_name[:4]},
            "a name": name, "name and half a postcode": name | {"postcode": person.postcode.split()[0]},
            "the end of a number": {"phone": national[-6:]}, "half a number": {"phone": national[:8]},
            "a number": {"phone": national}, "a postcode": {"postcode": person.postcode},
            "everything": name | {"postcode": person.postcode, "phone": national}}


def _search_alone(database: Database, people: Sequence[tuple[Any, str]]) -> float:
    actor, waiting = _officer(database), iter([*people[:3], *people])

    def ask() -> None:
        person, _ = next(waiting)
        with database.reading() as session:
            search.find(session, actor, _words(person), limit=6)
    return p50(milliseconds(ask, len(people)))


def _words(person: Any) -> str:
    return f"{person.first_name} {person.last_name} {person.postcode.split()[0]}"


def _officer(database: Database) -> Actor:
    with database.reading() as session:
        account = by_email(session, OFFICER_EMAIL)
        assert account is not None
        return account.actor


def _bare_question(database: Database, people: Sequence[tuple[Any, str]]) -> float:
    """The ceiling: only the statement that finds these very words, for nobody to look at."""
    waiting = iter([*people[:3], *people])

    def ask() -> None:
        person, _ = next(waiting)
        words = fold(_words(person)).split()
        with database.reading() as session:
            engine = engine_of(session)
            ids = engine.matching(session, [[word] for word in words], 1000)
            session.execute(select(Victim.id, Victim.last_name).where(engine.among(ids)).order_by(
                Victim.need_score.desc()).limit(6)).all()
    return p50(milliseconds(ask, len(people)))


# The return

def _returned(database: Database) -> dict[str, Any]:
    actor = _officer(database)

    def ask() -> None:
        with database.reading() as session:
            assert calls.monthly_return(session, actor, MONTH).total.year.calls == CALLS

    def bare() -> None:
        with database.reading() as session:
            session.execute(select(func.sum(Call.prevented)).where(
                Call.received_at >= clock.midnight(NEW_YEAR))).all()
    taken = milliseconds(ask, RUNS)
    return {"p50_ms": p50(taken), "p95_ms": p95(taken), "bare_sum_p50_ms": p50(milliseconds(bare, RUNS))}


@contextmanager
def a_year(database: Database) -> Iterator[None]:
    """A year's calls from twelve banks of fifteen branches, taken away again afterwards."""
    tables = [records.metadata.tables[name] for name in ("bank", "bank_branch", "banking_protocol_call")]
    with database.transaction() as session:
        for table, rows in zip(tables, _rows(session), strict=True):
            session.connection().execute(insert(table), rows)
    try:
        yield
    finally:
        with database.transaction() as session:
            for table in reversed(tables):
                session.connection().execute(delete(table))


def _rows(session: Session) -> Iterator[list[dict[str, Any]]]:
    """Banks, branches and calls, beneath the audit log."""
    banks, branches = range(1, _BANKS + 1), range(1, _BANKS * _BRANCHES + 1)
    yield [{"id": bank, "name": f"Bank {bank}", "key": f"bank {bank}"} for bank in banks]
    yield [{"id": branch, "bank_id": 1 + branch % _BANKS, "name": f"Branch {branch}",
            "key": f"branch {branch}"} for branch in branches]
    last, officer = session.scalar(select(func.max(Victim.id))) or 1, by_email(session, OFFICER_EMAIL)
    assert officer is not None
    yield [_call(random.Random(number), number, last, officer.id) for number in range(CALLS)]


def _call(rng: random.Random, number: int, last: int, officer: int) -> dict[str, Any]:
    at = clock.midnight(NEW_YEAR) + timedelta(minutes=rng.randrange(364 * 24 * 60))
    branch, attempted = rng.randrange(1, _BANKS * _BRANCHES + 1), rng.randrange(100, 20_000)
    lost = rng.choice([0, 0, 0, attempted // 4])
    return {"victim_id": rng.randrange(1, last + 1), "incident_number": f"BENCH-{number}", "received_at": at,
            "attended_at": rng.choice([None, at + timedelta(minutes=20)]), "bank_id": 1 + branch % _BANKS,
            "branch_id": rng.choice([None, branch]), "route": calls.Route.BRANCH, "staff_contact": "",
            "age": rng.choice([None, *range(60, 95)]), "on_phone_to_fraudster": False, "cover_story": "",
            "fraud_type": "courier", "attempted": attempted, "prevented": attempted - lost, "lost": lost,
            "recovered": 0, "outcome": rng.choice([None, *Outcome]), "arrests": rng.choice([0, 0, 0, 1]),
            "crime_recorded": rng.random() < 0.5, "trading_standards": False, "safeguarding_referral": False,
            "missed_opportunity": rng.random() < 0.1, "feedback_to_bank": "", "logged_by_id": officer,
            "created_at": at, "version": 1}


# Django beside it

def django_times(url: str, folder: str) -> dict[str, float]:
    """Careful Django's answer to a name with half a postcode, and its return made of objects."""
    from app.bench import django_peer
    django_peer.set_up(url, folder)
    database = Database(url)
    with database.reading() as session:
        people = _some_people(session)[:PEER_PEOPLE]
    database.close()
    waiting = iter([*people[:2], *people])

    def ask() -> None:
        person, _ = next(waiting)
        django_peer.search(_words(person), 6)
    django_peer.add_trigram_indexes()
    try:
        taken = milliseconds(ask, len(people), warm=2)
    finally:
        django_peer.drop_trigram_indexes()
    return {"name": p50(taken), "return": p50(milliseconds(_django_return, 5, warm=1))}


def _django_return() -> dict[Any, Counter[str]]:
    """Every call of the year as an object, added up in Python: what a page on the ORM does first."""
    from app.bench.django_peer import MONEY, models
    found: dict[Any, Counter[str]] = {}
    year = models()["Call"].objects.filter(received_at__gte=clock.midnight(NEW_YEAR))
    for call in year.select_related("bank", "branch"):
        for part in ("year", "month") if call.received_at >= clock.midnight(MONTH) else ("year",):
            here = found.setdefault((part, call.bank.name, call.branch and call.branch.name), Counter())
            here.update({name: getattr(call, name) or 0 for name in (*MONEY, "arrests", "age")}, calls=1,
                        attended=bool(call.attended_at), crimes=call.crime_recorded,
                        missed=call.missed_opportunity, aged=call.age is not None,
                        nothing_wrong=call.outcome in ("no fraud", "false alarm"))
    return found
