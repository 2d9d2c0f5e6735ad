"""The measures that this force offers: its own list (`content/force.toml`, `[measures.types]`)."""

from collections.abc import Mapping

from outreach.foundation.force import current
from outreach.foundation.force.rules import MeasureType


class UnknownMeasure(ValueError):
    """No such measure, or one that is offered no more; the text says what to do."""


def kinds() -> Mapping[str, MeasureType]:
    """Every measure by its code, those offered no more too, in the order of the list."""
    return current().measures.types


def words_of(code: str) -> str:
    """A measure in words; one that was struck off the list is told by its code."""
    known = kinds().get(code)
    return known.words if known else code.replace("_", " ").capitalize()


def must_be_known(code: str, *, is_begun: bool) -> None:
    """Raise `UnknownMeasure` unless it is on the list; one that is retired may still be finished."""
    known = kinds().get(code)
    if known is None:
        raise UnknownMeasure("Choose a measure from the list")
    if known.retired and not is_begun:
        raise UnknownMeasure(f"“{known.words}” is not offered any more: choose another measure")
