"""What is compared when we ask whether two entries are one person, and what each entry is filed under."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from sys import intern
from zlib import crc32

from outreach.casework.matching.addresses import postcode_within, read_address
from outreach.casework.matching.names import codes, read_name, sex_of

# Days that a form fills in when nobody knows the date of birth.
_PLACEHOLDERS = frozenset({date(1900, 1, 1), date(1901, 1, 1), date(1899, 12, 30), date(1899, 12, 31)})
_PHONES_FILED = 3


@dataclass(slots=True, frozen=True)
class Person:
    """One entry, and what is read from it once. Built by `person`, never by hand."""

    ref: int
    title: str
    first_name: str
    last_name: str
    gender: str
    born_on: date | None
    phones: tuple[str, ...]
    email: str
    postcode: str
    address: str
    forename: str               # folded, middle names included
    surname: str                # folded
    elder: str                  # "senior", "junior" or ""
    sex: str                    # "m", "f" or "", from the gender, else from the title
    mobiles: tuple[str, ...]    # a mobile is one person's …
    landlines: tuple[str, ...]  # … a landline is a household's
    house: str                  # numbers of the front door, or its name
    street: str                 # first word of the street behind the number
    birthday_proves: bool = True  # False where very many give this date (birthdays.py)


def person(ref: int, *, title: str = "", first_name: str = "", last_name: str = "", gender: str = "",
           born_on: date | None = None, phones: Sequence[str] = (), email: str = "", postcode: str = "",
           address_line_1: str = "", address_line_2: str = "", town: str = "") -> Person:
    """An entry ready to be compared. Values are normalised already: E.164, lower-case e-mail, "YO12 4TX"."""
    forename, elder = read_name(first_name)
    surname, elder_by_surname = read_name(last_name)
    house, street = read_address(address_line_1, address_line_2)
    if not postcode:
        postcode = postcode_within(f"{address_line_1} {address_line_2} {town}")
    mobiles = tuple([number for number in phones if _is_mobile(number)])
    landlines = tuple([number for number in phones if number not in mobiles])
    return Person(
        ref, intern(title), first_name, last_name, intern(gender),
        None if born_on in _PLACEHOLDERS else born_on,
        mobiles + landlines, email, postcode,
        f"{address_line_1}, {address_line_2}, {town}" if address_line_2 else f"{address_line_1}, {town}",
        forename, surname, elder or elder_by_surname, sex_of(gender, title), mobiles, landlines,
        house, street)


def blocking_keys(p: Person) -> tuple[int, ...]:
    """What the entry is filed under: two entries of one person share at least one key.

    Each key is a whole number below 2**36, the same in every process, so that it can be kept in a table.
    About six for most people.
    """
    keys = [_PHONE | crc32(number.encode()) for number in p.phones[:_PHONES_FILED]]
    if p.email:
        keys.append(_EMAIL | crc32(p.email.encode()))
    if p.born_on:
        keys += _by_birth(p, p.born_on)
    if p.postcode:
        where = f"{p.postcode}|{p.house}" if p.house else f"{p.postcode}|{p.surname}"
        keys.append(_HOME | crc32(where.encode()))
    if p.house and p.street and (surnames := codes(p.surname)):
        keys.append(_STREET | crc32(f"{p.house}|{p.street}|{surnames[0]}".encode()))
    return tuple(dict.fromkeys(keys))


_PHONE, _EMAIL, _BIRTH, _BIRTHDAY, _HOME, _STREET = (kind << 32 for kind in range(1, 7))
_is_mobile = re.compile(r"\+447[1-57-9]").match


def _by_birth(p: Person, born_on: date) -> list[int]:
    """By the date with either name, as names get swapped; by both names with day and month in any order."""
    day = f"{born_on.toordinal()}|"
    forenames, surnames = codes(p.forename), codes(p.surname)
    keys = [_BIRTH | crc32((day + code).encode()) for code in forenames + surnames]
    if forenames and surnames:
        first, second = sorted((born_on.day, born_on.month))
        both = f"{first}|{second}|{forenames[0]}|{surnames[0]}"
        keys.append(_BIRTHDAY | crc32(both.encode()))
    return keys
