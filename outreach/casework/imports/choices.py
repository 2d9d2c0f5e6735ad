"""The words a victim list uses for yes and no, for ways of being reached, and for vulnerability."""

import re
import tomllib
from functools import cache
from typing import Any

from outreach.casework.imports import tidy
from outreach.foundation import force

Finding = tuple[Any, str, str]          # what a cell means (None: nothing), what is wrong, what was guessed
NOTHING: Finding = (None, "", "")
_BETWEEN_FACTORS = re.compile(r"[;,/|\n]+")


@cache
def content() -> dict[str, Any]:
    """`content/columns.toml`: the fields with their headings, and the words that stand for values."""
    return tomllib.loads((force.CONTENT / "columns.toml").read_text(encoding="utf-8"))


def is_nothing(text: str) -> bool:
    """Whether these words only say that nothing is known ("N/K", "tbc", "none")."""
    return text.casefold() in _nothings()


def gender(text: str) -> Finding:
    """"female", "male" or "other"."""
    return _chosen("gender", text, "Gender is not one we know: left blank")


def kind(text: str) -> Finding:
    """"individual", "business" or "charity"."""
    return _chosen("kind", text, "We could not tell what kind of victim this is: read as an individual")


def channel(text: str) -> Finding:
    """"phone", "letter", "email", "text" or "visit"."""
    return _chosen("preferred_channel", text, "Preferred contact is not phone, letter, email, text or visit: "
                   "left blank")


def answer(text: str) -> Finding:
    """"yes", "no" or "unknown"; words that say neither are an error: somebody's safety may hang on them."""
    found = _meanings("answer").get(text.casefold())
    if found or is_nothing(text):
        return (found or "unknown", "", "")
    return (None, "Enter yes, no or unknown", "")


def factors(text: str) -> Finding:
    """The codes of the factors named in a cell, in the force's own list (`force.toml`, [need.factors])."""
    known = _factor_names()
    names = [tidy.one_line(part) for part in _BETWEEN_FACTORS.split(text)]
    names = [name for name in names if name and not is_nothing(name) and name.casefold() != "no"]
    codes = sorted({known[_plain(name)] for name in names if _plain(name) in known})
    strange = [name for name in names if _plain(name) not in known]
    remark = f"Not a factor on our list, so left out: {', '.join(strange)[:100]}" if strange else ""
    return (codes or None, "", remark)


def _chosen(which: str, text: str, remark: str) -> Finding:
    found = _meanings(which).get(text.casefold())
    if found:
        return (found, "", "")
    return NOTHING if is_nothing(text) else (None, "", remark)


@cache
def _meanings(which: str) -> dict[str, str]:
    words: dict[str, list[str]] = content()["words"][which]
    return {word.casefold(): value for value, named in words.items() for word in (value, *named)}


@cache
def _nothings() -> frozenset[str]:
    return frozenset(word.casefold() for word in content()["words"]["nothing"]["left_blank"])


@cache
def _factor_names() -> dict[str, str]:
    """Every way to name a factor → its code; only codes that the force's settings know."""
    known = force.current().need.factors
    names = {_plain(name): code for code, factor in known.items() for name in (code, factor.words)}
    for code, words in content()["words"]["vulnerability"].items():
        if code in known:
            names |= {_plain(word): code for word in words}
    return names


def _plain(text: str) -> str:
    return text.casefold().replace("_", " ").replace("-", " ").replace("’", "'").strip(" .")
