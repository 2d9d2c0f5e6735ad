"""The ground the tests stand on: a fresh database for each, of both kinds, and a real browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.orm import Session

from app import settings
from outreach.foundation.db import Database
from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
pytest_plugins = [plugin for plugin in ("tests.cast", "tests.site")
                  if (ROOT / "tests" / f"{plugin[6:]}.py").exists()]


class SqliteGround:
    """A file copied from a migrated one before each test."""

    def __init__(self, folder: Path) -> None:
        self.template, self.file = folder / "template.db", folder / "test.db"
        migrate(f"sqlite:///{self.template}")
        self.database = Database(f"sqlite:///{self.file}")

    def lay(self) -> Database:
        for stale in self.file.parent.glob("test.db*"):
            stale.unlink()
        shutil.copyfile(self.template, self.file)
        return self.database

    def clear(self) -> None:
        self.database.close()


class PostgresGround:
    """A database copied from a migrated one before each test, on a server of our own. The tests themselves
    are its superuser; the site has a login like production's, behind the walls (`walled`)."""

    def __init__(self) -> None:
        self.server = postgres.Server()
        self.server.create("template")
        migrate(self.server.url("template"))
        self.server.let_in("outreach_site", "template")
        self.database = Database(self.server.url("test"))
        self.walled = Database(self.server.url("test", "outreach_site"))

    def lay(self) -> Database:
        self.server.create("test", template="template")
        return self.database

    def clear(self) -> None:
        self.database.close()
        self.walled.close()
        self.server.stop()


def migrate(url: str) -> None:
    """Every migration, from an empty database to today's."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    database = Database(url)
    with database.writer.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    database.close()  # a database that is still open cannot be copied whole


@pytest.fixture(scope="session")
def sqlite_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteGround]:
    ground = SqliteGround(tmp_path_factory.mktemp("sqlite"))
    yield ground
    ground.clear()


@pytest.fixture(scope="session")
def postgres_ground() -> Iterator[PostgresGround]:
    ground = PostgresGround()
    yield ground
    ground.clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty database for one test, which runs once on each kind."""
    ground = request.getfixturevalue("sqlite_ground" if request.param == "sqlite" else "postgres_ground")
    database = ground.lay()
    yield database
    database.close()


@pytest.fixture
def walled(request: pytest.FixtureRequest, database: Database) -> Iterator[Database]:
    """This test's database as the site meets it: on PostgreSQL through a login that owns nothing, so that
    every page is seen from behind the walls; on SQLite, which has none, the very same."""
    if database.is_sqlite:
        yield database
        return
    ground: PostgresGround = request.getfixturevalue("postgres_ground")
    yield ground.walled
    ground.walled.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One writing session; what is not committed is rolled back at the end."""
    with database.writing() as session:
        yield session


@pytest.fixture
def bare_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing set in the environment but an empty data folder: the test's own `tmp_path`."""
    for name in [name for name in os.environ if name.startswith("OUTREACH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OUTREACH_DATA", str(tmp_path))
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium for Playwright; without one the test fails and says how to get it."""
    own = next(filter(None, map(shutil.which, BROWSERS)), None)
    fetched = any((Path.home() / ".cache" / "ms-playwright").glob("chromium*"))
    if not own and not fetched:
        pytest.fail("No Chromium was found. `python3 run.py test` as root installs it; "
                    "else: sudo apt-get install chromium", pytrace=False)
    return {**browser_type_launch_args, **({"executable_path": own} if own else {}),
            "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
