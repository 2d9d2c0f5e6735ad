"""Names as people give them: Dave for David, Betty for Elizabeth, O'Brien with and without its apostrophe."""

import csv
import re
import unicodedata
from enum import IntEnum
from functools import cache, lru_cache
from sys import intern

import jellyfish
from rapidfuzz.distance import OSA

from outreach.foundation.force import CONTENT

# Letters that carry no separable accent, so that Unicode's own decomposition leaves them as they are.
_WHOLE_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae",
                                "œ": "oe", "ı": "i"})
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "revd", "sir", "lady", "prof", "professor",
                     "master", "dame", "lord"})
_ELDER = {"snr": "senior", "sr": "senior", "senior": "senior", "elder": "senior", "snior": "senior",
          "jnr": "junior", "jr": "junior", "junior": "junior", "younger": "junior", "ii": "junior"}
_SEXES = {"m": "m", "male": "m", "man": "m", "f": "f", "female": "f", "woman": "f"}
_TITLE_SEXES = {"mr": "m", "master": "m", "sir": "m", "lord": "m", "mrs": "f", "miss": "f", "ms": "f",
                "lady": "f", "dame": "f"}


class First(IntEnum):
    """How two first names stand to each other."""

    DIFFERENT = 0
    UNKNOWN = 1   # one of them is not given
    INITIAL = 2   # J, and John
    RIVALS = 3    # alike, yet each is somebody's full name: Jean and Joan, Betty and Elizabeth
    SPELLING = 4  # one is a slip of the other: Margarte
    SHORT = 5     # Dave, and David
    SAME = 6


class Last(IntEnum):
    """How two last names stand to each other."""

    DIFFERENT = 0
    UNKNOWN = 1
    DOUBLE = 2    # Hill, and Hill-Moore
    SPELLING = 3
    SAME = 4


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """The text without accents, capitals or punctuation: "Siân O'Brien-Hill" is "sian obrien hill"."""
    lowered = text.lower()
    if not lowered.isascii():
        plain = unicodedata.normalize("NFKD", lowered.translate(_WHOLE_LETTERS))
        lowered = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return intern(_NOT_WORD.sub(" ", _APOSTROPHES.sub("", lowered)).strip())


@lru_cache(maxsize=16384)
def read_name(text: str) -> tuple[str, str]:
    """(the folded name without a title, "senior", "junior" or "")."""
    words = fold(text).split()
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    elder = _ELDER.get(words[-1], "") if len(words) > 1 else ""
    return intern(" ".join(words[:-1] if elder else words)), elder


@lru_cache(maxsize=1024)
def sex_of(gender: str, title: str) -> str:
    """"m", "f" or "" from the gender given, else from the title."""
    return _SEXES.get(fold(gender), "") or _TITLE_SEXES.get(fold(title), "")


