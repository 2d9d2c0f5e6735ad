"""How long from the command to the first page, and how much memory web and worker hold."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.bench.serving import free_port
from app.bench.timing import family, memory_mib, p50

STARTS = 5
READY_WITHIN = 120.0
_SIGNS = {" serve ": "web", " worker": "worker", "supervisor": "supervisor"}


def run(size: str, url: str | None) -> dict[str, Any]:
    """Seconds to ready with a demo database that is there already (the middle of five starts), and beside it
    the seconds a bare Python with the same libraries needs; proportional memory in MiB once idle."""
    with tempfile.TemporaryDirectory(prefix="outreach-start-") as folder:
        with _started(folder, url) as (_, first):
            pass
        taken, memory = [], {}
        for _ in range(STARTS):
            with _started(folder, url) as (pid, seconds):
                taken.append(seconds)
                time.sleep(3)
                memory = _memory(pid)
    return {"first_start_s": round(first, 2), "ready_s": p50(taken), "memory_mib": memory,
            "web_and_worker_mib": round(memory.get("web", 0) + memory.get("worker", 0), 1),
            "bare_imports_s": p50([_bare() for _ in range(3)])}


@contextmanager
def _started(folder: str, url: str | None) -> Iterator[tuple[int, float]]:
    port = free_port()
    env = {**os.environ, "OUTREACH_DATA": folder, **({"OUTREACH_DATABASE_URL": url} if url else {})}
    began = time.perf_counter()
    command = [sys.executable, "-m", "app.supervisor", "--port", str(port), "--data", folder]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        yield process.pid, _ready(process, port, began)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _ready(process: "subprocess.Popen[bytes]", port: int, began: float) -> float:
    while time.perf_counter() - began < READY_WITHIN and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
                if answer.status == 200:
                    return time.perf_counter() - began
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError("Outreach did not become ready")


def _memory(pid: int) -> dict[str, float]:
    """Proportional memory by what each process does."""
    found: dict[str, float] = {}
    for one in family(pid):
        words = Path(f"/proc/{one}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        name = next((name for sign, name in _SIGNS.items() if sign in words), "queue server")
        found[name] = round(found.get(name, 0) + memory_mib([one]), 1)
    return found


def _bare() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import fastapi, uvicorn, sqlalchemy.orm, jinja2"], check=True)
    return time.perf_counter() - began
