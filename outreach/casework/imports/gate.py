"""What sort of file has been handed in: looked at before anything opens it, and refused if need be."""

import codecs
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

MAX_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024       # bytes; a workbook of 100,000 victims unpacks to about 150 MiB
FROM_HERE_RATIO_COUNTS = 20 * 1024 * 1024
HIGHEST_RATIO = 100                     # unpacked : packed; real sheets lie between 5 and 40
MOST_PARTS = 5_000
_HEAD = 64 * 1024
LOCKED = "This workbook is protected by a password. Save it without one, as XLSX or CSV, and upload that"
OLD = "This is an old sort of workbook (XLS). Open it, save it as XLSX or CSV, and upload that"
_AGAIN = "Save the list as XLSX or CSV and upload that"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_KNOWN = ((b"%PDF", "a PDF"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"),
          (b"GIF8", "a picture"), (b"{\\rtf", "a Rich Text document"), (b"\x1f\x8b", "a compressed file"),
          (b"7z\xbc\xaf", "a compressed file"), (b"Rar!", "a compressed file"), (b"\x7fELF", "a program"),
          (b"MZ\x90", "a program"), (b"SQLite format 3", "a database"))
_MARKUP = ((b"<html", "a web page"), (b"<!doctype html", "a web page"), (b"<table", "a web page"),
           (b"<?xml", "an XML file"), (b'{"', "a JSON file"), (b"[{", "a JSON file"))
_TEXT_CONTROLS = frozenset(b"\t\n\r\x0b\x0c\x1a\x00")


class UnreadableList(Exception):
    """The file cannot be brought in; the text of this error is a sentence that says what to do."""


def kind_of(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """"csv" or "xlsx", by what is in the file and not by its name. Raises `UnreadableList`."""
    size = path.stat().st_size
    if size == 0:
        raise UnreadableList("The file is empty. Choose the list again")
    if size > max_bytes:
        raise UnreadableList(f"The file is larger than {max_bytes // 1024 // 1024} MB. "
                             "Split the list and bring in the parts one after another")
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head.startswith(b"PK"):
            _pass_workbook(path, size)
            return "xlsx"
        _refuse_what_is_no_list(head, file)
    if not text_mark(head):
        _refuse_binary(head, path)
    return "csv"


def text_mark(head: bytes) -> str:
    """The encoding a byte-order mark announces, "" without one."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ""
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def _refuse_what_is_no_list(head: bytes, file: IO[bytes]) -> None:
    if head.startswith(_OLE):
        locked = any("EncryptedPackage".encode("utf-16-le") in block for block in (head, *_blocks(file)))
        raise UnreadableList(LOCKED if locked else OLD)
    opening = head.removeprefix(codecs.BOM_UTF8).lstrip()[:200].lower()
    for mark, what in (*_KNOWN, *_MARKUP):
        if head.startswith(mark) or ((mark, what) in _MARKUP and opening.startswith(mark)):
            raise UnreadableList(f"This is {what}, not a list. {_AGAIN}")


def _refuse_binary(head: bytes, path: Path) -> None:
    """A NUL in one cell is that cell's fault; NULs all over, or in the first line, mean this is no text."""
    first_line = head.lstrip().split(b"\n", 1)[0]
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)
    with path.open("rb") as file:
        nuls = sum(block.count(0) for block in _blocks(file))
    if 0 in first_line or (nuls > 20 and nuls * 100 > path.stat().st_size) or controls * 100 > len(head):
        raise UnreadableList("This file is not text that can be read: it may be damaged, or written as "
                             f"UTF-16 without its mark. {_AGAIN}")


def _pass_workbook(path: Path, size: int) -> None:
    """Look at what the archive says it holds before anything unpacks it (125 KiB can become 900 MiB).

    One that lies about its sizes gets no further: the library that unpacks it stops at the size declared.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _refuse_other_archives([part.filename for part in parts])
            if any(part.flag_bits & 1 for part in parts):
                raise UnreadableList(LOCKED)
            _refuse_bomb(parts, size)
    except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError, ValueError, RuntimeError):
        raise UnreadableList(f"This workbook is damaged and cannot be opened. {_AGAIN}") from None


def _refuse_other_archives(names: list[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    what = ("a binary workbook (XLSB)" if "xl/workbook.bin" in names
            else "a Word document" if any(name.startswith("word/") for name in names)
            else "an OpenDocument file" if "mimetype" in names and "content.xml" in names
            else "a compressed file")
    raise UnreadableList(f"This is {what}, not a list. {_AGAIN}")


def _refuse_bomb(parts: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    swollen = unpacked > FROM_HERE_RATIO_COUNTS and unpacked > HIGHEST_RATIO * size
    if swollen or unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS:
        raise UnreadableList("This workbook unpacks to far more than a list should. Save the sheet as "
                             "CSV and upload that")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(1024 * 1024):
        yield block
