"""How quickly somebody is found among many, and how often in spite of a slip of the pen."""

import importlib.util
import random
import tempfile
import time
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.bench import ground
from app.bench.population import OFFICER_EMAIL
from app.bench.timing import milliseconds, p50, p99, times_better
from outreach.casework import search
from outreach.casework.search.keeping import engine_of
from outreach.casework.victims import Victim
from outreach.foundation.accounts import by_email
from outreach.foundation.db import Database
from outreach.foundation.permissions import Actor

THE_QUESTION = "smith john yo12"
OTHERS = ("smith", "jo", "jones peggy", "yo12", "496001", "27/3/1951", "thwaite", "mary hill scarborough")
RUNS = 41
SLIPS = 500


def run(size: str, url: str | None) -> dict[str, Any]:
    """Milliseconds for whole questions, ours beside the bare SQL that any search needs and beside Django."""
    victims = ground.how_many(size)
    found: dict[str, Any] = {"victims": victims}
    with ground.databases(url) as addresses:
        for kind, address in addresses.items():
            with ground.filled(address, victims) as database:
                found[kind] = _ours(database)
            if importlib.util.find_spec("django"):
                theirs = _django(address)
                ours = found[kind][THE_QUESTION]
                ours |= {**theirs, "times_better": times_better(ours["p50_ms"], theirs["django_p50_ms"])}
    return found


def _ours(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        account = by_email(session, OFFICER_EMAIL)
        assert account is not None
        officer = account.actor
    found = {question: _asked(database, officer, question) for question in (THE_QUESTION, *OTHERS)}
    found[THE_QUESTION]["bare_sql_p50_ms"] = _ceiling(database)
    return {**found, "one wrong letter": _slipped(database, officer)}


def _asked(database: Database, officer: Actor, question: str) -> dict[str, Any]:
    def ask() -> None:
        with database.reading() as session:
            search.find(session, officer, question)
    taken = milliseconds(ask, RUNS)
    return {"p50_ms": p50(taken), "p99_ms": p99(taken)}


def _ceiling(database: Database) -> float:
    """Only the one statement that finds the exact words, in order of need: no scope, no slips, no audit."""
    def ask() -> None:
        with database.reading() as session:
            engine = engine_of(session)
            ids = engine.matching(session, [[word] for word in THE_QUESTION.split()], 1000)
            session.execute(select(Victim.id, Victim.last_name).where(engine.among(ids)).order_by(
                Victim.need_score.desc()).limit(50)).all()
    return p50(milliseconds(ask, RUNS))


def _slipped(database: Database, officer: Actor) -> dict[str, Any]:
    """People asked for by last name, first name and postcode area, one letter of a name being wrong."""
    rng, taken, right = random.Random(7), [], 0
    with database.reading() as session:
        people = _some_people(session, rng)
    for victim_id, question in people:
        began = time.perf_counter()
        with database.reading() as session:
            right += victim_id in search.find(session, officer, question).ids
        taken.append((time.perf_counter() - began) * 1000)
    return {"asked": len(people), "found_in_first_50": round(right / len(people), 4), "p50_ms": p50(taken),
            "p99_ms": p99(taken)}


def _some_people(session: Session, rng: random.Random) -> list[tuple[int, str]]:
    last = session.scalar(text("SELECT max(id) FROM victim")) or 0
    ids = sorted({rng.randrange(1, last + 1) for _ in range(SLIPS)})
    rows = session.execute(select(Victim.id, Victim.last_name, Victim.first_name, Victim.postcode)
                           .where(Victim.id.in_(ids)))
    return [(row.id, _question(rng, row.last_name, row.first_name, row.postcode)) for row in rows]


def _question(rng: random.Random, last_name: str, first_name: str, postcode: str) -> str:
    names = [last_name.lower(), first_name.lower()]
    at = rng.choice([place for place, name in enumerate(names) if len(name) > 2] or [0])
    names[at] = slip(rng, names[at])
    return " ".join([*names, postcode.split()[0].lower()])


def slip(rng: random.Random, word: str) -> str:
    """A word with one letter wrong, missing, too many, or two swapped, at any place in it."""
    at, letter = rng.randrange(len(word)), rng.choice("abcdefghijklmnoprstuvwy")
    swapped = word[:at] + word[at + 1:at + 2] + word[at] + word[at + 2:]
    wrong = rng.choice([word[:at] + letter + word[at + 1:], word[:at] + word[at + 1:],
                        word[:at] + letter + word[at:], swapped])
    return wrong if wrong != word else slip(rng, word)


def _django(url: str) -> dict[str, float]:
    """In a process of its own: Django can be set up once only."""
    from app.bench.serving import in_own_process
    with tempfile.TemporaryDirectory(prefix="outreach-django-") as folder:
        return in_own_process("app.bench.search", "django_times", url, folder)


def django_times(url: str, folder: str) -> dict[str, float]:
    """Careful Django's answer to the same question."""
    from app.bench import django_peer
    django_peer.set_up(url, folder)
    django_peer.add_trigram_indexes()
    try:
        taken = milliseconds(lambda: django_peer.search(THE_QUESTION), 9, warm=2)
    finally:
        django_peer.drop_trigram_indexes()
    return {"django_p50_ms": p50(taken), "django_p99_ms": p99(taken)}
