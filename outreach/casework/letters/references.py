"""References on letters: short enough to be read out to 101, and so made that a slip of the tongue shows."""

import re
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.letters.record import Letter

# No vowels (no words), nothing that looks or sounds like another; 23 is a prime, so that one wrong character,
# or two that changed places, never go unnoticed.
ALPHABET = "23456789CDFHJKMNPQRTWXY"
_RANDOM = 7     # 23 to the 7th: 3.4 thousand million


def fresh(session: Session, besides: set[str] | None = None) -> str:
    """A reference that no letter bears: "7K3M-Q4TX"."""
    taken = besides if besides is not None else set()
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
        reference = _grouped(drawn + _check(drawn))
        known = reference in taken or session.scalar(select(Letter.id).where(Letter.reference == reference))
        if not known:
            taken.add(reference)
            return reference


def read(text: str) -> str | None:
    """A reference as somebody typed or dictated it; None where it is not one of ours, or was misread."""
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    if len(plain) != _RANDOM + 1 or set(plain) - set(ALPHABET) or _check(plain[:-1]) != plain[-1]:
        return None
    return _grouped(plain)


def looks_like_one(text: str) -> bool:
    """Whether somebody meant to type a reference: eight letters and figures, with figures among them."""
    plain = re.sub(r"[\s.-]", "", text.upper())
    return bool(re.fullmatch(r"(?=.*\d)[0-9A-Z]{7,9}", plain))


def _grouped(plain: str) -> str:
    return f"{plain[:4]}-{plain[4:]}"


def _check(drawn: str) -> str:
    """The last character: makes the weighted sum a multiple of 23."""
    total = sum((place + 2) * ALPHABET.index(letter) for place, letter in enumerate(drawn))
    return ALPHABET[-total % len(ALPHABET)]
