"""What somebody typed into the search box, taken apart: names, places, postcodes, telephones, dates."""

import re
from dataclasses import dataclass
from datetime import date

from outreach.casework.fraud_reports import tidy_reference
from outreach.casework.matching import fold
from outreach.casework.search.words import LONGEST, birth_word, national_figures
from outreach.foundation.dates import NotADate, read_date

MOST_WORDS = 8
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "sir", "lady", "lord", "prof",
                     "the", "and"})
_EMAIL = re.compile(r"\S+@\S+")
_DATE = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?[ ./-](?:\d{1,2}|[a-z]{3,9})[ ./-]\d{4}\b|\b\d{4}-\d\d-\d\d\b"
                   r"|\b\d{1,2}[./-]\d{1,2}[./-]\d\d\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w])\(?\+?\d[\d ().-]{4,}\d(?!\w)")
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2})\b"
                       r"|\b([a-z]{1,2}\d[a-z\d]?) (\d[a-z]?)(?![\w])", re.IGNORECASE)
_FEWEST_FIGURES = 6
_FEWEST_FIGURES_OF_REFERENCE = 4


@dataclass(frozen=True, slots=True)
class Question:
    """Names and places as plain words; everything else as words that search keeps, where an asterisk at the
    end means "begins with". `reference` and `email` are looked up whole."""

    names: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    reference: str = ""
    email: str = ""


def understand(text: str) -> Question:
    """Take apart what was typed. Nothing is refused: what means nothing finds nobody."""
    text = text.replace("\x00", " ")[:200].strip()
    email = _EMAIL.search(text)
    if email:
        return Question(email=email[0].lower())
    rest, fixed = text, []
    for pattern, word in ((_DATE, _as_birth), (_POSTCODE, _as_postcode), (_PHONE, _as_phone)):
        for found in pattern.finditer(rest):
            fixed += [kept] if (kept := word(found)) else []
        rest = pattern.sub(lambda found, word=word: " " if word(found) else found[0], rest)  # type: ignore[misc]
    names, areas = _names_and_areas(rest)
    return Question(names, tuple(fixed), areas, _as_reference(text))


def _names_and_areas(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = [word[:LONGEST] for word in fold(text).split()][:MOST_WORDS]
    spoken = [word for word in words if word not in _TITLES] or words
    areas = tuple(word for word in spoken if any(letter.isdigit() for letter in word))
    return tuple(word for word in spoken if word not in areas), areas


def _as_birth(found: re.Match[str]) -> str:
    try:
        day: date = read_date(found[0], birth=True)
    except NotADate:
        return ""
    return birth_word(day)


def _as_postcode(found: re.Match[str]) -> str:
    if found[1]:
        return (found[1] + found[2]).lower()
    return (found[3] + found[4]).lower() + "*"


def _as_phone(found: re.Match[str]) -> str:
    figures = national_figures(found[0])
    return f"p{figures[::-1]}*" if len(figures) >= _FEWEST_FIGURES else ""


def _as_reference(text: str) -> str:
    tidy = tidy_reference(text)
    return tidy if sum(letter.isdigit() for letter in tidy) >= _FEWEST_FIGURES_OF_REFERENCE else ""
