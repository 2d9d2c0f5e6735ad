"""The cells that tell of the fraud: reference, date, kind of fraud, how much was lost, what happened."""

import re
from datetime import date, time
from decimal import Decimal

from outreach.casework import fraud_types
from outreach.casework.imports import tidy
from outreach.casework.imports.choices import NOTHING, Finding, is_nothing
from outreach.foundation import dates

NO_DATE = "No date of report is given"
POUNDS = "Enter the amount lost in pounds, like 1250.50"
LONGEST_SUMMARY = 10_000
MOST_LOST = Decimal(10_000_000)     # pounds; more is believed, but somebody should look
_NATIONAL = re.compile(r"NFRC\d{12}")
_SHORTENED = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+")
_CODE = re.compile(r"(?:NFIB)?[\s:_-]*0*(\d{1,2}[A-Z]?)\b.*", re.DOTALL)
_SURE = re.compile(r"£?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?")
_AMOUNT = re.compile(r"(?:gbp|£)?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(k|m)?(?:gbp|pounds|£)?")
_ROUGHLY = re.compile(r"\b(?:approximately|approx|about|around|circa|est|estimated|over|c)\b\.?|[~+]")
_NO_LOSS = frozenset(("nil", "none", "zero", "no loss", "nothing", "no", "nil loss", "0"))
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?(?::\d{2})?\s*([ap])?\.?m?\.?")
_TIMES = {"k": 1_000, "m": 1_000_000, None: 1}
_LINE_OF_A_LIST = 8     # separators in one line of a note: more likely a row of the list than prose


def reference(text: str) -> Finding:
    """The national reference, in capitals without spaces. Formats change: an odd one is kept, and said so."""
    plain = "".join(tidy.one_line(text).upper().split())
    if _NATIONAL.fullmatch(plain):
        return (plain, "", "")
    if is_nothing(plain):
        return NOTHING
    if _SHORTENED.fullmatch(plain):
        return (None, "The spreadsheet has cut this reference short. Enter the whole reference", "")
    if len(plain) > 40:
        return (None, "Enter a reference of 40 characters or fewer", "")
    return (plain or None, "", "Not the usual shape of a reference, NFRC and 12 figures: check it")


def occurrence(text: str) -> Finding:
    """The force's own occurrence number, in capitals without spaces."""
    plain = "".join(tidy.one_line(text).upper().split())
    if is_nothing(plain):
        return NOTHING
    if _SHORTENED.fullmatch(plain) or len(plain) > 40:
        return (None, "Enter the whole occurrence number, 40 characters or fewer", "")
    return (plain or None, "", "")


def reported_on(text: str, today: date) -> Finding:
    """The date of the report (ISO). British order where day and month could be either."""
    text = tidy.one_line(text)
    if is_nothing(text):
        return (None, "", NO_DATE)
    try:
        found = dates.read(text, today=today)
    except dates.NotADate as wrong:
        return (None, str(wrong), "")
    if found.on is None:
        return (None, "", NO_DATE)
    return (found.on.isoformat(), "", found.remark)


def nfib_code(text: str) -> Finding:
    """"NFIB3A" → "3A". A code that is not on the list is kept, and said so."""
    plain = tidy.one_line(text).upper()
    if is_nothing(plain):
        return NOTHING
    found = _CODE.fullmatch(plain)
    if not found:
        return (None, "Enter an NFIB code, like 3A", "")
    known = found[1] in fraud_types.nfib_codes()
    return (found[1], "", "" if known else f"{found[1]} is not on our list of NFIB codes: check it")


def fraud_type(text: str) -> Finding:
    """The code of the force's own fraud type; words that name none of them leave it to the NFIB code."""
    text = tidy.one_line(text)
    if is_nothing(text):
        return NOTHING
    code = fraud_types.type_named(text)
    return (code or None, "", "" if code else f"“{text[:60]}” is not on our list of fraud types")


def lost(text: str) -> Finding:
    """Pence. "£1,250", "GBP 1250.5", "1.2k" and "nil" are understood; a blank is not nought."""
    plain = tidy.one_line(text).lower()
    sure = _SURE.fullmatch(plain)
    if sure:
        return _pence(Decimal(sure[1].replace(",", "") + (sure[2] or "")), rough=False)
    if plain in _NO_LOSS:
        return (0, "", "")
    if is_nothing(plain):
        return NOTHING
    if _SHORTENED.fullmatch(plain.upper()):
        return (None, f"The spreadsheet has cut this amount short. {POUNDS}", "")
    bare = _ROUGHLY.sub("", plain)
    found = _AMOUNT.fullmatch("".join(bare.split()))
    if not found:
        return (None, POUNDS, "")
    pounds = Decimal(found[1].replace(",", "") + (found[2] or "")) * _TIMES[found[3]]
    return _pence(pounds, rough=bare != plain or found[3] is not None)


def summary(text: str) -> Finding:
    """What happened, in its own lines. Ten thousand characters are kept; the list itself holds the rest."""
    whole = tidy.paragraphs(text.replace(tidy.UNREADABLE, ""))
    if swallowed(whole):
        return (None, "A quotation mark that is never closed has drawn other rows into this cell. "
                "Correct the list and upload it again, or put this cell right", "")
    if len(whole) > LONGEST_SUMMARY:
        return (whole[:LONGEST_SUMMARY], "", f"Only the first {LONGEST_SUMMARY:,} of {len(whole):,} "
                "characters are kept here: the list as uploaded holds the rest")
    lost_some = tidy.UNREADABLE in text
    return (whole or None, "", "A character that cannot be read was left out: check it" if lost_some else "")


def swallowed(text: str) -> bool:
    """Whether rows of the list stand inside a cell, as after a quotation mark that is never closed."""
    return "\n" in text and any(
        max(line.count(mark) for mark in ",;\t|") >= _LINE_OF_A_LIST for line in text.split("\n")[1:])


def clock(text: str) -> Finding:
    """A time of day ("09:30") out of "9.30am", "0930", "after 6pm"."""
    plain = tidy.one_line(text).lower().removeprefix("after ").removeprefix("before ").removeprefix("until ")
    if is_nothing(plain):
        return NOTHING
    found = _CLOCK.fullmatch({"noon": "12pm", "midday": "12pm"}.get(plain, plain))
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if found and found[3] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    if hour > 23 or minute > 59:
        return (None, "Enter a time, like 9:30am", "")
    return (time(hour, minute).strftime("%H:%M"), "", "")


def _pence(pounds: Decimal, *, rough: bool) -> Finding:
    pence = int((pounds * 100).to_integral_value())
    if pounds > MOST_LOST:
        return (pence, "", f"£{pounds:,.2f} is an unusually large loss: check it")
    return (pence, "", f"Read as £{pounds:,.2f}: check it" if rough else "")
