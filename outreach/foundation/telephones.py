"""Telephone numbers: read as people write them, kept one way, shown the British way."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat

EXAMPLE = "01632 960 001"
ENTER = f"Enter a phone number, like {EXAMPLE}"
WHOLE = f"Enter the whole number with its area code, like {EXAMPLE}"
CUT_SHORT = f"The spreadsheet has cut this number short. Enter the whole number, like {EXAMPLE}"

_PUNCTUATION = str.maketrans("", "", " ()-.\t")
_PLAIN = re.compile(r"(?:\+?44|0044)?0?([1-357-9]\d{9})")
_PIECE = re.compile(r"\+?[(\[]?\d[\d()\[\] .\t-]{4,}\d")
_TOGETHER = re.compile(r"(?<=\d) +(?=(?:\+|00|0[1-9]))")
_EXTENSION = re.compile(r"(?i)\b(?:ext(?:ension|n)?\.?|x) ?\d{1,6}\b")
_SHORTENED = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+")
_NOUGHTS = re.compile(r"(?<![A-Za-z])[Oo]+(?=\d)|(?<=\d)[Oo]+(?=\d)")
_DASHES = str.maketrans({"–": "-", "—": "-", "‐": "-", "‑": "-", "\u00a0": " ", "\n": " / "})
_SHORTEST = len("+44169772345")
_EDGES = " /,;:&|-()[]+"
_JOINTS = ("or", "and")
_THE_44S = ("GB", "GG", "JE", "IM")     # four plans share the code 44
_KINDS = ("fixed_line", "mobile", "toll_free", "premium_rate", "personal_number", "voip", "pager", "uan",
          "shared_cost", "voicemail")


class NotATelephone(ValueError):
    """What was typed is no telephone number; the text of this error is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """One number in E.164 ("+441632960001"), as it was typed, and what stood beside it ("daughter").

    `remark` is a sentence where somebody should look again, "" where there is nothing to say.
    """

    number: str
    as_typed: str
    note: str = ""
    remark: str = ""


def parse(text: str, region: str = "GB") -> str:
    """One number in E.164. Accepts whatever could be dialled, Ofcom's drama numbers too (design: answers 7).

    Raises `NotATelephone`.
    """
    plain = _PLAIN.fullmatch(text.translate(_PUNCTUATION)) if region == "GB" else None
    return "+44" + plain[1] if plain else _by_the_book(text, region)


def in_use(number: str) -> bool:
    """Whether a number in E.164 lies in a range that is given out. The drama numbers do not; nor do slips."""
    if number.startswith("+44"):
        return _given_out_in_britain().fullmatch(number[3:]) is not None
    return phonenumbers.is_valid_number(phonenumbers.parse(number, None))


def plainly(text: str) -> str:
    """The number in E.164 where the text is one British number in use and nothing else, otherwise ""."""
    found = _PLAIN.fullmatch(text.translate(_PUNCTUATION))
    return "+44" + found[1] if found and _given_out_in_britain().fullmatch(found[1]) else ""


def numbers_in(text: str, region: str = "GB") -> list[Telephone]:
    """Every number in what was typed, each with the words beside it.

    Understands two numbers in one box, notes ("after 6pm"), extensions, `="0163…"`, a lost leading 0 and the
    letter O for a nought. Raises `NotATelephone`.
    """
    if region == "GB":
        plain = _PLAIN.fullmatch(text.translate(_PUNCTUATION))
        if plain:
            return [_one("+44" + plain[1], text, "")]
    tidy = _unwrapped(text.translate(_DASHES))
    if _SHORTENED.fullmatch(tidy):
        raise NotATelephone(CUT_SHORT)
    return _numbers_and_notes(tidy, region)


