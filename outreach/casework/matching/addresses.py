"""Addresses as keys: 12 High St and 12, High Street are one front door."""

import re
from functools import lru_cache
from sys import intern

from outreach.casework.matching.names import fold

_NUMBER = re.compile(r"(\d+)(?:st|nd|rd|th\b)?\s?([a-z](?![a-z']))?")
_AFTER_NUMBER = re.compile(r"\d+[a-z]?\s*,?\s+(?:[a-z]\s+)?([a-z][a-z.'’]{2,})")
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)\s*(\d[a-z]{2})\b")
_LONG = {"rd": "road", "ave": "avenue", "av": "avenue", "cl": "close", "dr": "drive", "ln": "lane",
         "la": "lane", "cres": "crescent", "cresc": "crescent", "terr": "terrace", "ter": "terrace",
         "ct": "court", "crt": "court", "gdns": "gardens", "gdn": "gardens", "gr": "grove", "pl": "place",
         "sq": "square", "pk": "park", "hse": "house", "cott": "cottage", "apt": "flat", "apartment": "flat",
         "unit": "flat"}
_UNIT_WORDS = frozenset({"flat", "no", "number", "the"})


def read_address(line_1: str, line_2: str) -> tuple[str, str]:
    """(house, street): ("113 30", "northfield") of "Flat 30, 113 Northfield Street"; "" for what is missing.

    A house without a number is its name, ("rose cottage", "").
    """
    text = f"{line_1} {line_2}".lower()
    if not text.isascii():
        text = fold(text)
    numbers = _NUMBER.findall(text)
    if not numbers:
        return intern(plain_words(line_1)), ""
    house = " ".join(sorted([number + letter for number, letter in numbers]))
    streets = _AFTER_NUMBER.findall(text)
    return intern(house), intern(_bare(streets[-1])) if streets else ""


def postcode_within(text: str) -> str:
    """A postcode written among the address lines, as "YO12 4TX"; "" where there is none."""
    found = _POSTCODE.search(text.lower())
    return f"{found[1]} {found[2]}".upper() if found else ""


def household_key(address_line_1: str, address_line_2: str, town: str, postcode: str) -> str:
    """One key for one front door; "" where the house, or both town and postcode, are not known."""
    lines = (plain_words(_POSTCODE.sub(" ", line.lower())) for line in (address_line_1, address_line_2))
    place = (postcode or postcode_within(f"{address_line_1} {address_line_2}")).replace(" ", "").lower()
    door = _door(" ".join(lines).strip(), plain_words(town))
    where = place or plain_words(town)
    return f"{door} | {where}" if door and where else ""


@lru_cache(maxsize=16384)
def plain_words(text: str) -> str:
    """Folded, with abbreviations written out: "12 High St." is "12 high street"."""
    words = [_LONG.get(word, word) for word in fold(text).split()]
    if len(words) > 1 and words[-1] == "st":
        words[-1] = "street"  # at the end only: St John's Road keeps its saint
    return " ".join(words)


def _door(words: str, town: str) -> str:
    """Flat words and the town repeated in a line do not tell one front door from another."""
    if town and words != town and words.endswith(f" {town}"):
        words = words[: -len(town) - 1]
    kept = [word for word in words.split() if word not in _UNIT_WORDS]
    if any(word[0].isdigit() for word in kept):
        return " ".join(sorted(kept, key=lambda word: word if word[0].isdigit() else "a"))
    return " ".join(kept) if len(kept) > 1 else ""


@lru_cache(maxsize=16384)
def _bare(word: str) -> str:
    return fold(word).replace(" ", "")
