"""How fast a dirty victim list comes in beside many who are known, and whether the pages stay usable."""

import csv
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.bench import ground, population, victim_lists
from app.bench.pages import LIST, at_work
from app.bench.serving import in_own_process
from app.bench.timing import family, memory_mib, milliseconds, p50, p99
from outreach.foundation.db import Database
from outreach.foundation.permissions import COMMAND_LINE

MOST = 100_000
COMMIT_EVERY = 500
_BRING_IN = "from app.bench import imports; import sys; imports.bring_in(*sys.argv[1:])"
_PLAIN_TABLES = """
PRAGMA journal_mode=WAL;
CREATE TABLE person (id INTEGER PRIMARY KEY, first, last, born, phone, email, postcode);
CREATE INDEX a ON person (phone);
CREATE INDEX b ON person (email);
CREATE INDEX c ON person (last, born);
CREATE TABLE report (id INTEGER PRIMARY KEY, person, ref, lost);
"""
_PLAIN_PERSON = "INSERT INTO person (first, last, born, phone, email, postcode) VALUES (?,?,?,?,?,?)"
_PLAIN_SAME = "SELECT id FROM person WHERE phone = ? OR email = ? OR (last = ? AND born = ?) LIMIT 1"


def run(size: str, url: str | None) -> dict[str, Any]:
    """Rows a second for a list of this size (at most 100,000) against as many known: read, checked, matched,
    committed, audited, undoable; and undone again. Memory in MiB of every process that takes part."""
    rows = min(ground.how_many(size), MOST)
    found: dict[str, Any] = {"rows": rows, "known": rows}
    with tempfile.TemporaryDirectory(prefix="outreach-lists-") as folder, ground.databases(url) as addresses:
        listed, _truth = victim_lists.write(Path(folder), rows, seed=5)
        for kind, address in addresses.items():
            with ground.filled(address, rows, matched=True) as database:
                found[kind] = _imported(database, listed, folder)
        found["plain_python_rows_per_s"] = in_own_process("app.bench.imports", "plain", str(listed), folder)
        found["bare_insert_rows_per_s"] = in_own_process("app.bench.imports", "bare", str(listed), folder)
    return found


def _imported(database: Database, listed: Path, folder: str) -> dict[str, Any]:
    with at_work(database, folder) as server:
        idle = milliseconds(lambda: server.get(LIST), 40)
        process = subprocess.Popen(
            [sys.executable, "-c", _BRING_IN,
             database.url, str(listed), folder], stdout=subprocess.PIPE, text=True)
        waits, memory = [], 0.0
        while process.poll() is None:
            waits += milliseconds(lambda: server.get(LIST), 1, warm=0)
            memory = max(memory, _memory(process.pid))
            time.sleep(0.2)
        assert process.stdout is not None
        told = process.stdout.read().splitlines()
    if process.returncode or not told:
        raise RuntimeError("the import did not finish")
    result: dict[str, Any] = json.loads(told[-1])
    return {**result, "memory_mib": memory, "page_idle_p50_ms": p50(idle),
            "page_meanwhile_p50_ms": p50(waits), "page_meanwhile_p99_ms": p99(waits)}


def _memory(pid: int) -> float:
    try:
        return memory_mib(family(pid))
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0


def bring_in(url: str, listed: str, folder: str) -> None:
    """Import a list and undo it; prints one line of JSON."""
    from outreach.casework import imports
    told: list[float] = [time.perf_counter()]
    database = Database(url)
    found = imports.import_file(database, COMMAND_LINE, Path(listed), "Bench list",
                                uploads=Path(folder, "uploads"),
                                progress=lambda done, total: told.append(time.perf_counter()))
    told.append(time.perf_counter())
    began = time.perf_counter()
    imports.undo(database, COMMAND_LINE, found["import_id"])
    undone = time.perf_counter() - began
    database.close()
    longest = max(later - earlier for earlier, later in pairwise(told))
    print(json.dumps({
        **{name: found[name] for name in ("new", "updated", "to_review", "errors")},
        "seconds": round(found["seconds"], 2), "rows_per_s": round(found["rows"] / found["seconds"]),
        "longest_without_progress_s": round(longest, 2), "undo_seconds": round(undone, 2)}))


def plain(listed: str, folder: str) -> int:
    """Rows a second of a plain pipeline: tidy each row, look for the same telephone, e-mail or name and date
    of birth, add a person or a report. No repair, no audit, no undo."""
    with closing(sqlite3.connect(f"{folder}/plain.db", isolation_level=None)) as line:
        line.executescript(_PLAIN_TABLES)
        with open(listed, encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = list(csv.DictReader(file))
        line.executemany(_PLAIN_PERSON, (
            (p.first_name, p.last_name, str(p.born_on), p.phones[0] if p.phones else None, p.email or None,
             p.postcode) for p in population.people(len(rows))))
        began = time.perf_counter()
        for at, row in enumerate(rows):
            if at % COMMIT_EVERY == 0:
                line.execute("COMMIT" if line.in_transaction else "SELECT 1")
                line.execute("BEGIN IMMEDIATE")
            _plain_row(line, row)
        line.execute("COMMIT")
        return round(len(rows) / (time.perf_counter() - began))


def _plain_row(line: sqlite3.Connection, row: dict[str, str]) -> None:
    born, phone = _day(row["DOB"]), _figures(row["Mobile number"]) or _figures(row["Telephone"])
    email, last = row["E-mail"].strip().lower() or None, row["Surname"].strip().title()
    first, postcode = row["First name"].strip().title(), row["Post code"].strip().upper()
    found = line.execute(_PLAIN_SAME, (phone, email, last, born)).fetchone()
    person = found[0] if found else line.execute(
        _PLAIN_PERSON, (first, last, born, phone, email, postcode)).lastrowid
    line.execute("INSERT INTO report (person, ref, lost) VALUES (?,?,?)",
                 (person, row["Ref"], row["Amount lost"]))


def _figures(text: str) -> str | None:
    figures = re.sub(r"\D", "", text)
    return f"+44{figures[-10:]}" if len(figures) >= 10 else None


def _day(text: str) -> str | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d.%m.%y"):
        try:
            return datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007 (a date)
        except ValueError:
            continue
    return None


def bare(listed: str, folder: str) -> int:
    """Rows a second when cells are only read and written, 500 rows to a commit: what no import can beat."""
    began = time.perf_counter()
    with closing(sqlite3.connect(f"{folder}/bare.db", isolation_level=None)) as line, open(
            listed, encoding="utf-8-sig", errors="replace", newline="") as file:
        line.execute("PRAGMA journal_mode=WAL")
        rows = csv.reader(file)
        width = len(next(rows))
        line.execute(f"CREATE TABLE cells ({', '.join(f'c{at}' for at in range(width))})")
        done, some = 0, []
        for row in rows:
            some.append((row + [""] * width)[:width])
            if len(some) == COMMIT_EVERY:
                done += _write(line, some, width)
                some = []
        done += _write(line, some, width)
    return round(done / (time.perf_counter() - began))


def _write(line: sqlite3.Connection, some: list[list[str]], width: int) -> int:
    line.execute("BEGIN IMMEDIATE")
    line.executemany(f"INSERT INTO cells VALUES ({','.join('?' * width)})", some)
    line.execute("COMMIT")
    return len(some)
