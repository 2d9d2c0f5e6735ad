"""Which column of a victim list means what: guessed from the headings, corrected by a person, remembered."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from rapidfuzz import fuzz, process

from outreach.casework.imports.choices import content

NEAR_ENOUGH = 85        # of 100: two neighbours have changed places in a word of seven letters ("Surnmae")
RECOGNISING = ("born_on", "phone", "mobile", "email", "postcode", "address_line_1", "national_reference")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


@cache
def fields() -> dict[str, str]:
    """Every field a column can be mapped to → its label on the page, as `content/columns.toml` has them."""
    return {field: about["label"] for field, about in content()["fields"].items()}


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Field → column, for every column whose heading is known or differs from a known one by a slip."""
    found: dict[str, str] = {}
    for nearness in (100, NEAR_ENOUGH):
        for column in columns:
            field = "" if column in found.values() else _field_named(column, nearness, found)
            if field:
                found[field] = column
    return _without_contradictions(found)


def check_mapping(mapping: Mapping[str, str], columns: Iterable[str]) -> list[str]:
    """What is wrong with a mapping, each in one sentence; nothing where it will do."""
    known = list(columns)
    wrong = [f"There is no field called {field}" for field in mapping if field not in fields()]
    wrong += [f"There is no column “{column}” in this list: choose another for {fields().get(field, field)}"
              for field, column in mapping.items() if column not in known]
    for column in dict.fromkeys(mapping.values()):
        twice = [fields().get(field, field) for field in mapping if mapping[field] == column]
        if len(twice) > 1:
            wrong.append(f"“{column}” is chosen for {' and '.join(twice)}: choose it for one of them")
    return wrong + _missing(mapping)


def signature(columns: Iterable[str]) -> str:
    """The same for the same headings in any order: a source's columns are remembered by it."""
    together = "\n".join(sorted(plain(column) for column in columns))
    return hashlib.sha256(together.encode()).hexdigest()[:32]


def plain(heading: str) -> str:
    """A heading without capitals, punctuation or camel humps: "dateOfBirth" is "Date of birth:"."""
    return _NOT_A_LETTER.sub(" ", _CAMEL.sub(" ", heading).lower()).strip()


def _missing(mapping: Mapping[str, str]) -> list[str]:
    wrong = []
    if "last_name" not in mapping and "full_name" not in mapping:
        wrong.append("Choose the column that holds the last name, or the full name")
    if "last_name" in mapping and "full_name" in mapping:
        wrong.append("Choose either a last name or a full name, not both")
    if not any(field in mapping for field in RECOGNISING):
        wrong.append("Choose at least one of date of birth, phone, e-mail address, postcode, address or "
                     "reference: without one, nobody can be told from their namesake")
    return wrong


def _field_named(column: str, nearness: int, taken: Mapping[str, str]) -> str:
    heading = plain(column)
    free = {name: field for name, field in _headings().items() if field not in taken}
    if nearness == 100:
        return free.get(heading, "")
    if len(heading) < 4:        # "dob" and "dod" are one letter apart, and a world
        return ""
    alike = [known for known in free if _figures(known) == _figures(heading)]  # "Tel 3" is no "Tel 2"
    best = process.extractOne(heading, alike, scorer=fuzz.ratio, score_cutoff=nearness)
    return free[best[0]] if best else ""


def _figures(heading: str) -> list[str]:
    return [letter for letter in heading if letter.isdigit()]


def _without_contradictions(found: dict[str, str]) -> dict[str, str]:
    if "last_name" in found and "full_name" in found:
        del found["full_name"]
    return found


@cache
def _headings() -> dict[str, str]:
    """Every known heading, plain → its field. The first field to claim a heading keeps it."""
    known: dict[str, str] = {}
    for field, about in content()["fields"].items():
        for heading in (field, about["label"], *about["headings"]):
            known.setdefault(plain(heading), field)
    return known
