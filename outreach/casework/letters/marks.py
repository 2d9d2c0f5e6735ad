"""Headings, lists and bold in the words of a letter: read from plain writing into blocks for the page."""

from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

_READER = MarkdownIt("commonmark", {"html": False}).disable(["code", "fence", "hr", "image", "html_block",
                                                             "html_inline", "blockquote", "entity"])
_LISTS = {"bullet_list_open": "bullets", "ordered_list_open": "numbers"}


class CannotPrint(Exception):
    """Something in the words that no letter can show."""


def blocks(text: str) -> list[dict[str, Any]]:
    """The blocks of a text: {"kind": "heading" | "paragraph" | "bullets" | "numbers", "items": [spans, …]}.

    A heading or paragraph has one item, a list one for each line. Raises `CannotPrint`.
    """
    found: list[dict[str, Any]] = []
    lists: list[dict[str, Any]] = []
    kind = ""
    for token in _READER.parse(text):
        if token.type in _LISTS:
            if lists:
                raise CannotPrint("a list within a list cannot be printed: make it one list")
            lists.append({"kind": _LISTS[token.type], "items": []})
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            found.append(lists.pop())
        elif token.type in ("heading_open", "paragraph_open"):
            kind = token.type.removesuffix("_open")
        elif token.type == "inline":
            _put(found, lists, kind, list(_spans(token.children or ())))
    return found


def _put(found: list[dict[str, Any]], lists: Sequence[dict[str, Any]], kind: str,
         spans: list[dict[str, Any]]) -> None:
    if lists:
        lists[-1]["items"].append(spans)
    else:
        found.append({"kind": kind, "items": [spans]})


def _spans(tokens: Sequence[Token]) -> Iterator[dict[str, Any]]:
    """Runs of text, each bold or not; a soft line end is a space, a hard one a line end."""
    bold = 0
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            bold += 1 if token.type == "strong_open" else -1
        elif token.type in ("softbreak", "hardbreak"):
            yield {"text": " " if token.type == "softbreak" else "\n", "bold": bool(bold)}
        elif token.type == "text" and token.content:
            yield {"text": token.content, "bold": bool(bold)}
        elif token.type not in ("text", "link_open", "link_close", "em_open", "em_close", "text_special"):
            raise CannotPrint("only headings, paragraphs, lists and bold can be printed")
        elif token.type == "text_special":
            yield {"text": token.content, "bold": bool(bold)}
