"""Tidying what people and spreadsheets put into a cell, without changing what it says."""

import re
import unicodedata

UNREADABLE = "␀"        # stands where a cell held a NUL, which no database keeps and nobody can see
_SPACES = {0x9, 0xA, 0xB, 0xC, 0xD}
_UNSEEN = dict.fromkeys([*({*range(0x20), *range(0x7F, 0xA0)} - _SPACES), 0xAD, 0xFEFF, 0x2060,
                         *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_SMALL_IN_NAMES = frozenset(("van", "der", "den", "de", "la", "le", "du", "von", "bin", "ibn", "al", "el"))
_SMALL_IN_PLACES = frozenset(("in", "on", "by", "the", "of", "le", "under", "upon", "with", "and", "next",
                              "to", "cum"))
_LONG_IN_NAMES = 3      # "JR", "MJ": two capitals are more likely initials than a shouted name


def one_line(text: str) -> str:
    """The text with unseen characters gone and every run of white space, even a line end, one space."""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text.translate(_UNSEEN))
    return " ".join(text.split())


def paragraphs(text: str) -> str:
    """The text with its line ends kept, and unseen characters gone."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSEEN))
    return "\n".join(line.replace("\u00a0", " ").rstrip() for line in text.split("\n")).strip()


def name(text: str) -> str:
    """A person's name that was SHOUTED or left in small letters, as it would be on a letter."""
    if len(text) < _LONG_IN_NAMES and text.isupper() and " " not in text and len(text) != 2:
        return text
    return _capitalised(text, _SMALL_IN_NAMES) if text.isupper() or text.islower() else text


def place(text: str) -> str:
    """An address line or town that was SHOUTED or left in small letters, as it would be on an envelope."""
    return _capitalised(text, _SMALL_IN_PLACES) if text.isupper() or text.islower() else text


def _capitalised(text: str, small: frozenset[str]) -> str:
    lowered = text.lower()
    return _WORD.sub(lambda found: _word(found[0], found.start() > 0, small), lowered)


def _word(word: str, inside: bool, small: frozenset[str]) -> str:
    if inside and word in small:
        return word
    if len(word) > 3 and word[1] in "’'":                    # O'Brien, D'Arcy; but not "King's"
        return word[:2].upper() + word[2:].capitalize()
    if len(word) > 3 and word.startswith("mc"):
        return "Mc" + word[2:].capitalize()
    return word.capitalize()
