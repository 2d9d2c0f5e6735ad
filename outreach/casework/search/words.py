"""The words under which somebody can be found: names, place, postcode, telephone and date of birth."""

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from outreach.casework.matching import fold

LONGEST = 24    # letters of a word that are looked at: nobody's name is told apart by its 25th


class Entry(NamedTuple):
    """What search needs to know of one victim. Telephones in E.164, all else as it is on the record."""

    victim_id: int
    first_name: str
    last_name: str
    named_business_contact: str
    town: str
    postcode: str
    born_on: date | None
    phones: tuple[str, ...] = ()


def words_of(entry: Entry) -> str:
    """Every word of an entry once, with spaces between, in a fixed order."""
    spoken = (entry.first_name, entry.last_name, entry.named_business_contact, entry.town)
    found = dict.fromkeys(word[:LONGEST] for part in spoken if part for word in fold(part).split())
    found.update(dict.fromkeys(area_words(entry.postcode)))
    if entry.born_on:
        found[birth_word(entry.born_on)] = None
    found.update(dict.fromkeys(phone_word(number) for number in entry.phones))
    return " ".join(found)


def area_words(postcode: str) -> tuple[str, ...]:
    """"YO12 4TX" is found as yo12 (the area) and as yo124tx."""
    outward, _, inward = postcode.lower().partition(" ")
    return (outward, outward + inward) if inward else (outward,) if outward else ()


def birth_word(day: date) -> str:
    """A date of birth as one word."""
    return f"b{day:%Y%m%d}"


def phone_word(number: str) -> str:
    """A telephone number as one word that begins with its last figure, so that its tail can be looked for."""
    return "p" + national_figures(number)[::-1]


def national_figures(number: str) -> str:
    """The figures of a number, typed or in E.164, without the code of the United Kingdom or the leading 0."""
    figures = re.sub(r"\D", "", number)
    for code in ("0044", "44") if number.lstrip().startswith(("+", "00")) else ():
        figures = figures.removeprefix(code)
    return figures.removeprefix("0")


def spelt(words: Iterable[str]) -> list[str]:
    """Those of these words that are spelt: only letters, so that a slip of the pen can be looked for."""
    return [word for word in words if len(word) > 1 and word.isalpha()]
