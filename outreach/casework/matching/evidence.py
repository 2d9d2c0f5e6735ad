"""What speaks for and against two entries being one person, as an officer would list it."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from rapidfuzz.distance import OSA

from outreach.casework.matching.names import First, Last, compare_first, compare_last
from outreach.casework.matching.people import Person

A_GENERATION = 15  # years; namesakes further apart than this are read as parent and child


class Birth(IntEnum):
    DIFFERENT = 0
    UNKNOWN = 1
    ALIKE = 2  # one figure differs, which brothers' dates may do by chance
    NEAR = 3   # day and month the other way round, or the year one or ten out
    SAME = 4


class Home(IntEnum):
    DIFFERENT = 0
    UNKNOWN = 1
    POSTCODE = 2  # one postcode, and no telling which house
    SAME = 3


class Shared(IntEnum):
    """Whether a telephone or e-mail is the same in both."""

    DIFFERENT = 0
    UNKNOWN = 1
    SAME = 2


@dataclass(slots=True)
class Evidence:
    """One line for each thing compared."""

    first: First
    last: Last
    swapped: bool
    birth: Birth
    mobile: Shared
    landline: Shared
    email: Shared
    home: Home
    sexes_differ: bool
    elders_differ: bool
    uncommon: bool = False  # few in the list bear this last name

    @property
    def personal(self) -> bool:
        """Something only one person uses is the same."""
        return self.mobile is Shared.SAME or self.email is Shared.SAME

    @property
    def strangers(self) -> bool:
        """Both give a mobile and an e-mail of their own, and neither agrees."""
        return self.mobile is Shared.DIFFERENT and self.email is Shared.DIFFERENT

    @property
    def twins(self) -> bool:
        """One house, and the mobiles differ while no e-mail agrees: a twin may bear even the same name."""
        return self.household and self.mobile is Shared.DIFFERENT and self.email is not Shared.SAME

    @property
    def own_differs(self) -> bool:
        """A mobile or an e-mail of their own differs, and no other agrees."""
        return not self.personal and Shared.DIFFERENT in (self.mobile, self.email)

    @property
    def household(self) -> bool:
        """Something a whole household shares is the same."""
        return self.home is Home.SAME or self.landline is Shared.SAME


def gather(a: Person, b: Person) -> Evidence:
    """Everything that can be said about these two."""
    first, last, swapped = compare_names(a, b)
    return Evidence(
        first, last, swapped, compare_births(a, b),
        _shared(a.mobiles, b.mobiles), _shared(a.landlines, b.landlines),
        _same_text(a.email, b.email),
        compare_homes(a, b), sexes_differ(a, b), bool(a.elder and b.elder and a.elder != b.elder))


def compare_names(a: Person, b: Person) -> tuple[First, Last, bool]:
    """How the names stand to each other, and whether first and last name had to be swapped for it."""
    first = First.SAME if a.forename == b.forename != "" else compare_first(a.forename, b.forename)
    last = Last.SAME if a.surname == b.surname != "" else compare_last(a.surname, b.surname)
    if first is First.DIFFERENT and last is Last.DIFFERENT:
        over, cross = compare_first(a.forename, b.surname), compare_last(a.surname, b.forename)
        if over < First.SPELLING or cross < Last.SPELLING:  # the short form is then on b's other side
            over, cross = compare_first(a.surname, b.forename), compare_last(a.forename, b.surname)
        if over >= First.SPELLING and cross >= Last.SPELLING:
            return over, cross, True
    return first, last, False


def sexes_differ(a: Person, b: Person) -> bool:
    return a.sex != b.sex and a.sex != "" and b.sex != ""


def compare_births(a: Person, b: Person) -> Birth:
    """Same, one slip apart, or different; a slip never bridges a generation.

    A date that very many give can tell two people apart, but proves nobody the same.
    """
    one, other = a.born_on, b.born_on
    if one is None or other is None:
        return Birth.UNKNOWN
    found = Birth.SAME if one == other else _slip(one, other)
    if found is not Birth.DIFFERENT and not (a.birthday_proves and b.birthday_proves):
        return Birth.UNKNOWN
    return found


def within_a_generation(a: Person, b: Person) -> bool:
    """Whether both dates of birth are known and too close for parent and child."""
    if a.born_on is None or b.born_on is None:
        return False
    return abs(a.born_on.year - b.born_on.year) < A_GENERATION


def compare_homes(a: Person, b: Person) -> Home:
    """Whether both give one front door, as far as house, street and postcode tell."""
    if a.postcode and a.postcode == b.postcode:
        if not a.house or not b.house:
            return Home.POSTCODE
        return Home.SAME if a.house == b.house else Home.POSTCODE
    one_door = a.house and a.house == b.house and a.street and a.street == b.street
    if one_door and _postcodes_agree(a.postcode, b.postcode):
        return Home.SAME
    known = (a.postcode or a.house) and (b.postcode or b.house)
    return Home.DIFFERENT if known else Home.UNKNOWN


def _postcodes_agree(a: str, b: str) -> bool:
    return not a or not b or OSA.distance(a, b, score_cutoff=1) <= 1


def _slip(a: date, b: date) -> Birth:
    years = abs(a.year - b.year)
    if years >= A_GENERATION:
        return Birth.DIFFERENT
    if years == 0:
        if a.day == b.month and a.month == b.day:
            return Birth.NEAR
        alike = (a.month == b.month and _one_digit(a.day, b.day)) or (
            a.day == b.day and _one_digit(a.month, b.month))
        return Birth.ALIKE if alike else Birth.DIFFERENT
    same_day = a.day == b.day or min(a.day, b.day) == 28 < max(a.day, b.day)  # cut to fit a shorter February
    if a.month != b.month or not same_day:
        return Birth.DIFFERENT
    if years in (1, 10):
        return Birth.NEAR
    return Birth.ALIKE if _one_digit(a.year, b.year) else Birth.DIFFERENT


def _one_digit(a: int, b: int) -> bool:
    one, other = f"{a:02}", f"{b:02}"
    return sum(x != y for x, y in zip(one, other, strict=True)) == 1 or sorted(one) == sorted(other)


def _shared(a: tuple[str, ...], b: tuple[str, ...]) -> Shared:
    if not a or not b:
        return Shared.UNKNOWN
    return Shared.SAME if any(number in b for number in a) else Shared.DIFFERENT


def _same_text(a: str, b: str) -> Shared:
    if not a or not b:
        return Shared.UNKNOWN
    return Shared.SAME if a == b else Shared.DIFFERENT
