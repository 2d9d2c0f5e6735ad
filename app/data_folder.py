"""The data folder: the database, mail, uploads and keys of one Outreach, and who holds it at the moment.

Standard library only: the supervisor and `run.py` read this before anything is installed.
"""

import fcntl
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO

SIGN_IN_NOTE = "demo-password.txt"
WORDS = ("amber", "anchor", "barley", "basket", "beacon", "bramble", "candle", "canvas", "cedar", "chalk",
         "clover", "cobble", "copper", "cradle", "daisy", "ember", "fennel", "ferry", "flint", "garden",
         "ginger", "hazel", "heron", "juniper", "kettle", "lantern", "linen", "maple", "meadow", "mortar",
         "nettle", "orchard", "otter", "paddle", "pebble", "pepper", "quarry", "rafter", "saddle", "sorrel",
         "spindle", "sparrow", "tallow", "thimble", "thistle", "timber", "velvet", "walnut", "willow",
         "winter")


class InUse(Exception):
    """Another supervisor already runs on this data folder; the text says which process."""


def make(folder: Path) -> Path:
    """The folder, made when missing and closed to other users. Returns its full path; raises OSError."""
    folder = folder.expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def hold(folder: Path) -> IO[str]:
    """Take the folder for one supervisor until the returned file is closed. Raises InUse.

    The system gives the lock back when the process dies, however it dies.
    """
    held = open(folder / "supervisor.lock", "a+")  # noqa: SIM115 (kept open: that is the lock)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.seek(0)
        holder = held.read().strip() or "unknown"
        held.close()
        raise InUse(f"Outreach is already running on {folder} (process {holder}). "
                    "Stop that one first, or give another folder with --data.") from None
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def demo_password(folder: Path) -> str:
    """The one password of the demo sign-ins, made afresh for each data folder."""
    return kept(folder / SIGN_IN_NOTE, lambda: "-".join(secrets.choice(WORDS) for _ in range(5)))


def kept(file: Path, make_text: Callable[[], str]) -> str:
    """The text of a private file (mode 0600), written first when missing.

    Two processes may start at once: the file appears whole or not at all, and the first one stands.
    """
    if not file.exists():
        draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(make_text() + "\n")
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()
