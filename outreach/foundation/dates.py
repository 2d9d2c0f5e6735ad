"""Dates as people type them: 27 3 1951, 27/03/51, 3rd March 1951, or the number a spreadsheet keeps."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from outreach.foundation.clock import today as today_in_britain

EXAMPLE_OF_BIRTH, EXAMPLE = "27 3 1951", "27 3 2026"
OLDEST = 120            # years: nobody in Britain has lived longer; an earlier birth is a slip of the pen
YOUNGEST = 16           # a two-digit year that would make somebody younger is read as the century before
_SPREADSHEET_EPOCH = date(1899, 12, 30)
_MONTHS = {name: number for number, names in enumerate(
    ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
     "sep sept september", "oct october", "nov november", "dec december"), 1) for name in names.split()}
_SPOKEN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")
_CLOCK = re.compile(r"[t ,]+\d{1,2}[:.]\d{2}([:.]\d{2}([.,]\d+)?)?( ?[ap]\.?m\.?)?( ?(z|[+-]\d\d:?\d\d))?$")
_PIECES = re.compile(r"\d+|[a-z]+|\?+")
_NOISE = re.compile(r"(?<=\d)(st|nd|rd|th)\b|\b(mon|tues?|wed(nes)?|thur?s?|fri|sat(ur)?|sun)(day)?\b|\bof\b")
_USUAL = re.compile(r"(\d\d)/(\d\d)/(19|20)(\d\d)")
_SERIAL = re.compile(r"\d{4,5}([.,]\d+)?")


class NotADate(ValueError):
    """What was typed is no date; the text of this error is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: the day; or only a year; or neither, where nothing is known.

    `remark` is a sentence about anything guessed on the way, "" where nothing was.
    """

    on: date | None = None
    year: int | None = None
    remark: str = ""


def spoken(on: date) -> str:
    """A date as it is said: 3 March 2026."""
    return f"{on.day} {_SPOKEN[on.month - 1]} {on.year}"


def read_date(text: str, *, birth: bool = False, today: date | None = None) -> date:
    """One whole date, or `NotADate`. British order is assumed where the day and month could be either."""
    found = read(text, birth=birth, today=today)
    if found.on is None:
        raise NotADate(_enter(birth))
    return found.on


def read(text: str, *, birth: bool = False, today: date | None = None) -> Reading:
    """Read a date in any of the ways a victim list writes one (design: answers 9).

    With `birth`, a year alone is accepted, two-digit years are read so that nobody is under 16, and a date to
    come, or more than 120 years gone, is refused. Raises `NotADate`.
    """
    now = today or today_in_britain()
    usual = _as_usual(text)
    if usual and date(1900, 1, 1) < usual <= now and now.year - usual.year <= OLDEST:
        return Reading(usual)
    plain = _CLOCK.sub("", text.strip().lower().strip("'\""))
    pieces = _PIECES.findall(_NOISE.sub(" ", plain))
    found = _read_pieces(plain, pieces, birth, now)
    if found.on and birth:
        _refuse_impossible_birth(found.on, now)
    if found.on and not birth and found.on > now:
        return Reading(found.on, remark=f"{spoken(found.on)} is still to come: check it")
    return found


def _as_usual(text: str) -> date | None:
    """A date written 27/03/1951, as nine in ten are: worth a shorter way."""
    found = _USUAL.fullmatch(text)
    try:
        return date(int(found[3] + found[4]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def _read_pieces(plain: str, pieces: list[str], birth: bool, now: date) -> Reading:
    if pieces and all(piece.strip("0") == "" for piece in pieces):
        return Reading()                                    # 00/00/0000: how some systems write "not known"
    if _SERIAL.fullmatch(plain):
        return _number(plain, birth)
    if len(pieces) == 1 and pieces[0].isdigit():
        pieces = _unglued(pieces[0], birth)
    if len(pieces) == 2 or any(piece.startswith("?") for piece in pieces):
        return _year_only(pieces, birth)
    if len(pieces) != 3:
        raise NotADate(_enter(birth))
    return _three(pieces, birth, now)


def _number(plain: str, birth: bool) -> Reading:
    """A bare number: a year (1951), or the days since 1899 that a spreadsheet keeps (18714)."""
    days = int(float(plain.replace(",", ".")))
    if len(plain) == 4 and 1850 < days < 2100:
        return _year_only([plain], birth)
    if not 3000 < days < 60000:
        raise NotADate(_enter(birth))
    on = _SPREADSHEET_EPOCH + timedelta(days=days)
    return Reading(on, remark=f"The spreadsheet’s number {plain} was read as {spoken(on)}: check it")


def _unglued(digits: str, birth: bool) -> list[str]:
    if len(digits) == 8 and digits[:2] in ("18", "19", "20") and 1 <= int(digits[4:6]) <= 12:
        return [digits[:4], digits[4:6], digits[6:]]
    if len(digits) in (6, 8):
        return [digits[:2], digits[2:4], digits[4:]]
    raise NotADate(_enter(birth))


def _year_only(pieces: list[str], birth: bool) -> Reading:
    years = [int(piece) for piece in pieces if len(piece) == 4 and piece.isdigit()]
    if not birth or len(years) != 1 or not 1850 < years[0] < 2100:
        raise NotADate(_enter(birth))
    return Reading(year=years[0], remark=f"Only the year {years[0]} could be read: the age is an estimate")


def _three(pieces: list[str], birth: bool, now: date) -> Reading:
    day, month, year = _in_order(pieces, birth)
    american = month > 12 >= day
    if american:
        day, month = month, day
    full = _whole_year(year, birth, now)
    try:
        on = date(full, month, day)
    except ValueError:
        raise NotADate(f"There is no such day. {_enter(birth)}") from None
    if on == date(1900, 1, 1) and birth:
        return Reading(remark="1 January 1900 usually means “not known”: left blank")
    return Reading(on, remark=_remark(on, american, guessed=birth and len(year) <= 2))


def _in_order(pieces: list[str], birth: bool) -> tuple[int, int, str]:
    """Day, month and year of three pieces, whichever order they stand in."""
    named = [place for place, piece in enumerate(pieces) if piece in _MONTHS]
    if len(named) > 1 or any(not p.isdigit() for n, p in enumerate(pieces) if n not in named):
        raise NotADate(_enter(birth))
    first, middle, last = pieces
    if len(first) == 4:
        order = (last, middle, first)
    elif named == [0]:
        order = (middle, first, last)
    else:
        order = (first, middle, last)
    day, month, year = order
    if len(day) > 2 or len(year) not in (1, 2, 4) or not day.isdigit() or not year.isdigit():
        raise NotADate(_enter(birth))
    return int(day), _MONTHS.get(month) or int(month), year


def _whole_year(year: str, birth: bool, now: date) -> int:
    if len(year) == 4:
        return int(year)
    latest = now.year - YOUNGEST if birth else now.year + 1
    return 2000 + int(year) if 2000 + int(year) <= latest else 1900 + int(year)


def _remark(on: date, american: bool, guessed: bool) -> str:
    if american:
        return f"Read the American way, month first, as {spoken(on)}: check it"
    return f"The year has two figures: read as {spoken(on)}" if guessed else ""


def _refuse_impossible_birth(on: date, now: date) -> None:
    if on > now:
        raise NotADate(f"A date of birth must be in the past. {_enter(True)}")
    if on.year < now.year - OLDEST:
        raise NotADate(f"{spoken(on)} is more than {OLDEST} years ago. {_enter(True)}")


def _enter(birth: bool) -> str:
    if birth:
        return f"Enter a date of birth, like {EXAMPLE_OF_BIRTH}"
    return f"Enter a date with its day, month and year, like {EXAMPLE}"
