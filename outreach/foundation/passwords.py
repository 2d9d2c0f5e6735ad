"""Passwords: long, not well known, and never kept as they were typed."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from outreach.foundation.force import CONTENT

SHORTEST = 12
# reliability.md §3.6: argon2id, 64 MiB, three passes, one lane; few at once, or sign-in eats the memory.
_hasher = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
_few_at_once = threading.BoundedSemaphore(2)


class TooWeak(ValueError):
    """A password that is too short or too well known."""


def check_strength(password: str) -> None:
    """Twelve characters or more and not on the list of common ones; no rules of composition
    (ASVS 5.0, 6.2). Raises `TooWeak`."""
    if len(password) < SHORTEST:
        raise TooWeak(f"Enter a password of at least {SHORTEST} characters")
    if password.casefold() in _common():
        raise TooWeak("Enter a password that is harder to guess: this one is on a list of common passwords")


def hashed(password: str) -> str:
    """The password's argon2id hash."""
    with _few_at_once:
        return _hasher.hash(password)


def matches(password: str, hash_: str | None) -> bool:
    """Whether this is the password. An unknown person costs the same time as a known one."""
    with _few_at_once:
        try:
            return _hasher.verify(hash_ or _nobody(), password) and hash_ is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


@cache
def _common() -> frozenset[str]:
    lines = (CONTENT / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().casefold() for line in lines if line and not line.startswith("#"))
