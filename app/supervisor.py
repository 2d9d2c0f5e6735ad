"""Keeps Outreach on its feet: the queue server, the pages and the worker, each started again when it falls.

Standard library only, so that what watches stays small. Run as `python -m app.supervisor`.
"""

import argparse
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from app import data_folder, demo_database, embedded_redis

ROLES = ("officer", "ambassador", "volunteer", "communicator", "supervisor", "administrator")
PAUSES = (0.0, 0.5, 1, 2, 4, 8, 16, 30)  # seconds before each fresh start of what keeps falling
STEADY_AFTER = 60.0  # seconds up, after which earlier falls are forgiven
FALLS_BEFORE_READY = 3
STOP_WITHIN = 35.0  # the worker may finish what it holds, for 30 seconds
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class CannotStart(Exception):
    """Outreach cannot start here; the text says why and what to do."""


class Kept:
    """One process that is started again, with growing pauses, whenever it ends."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.name = name
        self.falls = 0
        self._start = start
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._due_at = 0.0

    def look(self, now: float) -> None:
        """Notice an end, and start what is due (`now` in seconds of the monotonic clock)."""
        if self._process and self._process.poll() is not None:
            self._fell(self._process.returncode, now)
        if not self._process and now >= self._due_at:
            self._begin(now)

    def signal(self, number: int) -> None:
        """Send a signal to the process and all it started."""
        if self.is_up and self._process:
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                self._process.poll()

    @property
    def is_up(self) -> bool:
        """Whether the process is running at this moment."""
        return self._process is not None and self._process.poll() is None

    def _begin(self, now: float) -> None:
        self._started_at = now
        try:
            self._process = self._start()
        except (embedded_redis.NoServer, OSError) as refused:
            self._fell(refused, now)

    def _fell(self, how: object, now: float) -> None:
        self.falls = 1 if now - self._started_at > STEADY_AFTER else self.falls + 1
        pause = PAUSES[min(self.falls - 1, len(PAUSES) - 1)]
        self._process, self._due_at = None, now + pause
        say(f"The {self.name} ended ({how}); starting it again{f' in {pause:g} s' if pause else ''}.")


class Supervisor:
    """What one data folder and one port need, from start to stop."""

    def __init__(self, data: Path, host: str, port: int, env: Mapping[str, str]) -> None:
        self.data, self.host, self.port = data, host, port
        self.env = _environment(data, port, env)
        self.kept = [Kept("web server", lambda: self._outreach("serve", "--host", host, "--port", str(port))),
                     Kept("worker", lambda: self._outreach("worker"))]
        if not env.get("OUTREACH_REDIS_URL"):
            self.kept.insert(0, Kept("queue server", lambda: embedded_redis.start(data, _die_with_me)))
        self._began = time.monotonic()
        self._stops = 0
        self._bell = _bell(self._hear)

    def run(self) -> None:
        """Prepare, start everything and watch until told to stop. Raises CannotStart."""
        try:
            if len(self.kept) == 3:
                embedded_redis.stop(self.data)  # left over from one that was killed; what it held is on disk
            self._prepare_database()
            self._watch(until=self._is_ready)
            if not self._stops:
                self._announce()
            self._watch(until=lambda: False)
        finally:
            self._stop()

    def _watch(self, until: Callable[[], bool]) -> None:
        ready = False
        while not self._stops and not ready:
            for process in self.kept:
                process.look(time.monotonic())
            ready = until()
            if not ready:
                _wait(self._bell, 0.05 if until == self._is_ready else 0.5)

    def _is_ready(self) -> bool:
        web = next(process for process in self.kept if process.name == "web server")
        if web.falls >= FALLS_BEFORE_READY:
            raise CannotStart("The web server does not start; the lines above say why.")
        return web.is_up and _answers(self.host, self.port, self.env["OUTREACH_PUBLIC_URL"])

    def _prepare_database(self) -> None:
        """Migrate, and in a demo load the fictional cast, only where that is needed."""
        is_demo = self.env["OUTREACH_ENV"] == "demo"
        state = demo_database.state(self.env, self.data)
        if is_demo and state.is_missing:
            # Made beside its place and moved there when whole: a start cut short leaves no half of a cast.
            draft = demo_database.draft(self.data)
            self._fill(state, is_demo, {"OUTREACH_DATABASE_URL": f"sqlite:///{draft}"})
            demo_database.keep(draft, self.data)
        else:
            self._fill(state, is_demo, {})

    def _fill(self, state: demo_database.State, is_demo: bool, where: Mapping[str, str]) -> None:
        if not state.at_head:
            self._do("migrate", "The database could not be brought up to date.", where)
        if is_demo and not state.has_people:
            data_folder.demo_password(self.data)
            self._do("demo", "The fictional cast could not be loaded.", where)

    def _do(self, command: str, sorry: str, where: Mapping[str, str]) -> None:
        task = self._outreach(command, env={**self.env, **where})
        while task.poll() is None and not self._stops:
            _wait(self._bell, 0.5)
        if self._stops:
            os.killpg(task.pid, signal.SIGTERM)
            task.wait()
            raise SystemExit(130)
        if task.returncode:
            raise CannotStart(f"{sorry} Nothing was started.")

    def _outreach(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start `outreach …` in a session of its own: Ctrl-C reaches it through us, in order."""
        program = Path(sys.executable).with_name("outreach")
        return subprocess.Popen([str(program), *words], env=env or self.env,
                                stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_die_with_me)

    def _announce(self) -> None:
        say(f"\nOutreach is ready ({time.monotonic() - self._began:.1f} s): {self.env['OUTREACH_DESK_URL']}")
        if self.env["OUTREACH_ENV"] == "demo":
            say(f"  Sign in as any of {', '.join(ROLES)} @demo.example.org, like officer@demo.example.org")
            say(f"  Password: {data_folder.demo_password(self.data)}")
            say("  Everybody in it is made up. Press Ctrl-C to stop.\n")

    def _hear(self, number: int, _frame: object) -> None:
        if number != signal.SIGCHLD:
            self._stops += 1

    def _stop(self) -> None:
        """Pages and worker first, then the queue they ring through. A second Ctrl-C does not wait."""
        for group in (self.kept[-2:], self.kept[:-2]):
            for process in group:
                process.signal(signal.SIGTERM)
            until = time.monotonic() + STOP_WITHIN
            while any(process.is_up for process in group) and time.monotonic() < until and self._stops < 2:
                _wait(self._bell, 0.5)
            for process in group:
                process.signal(signal.SIGKILL)


