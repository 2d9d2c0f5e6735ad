"""How soon a batch of letters is written and on paper, and how soon it is recorded as posted."""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import event, select, text

from app import worker
from app.bench import ground
from app.bench.population import OFFICER_EMAIL
from app.settings import settings
from outreach.casework.letters import batches, printing
from outreach.casework.letters.choosing import Whom
from outreach.casework.letters.record import Letter, LetterBatch
from outreach.foundation.accounts import by_email
from outreach.foundation.db import Database

LETTERS = 500
VICTIMS = 10_000
STREET = "The bench"
# As many again whom nobody has asked, and who are left out.
_ASKED = text("UPDATE victim SET district = :street, "
              "may_post = CASE WHEN id % 2 = 0 THEN 'yes' ELSE 'unknown' END, "
              "format = CASE WHEN id % 10 = 0 THEN 'large print' WHEN id % 10 = 2 THEN 'easy read' "
              "ELSE 'standard' END WHERE id <= :most")


def run(size: str, url: str | None) -> dict[str, Any]:
    """Seconds for 500 letters in the worker whatever the size: written and set, then told as posted; beside
    the ceiling (one compile of them all, nothing else) and a peer that compiles one letter at a time."""
    ground.how_many(size)
    found: dict[str, Any] = {"letters": LETTERS, "victims": VICTIMS}
    with ground.databases(url) as addresses:
        for kind, address in addresses.items():
            with ground.filled(address, VICTIMS) as database, tempfile.TemporaryDirectory() as folder:
                found[kind] = _measured(database, folder)
    return found


def _measured(database: Database, folder: str) -> dict[str, Any]:
    with database.transaction() as session:
        session.execute(_ASKED, {"most": 2 * LETTERS, "street": STREET})
    before, os.environ["OUTREACH_DATA"] = os.environ.get("OUTREACH_DATA"), folder
    settings.cache_clear()
    try:
        return _in_the_worker(database)
    finally:
        os.environ.pop("OUTREACH_DATA") if before is None else os.environ.update(OUTREACH_DATA=before)
        settings.cache_clear()


def _in_the_worker(database: Database) -> dict[str, Any]:
    locked = _watch(database)
    with database.transaction() as session:
        account = by_email(session, OFFICER_EMAIL)
        assert account is not None
        batch_id = batches.order(session, account.actor, "after_a_report", Whom(district=STREET)).id
    locked.clear()
    written = _seconds(lambda: worker.run_once(database))
    with database.transaction() as session:
        batches.post(session, account.actor, session.get_one(LetterBatch, batch_id))
    posted = _seconds(lambda: worker.run_once(database))
    with database.reading() as session:
        letters = session.scalars(select(Letter).where(Letter.batch_id == batch_id)).all()
    return {"letters": len(letters), "written_s": written, "posted_s": posted,
            "longest_lock_ms": round(max(locked) * 1000), **_paper(letters)}


def _paper(letters: Sequence[Letter]) -> dict[str, float]:
    """The ceiling and the peer: the typesetting alone, all at once and one by one."""
    return {"one_compile_s": _seconds(lambda: printing.pdf(letters)),
            "compile_each_s": _seconds(lambda: [printing.pdf([letter]) for letter in letters])}


def _seconds(deed: Callable[[], Any]) -> float:
    began = time.perf_counter()
    deed()
    return round(time.perf_counter() - began, 2)


def _watch(database: Database) -> list[float]:
    """How long each writing transaction lasts, from now on."""
    began, found = [0.0], [0.0]
    event.listen(database.writer, "begin", lambda _: began.__setitem__(0, time.perf_counter()))
    event.listen(database.writer, "commit", lambda _: found.append(time.perf_counter() - began[0]))
    return found
