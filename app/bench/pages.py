"""What the list of victims and a victim's page cost the server, and how that grows with the list."""

import importlib.util
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.bench import ground
from app.bench.population import BUSIEST, OFFICER_EMAIL, TIMELINE
from app.bench.serving import Server, measured, serving
from app.bench.timing import times_better
from outreach.foundation import sign_ins
from outreach.foundation.accounts import by_email
from outreach.foundation.db import Database

SMALL = 10_000
TIMES = 300
LIST, RECORD = "/desk/victims", f"/desk/victims/{BUSIEST}"


def run(size: str, url: str | None) -> dict[str, Any]:
    """For each page p50 and p99 in milliseconds as a browser waits, and the server's processor time."""
    victims = ground.how_many(size)
    found: dict[str, Any] = {"victims": victims, "rows": 50, "timeline_entries": TIMELINE}
    with ground.databases(url) as addresses:
        for kind, address in addresses.items():
            found[kind] = _one_kind(address, victims)
    return found


def _one_kind(address: str, victims: int) -> dict[str, Any]:
    with ground.filled(address, victims) as database, ours(database) as server:
        listed, record = measured(server, LIST, TIMES), measured(server, RECORD, TIMES)
    bare, django, uncounted = _bare(address), _django(address), _django(address, uncounted="1")
    result: dict[str, Any] = {
        "list": {**listed, "bare": bare, "cpu_times_bare": round(listed["cpu_ms"] / bare["cpu_ms"], 2)},
        "record": record}
    if django:
        result["list"] |= {"django_admin": django, "django_admin_uncounted": uncounted,
                           "p50_times_better_than_django": times_better(listed["p50_ms"], django["p50_ms"])}
    if victims > SMALL:
        small = _small(address)
        result["list"] |= {"cpu_ms_at_10k": small["cpu_ms"],
                           "growth_from_10k": round(listed["cpu_ms"] / small["cpu_ms"], 2)}
    return result


@contextmanager
def ours(database: Database) -> Iterator[Server]:
    """Our own site on this database, as a browser that is signed in as the officer."""
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as folder, at_work(database, folder) as server:
        yield server


@contextmanager
def at_work(database: Database, folder: str) -> Iterator[Server]:
    """The same with a data folder that others use as well."""
    with database.transaction() as session:
        account = by_email(session, OFFICER_EMAIL)
        assert account is not None
        token = sign_ins.begin(session, account)
    env = {"OUTREACH_DATA": folder, "OUTREACH_DATABASE_URL": database.url, "OUTREACH_ENV": "demo"}
    code = "import os; from app import web; web.serve('desk', '127.0.0.1', int(os.environ['PORT']), 1)"
    headers = {"Cookie": f"outreach_session={token}", "X-CSRF-Token": sign_ins.csrf_token(token)}
    with serving(code, LIST, env=env, headers=headers) as server:
        yield server


def _bare(address: str) -> dict[str, float]:
    code = f"import os; from app.bench import bare; bare.serve({address!r}, int(os.environ['PORT']))"
    with serving(code, "/victims") as server:
        return measured(server, "/victims", TIMES)


def _django(address: str, uncounted: str = "") -> dict[str, float]:
    """The same rows in Django's admin with its own careful settings, or with the count of all rows, which
    those leave in, taken out by hand as well."""
    if not importlib.util.find_spec("django"):
        return {}
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as folder:
        code = ("import os; from app.bench import bare; "
                f"bare.serve_django({address!r}, {folder!r}, int(os.environ['PORT']))")
        with serving(code, "/admin/login/", env={"PEER_UNCOUNTED": uncounted}) as server:
            cookie = Path(folder, "cookie").read_text(encoding="utf-8")
            return measured(server.with_headers({"Cookie": cookie}), "/admin/peer/victim/", TIMES // 5)


def _small(address: str) -> dict[str, float]:
    """The same page over ten thousand, in the same run."""
    other = ground.beside(address, "small")
    try:
        with ground.filled(other, SMALL) as database, ours(database) as server:
            return measured(server, LIST, TIMES)
    finally:
        ground.drop(other)
