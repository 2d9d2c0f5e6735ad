"""A quick look at the database before starting: is it up to date, and is anybody in it?

Standard library only, so that a second start does not wait for the database library. Only SQLite can be
looked at this way; of any other database the answer is "not known", and the commands themselves look.
"""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

NAME = "outreach.db"
DRAFT = "outreach.db.new"
VERSIONS = Path(__file__).resolve().parents[1] / "outreach" / "migrations" / "versions"
REVISION = re.compile(r"""^revision\b[^=]*=\s*["']([^"']+)["']""", re.MULTILINE)
AFTER = re.compile(r"""^down_revision\b[^=]*=\s*["']([^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class State:
    """What was seen; False also where it is not known. Missing means the data folder's own SQLite file."""

    is_missing: bool = False
    at_head: bool = False
    has_people: bool = False


def state(env: Mapping[str, str], data: Path) -> State:
    """Look at the database these settings name; never raises for one that is missing or half made."""
    url = env.get("OUTREACH_DATABASE_URL") or f"sqlite:///{data / NAME}"
    file = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not file.is_file():
        return State(is_missing=url == f"sqlite:///{data / NAME}")
    try:
        with closing(sqlite3.connect(file, timeout=5)) as database:
            versions = {row[0] for row in database.execute("SELECT version_num FROM alembic_version")}
            people = database.execute("SELECT 1 FROM account WHERE email IS NOT NULL LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        return State()
    return State(at_head=versions == heads(), has_people=people is not None)


def draft(data: Path) -> Path:
    """Where a new database is made; what an earlier start left unfinished there is thrown away."""
    for stale in data.glob(f"{DRAFT}*"):
        stale.unlink()
    return data / DRAFT


def keep(made: Path, data: Path) -> None:
    """Put a finished database in its place, all of it in one file."""
    with closing(sqlite3.connect(made)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.rename(data / NAME)


def heads(versions: Path = VERSIONS) -> set[str]:
    """The newest database change on disk: one that no other comes after."""
    texts = [file.read_text(encoding="utf-8") for file in versions.glob("*.py")]
    made = {found for text in texts for found in REVISION.findall(text)}
    return made - {found for text in texts for found in AFTER.findall(text)}
