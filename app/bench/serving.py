"""Starts what is measured in processes of its own, so that each pays for itself alone."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from app.bench.timing import cpu_seconds

READY_WITHIN = 30.0


class Server:
    """A server on this machine, and one browser that keeps its line open."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, headers: Mapping[str, str]) -> None:
        self.pid, self._process, self._headers = process.pid, process, dict(headers)
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.port = port

    def get(self, path: str) -> bytes:
        """The page at a path. Raises RuntimeError unless it is there."""
        return self._ask("GET", path, None, self._headers)

    def post(self, path: str, typed: Mapping[str, str]) -> bytes:
        """What a form answers that htmx sends. Raises RuntimeError unless it was taken."""
        return self._ask("POST", path, urlencode(typed), {
            **self._headers, "HX-Request": "true", "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, how: str, path: str, body: str | None, headers: Mapping[str, str]) -> bytes:
        try:
            self._line.request(how, path, body, headers)
            answer = self._line.getresponse()
            page = answer.read()
        except (http.client.HTTPException, ConnectionError):
            self._line.close()
            raise
        if answer.status != 200:
            raise RuntimeError(f"{how} {path} answered {answer.status}: {page[:200]!r}")
        return page

    def with_headers(self, headers: Mapping[str, str]) -> "Server":
        """Another browser of the same server."""
        return Server(self._process, self.port, headers)

    def wait(self, path: str) -> float:
        """Seconds until the page is there."""
        began = time.perf_counter()
        while time.perf_counter() - began < READY_WITHIN and self._process.poll() is None:
            try:
                self.get(path)
                return time.perf_counter() - began
            except (OSError, http.client.HTTPException, RuntimeError):
                time.sleep(0.01)
        raise RuntimeError(f"nothing answered on port {self.port}")

    def stop(self) -> None:
        """End it."""
        self._line.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()


@contextmanager
def serving(code: str, ready: str, *, env: Mapping[str, str] | None = None,
            headers: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a line of Python that serves on the port named PORT in its environment, until the page `ready`
    answers."""
    port = free_port()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=said,
                                   env={**os.environ, **(env or {}), "PORT": str(port)})
        server = Server(process, port, headers or {})
        try:
            server.wait(ready)
            yield server
        except RuntimeError as trouble:
            said.seek(0)
            raise RuntimeError(f"{trouble} {said.read()[-2000:].decode()}") from None
        finally:
            server.stop()


def measured(server: Server, path: str, times: int) -> dict[str, float]:
    """Milliseconds to answer one page, asked for again and again, and the server's processor milliseconds."""
    from app.bench.timing import milliseconds, p50, p99
    for _ in range(max(5, times // 10)):
        server.get(path)
    before = cpu_seconds(server.pid)
    taken = milliseconds(lambda: server.get(path), times, warm=0)
    cpu = (cpu_seconds(server.pid) - before) / times * 1000
    return {"p50_ms": p50(taken), "p99_ms": p99(taken), "cpu_ms": round(cpu, 2)}


def in_own_process(module: str, function: str, *words: str) -> Any:
    """What a function gives (as JSON) when it is called in a fresh process."""
    code = (f"import json; from {module} import {function} as deed; import sys; "
            "print(json.dumps(deed(*sys.argv[1:])))")
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{module}.{function} failed: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
