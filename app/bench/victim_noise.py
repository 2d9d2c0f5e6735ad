"""What happens to a person's particulars between one report and the next, and how they end up in cells."""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from outreach.casework.matching import variants


@dataclass(frozen=True, slots=True)
class Values:
    """One person's particulars as the matcher knows them. `helper`: whose mobile they might give."""

    title: str
    first_name: str
    middle_name: str
    last_name: str
    sex: str
    born_on: date | None
    landline: str
    mobile: str
    email: str
    address_line_1: str
    address_line_2: str
    town: str
    postcode: str
    helper: str


Change = Callable[[random.Random, Values], Values]


def disturb(rng: random.Random, values: Values, strength: float) -> tuple[Values, tuple[str, ...]]:
    """The values as another report might have them, and the names of what was done."""
    done = []
    for rate, change in _CHANGES:
        if rng.random() < rate * strength and (changed := change(rng, values)) != values:
            values = changed
            done.append(change.__name__.strip("_"))
    return values, tuple(done)


def without_accents(text: str) -> str:
    """Zoë as Zoe."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def as_written(rng: random.Random, v: Values) -> list[str]:
    """Cells as a careful clerk types them, from title to e-mail."""
    return [v.title, v.first_name, v.last_name, f"{v.born_on:%d/%m/%Y}" if v.born_on else "", v.sex.upper(),
            v.address_line_1, v.address_line_2, v.town, v.postcode,
            _national(v.landline), _national(v.mobile), v.email]


def as_typed(rng: random.Random, v: Values) -> list[str]:
    """The same in a hurry: capitals, spaces, dashes, other orders of date, remarks after numbers."""
    cells = as_written(rng, v)
    if v.born_on:
        cells[3] = rng.choice([cells[3]] * 6 + [
            f"{v.born_on:%d-%b-%Y}", f"{v.born_on:%Y-%m-%d}", f"{v.born_on.day} {v.born_on:%B %Y}",
            f"{v.born_on:%d %m %Y}"])
    if rng.random() < 0.2:
        cells[1:3] = [cells[1].upper(), cells[2].upper()]
    for place, number in ((9, v.landline), (10, v.mobile)):
        if number:
            cells[place] = _number_as_typed(rng, number)
    cells[8] = rng.choice([cells[8]] * 4 + [cells[8].lower(), cells[8].replace(" ", ""), f" {cells[8]} "])
    return cells


def _national(number: str) -> str:
    return f"0{number[3:]}" if number else ""


def _number_as_typed(rng: random.Random, number: str) -> str:
    national = _national(number)
    return rng.choice([national] * 4 + [
        f"{national[:5]} {national[5:]}", f"{national[:5]}-{national[5:8]}-{national[8:]}",
        f"({national[:5]}){national[5:]}", number, f"00{number[1:]}", f"+44(0){number[3:]}",
        f"{national} (niece)"])


# --- names

def _nickname(rng: random.Random, v: Values) -> Values:
    others = sorted(variants(v.first_name) - {v.first_name.lower()})
    return replace(v, first_name=rng.choice(others).title()) if others else v


def _initials(rng: random.Random, v: Values) -> Values:
    both = rng.random() < 0.5
    return replace(v, first_name=f"{v.first_name[0]} {v.middle_name[0]}" if both else v.first_name[0])


def _middle_name_too(rng: random.Random, v: Values) -> Values:
    return replace(v, first_name=f"{v.first_name} {v.middle_name}")


def _title_before_name(rng: random.Random, v: Values) -> Values:
    return replace(v, first_name=f"{v.title} {v.first_name}", title="")


def _misread(text: str, rng: random.Random) -> str:
    """One slip of the kind a scanner or a poor line makes."""
    found = [(a, b) for a, b in _MISREADINGS if a in text]
    if not found:
        return text
    a, b = rng.choice(found)
    return text.replace(a, b, 1)


def _first_name_misheard(rng: random.Random, v: Values) -> Values:
    return replace(v, first_name=_misread(v.first_name, rng))


def _last_name_misheard(rng: random.Random, v: Values) -> Values:
    return replace(v, last_name=_misread(v.last_name, rng))


def _other_apostrophe(rng: random.Random, v: Values) -> Values:
    other = rng.choice(["", " ", "’", "`"])
    return replace(v, last_name=v.last_name.replace("'", other).replace("Mc", "Mac"))


def _accents_lost(rng: random.Random, v: Values) -> Values:
    return replace(v, first_name=without_accents(v.first_name), last_name=without_accents(v.last_name))


def _two_last_names(rng: random.Random, v: Values) -> Values:
    other = f"{v.middle_name}son"
    return replace(v, last_name=rng.choice([f"{v.last_name}-{other}", f"{other} {v.last_name}"]))


# --- dates of birth

def _birth_left_out(rng: random.Random, v: Values) -> Values:
    return replace(v, born_on=rng.choice([None, None, date(1900, 1, 1)]))


def _birth_digits_swapped(rng: random.Random, v: Values) -> Values:
    return _with_birth(v, day=int(f"{v.born_on.day:02}"[::-1])) if v.born_on else v


def _birth_month_slipped(rng: random.Random, v: Values) -> Values:
    return _with_birth(v, month=v.born_on.month + rng.choice([-1, 1])) if v.born_on else v


def _birth_year_swapped(rng: random.Random, v: Values) -> Values:
    if not v.born_on:
        return v
    tens, ones = divmod(v.born_on.year % 100, 10)
    return _with_birth(v, year=v.born_on.year - 10 * tens - ones + 10 * ones + tens)


def _with_birth(v: Values, **parts: int) -> Values:
    if v.born_on is None:
        return v
    try:
        changed = v.born_on.replace(**parts)
    except ValueError:
        return v
    return replace(v, born_on=changed) if changed.year < 2009 else v


# --- telephones, e-mail, address

def _landline_left_out(rng: random.Random, v: Values) -> Values:
    return replace(v, landline="")


def _mobile_left_out(rng: random.Random, v: Values) -> Values:
    return replace(v, mobile="")


def _mobile_digit_wrong(rng: random.Random, v: Values) -> Values:
    return replace(v, mobile=v.mobile[:-2] + f"{rng.randint(0, 99):02}") if v.mobile else v


def _mobile_of_helper(rng: random.Random, v: Values) -> Values:
    return replace(v, mobile=v.helper) if v.helper else v


def _numbers_in_wrong_columns(rng: random.Random, v: Values) -> Values:
    return replace(v, mobile=v.landline, landline=v.mobile)


def _email_left_out(rng: random.Random, v: Values) -> Values:
    return replace(v, email="")


def _email_without_dot(rng: random.Random, v: Values) -> Values:
    name, at, host = v.email.partition("@")
    return replace(v, email=name.replace(".", "") + at + host)


def _flat_on_one_line(rng: random.Random, v: Values) -> Values:
    if not v.address_line_2:
        return v
    flat = v.address_line_2.replace("Flat", "Apt")
    return replace(v, address_line_1=f"{flat}, {v.address_line_1}", address_line_2="")


def _house_named(rng: random.Random, v: Values) -> Values:
    name = rng.choice(["Rose Cottage", "The Old Forge", "Fairview"])
    return replace(v, address_line_1=f"{name}, {v.address_line_1}")


def _street_cut_short(rng: random.Random, v: Values) -> Values:
    shorter = v.address_line_1
    for word, cut in (("Street", "St"), ("Road", "Rd"), ("Avenue", "Av."), ("Lane", "La"), ("Close", "Clo")):
        shorter = shorter.replace(word, cut)
    return replace(v, address_line_1=shorter)


def _county_added(rng: random.Random, v: Values) -> Values:
    return replace(v, town=f"{v.town}, N Yorks")


def _postcode_left_out(rng: random.Random, v: Values) -> Values:
    return replace(v, postcode="")


def _postcode_in_address(rng: random.Random, v: Values) -> Values:
    return replace(v, address_line_2=f"{v.address_line_2} {v.postcode}".strip(), postcode="")


def _moved(rng: random.Random, v: Values) -> Values:
    return replace(v, address_line_1=f"{rng.randint(200, 400)} Moorside Way", address_line_2="", landline="",
                   postcode=f"YO{rng.randint(1, 32)} {rng.randint(1, 9)}QX")


_MISREADINGS = [("rn", "m"), ("ll", "l"), ("l", "ll"), ("ee", "ea"), ("ea", "ee"), ("y", "ie"), ("ph", "f"),
                ("ck", "k"), ("th", "ff"), ("i", "l"), ("o", "a"), ("s", "z"), ("tt", "t"), ("n", "m"),
                ("e", "")]
_CHANGES: list[tuple[float, Change]] = [
    (0.12, _nickname), (0.05, _first_name_misheard), (0.04, _initials), (0.08, _middle_name_too),
    (0.02, _title_before_name), (0.07, _last_name_misheard), (0.10, _other_apostrophe), (0.3, _accents_lost),
    (0.02, _two_last_names),
    (0.05, _birth_left_out), (0.02, _birth_digits_swapped), (0.01, _birth_month_slipped),
    (0.02, _birth_year_swapped),
    (0.2, _landline_left_out), (0.2, _mobile_left_out), (0.04, _mobile_digit_wrong),
    (0.03, _mobile_of_helper), (0.03, _numbers_in_wrong_columns), (0.2, _email_left_out),
    (0.03, _email_without_dot),
    (0.3, _flat_on_one_line), (0.06, _house_named), (0.2, _street_cut_short), (0.1, _county_added),
    (0.04, _postcode_left_out), (0.02, _postcode_in_address), (0.05, _moved)]
