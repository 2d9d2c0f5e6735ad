"""Printing letters: their words on paper for the window envelope, in the size their readers need."""

from collections.abc import Sequence
from typing import Any

from outreach.casework.letters.record import Letter, State
from outreach.casework.safe_contact import Channel, UnsafeContact, refuse_unsafe
from outreach.casework.victims.record import Format
from outreach.foundation import clock, typesetting
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.force.rules import LetterRules

# Between lines and between paragraphs, in heights of the type: easy read has one idea to a line, wide apart.
_AIR = {Format.STANDARD: (0.56, 1.0), Format.LARGE_PRINT: (0.66, 1.1), Format.EASY_READ: (0.75, 1.3)}


def pdf(letters: Sequence[Letter]) -> bytes:
    """These letters as one PDF (PDF/UA-1), in the order given; a letter printed again is the same letter."""
    force = current()
    title = letters[0].heading if len(letters) == 1 else f"{len(letters)} letters to post"
    return typesetting.pdf("letter", {
        "title": title, "from": force.name, "police": force.numbers["police"],
        "both_sides": force.letters.both_sides, "letters": [_facts(letter) for letter in letters]})


def pdf_of(letter: Letter) -> bytes:
    """One letter. Raises `UnsafeContact` where it waits to be posted and post has become unsafe."""
    _refuse(letter)
    return pdf([letter])


def refusal(letter: Letter) -> str:
    """Why it must not be printed and posted any more; "" where it may be, or was."""
    try:
        _refuse(letter)
    except UnsafeContact as refused:
        return str(refused)
    return ""


def _refuse(letter: Letter) -> None:
    if letter.state is State.WAITING:
        refuse_unsafe(letter.victim, Channel.LETTER)


def points(format: Format, rules: LetterRules) -> int:
    """The size of type for a format."""
    return {Format.LARGE_PRINT: rules.large_print_points, Format.EASY_READ: rules.easy_read_points}.get(
        format, rules.standard_points)


def _facts(letter: Letter) -> dict[str, Any]:
    leading, spacing = _AIR[letter.format]
    return {"points": points(letter.format, current().letters), "leading": leading, "spacing": spacing,
            "address": letter.address, "date": spoken(clock.day_of(letter.written_at)),
            "reference": letter.reference, "heading": letter.heading, "blocks": letter.blocks}
