"""Outreach as people run it: real processes on a port and a data folder of their own."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.data_folder import demo_password

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 60.0  # seconds; a loaded machine may take long over the first cast
KEPT = ("outreach.db", "secret", "demo-password.txt", "uploads")


class Running:
    """One Outreach that answers: its address, its data folder, and the password of its demo sign-ins."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.address = data, f"http://127.0.0.1:{port}"
        self.password = demo_password(data)

    def url(self, path: str) -> str:
        """The whole address of a page."""
        return f"{self.address}{path}"

    def letters(self) -> list[str]:
        """The text of every message that would have been mailed."""
        return [file.read_text(encoding="utf-8") for file in sorted(self.data.rglob("*.eml"))]

    def ask(self, question: str, *values: object) -> list[tuple[object, ...]]:
        """Put a question to the database itself."""
        with closing(sqlite3.connect(self.data / "outreach.db", timeout=10)) as database:
            return database.execute(question, values).fetchall()

    def let_time_pass(self, *statements: str) -> None:
        """Set times in the database back, since no test can wait for tomorrow."""
        with closing(sqlite3.connect(self.data / "outreach.db", timeout=10)) as database, database:
            for statement in statements:
                database.execute(statement)


def load_the_cast(data: Path) -> Path:
    """The demo cast in a new data folder, with nothing running on it yet."""
    for command in ("migrate", "demo"):
        subprocess.run([Path(sys.executable).with_name("outreach"), command], cwd=ROOT, check=True,
                       env=_environment(data), capture_output=True)
    return data


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Running]:
    """Start everything on this data folder as `run.py` does, and stop it at the end."""
    port, log = _free_port(), data / "supervisor.log"
    with log.open("w") as out:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "app.supervisor", "--port", str(port), "--data", str(data)],
            cwd=ROOT, env=_environment(data) | settings, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT)
    try:
        _wait_until_ready(supervisor, log)
        yield Running(data, port)
    finally:
        supervisor.send_signal(signal.SIGINT)
        try:
            supervisor.wait(15)
        except subprocess.TimeoutExpired:
            supervisor.send_signal(signal.SIGINT)  # a second Ctrl-C does not wait
            supervisor.wait(15)


def copy_of(first_day: Path, to: Path) -> Path:
    """The same people and history in a folder of their own."""
    to.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        here = first_day / name
        if here.is_dir():
            shutil.copytree(here, to / name)
        elif here.exists():
            shutil.copy2(here, to / name)
    return to


def _wait_until_ready(supervisor: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while "Outreach is ready" not in log.read_text():
        if supervisor.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"Outreach did not start:\n{log.read_text()}")
        time.sleep(0.05)


def _environment(data: Path) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("OUTREACH_")}
    own = {"OUTREACH_DATA": str(data), "OUTREACH_FORCE_FILE": str(_force(data)), "PYTHONPATH": str(ROOT)}
    return bare | own


def _force(data: Path) -> Path:
    """The force as it is, except that the day's list is due at any hour at which somebody runs the tests."""
    words = (ROOT / "content" / "force.toml").read_text(encoding="utf-8")
    file = data / "force.toml"
    file.write_text(re.sub(r'(?m)^day_list_at = .*$', 'day_list_at = "00:00"', words), encoding="utf-8")
    return file


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
