"""Messages kept as files: each appears whole or not at all, and writing it again changes nothing."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_once(file: Path, content: bytes) -> None:
    """Write a private file (mode 0600) and make sure that it is on the disk before returning.

    Whoever was killed half-way leaves at most a hidden draft; the first whole one stands.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
    _sync(file.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
