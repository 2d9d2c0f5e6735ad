"""Paper: what is printed and posted, as tagged PDF (PDF/UA-1) in type that is kind to poor eyes.

A layout is a Typst file in `content/layouts`; what stands on the page reaches it as JSON and never as part
of its program, so that nothing anybody typed can be run.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import typst

from outreach.foundation.force import CONTENT

LAYOUTS = CONTENT / "layouts"
FONTS = CONTENT.parent / "static" / "dist" / "fonts"


def pdf(layout: str, facts: Mapping[str, Any]) -> bytes:
    """Set `facts` (anything JSON can hold) in a layout: the bytes of one PDF file.

    Raises `FileNotFoundError` for a layout there is not, and `typst.TypstError` for facts it cannot set.
    """
    source = LAYOUTS / f"{layout}.typ"
    if not source.is_file():
        raise FileNotFoundError(source)
    made = typst.compile(source, root=LAYOUTS, font_paths=_fonts(), format="pdf", pdf_standards="ua-1",
                         sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)})
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    """Read once: looking through a folder of fonts costs more than setting a page."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
