"""How long something took: a middle value that one slow moment does not move, and the slow end beside it."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

TICKS = 100     # of a processor second, as Linux counts


def milliseconds(deed: Callable[[], Any], times: int, *, warm: int = 3) -> list[float]:
    """Wall-clock milliseconds of each of so many runs, after a few that do not count."""
    for _ in range(warm):
        deed()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def p50(taken: Sequence[float]) -> float:
    """The middle value, to a hundredth."""
    return round(statistics.median(taken), 2)


def p95(taken: Sequence[float]) -> float:
    """The value that one in twenty exceeds."""
    return round(sorted(taken)[max(0, math.ceil(len(taken) * 0.95) - 1)], 2)


def p99(taken: Sequence[float]) -> float:
    """The value that one in a hundred exceeds."""
    return round(sorted(taken)[max(0, math.ceil(len(taken) * 0.99) - 1)], 2)


def times_better(ours: float, theirs: float) -> float:
    """How many times less ours is."""
    return round(theirs / ours, 1) if ours else math.inf


def cpu_seconds(pid: int) -> float:
    """Processor seconds a process has used so far (user and system), itself only; Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pids: Sequence[int]) -> float:
    """Proportional memory of these processes in MiB: what they share counts once; Linux."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            total += int(line.split()[1]) if line.startswith("Pss:") else 0
    return round(total / 1024, 1)


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found
