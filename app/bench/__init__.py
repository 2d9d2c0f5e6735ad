"""Measures what the README promises, each figure beside its ceiling and its peer in the same run."""

from importlib import import_module
from typing import Any

NAMES = {"pages": "pages", "search": "search", "import": "imports", "queue": "queue", "start": "start",
         "letters": "letters", "calls": "calls", "visit-logs": "visit_logs"}


def run(name: str, size: str = "10k", database: str | None = None) -> dict[str, Any]:
    """One measurement, or `all` of them: {"name": {figure: value}}. `database` is the address of an empty
    database, or of one an earlier bench filled; without it throwaway ones are made.

    Raises ValueError with a sentence for a name, a size or a database it cannot use.
    """
    if name not in (*NAMES, "all"):
        raise ValueError(f"There is no bench {name}. Use one of: {', '.join(NAMES)}, all.")
    chosen = list(NAMES) if name == "all" else [name]
    return {one: import_module(f"app.bench.{NAMES[one]}").run(size, database) for one in chosen}