def spoken(number: str) -> str:
    """A number in E.164 as it is said in Britain: 01632 960 001, 020 7946 0018, 0113 496 0001; a short one,
    like 101, as it is."""
    if not number.startswith("+"):
        return number
    if not number.startswith("+44") or len(number) not in (12, 13):
        return _abroad(number)
    national = number[3:]
    if len(national) == 9:
        return f"0{national[:4]} {national[4:]}" if national[0] == "1" else f"0{national[:3]} {national[3:]}"
    if national[0] == "2":
        return f"0{national[:2]} {national[2:6]} {national[6:]}"
    if national[0] in "389" or national[:2] == "11" or (national[0] == "1" and national[2] == "1"):
        return f"0{national[:3]} {national[3:6]} {national[6:]}"
    return f"0{national[:4]} {national[4:7]} {national[7:]}"


def _by_the_book(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text.replace("(0)", ""), region)
    except phonenumbers.NumberParseException:
        raise NotATelephone(ENTER) from None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise NotATelephone(WHOLE)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise NotATelephone(ENTER)
    number.extension = None
    found = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if found.startswith("+44") and len(found) < _SHORTEST and not in_use(found):
        raise NotATelephone(WHOLE)      # 0800 1111 and 0845 46 47 are real; other stumps are not
    return found


@cache
def _given_out_in_britain() -> re.Pattern[str]:
    """The library's own ranges for every kind of number under 44, as one pattern: 30 times its speed."""
    plans = [PhoneMetadata.metadata_for_region(region) for region in _THE_44S]
    kinds = [getattr(plan, kind) for plan in plans for kind in _KINDS if plan]
    return re.compile("|".join(f"(?:{kind.national_number_pattern})" for kind in kinds
                               if kind and kind.national_number_pattern))


def _one(number: str, as_typed: str, note: str, remark: str = "") -> Telephone:
    if not remark and not in_use(number):
        remark = f"{spoken(number)} is not a number in use: check it"
    return Telephone(number, as_typed, note, remark)


def _unwrapped(text: str) -> str:
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.lstrip("'").strip()


def _numbers_and_notes(text: str, region: str) -> list[Telephone]:
    # As long as the text itself, so that places in the one are places in the other
    figures = _NOUGHTS.sub(lambda found: "0" * len(found[0]), text)
    pieces = _pieces(figures, region)
    if not pieces:
        raise NotATelephone(ENTER)
    slip = "" if figures == text else "The letter O was read as a nought: check the number"
    return [_one(parse(typed, region), text[start:start + len(typed)].strip(), note, slip)
            for (start, typed), note in zip(pieces, _notes(text, pieces), strict=True)]


def _notes(text: str, pieces: list[tuple[int, str]]) -> list[str]:
    """The words that belong to each number: before it if the text begins with words, else after it."""
    ends = [0] + [start + len(typed) for start, typed in pieces]
    starts = [start for start, _ in pieces] + [len(text)]
    between = [_note(text[end:start]) for end, start in zip(ends, starts, strict=True)]
    if between[0]:
        return [*between[:-2], " ".join(words for words in between[-2:] if words)]
    return between[1:]


def _pieces(text: str, region: str) -> list[tuple[int, str]]:
    """Where each number starts, and the number; an extension or a clock time is no number."""
    hidden = _EXTENSION.sub(lambda found: "~" * len(found[0]), text)
    pieces = [(found.start(), found[0]) for found in _PIECE.finditer(hidden)]
    return [part for start, typed in pieces for part in _parted(start, typed, region)]


def _parted(start: int, typed: str, region: str) -> list[tuple[int, str]]:
    """Two numbers with only a space between them, told apart; else the one there is."""
    if sum(letter.isdigit() for letter in typed) <= 15:
        return [(start, typed)]
    for gap in _TOGETHER.finditer(typed):
        left, right = typed[:gap.start()], typed[gap.end():]
        if _can_be_read(left, region) and _can_be_read(right, region):
            return [(start, left), (start + gap.end(), right)]
    return [(start, typed)]


def _can_be_read(typed: str, region: str) -> bool:
    try:
        return bool(parse(typed, region))
    except NotATelephone:
        return False


def _note(text: str) -> str:
    words = " ".join(text.split()).strip(_EDGES)
    if words in _JOINTS:
        return ""
    return words.removeprefix("or ").removeprefix("and ").removesuffix(" or").strip(_EDGES)


@lru_cache(maxsize=1000)
def _abroad(number: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number
