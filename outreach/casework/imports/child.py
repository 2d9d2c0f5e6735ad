"""The process apart in which a stranger's file is opened: short of memory and time, with nothing to steal.

Started by `reading` as `python -m outreach.casework.imports.child`. It is told on its standard input what to
do and answers on its standard output: four bytes of length, then (tag, content). It loads no database code.
"""

import gc
import json
import marshal
import resource
import struct
import sys
import traceback
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from outreach.casework.imports.gate import UnreadableList, kind_of
from outreach.casework.imports.sheets import DAMAGED, Table, opened

MOST_MEMORY = 1024 * 1024 * 1024        # bytes of address space
MOST_SECONDS = 300                      # of the processor's time
CHUNK = 500                             # rows to a message
SAMPLE = 10                             # rows shown beside the column names
_ESTIMATED_FROM = 500                   # rows


def main() -> None:
    """Do the one thing asked for, then end."""
    asked = json.load(sys.stdin)
    answers = sys.stdout.buffer
    try:
        for tag, content in _answer(asked):
            _send(answers, tag, content)
        _send(answers, "end", None)
    except UnreadableList as refusal:
        _send(answers, "refused", str(refusal))
    except MemoryError:
        _send(answers, "refused", "This list needs more memory than we allow. Save it as CSV and upload that")
    except BrokenPipeError:
        sys.stderr.close()
    except BaseException as fault:
        _send(answers, *_report(fault))


def _report(fault: BaseException) -> tuple[str, str]:
    """A workbook that the library panics over is refused; a fault of ours is told by its place in the code.

    Never by its words, which may quote a cell.
    """
    if type(fault).__name__ == "PanicException":
        return "refused", DAMAGED
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    return "failed", f"{type(fault).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def _answer(asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    checker = _checker(asked)           # all code is loaded before the limits close in
    _limit()
    path = Path(asked["path"])
    kind = kind_of(path, max_bytes=asked["max_bytes"])
    table = opened(path, kind)
    if asked["task"] == "header":
        yield "header", _header(table, kind)
        return
    check = checker(table.columns) if checker else None
    number = sum(1 for _ in islice(table.rows, asked["after"]))
    while chunk := list(islice(table.rows, CHUNK)):
        rows: list[Any] = chunk
        if check:
            checked = [check(n, cells) for n, cells in enumerate(chunk, number + 1)]
            rows = [(row.number, row.cells, row.values, row.errors, row.warnings) for row in checked]
        yield "chunk", (table.done(), table.total, rows)
        number += len(chunk)


def _checker(asked: dict[str, Any]) -> Any:
    """What makes a checker for given columns, where cells are to be checked."""
    if asked["task"] != "check":
        return None
    from outreach.casework.imports.cells import Checker
    from outreach.casework.imports.columns import check_mapping
    from outreach.foundation import telephones
    telephones.in_use("+441632960001")          # loads the library's tables of numbers

    def for_columns(columns: list[str]) -> Any:
        wrong = check_mapping(asked["mapping"], columns)
        if wrong:
            raise UnreadableList(wrong[0])
        return Checker(columns, asked["mapping"], date.fromisoformat(asked["today"])).check

    return for_columns


def _limit() -> None:
    # Nothing here makes cycles, and the collector's rounds through all it remembers cost a third of the time
    gc.disable()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _header(table: Table, kind: str) -> dict[str, Any]:
    width = len(table.columns)
    rows = list(islice(table.rows, _ESTIMATED_FROM))
    if not rows:
        raise UnreadableList("There are column names in this list, but nobody under them. Check that you "
                             "chose the right file")
    sample = [(row + [""] * width)[:width] for row in rows[:SAMPLE]]
    whole = len(rows) < _ESTIMATED_FROM
    read = table.total - 1 if kind == "xlsx" else len(rows) * table.total // max(table.done(), 1)
    estimate = len(rows) if whole else read
    return {"columns": table.columns, "sample": sample, "rows_estimate": estimate, "kind": kind,
            "notes": table.notes}


def _send(answers: BinaryIO, tag: str, content: Any) -> None:
    body = marshal.dumps((tag, content))
    answers.write(struct.pack("<I", len(body)) + body)
    answers.flush()


if __name__ == "__main__":
    main()
