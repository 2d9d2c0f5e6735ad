"""The house's own secret, which the database does not hold: what is derived from it cannot be read out of a
stolen copy of the records."""

import hashlib
import hmac
from collections.abc import Callable


class NoSecret(Exception):
    """Nobody has said where the secret is: a fault of whoever starts this process."""


_secrets: list[Callable[[], bytes]] = []


def use(secret: Callable[[], bytes]) -> None:
    """Say where the secret is; it is asked for when it is needed, and not kept here."""
    _secrets[:] = [secret]


def derived(purpose: str, seed: str) -> bytes:
    """32 bytes that follow from the secret, a purpose and a seed (HMAC-SHA256). Raises `NoSecret`."""
    if not _secrets:
        raise NoSecret("no signing secret was given to this process")
    return hmac.new(_secrets[0](), f"{purpose}\x1f{seed}".encode(), hashlib.sha256).digest()
