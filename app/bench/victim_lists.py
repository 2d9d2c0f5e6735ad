"""Invents victim lists of any size, with who is who written beside them, to try reading and matching on.

Nobody in them exists: e-mails end example.org, landlines are of 01632 and mobiles begin 071 or 072, which no
telephone in the country does. One seed gives one list, for ever.
"""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from app.bench.victim_names import FEMALE, MALE, STREETS, SURNAMES, TOWNS
from app.bench.victim_noise import Values, as_typed, as_written, disturb, without_accents

AS_OF = date(2026, 11, 1)
LATEST_BIRTH = AS_OF - timedelta(days=18 * 366)
HEADER = ["Ref", "Date reported", "Title", "First name", "Surname", "DOB", "Sex", "Address", "Address 2",
          "Town", "Post code", "Telephone", "Mobile number", "E-mail", "Fraud type", "Amount lost"]
FRAUD_TYPES = ["Dating scam", "Computer software service fraud", "Door to door sales and bogus tradesmen",
               "Other advance fee frauds", "Cheque, plastic card and online bank accounts"]
A_REPEAT = 0.12  # share of rows about somebody who is in the list already


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its number from 1, whose it is, of which household, what was done to it, and its values."""

    row: int
    person: int
    household: int
    noise: tuple[str, ...]
    values: Values


@dataclass(frozen=True, slots=True)
class _Somebody:
    number: int
    household: int
    values: Values


def entries(n: int, seed: int = 1, strength: float = 1.0) -> Iterator[Entry]:
    """`n` rows in no order. `strength` multiplies every difference between two rows of one person."""
    rng = random.Random(seed)
    people = _population(rng, max(1, round(n * (1 - A_REPEAT))))
    whose = [(somebody, 0.1) for somebody in people]
    while len(whose) < n:  # a few are struck again and again
        victim = rng.choice(people)
        whose += [(victim, 1.0)] * min(n - len(whose), 1 if rng.random() < 0.85 else rng.randint(2, 4))
    rng.shuffle(whose)
    for row, (somebody, share) in enumerate(whose, 1):
        values, tags = disturb(rng, somebody.values, share * strength)
        yield Entry(row, somebody.number, somebody.household, tags, values)


def write(folder: Path, n: int, seed: int = 1, strength: float = 1.0, *,
          plain: bool = False) -> tuple[Path, Path]:
    """The list as a CSV file as people type it, and its truth (row, person, household, noise): two paths.

    `plain` leaves the cells as a careful clerk would type them.
    """
    listed, truth = folder / f"victims_{n}_{seed}.csv", folder / f"victims_{n}_{seed}.truth.csv"
    rng = random.Random(seed + 1)
    with listed.open("w", encoding="utf-8-sig", newline="") as a, truth.open("w", newline="") as b:
        rows, answers = csv.writer(a), csv.writer(b)
        rows.writerow(HEADER)
        answers.writerow(["row", "person", "household", "noise"])
        for entry in entries(n, seed, strength):
            rows.writerow(_cells(rng, entry, plain))
            answers.writerow([entry.row, entry.person, entry.household, ";".join(entry.noise)])
    return listed, truth


def _population(rng: random.Random, n: int) -> list[_Somebody]:
    people: list[_Somebody] = []
    while len(people) < n:
        family = _FAMILIES[rng.choices(range(len(_FAMILIES)), _SHARES)[0]](rng)
        household = len(people)
        people += [_Somebody(household + i, household, values) for i, values in enumerate(family)]
    return people[:n]


def _alone(rng: random.Random) -> list[Values]:
    return [_somebody(rng, rng.choice("mmmfffff"))]


def _couple(rng: random.Random) -> list[Values]:
    born_on = _birthday(rng, rng.randint(30, 92))
    one = _somebody(rng, "m", born_on=born_on)
    surname = one.last_name if rng.random() < 0.85 else rng.choice(SURNAMES)
    other = _somebody(rng, "f", last_name=surname, born_on=_near(rng, born_on, 1800))
    other = _lives_with(rng, one, other)
    if rng.random() < 0.15:
        shared = f"the{_word(surname)}s@example.org"
        return [replace(one, email=shared), replace(other, email=shared)]
    return [one, other]


def _namesakes(rng: random.Random) -> list[Values]:
    """Father and son, or mother and daughter, of one name in one house."""
    born_on = _birthday(rng, rng.randint(45, 92))
    parent = _somebody(rng, rng.choice("mmf"), born_on=born_on)
    child_born_on = born_on + timedelta(days=round(365.25 * rng.uniform(18, 38)))
    if child_born_on > LATEST_BIRTH:
        return [parent]
    child = _lives_with(rng, parent, _somebody(
        rng, parent.sex, first_name=parent.first_name, last_name=parent.last_name, born_on=child_born_on))
    if rng.random() < 0.2:
        child = replace(child, email=parent.email)
    return [parent, child]


def _twins(rng: random.Random) -> list[Values]:
    one = _somebody(rng, rng.choice("mf"))
    other = one
    while other.first_name == one.first_name:
        other = _somebody(rng, rng.choice("mf"), last_name=one.last_name, born_on=one.born_on)
    return [one, _lives_with(rng, one, other)]


def _lodgers(rng: random.Random) -> list[Values]:
    owner = _somebody(rng, rng.choice("mf"), born_on=_birthday(rng, rng.randint(40, 85)))
    return [owner, *[_lives_with(rng, owner, _alone(rng)[0]) for _ in range(rng.randint(1, 2))]]


def _care_home(rng: random.Random) -> list[Values]:
    """Thirty people of one address and one telephone."""
    home = f"{rng.choice(SURNAMES)} House Care Home"
    first = replace(_somebody(rng, "f", born_on=_birthday(rng, 88)), address_line_1=home)
    others = [_somebody(rng, rng.choice("mfff"), born_on=_birthday(rng, rng.randint(75, 101)))
              for _ in range(rng.randint(12, 30))]
    return [replace(_lives_with(rng, first, other), mobile="", email="") for other in [first, *others]]


_FAMILIES: list[Callable[[random.Random], list[Values]]] = [
    _alone, _couple, _namesakes, _twins, _lodgers, _care_home]
_SHARES = [60, 24, 4, 2, 6, 0.2]


def _somebody(rng: random.Random, sex: str, *, first_name: str = "", last_name: str = "",
              born_on: date | None = None) -> Values:
    first = first_name or _common(rng, MALE if sex == "m" else FEMALE)
    last = last_name or _common(rng, SURNAMES)
    born_on = born_on or _birthday(rng, rng.randint(66, 95) if rng.random() < 0.6 else rng.randint(18, 66))
    town, area = rng.choice(TOWNS)
    return Values(
        title="Mr" if sex == "m" else rng.choice(["Mrs", "Mrs", "Ms", "Miss"]), first_name=first,
        middle_name=rng.choice(MALE if sex == "m" else FEMALE), last_name=last, sex=sex, born_on=born_on,
        landline=f"+441632{rng.randint(0, 999999):06}" if rng.random() < 0.75 else "",
        mobile=f"+447{rng.randint(100000000, 299999999)}" if rng.random() < 0.7 else "",
        email=_email(rng, first, last) if rng.random() < 0.6 else "",
        address_line_1=f"{rng.randint(1, 160)} {rng.choice(STREETS)}",
        address_line_2=f"Flat {rng.randint(1, 20)}" if rng.random() < 0.12 else "",
        town=town, postcode=f"{area}{rng.randint(1, 32)} {rng.randint(1, 9)}{_letters(rng)}", helper="")


def _lives_with(rng: random.Random, one: Values, other: Values) -> Values:
    """`other` in the house of `one`, who may lend a mobile."""
    return replace(other, landline=one.landline, address_line_1=one.address_line_1, town=one.town,
                   address_line_2=one.address_line_2, postcode=one.postcode, helper=one.mobile)


def _cells(rng: random.Random, entry: Entry, plain: bool) -> list[str]:
    values = entry.values
    form = as_typed if not plain else as_written
    lost = f"{round(rng.lognormvariate(6, 1.6), 2)}"
    reported = AS_OF - timedelta(days=rng.randint(0, 1500))
    return [f"RF{entry.row:010}", f"{reported:%d/%m/%Y}", *form(rng, values), rng.choice(FRAUD_TYPES), lost]


def _common(rng: random.Random, names: list[str]) -> str:
    """Names early in a list are common, the rest rarer."""
    return names[int(len(names) * rng.random() ** 2)]


def _email(rng: random.Random, first: str, last: str) -> str:
    kind = rng.random()
    stem = f"{_word(first)}.{_word(last)}" if kind < 0.6 else f"{_word(last)}.{_word(first)[0]}"
    return f"{stem}{rng.randint(1, 99999) if kind < 0.9 else ''}@example.{rng.choice(['org', 'com', 'net'])}"


def _birthday(rng: random.Random, age: int) -> date:
    return min(AS_OF - timedelta(days=round(age * 365.25) + rng.randint(0, 364)), LATEST_BIRTH)


def _near(rng: random.Random, day: date, spread: int) -> date:
    return min(day + timedelta(days=round(rng.gauss(0, spread))), LATEST_BIRTH)


def _letters(rng: random.Random) -> str:
    return rng.choice("ABDEFGHJLNPQRSTUWXYZ") + rng.choice("ABDEFGHJLNPQRSTUWXYZ")


def _word(name: str) -> str:
    return "".join(letter for letter in without_accents(name).lower() if letter.isalpha())
