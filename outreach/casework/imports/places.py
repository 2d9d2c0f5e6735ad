"""The cells that say where somebody lives: address, town, postcode, district."""

import re

from outreach.casework.imports import tidy
from outreach.casework.imports.choices import NOTHING, Finding, is_nothing
from outreach.foundation import force

EXAMPLE = "YO12 4TX"
LONGEST_LINE = 120
MORE = "more_address"       # what stood on further lines of one cell; `cells` finds it a place
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
_AT_THE_END = re.compile(r"(?i)[\s,]+([A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2})[\s.]*$")
_FIGURES, _LETTERS = str.maketrans("OIL", "011"), str.maketrans("01", "OI")
_LINE_ENDS = re.compile(r"\s*\n\s*")


def address(text: str) -> Finding:
    """The first line of an address; further lines of the same cell come back as `more_address`."""
    lines = [line for line in _lines(text) if line]
    if not lines or is_nothing(" ".join(lines)):
        return NOTHING
    if max(map(len, lines)) > LONGEST_LINE:
        return (None, f"Shorten the address line to {LONGEST_LINE} characters or fewer", "")
    if len(lines) == 1:
        return (lines[0], "", "")
    return ({"address_line_1": lines[0], MORE: lines[1:]}, "", "")


def whole_address(text: str) -> Finding:
    """An address that stands in one cell, where the list has no column for the postcode: told apart."""
    flat = ", ".join(line for line in _lines(text) if line)
    ending = _AT_THE_END.search(flat)
    code = postcode(ending[1])[0] if ending else None
    parts = [part.strip() for part in (flat[:ending.start()] if ending else flat).split(",") if part.strip()]
    if not code or len(parts) < 2:
        return address(text)
    first, *rest, town = parts
    found = {"address_line_1": first, "address_line_2": ", ".join(rest), "town": town, "postcode": code}
    return ({name: text for name, text in found.items() if text}, "", "")


def line(text: str) -> Finding:
    """A further line of an address, or a town."""
    text = tidy.place(tidy.one_line(text))
    if is_nothing(text):
        return NOTHING
    if len(text) > LONGEST_LINE:
        return (None, f"Shorten this line to {LONGEST_LINE} characters or fewer", "")
    return (text or None, "", "")


def postcode(text: str) -> Finding:
    """A postcode as the Royal Mail writes it: capitals, one space. O for 0 is put right, and said so."""
    squeezed = "".join(tidy.one_line(text).upper().split())
    found = _POSTCODE.fullmatch(squeezed)
    if found:
        return (f"{found[1]} {found[2]}", "", "")
    if is_nothing(tidy.one_line(text)):
        return NOTHING
    likely = _letters_for_figures(squeezed)
    guess = _POSTCODE.fullmatch(likely)
    slips = sum(a != b for a, b in zip(likely, squeezed, strict=True))
    if guess and slips == 1:            # two would make a postcode of "Filey"
        code = f"{guess[1]} {guess[2]}"
        return (code, "", f"Postcode read as {code}: check it")
    return (None, f"Enter a full postcode, like {EXAMPLE}", "")


def district(text: str) -> Finding:
    """The district as the force calls it; another one is kept as typed, and said to be none of its own."""
    text = tidy.one_line(text)
    if is_nothing(text):
        return NOTHING
    ours = force.current().district_named(text)
    if ours or not text:
        return (ours or None, "", "")
    if len(text) > LONGEST_LINE:
        return (None, f"Shorten the district to {LONGEST_LINE} characters or fewer", "")
    return (text, "", f"{text} is not a district of {force.current().name}")


def _lines(text: str) -> list[str]:
    if "\n" not in text and "\r" not in text:
        return [tidy.place(tidy.one_line(text))]
    return [tidy.place(tidy.one_line(part)) for part in _LINE_ENDS.split(tidy.paragraphs(text))]


def _letters_for_figures(code: str) -> str:
    """"Y012 4TX" → "YO12 4TX", "YO12 OTX" → "YO12 0TX": figures and letters where each must stand."""
    if not 5 <= len(code) <= 7:
        return code
    out, inner = code[:-3], code[-3:]
    head = 2 if (len(out) > 2 and not out[1].isdigit()) or (out[1:2] == "0" and len(out) > 3) else 1
    return (out[:head].translate(_LETTERS) + out[head:head + 1].translate(_FIGURES) + out[head + 1:]
            + inner[0].translate(_FIGURES) + inner[1:].translate(_LETTERS))
