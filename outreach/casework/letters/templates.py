"""The words of letters, kept in `content/letters` where an officer can change them without a programmer."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from outreach.casework.letters import marks
from outreach.casework.letters.fields import FACTS, KNOWN
from outreach.casework.victims.record import Format
from outreach.foundation.force import CONTENT

FOLDER = CONTENT / "letters"
FOOT = "check_it_is_us"      # stands under every letter
PRINTED = (Format.STANDARD, Format.LARGE_PRINT, Format.EASY_READ)
_FIELD = re.compile(r"{{\s*([^{}]*?)\s*}}")
_HEAD = {"title", "heading", "for", "to many"}

Block = dict[str, Any]       # {"kind": "paragraph", "items": [[{"text": …, "bold": false}, …]]}


class BadTemplate(Exception):
    """The words of a letter that cannot be used; the text names the file and says what to put right."""


@dataclass(frozen=True, slots=True)
class Template:
    """One letter as it stands in its file: for the desk (`title`, `use`), and for the reader."""

    name: str
    title: str
    heading: str
    use: str
    to_many: bool
    blocks: Sequence[Block]
    easy: Sequence[Block]

    @property
    def asks(self) -> list[str]:
        """The facts that whoever writes it adds, in the order of the fixed list."""
        used = {*_fields(self.blocks), *_fields(self.easy), *_FIELD.findall(self.heading)}
        return [name for name in FACTS if name in used]

    def words(self, format: Format) -> Sequence[Block]:
        """The words for this format (easy read has its own), and under them how to check that it is us."""
        return [*self._own(format), *({**block, "foot": True} for block in foot()._own(format))]

    def _own(self, format: Format) -> Sequence[Block]:
        return self.easy if format is Format.EASY_READ else self.blocks


@cache
def templates() -> Mapping[str, Template]:
    """Every letter there is, by name, in the order of their titles; read once. Raises `BadTemplate`."""
    return read(FOLDER)


@cache
def foot() -> Template:
    """What stands under every letter: how to check that it is really us. Raises `BadTemplate`."""
    return _template(FOLDER / f"{FOOT}.md", needs={"reference", "police"})


def read(folder: Path) -> dict[str, Template]:
    """The letters of a folder. Raises `BadTemplate` for the first that cannot be used."""
    found = [_template(file) for file in sorted(folder.glob("*.md"))
             if not file.stem.endswith(".easy") and file.stem != FOOT]
    return {template.name: template for template in sorted(found, key=lambda template: template.title)}


def filled(blocks: Sequence[Block], facts: Mapping[str, str]) -> list[Block]:
    """The words with their fields filled in. What is filled in is text and never anything else."""
    return [{**block, "items": [[{**span, "text": told(span["text"], facts)} for span in item]
                                for item in block["items"]]} for block in blocks]


def told(words: str, facts: Mapping[str, str]) -> str:
    """A line of words with its fields filled in."""
    return _FIELD.sub(lambda field: facts[field[1]], words)


def plain(blocks: Sequence[Block]) -> str:
    """The words without their looks."""
    return "\n\n".join("\n".join("".join(span["text"] for span in item) for item in block["items"])
                       for block in blocks)


def printed_as(format: Format) -> Format:
    """What can be printed for somebody who reads this way; Braille and audio become large print."""
    return format if format in PRINTED else Format.LARGE_PRINT


def _template(file: Path, needs: Collection[str] = ()) -> Template:
    head, words = _read(file)
    _, easy = _read(file.with_name(f"{file.stem}.easy.md"))
    heading = [{"kind": "heading", "items": [[{"text": head["heading"], "bold": False}]]}]
    _refuse_odd(file.name, heading, ())
    for name, blocks in ((file.name, words), (f"{file.stem}.easy.md", easy)):
        _refuse_odd(name, blocks, needs)
    return Template(file.stem, head["title"], head["heading"], head["for"], head.get("to many") == "yes",
                    words, easy)


def _read(file: Path) -> tuple[dict[str, str], list[Block]]:
    if not file.is_file():
        raise BadTemplate(f"{file.name} is missing: every letter has an easy-read twin")
    opening, _, rest = file.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    head = {name.strip(): value.strip() for name, _, value in
            (line.partition(":") for line in opening.splitlines() if line.strip())}
    if not rest or (not file.name.endswith(".easy.md") and not {"title", "heading", "for"} <= head.keys()):
        raise BadTemplate(f"{file.name}: begin with title, heading and for, between lines of ---")
    if odd := head.keys() - _HEAD:
        raise BadTemplate(f"{file.name}: nothing is known of “{min(odd)}” between the lines of ---")
    try:
        return head, marks.blocks(rest)
    except marks.CannotPrint as wrong:
        raise BadTemplate(f"{file.name}: {wrong}") from None


def _refuse_odd(name: str, blocks: Sequence[Block], needs: Collection[str]) -> None:
    used = set(_fields(blocks))
    if odd := used - KNOWN:
        raise BadTemplate(f"{name}: there is no field “{min(odd)}”. There are {', '.join(sorted(KNOWN))}")
    if absent := set(needs) - used:
        raise BadTemplate(f"{name}: put in {{{{ {min(absent)} }}}}: every letter has it")
    if "{{" in _FIELD.sub("", plain(blocks)) or "}}" in _FIELD.sub("", plain(blocks)):
        raise BadTemplate(f"{name}: a field is not closed: write it as {{{{ name }}}}")


def _fields(blocks: Sequence[Block]) -> Iterator[str]:
    yield from _FIELD.findall(plain(blocks))
