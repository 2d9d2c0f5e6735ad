"""The cells that say who somebody is: name, date of birth, age, e-mail address."""

import re
from datetime import date

from outreach.casework.imports import tidy
from outreach.casework.imports.choices import NOTHING, Finding, is_nothing
from outreach.foundation import dates

LAST_NAME_MISSING = "Enter a last name"
LONGEST_NAME = 100
_TITLES = {word.lower(): word for word in (
    "Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof", "Professor", "Rev", "Revd", "Reverend", "Sir", "Dame",
    "Lady", "Lord", "Master", "Fr", "Father", "Sister", "Canon", "Capt", "Captain", "Major", "Col", "Colonel",
    "Cllr", "Councillor")}
_ORGANISATION = re.compile(
    r"(?i)\b(ltd|limited|plc|llp|cic|& co|& sons|company|services|church|parish|council|trust|charity)\b\.?")
_PARTICLES = frozenset(("van", "von", "der", "den", "de", "la", "le", "du", "da", "di", "bin", "ibn", "al",
                        "el", "st", "st.", "o"))
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
                    r"(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_AT = re.compile(r"\s*(?:\s+at\s+|\(at\)|\[at\]|\s@\s|@\s|\s@)\s*")
_AGE = re.compile(r"(?:about|approx\.?|aged?|c\.?|circa|~)?\s*(\d{1,3})(?:\.0+)?\s*"
                  r"(?:\+|s|ish|years?|yrs?|y/?o|years? old)?")


def title(text: str) -> Finding:
    """A title as it is written on a letter; one we do not know is kept as typed."""
    text = tidy.one_line(text)
    if is_nothing(text):
        return NOTHING
    return _limited(_TITLES.get(text.lower().rstrip("."), text), 30, "title")


def first_name(text: str) -> Finding:
    """Forenames. A title typed before them is told apart."""
    text = tidy.one_line(text)
    if is_nothing(text):
        return NOTHING
    head, _, rest = text.partition(" ")
    known = _TITLES.get(head.lower().rstrip("."))
    if known and rest:
        return ({"first_name": tidy.name(rest), "title": known}, "", "")
    return _name(text, "first name")


def last_name(text: str) -> Finding:
    """A surname, or the name of a business or charity. Only words that say "not known" make it missing."""
    text = tidy.one_line(text)
    if is_nothing(text) and len(text) > 1:
        return (None, LAST_NAME_MISSING, "")
    if _ORGANISATION.search(text):
        return ({"last_name": text, "kind": "business"}, "", "Read as a business or charity: check it")
    return _name(text, "last name")


def full_name(text: str) -> Finding:
    """Title, first and last name out of one cell: "Mrs Jean Hill", "HILL, Jean"."""
    text = tidy.one_line(text)
    if is_nothing(text):
        return (None, LAST_NAME_MISSING, "")
    if _ORGANISATION.search(text):
        return ({"last_name": text, "kind": "business"}, "", "Read as a business or charity: check it")
    last, comma, first = text.partition(",")
    words = (f"{first} {last}" if comma else text).split()
    found = {"title": _TITLES[words.pop(0).lower().rstrip(".")]} if _is_title(words) else {}
    split = len(words) - len(last.split()) if comma else _surname_starts(words)
    found |= {"first_name": tidy.name(" ".join(words[:split])),
              "last_name": tidy.name(" ".join(words[split:]))}
    if not found["last_name"]:
        return (None, LAST_NAME_MISSING, "")
    wrong = _name(found["last_name"], "last name")[1]
    remark = f"Last name read as {found['last_name']}: check it" if len(words) > 3 and not comma else ""
    return ({key: value for key, value in found.items() if value}, wrong, remark)


def born_on(text: str, today: date) -> Finding:
    """A date of birth (ISO); where only the year can be read, an estimated age."""
    text = tidy.one_line(text)
    if is_nothing(text):
        return NOTHING
    try:
        found = dates.read(text, birth=True, today=today)
    except dates.NotADate as wrong:
        return (None, str(wrong), "")
    if found.year:
        return ({"age_estimate": max(today.year - found.year, 0)}, "", found.remark)
    return (found.on.isoformat() if found.on else None, "", found.remark)


def age(text: str) -> Finding:
    """An age in whole years, "about 80" included."""
    text = tidy.one_line(text).lower()
    if is_nothing(text):
        return NOTHING
    found = _AGE.fullmatch(text)
    if not found or int(found[1]) > dates.OLDEST:
        return (None, "Enter an age in years, like 78", "")
    return (int(found[1]), "", "")


def email(text: str) -> Finding:
    """An e-mail address in small letters; "jean at example.org" is put right, and said so."""
    typed = tidy.one_line(text).lower().removeprefix("mailto:")
    if _EMAIL.fullmatch(typed) and len(typed) <= 254:
        return (typed, "", "")
    if is_nothing(typed):
        return NOTHING
    guess = _AT.sub("@", typed).strip(" .,;<>")
    if _EMAIL.fullmatch(guess) and len(guess) <= 254:
        return (guess, "", f"Read as {guess}: check it")
    return (None, "Enter an email address in the correct format, like name@example.org", "")


def _name(text: str, called: str) -> Finding:
    if "@" in text or sum(letter.isdigit() for letter in text) > 2:
        return (None, f"Enter a {called}: this looks like something else", "")
    figure = any(letter.isdigit() for letter in text)
    remark = f"There is a figure in the {called}: check it" if figure else ""
    value, wrong, _ = _limited(tidy.name(text), LONGEST_NAME, called)
    return (value, wrong, remark)


def _limited(text: str, longest: int, called: str) -> Finding:
    if len(text) > longest:
        return (None, f"Shorten the {called} to {longest} characters or fewer", "")
    return (text or None, "", "")


def _is_title(words: list[str]) -> bool:
    return len(words) > 1 and words[0].lower().rstrip(".") in _TITLES


def _surname_starts(words: list[str]) -> int:
    """Where the last name starts: the last word, with any van, de or O before it."""
    start = max(len(words) - 1, 0)
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return start
