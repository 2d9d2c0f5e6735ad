"""Texts: a few words to a mobile, into files where no sender is named."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from outreach.foundation.kept_files import write_once

LONGEST = 612    # four parts of 153 characters: what GOV.UK Notify sends as one text [G]


class TooLong(ValueError):
    """A text longer than four parts."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text message: an E.164 number and the words."""

    to: str
    words: str


def written(text: Text) -> str:
    """The text as it leaves. Raises `TooLong`."""
    if len(text.words) > LONGEST:
        raise TooLong(f"Keep the text to {LONGEST} characters")
    return text.words


class Folder:
    """Texts as `.txt` files, each named by its promise: the number, an empty line, the words."""

    certain = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, text: Text, number: str, about_to_leave: Callable[[], None]) -> str:
        """Write the file whole or not at all. Gives what to note about it."""
        about_to_leave()
        write_once(self.folder / f"{number}.txt", f"{text.to}\n\n{written(text)}\n".encode())
        return "written to a file"
