"""Reading a victim list: opened in a process apart, it comes back checked, some hundred rows at a time."""

import fcntl
import json
import marshal
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from outreach.casework.imports.cells import CheckedRow
from outreach.casework.imports.gate import MAX_BYTES, UnreadableList
from outreach.foundation import clock

__all__ = ["ReadingFailed", "Rows", "Sheet", "UnreadableList", "checked_rows", "read_header", "read_rows"]

_HOME = Path(__file__).resolve().parents[3]
_PASSED_ON = ("OUTREACH_FORCE_FILE",)       # no address of a database, no secret
_ROOM_IN_THE_PIPE = 1024 * 1024             # bytes: about two messages, so that neither side waits
_KILLED = "This list needs more memory or time than we allow. Save it as CSV, or split it, and upload that"

T = TypeVar("T")


class ReadingFailed(Exception):
    """The reader itself broke. Says where in the code, and nothing of what was in the list."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What can be said of a list at first sight. `rows_estimate` is exact below 500 rows."""

    columns: list[str]
    sample: list[list[str]]
    rows_estimate: int
    kind: str                               # "csv" or "xlsx"
    notes: list[str] = field(default_factory=list)


class Rows(Generic[T], Iterator[list[T]]):
    """Rows, some hundreds at a time, while a process apart reads on. Use `with`, or close it, to stop early.

    `done` of `total` (bytes for CSV, rows for XLSX) says how far the file has been read.
    """

    def __init__(self, asked: dict[str, Any], take: Callable[[Any], T]) -> None:
        self.done = 0
        self.total = 0
        self._take = take
        self._apart: subprocess.Popen[bytes] | None = _start(asked)

    def __next__(self) -> list[T]:
        content = self._message("chunk")
        if content is None:
            raise StopIteration
        self.done, self.total, rows = content
        return [self._take(row) for row in rows]

    def _message(self, wanted: str) -> Any:
        """The next message's content, None when there are no more. Raises what the other side reports."""
        if self._apart is None:
            return None
        tag, content = _received(self._apart)
        if tag == wanted:
            return content
        self.close()
        if tag == "refused":
            raise UnreadableList(content)
        if tag == "failed":
            raise ReadingFailed(content)
        return None

    def close(self) -> None:
        """Let the process apart go, finished or not."""
        apart, self._apart = self._apart, None
        if apart is not None:
            apart.kill()
            apart.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_apart", None):
            self.close()


def read_header(path: Path, *, max_bytes: int = MAX_BYTES) -> Sheet:
    """Column names and the first rows. Raises `UnreadableList`, whose text says what to do."""
    with Rows[Any](_ask("header", path, max_bytes), lambda row: row) as answer:
        return Sheet(**answer._message("header"))


def read_rows(path: Path, *, after: int = 0, max_bytes: int = MAX_BYTES) -> Rows[list[str]]:
    """Every row under the column names, unchecked. Blank lines and repeated column names are left out."""
    return Rows(_ask("rows", path, max_bytes, after=after), lambda row: row)


def checked_rows(path: Path, mapping: Mapping[str, str], *, after: int = 0, today: date | None = None,
                 max_bytes: int = MAX_BYTES) -> Rows[CheckedRow]:
    """Every row, checked as `cells.check` does it. `mapping` is field → column; `after` rows are passed over.

    Raises, while it is read: `UnreadableList` for a file or mapping that will not do, `ReadingFailed` for a
    fault of ours.
    """
    asked = _ask("check", path, max_bytes, after=after, mapping=dict(mapping),
                 today=(today or clock.today()).isoformat())
    return Rows(asked, lambda row: CheckedRow(*row))


def _ask(task: str, path: Path, max_bytes: int, **more: Any) -> dict[str, Any]:
    return {"task": task, "path": str(path.resolve()), "max_bytes": max_bytes, "after": 0, **more}


def _start(asked: dict[str, Any]) -> "subprocess.Popen[bytes]":
    """Start the process apart. It is told what to do on its standard input: file names may be people's."""
    apart = subprocess.Popen(
        [sys.executable, "-m", "outreach.casework.imports.child"], cwd=_HOME, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"PYTHONUTF8": "1"})
    assert apart.stdin is not None and apart.stdout is not None
    with suppress(OSError, AttributeError):     # a wider pipe is only quicker
        fcntl.fcntl(apart.stdout, fcntl.F_SETPIPE_SZ, _ROOM_IN_THE_PIPE)
    with suppress(BrokenPipeError), apart.stdin:
        apart.stdin.write(json.dumps(asked).encode())
    apart.stdin = None
    return apart


def _received(apart: "subprocess.Popen[bytes]") -> tuple[str, Any]:
    """The next message. A process that a signal ended without a word was stopped by its limits."""
    assert apart.stdout is not None
    length = apart.stdout.read(4)
    if len(length) < 4:
        code = apart.wait()
        return ("refused", _KILLED) if code < 0 else ("failed", f"the process apart ended with {code}")
    body = apart.stdout.read(struct.unpack("<I", length)[0])
    # marshal keeps plain values and runs nothing (pickle would); what comes over this pipe is our own code's
    tag, content = marshal.loads(body)  # noqa: S302
    return tag, content
