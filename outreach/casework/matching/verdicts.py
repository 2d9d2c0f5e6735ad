"""Whether two entries are one person, two people, or a question for the officer, and why in plain words."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from outreach.casework.matching.evidence import (
    A_GENERATION,
    Birth,
    Evidence,
    Home,
    Shared,
    compare_births,
    compare_names,
    gather,
    sexes_differ,
    within_a_generation,
)
from outreach.casework.matching.names import First, Last, known_forename
from outreach.casework.matching.people import Person


class Verdict(StrEnum):
    JOIN = "join"    # one person, beyond reasonable doubt
    ASK = "ask"      # a person decides
    APART = "apart"  # two people, or nothing to say that they are one


@dataclass(slots=True, frozen=True)
class Likeness:
    """What was decided about two entries. `score` runs from 0 to 1 and ranks; it decides nothing."""

    verdict: Verdict
    score: float
    reasons: tuple[str, ...]


class Name(IntEnum):
    """How far first and last name together speak for one person."""

    NONE = 0
    SISTERS = 1   # one last name, two first names
    MARRIED = 2   # one first name, two last names
    DOUBTFUL = 3  # an initial, or two first names each of which is somebody's full name
    CLOSE = 4     # a short form or a slip
    FULL = 5


def compare(a: Person, b: Person, *, uncommon: bool = False) -> Likeness:
    """The verdict on two entries, with the reasons for an officer to read.

    `uncommon`: few in the list bear this last name, so that name and date of birth together are enough.
    """
    if hopeless(a, b):
        return _NOTHING
    evidence = gather(a, b)
    evidence.uncommon = uncommon
    return Likeness(decide(evidence), score(evidence), reasons(evidence, a, b))


def hopeless(a: Person, b: Person) -> bool:
    """A cheap first look: two first names, or two dates of birth, with no telephone or e-mail in common."""
    first, last, _ = compare_names(a, b)
    if first is First.DIFFERENT or last is Last.DIFFERENT:
        if first is First.DIFFERENT and last is Last.DIFFERENT:
            return True
        return a.born_on != b.born_on and not _share_anything_personal(a, b)
    return compare_births(a, b) is Birth.DIFFERENT and not _share_anything_personal(a, b)


def contradicts(a: Person, b: Person, same_birthday_as_another: bool = False) -> bool:
    """Whether these two cannot both be the same third person: birth, sex, generation or name differ.

    Two slips of one name may differ from each other (Grhaam, Grahm), and so may two slips of one date of
    birth; a generation may not. `same_birthday_as_another`: a third row agrees with one of them to the day.
    """
    birth = compare_births(a, b)
    if birth is Birth.DIFFERENT and not (same_birthday_as_another and within_a_generation(a, b)):
        return True
    if sexes_differ(a, b) or (a.elder and b.elder and a.elder != b.elder):
        return True
    first, last, _ = compare_names(a, b)
    if first is First.DIFFERENT:
        both_names = known_forename(a.forename) and known_forename(b.forename)
        return both_names or last is Last.DIFFERENT
    if first is First.INITIAL and birth is Birth.SAME:
        return False
    return last is Last.DIFFERENT and first < First.SPELLING


def decide(e: Evidence) -> Verdict:
    """The rules, by date of birth; what they rest on is written in docs/matching.md."""
    verdict = _BY_BIRTH[e.birth](e, name_of(e))
    if e.elders_differ:
        return Verdict.APART
    if e.sexes_differ and verdict is not Verdict.APART:
        return Verdict.ASK if e.birth is Birth.SAME and e.first >= First.SPELLING else Verdict.APART
    return verdict


def name_of(e: Evidence) -> Name:
    if e.last in (Last.UNKNOWN, Last.DIFFERENT):
        return Name.MARRIED if e.first >= First.SPELLING else Name.NONE
    if e.first is First.SAME:
        return Name.FULL
    if e.first in (First.SHORT, First.SPELLING):
        return Name.CLOSE
    return Name.SISTERS if e.first is First.DIFFERENT else Name.DOUBTFUL


def score(e: Evidence) -> float:
    """0 to 1: the more agrees, the higher. Used to put the likeliest person first."""
    points = e.first + e.last + 3 * e.birth + 4 * e.mobile + 2 * e.email + e.landline + 2 * e.home
    return round(points / _MOST, 3)


def reasons(e: Evidence, a: Person, b: Person) -> tuple[str, ...]:
    """One short phrase for each thing compared, strongest first, what differs last."""
    told = [_birth_words(e, a, b), _FIRST[e.first].format(a=a.first_name, b=b.first_name),
            _LAST[e.last].format(a=a.last_name, b=b.last_name)]
    if e.swapped:
        told[1:] = ["first and last name the other way round"]
    told += [_SHARED[shared].format(thing)
             for shared, thing in ((e.mobile, "mobile"), (e.email, "email"), (e.landline, "landline"))]
    told += [_HOME[e.home], "a man and a woman" * e.sexes_differ, "senior and junior" * e.elders_differ]
    return tuple(sorted(filter(None, told), key=lambda words: words.startswith("different")))


def _born_same_day(e: Evidence, name: Name) -> Verdict:
    if name is Name.FULL:
        anything = e.personal or e.household or e.home is Home.POSTCODE or (e.uncommon and not e.own_differs)
        if e.strangers or e.twins:
            return Verdict.ASK  # one house, and nothing that is the person's own agrees
        return Verdict.JOIN if anything else Verdict.ASK
    if name is Name.CLOSE:
        sure = (e.personal or e.household) and not (e.strangers or e.twins)
        return Verdict.JOIN if sure else Verdict.ASK
    if name is Name.DOUBTFUL:  # twins have one birthday, one house and often one initial
        if e.mobile is Shared.SAME or (e.email is Shared.SAME and e.first is not First.RIVALS):
            return Verdict.JOIN
        return Verdict.ASK if e.personal or e.household else Verdict.APART
    if name is Name.MARRIED:
        sure = e.mobile is Shared.SAME or (e.email is Shared.SAME and e.first is First.SAME)
        return Verdict.JOIN if sure else Verdict.ASK if e.personal or e.household else Verdict.APART
    return Verdict.ASK if name is Name.SISTERS and e.mobile is Shared.SAME else Verdict.APART


def _born_near(e: Evidence, name: Name) -> Verdict:
    if name is Name.FULL:
        at_home = e.household and not e.own_differs and e.birth is Birth.NEAR
        if e.mobile is Shared.SAME or at_home or (e.email is Shared.SAME and e.household):
            return Verdict.JOIN
        anything = e.household or e.personal or e.home is Home.POSTCODE
        return Verdict.ASK if anything else Verdict.APART
    if name is Name.CLOSE:
        if e.mobile is Shared.SAME or (e.email is Shared.SAME and e.household):
            return Verdict.JOIN
        return Verdict.ASK if e.personal or e.household else Verdict.APART
    if name is Name.DOUBTFUL:
        return Verdict.ASK if e.personal or (e.household and e.first is First.INITIAL) else Verdict.APART
    return Verdict.ASK if name is Name.MARRIED and e.personal else Verdict.APART


def _birth_unknown(e: Evidence, name: Name) -> Verdict:
    """Without a date of birth a namesake child looks like the parent, and may lend a mobile: two things that
    are a person's own must agree.
    """
    anything = e.personal or e.household
    if name >= Name.CLOSE and e.mobile is Shared.SAME and e.email is Shared.SAME:
        return Verdict.JOIN
    if name is Name.FULL:
        return Verdict.ASK if anything or e.home is Home.POSTCODE else Verdict.APART
    if name >= Name.DOUBTFUL:
        return Verdict.ASK if anything else Verdict.APART
    return Verdict.ASK if name is Name.MARRIED and e.personal else Verdict.APART


def _born_apart(e: Evidence, name: Name) -> Verdict:
    if name < Name.CLOSE:
        return Verdict.APART
    shared_at_home = e.email is Shared.SAME and e.home is Home.SAME
    return Verdict.ASK if e.mobile is Shared.SAME or shared_at_home else Verdict.APART


def _share_anything_personal(a: Person, b: Person) -> bool:
    return (a.email == b.email and a.email != "") or any(number in b.mobiles for number in a.mobiles)


def _birth_words(e: Evidence, a: Person, b: Person) -> str:
    if e.birth is Birth.DIFFERENT and a.born_on and b.born_on:
        years = abs(a.born_on.year - b.born_on.year)
        return f"different date of birth, {years} years apart" if years >= A_GENERATION else _BIRTH[e.birth]
    return _BIRTH[e.birth]


_BY_BIRTH = {Birth.SAME: _born_same_day, Birth.NEAR: _born_near, Birth.ALIKE: _born_near,
             Birth.UNKNOWN: _birth_unknown, Birth.DIFFERENT: _born_apart}
_BIRTH = {Birth.SAME: "same date of birth", Birth.NEAR: "dates of birth one slip apart",
          Birth.ALIKE: "dates of birth one figure apart",
          Birth.UNKNOWN: "date of birth not known for both", Birth.DIFFERENT: "different date of birth"}
_FIRST = {First.SAME: "same first name", First.SHORT: "{a} and {b} are forms of one name",
          First.SPELLING: "{a} and {b} are spelled alike",
          First.RIVALS: "{a} and {b} are alike, but may be two people's names",
          First.INITIAL: "same initial", First.UNKNOWN: "first name not known for both",
          First.DIFFERENT: "different first names"}
_LAST = {Last.SAME: "same last name", Last.SPELLING: "{a} and {b} are spelled alike",
         Last.DOUBLE: "{a} and {b} share a name", Last.UNKNOWN: "last name not known for both",
         Last.DIFFERENT: "different last names"}
_SHARED = {Shared.SAME: "same {}", Shared.UNKNOWN: "", Shared.DIFFERENT: "different {}"}
_HOME = {Home.SAME: "same address", Home.POSTCODE: "same postcode", Home.UNKNOWN: "",
         Home.DIFFERENT: "different address"}
_MOST = First.SAME + Last.SAME + 3 * Birth.SAME + 7 * Shared.SAME + 2 * Home.SAME
_NOTHING = Likeness(Verdict.APART, 0.0, ("nothing to say that they are one person",))