def main(words: list[str] | None = None) -> None:
    """Start from the command line; one clear line and a failing exit where it cannot."""
    asked = _read(words)
    env = {**os.environ, "OUTREACH_ENV": os.environ.get("OUTREACH_ENV") or "demo"}
    try:
        data = data_folder.make(Path(asked.data or env.get("OUTREACH_DATA") or "var"))
        with data_folder.hold(data):
            _check_port(asked.host, asked.port)
            Supervisor(data, asked.host, asked.port, env).run()
    except OSError as refused:
        sys.exit(f"Cannot write to {refused.filename} ({refused.strerror}). Give another folder with --data.")
    except (CannotStart, data_folder.InUse, embedded_redis.NoServer) as why:
        sys.exit(str(why))


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(words, flush=True)


def _read(words: list[str] | None) -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="run.py", description="Start Outreach and keep it running.")
    options.add_argument("--port", type=int, default=8000, help="where the pages answer (8000)")
    options.add_argument("--host", default="127.0.0.1", help="which network address listens (127.0.0.1)")
    options.add_argument("--data", help="folder for the database, mail, uploads and keys (./var)")
    return options.parse_args(words)


def _environment(data: Path, port: int, given: Mapping[str, str]) -> dict[str, str]:
    public = (given.get("OUTREACH_PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    return {**given, "OUTREACH_DATA": str(data), "OUTREACH_PUBLIC_URL": public,
            "OUTREACH_DESK_URL": given.get("OUTREACH_DESK_URL") or f"{public}/desk",
            "OUTREACH_REDIS_URL": given.get("OUTREACH_REDIS_URL") or embedded_redis.address(data)}


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, port))
        except OSError as refused:
            raise CannotStart(f"Port {port} cannot be used ({refused.strerror}). "
                              "Give another with --port, like --port 8100.") from None


def _answers(host: str, port: int, public_url: str) -> bool:
    """Whether the readiness page says yes, asked for under the public name: others are refused."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    try:
        with socket.create_connection((here, port), timeout=2) as line:
            name = public_url.partition("://")[2].partition("/")[0]
            line.sendall(f"GET /health/ready HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
            return b" 200 " in line.recv(64).partition(b"\r\n")[0]
    except OSError:
        return False


def _die_with_me() -> None:
    """On Linux, ask the system to end this child when the supervisor is killed outright."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _bell(hear: Callable[[int, object], None]) -> int:
    """A pipe that can be waited on for any signal, so that an end or a Ctrl-C is noticed at once."""
    bell, clapper = os.pipe()
    os.set_blocking(bell, False)
    os.set_blocking(clapper, False)
    signal.set_wakeup_fd(clapper, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, hear)
    return bell


def _wait(bell: int, seconds: float) -> None:
    if select.select([bell], [], [], seconds)[0]:
        os.read(bell, 512)


if __name__ == "__main__":
    main()
