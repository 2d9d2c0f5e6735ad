"""Paper: what is printed and posted, as tagged PDF (PDF/UA-1) in type that is kind to poor eyes.

A layout is a Typst file in `content/layouts`; what stands on the page reaches it as JSON and never as part
of its program, so that nothing anybody typed can be run.
"""

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from logging import getLogger
from pathlib import Path
from typing import Any

import typst

from outreach.foundation.force import CONTENT

log = getLogger("outreach.typesetting")
LAYOUTS = CONTENT / "layouts"
FONTS = CONTENT.parent / "static" / "dist" / "fonts"
_BOX = "\u25a1"


def pdf(layout: str, facts: Mapping[str, Any]) -> bytes:
    """Set `facts` (anything JSON can hold) in a layout: the bytes of one PDF file.

    A character that our type has not becomes a box: one name does not keep five hundred letters from being
    printed. Raises `FileNotFoundError` for a layout there is not, `typst.TypstError` for facts it cannot set.
    """
    source = LAYOUTS / f"{layout}.typ"
    if not source.is_file():
        raise FileNotFoundError(source)
    words = json.dumps(facts, ensure_ascii=False)
    try:
        return _made(source, words)
    except typst.TypstError:
        if not (absent := unprintable(_told(facts))):
            raise
        log.warning("%s: set without %s characters that no type of ours has", layout, len(absent))
    return _made(source, json.dumps(_put_for(facts, str.maketrans(dict.fromkeys(absent, _BOX)))))


def unprintable(words: str) -> str:
    """Each character in `words` that our type cannot show, once: a name in Chinese, a smiling face."""
    return "".join(sorted(one for one in set(words) if not _prints(one)))


@lru_cache(maxsize=4096)
def _prints(one: str) -> bool:
    if one in "\n\t" or (one < "\u0180" and one.isprintable()):
        return True
    try:
        return bool(_made(LAYOUTS / "one_character.typ", json.dumps(one)))
    except typst.TypstError:
        return False


def _made(source: Path, facts: str) -> bytes:
    made = typst.compile(source, root=LAYOUTS, font_paths=_fonts(), format="pdf", pdf_standards="ua-1",
                         sys_inputs={"facts": facts})
    assert isinstance(made, bytes)
    return made


def _told(facts: Any) -> str:
    """Every word among the facts."""
    if isinstance(facts, Mapping):
        return "".join(_told(fact) for fact in facts.values())
    if isinstance(facts, str):
        return facts
    return "".join(map(_told, facts)) if _holds_more(facts) else ""


def _put_for(facts: Any, table: Any) -> Any:
    """The same facts with some characters written in another way."""
    if isinstance(facts, Mapping):
        return {name: _put_for(fact, table) for name, fact in facts.items()}
    if isinstance(facts, str):
        return facts.translate(table)
    return [_put_for(fact, table) for fact in facts] if _holds_more(facts) else facts


def _holds_more(facts: Any) -> bool:
    return isinstance(facts, list | tuple)


@cache
def _fonts() -> typst.Fonts:
    """Read once: looking through a folder of fonts costs more than setting a page."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
