"""Places the rows of a list; of a long one, in a process apart while this one writes what is placed.

Started by `placed_rows` as `python -m outreach.casework.imports.placing_apart`; it is told on its standard
input what to do, reads the database and never writes to it, and answers in messages like those of `reading`.
"""

import json
import marshal
import struct
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from outreach.casework.imports.bulk import as_json
from outreach.casework.imports.placing import Placer
from outreach.casework.imports.reading import ReadingFailed, UnreadableList, checked_rows
from outreach.casework.imports.record import Verdict, VictimImport
from outreach.casework.imports.rows import Row
from outreach.casework.imports.steps import AT_ONCE
from outreach.foundation.db import Database

LONG = 5000         # rows; a second process takes a second to start
_HOME = Path(__file__).resolve().parents[3]


def placed_rows(database: Database, found: VictimImport, uploads: Path) -> Generator[list[Row]]:
    """Every row of a list with its verdict, in order, at most 500 at a time.

    Raises, while it is read, `UnreadableList` and `ReadingFailed`.
    """
    path = uploads / found.stored_as
    if found.total < LONG:
        return _here(database, path, found.mapping, found.known_up_to)
    return _apart({"url": database.url, "path": str(path.resolve()), "mapping": found.mapping,
                   "known_up_to": found.known_up_to})


def _here(database: Database, path: Path, mapping: dict[str, str], known_up_to: int) -> Generator[list[Row]]:
    placer = Placer(known_up_to)
    with checked_rows(path, mapping) as source:
        for chunk in source:
            for start in range(0, len(chunk), AT_ONCE):
                with database.reading() as session:
                    placed = placer.place(session, chunk[start:start + AT_ONCE])
                yield placed


def _apart(asked: dict[str, Any]) -> Generator[list[Row]]:
    process = subprocess.Popen([sys.executable, "-m", "outreach.casework.imports.placing_apart"], cwd=_HOME,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps(asked).encode())
        process.stdin.close()
        while (content := _message(process.stdout)) is not None:
            yield [_unpacked(row) for row in content]
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _message(pipe: Any) -> Any:
    length = pipe.read(4)
    if len(length) < 4:
        raise ReadingFailed("the process apart ended without a word")
    body = pipe.read(struct.unpack("<I", length)[0])
    tag, content = marshal.loads(body)  # noqa: S302 (our own process wrote it)
    if tag == "refused":
        raise UnreadableList(content)
    if tag == "failed":
        raise ReadingFailed(content)
    return content


def _packed(row: Row) -> tuple[Any, ...]:
    return (row.number, as_json(row.cells), as_json(row.values), row.values, row.errors, row.warnings,
            row.verdict.value, row.matches, row.joins_victim_id, row.joins_row, tuple(row.keys))


def _unpacked(packed: tuple[Any, ...]) -> Row:
    number, cells, told, values, errors, warnings, verdict, matches, victim_id, joins_row, keys = packed
    return Row(number, [], values, errors, warnings, Verdict(verdict), matches, joins_victim_id=victim_id,
               joins_row=joins_row, keys=keys, ready=(cells, told))


def main() -> None:
    """Place one list and send what comes of it."""
    asked = json.load(sys.stdin)
    database = Database(asked["url"])
    try:
        for placed in _here(database, Path(asked["path"]), asked["mapping"], asked["known_up_to"]):
            _send("rows", [_packed(row) for row in placed])
        _send("rows", None)
    except UnreadableList as refusal:
        _send("refused", str(refusal))
    except BrokenPipeError:
        sys.stderr.close()
    except ReadingFailed as fault:
        _send("failed", str(fault))
    finally:
        database.close()


def _send(tag: str, content: Any) -> None:
    body = marshal.dumps((tag, content))
    sys.stdout.buffer.write(struct.pack("<I", len(body)) + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