@cache
def _families() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """(full name → its forms; form → the full names it may stand for), from content/nicknames.csv."""
    forms: dict[str, frozenset[str]] = {}
    heads: dict[str, set[str]] = {}
    with (CONTENT / "nicknames.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(line for line in table if not line.startswith("#")):
            head = intern(fold(row["name"]))
            forms[head] = frozenset({head, *map(fold, (row["also"] or "").split())})
            for form in forms[head]:
                heads.setdefault(form, set()).add(head)
    return forms, {form: frozenset(found) for form, found in heads.items()}


@lru_cache(maxsize=8192)
def full_names(first_word: str) -> frozenset[str]:
    """The full names a folded forename may stand for: "bill" is {"william"}; itself where not listed."""
    return _families()[1].get(first_word) or frozenset({first_word})


@lru_cache(maxsize=8192)
def variants(first_name: str) -> frozenset[str]:
    """Every folded form of one forename, itself among them: Bill, William, Will, Billy, Liam …"""
    word = _first_word(fold(first_name))
    forms = _families()[0]
    return frozenset({word}).union(*(forms.get(head, ()) for head in full_names(word)))


def known_forename(folded: str) -> bool:
    """Whether the table has the first of these words, as a full name or as a form of one."""
    return _first_word(folded) in _families()[1]


def full_in_its_own_right(word: str) -> bool:
    """Whether the table has this name as somebody's full name: Betty yes, Liz no."""
    return word in _families()[0]


@lru_cache(maxsize=32768)
def compare_first(a: str, b: str) -> First:
    """How two folded first names stand to each other, middle names included."""
    if not a or not b:
        return First.UNKNOWN
    if a == b or a.replace(" ", "") == b.replace(" ", ""):
        return First.SAME
    one, other = a.split(), b.split()
    found = _compare_words(one[0], other[0])
    if found is First.SAME and len(one) > 1 and len(other) > 1:
        return _with_middle_names(one[1], other[1])
    if found is First.DIFFERENT and (one[0] in other[1:] or other[0] in one[1:]):
        return First.RIVALS  # known by the middle name, or a sister who carries it
    return found


@lru_cache(maxsize=32768)
def compare_last(a: str, b: str) -> Last:
    """How two folded last names stand to each other."""
    if not a or not b:
        return Last.UNKNOWN
    one, other = _joined(a), _joined(b)
    if one == other:
        return Last.SAME
    if _shared_part(a, b):
        return Last.DOUBLE
    shorter, longer = sorted((len(one), len(other)))
    slips = 2 if shorter >= 8 else 1 if longer >= 3 else 0
    if OSA.distance(one, other, score_cutoff=slips) <= slips:
        return Last.SPELLING
    alike = one[0] == other[0] and _sound(one) == _sound(other) and OSA.distance(one, other) <= 3
    return Last.SPELLING if alike else Last.DIFFERENT


@lru_cache(maxsize=16384)
def codes(name: str) -> tuple[str, ...]:
    """What a folded name is filed under, so that its other forms are found: at most four codes."""
    word = _joined(name) if name not in _families()[1] else name
    found = _families()[1].get(word) or _families()[1].get(_first_word(name))
    if found:
        return tuple(sorted(found)[:4])
    return (intern(_sound(word)),) if word else ()


def _compare_words(a: str, b: str) -> First:
    if a == b:
        return First.SAME
    if len(a) == 1 or len(b) == 1:
        return First.INITIAL if a[0] == b[0] else First.DIFFERENT
    both_full = full_in_its_own_right(a) and full_in_its_own_right(b)
    if full_names(a) & full_names(b):
        return First.RIVALS if both_full or _stands_apart(a, b) or _stands_apart(b, a) else First.SHORT
    if _one_slip_apart(a, b):
        return First.RIVALS if both_full else First.SPELLING
    return First.DIFFERENT


def _stands_apart(full: str, other: str) -> bool:
    """Rita and Maggie are both Margaret, yet Maggie is never short for Rita."""
    return full_in_its_own_right(full) and full not in full_names(other)


def _one_slip_apart(a: str, b: str) -> bool:
    shorter, longer = sorted((len(a), len(b)))
    slips = 2 if shorter >= 7 else 1
    if shorter < 2 or OSA.distance(a, b, score_cutoff=slips) > slips:
        return longer > 4 and a[0] == b[0] and _sound(a) == _sound(b)
    return longer >= 3


def _with_middle_names(a: str, b: str) -> First:
    middle = _compare_words(a, b)
    return First.SAME if middle in (First.SAME, First.INITIAL, First.SPELLING, First.SHORT) else First.RIVALS


def _shared_part(a: str, b: str) -> bool:
    one, other = a.split(), b.split()
    return (len(one) > 1 or len(other) > 1) and any(len(part) > 2 and part in other for part in one)


@lru_cache(maxsize=16384)
def _joined(name: str) -> str:
    """One word, with Mac as Mc: "mc donald", "macdonald" and "mcdonald" are one name."""
    word = name.replace(" ", "")
    return "mc" + word[3:] if word.startswith("mac") and len(word) > 5 else word


@lru_cache(maxsize=16384)
def _sound(word: str) -> str:
    return str(jellyfish.metaphone(word)) or word


def _first_word(name: str) -> str:
    return name.split(" ", 1)[0]
