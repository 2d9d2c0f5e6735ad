"""The spellings in use: every name and place word once, so that a slip of the pen finds its neighbours.

Two words are one letter apart (a letter wrong, missing, too many, or two swapped) only if leaving out one
letter or none from each can make them the same; so each word is kept under every such shortened form, and
a misspelt one is looked up under all of its own. Both databases answer this from an ordinary index, where
a trigram index misses slips in names as short as Joan.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import OSA
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from outreach.casework.search.words import spelt
from outreach.foundation.db import is_sqlite

SHORTEST = 2        # letters of a misspelt word: with one, every word is near every other
SHORTEST_PART = 3   # letters of what is looked for within words
MOST = 40           # spellings that one typed word may stand for

_BEGINNING = text("SELECT word FROM name_word WHERE word >= :stem AND word < :after "
                  "ORDER BY people DESC, word LIMIT :most")
_NEAR = text("SELECT DISTINCT word FROM name_word_slip WHERE slip IN :slips").bindparams(
    bindparam("slips", expanding=True))
_WITHIN = text("SELECT word FROM name_word WHERE word LIKE :part ORDER BY people DESC, word LIMIT :most")
_KNOWN = text("SELECT word, people FROM name_word WHERE word IN :words").bindparams(
    bindparam("words", expanding=True))
_COUNT = {
    True: text("INSERT INTO name_word (word, people) SELECT key, value FROM json_each(:counts) WHERE true "
               "ON CONFLICT (word) DO UPDATE SET people = people + excluded.people RETURNING word, people"),
    False: text("INSERT INTO name_word (word, people) SELECT key, value::bigint "
                "FROM jsonb_each_text(CAST(:counts AS jsonb)) ORDER BY key COLLATE \"C\" "
                "ON CONFLICT (word) DO UPDATE SET people = name_word.people + excluded.people "
                "RETURNING word, people")}
_ADD_SLIP = text("INSERT INTO name_word_slip (slip, word) VALUES (:slip, :word) ON CONFLICT DO NOTHING")
_DROP_SLIP = text("DELETE FROM name_word_slip WHERE slip = :slip AND word = :word")
_DROP_WORD = text("DELETE FROM name_word WHERE word = :word AND people <= 0")


def beginning(session: Session, stem: str, most: int = MOST) -> list[str]:
    """The commonest spellings that begin like this."""
    found = session.execute(_BEGINNING, {"stem": stem, "after": stem + "\U0010ffff", "most": most})
    return [row.word for row in found]


def known(session: Session, words: Iterable[str]) -> dict[str, int]:
    """Those of these words that are in use, and how many people have each."""
    asked = list(words)
    return {row.word: row.people for row in session.execute(_KNOWN, {"words": asked})} if asked else {}


def near(session: Session, word: str, most: int = MOST) -> list[str]:
    """Spellings one letter away from this one."""
    if len(word) < SHORTEST:
        return []
    found = session.execute(_NEAR, {"slips": list(slips(word))})
    close = [row.word for row in found if OSA.distance(word, row.word, score_cutoff=1) == 1]
    if len(close) > most:
        people = known(session, close)
        close.sort(key=lambda other: -people.get(other, 0))
    return close[:most]


def within(session: Session, part: str, most: int = MOST) -> list[str]:
    """The commonest spellings that have this somewhere within: "thwaite" is in Braithwaite."""
    if len(part) < SHORTEST_PART or not part.isalnum():
        return []
    return [row.word for row in session.execute(_WITHIN, {"part": f"%{part}%", "most": most})]


def slips(word: str) -> set[str]:
    """A word, and all that is left of it when one letter is left out."""
    return {word, *(word[:at] + word[at + 1:] for at in range(len(word)))}


def recount(session: Session, before: Sequence[str], after: Sequence[str]) -> None:
    """Count the words of people as they are now instead of as they were; each text is one person's words."""
    counts = Counter(word for words in after for word in spelt(words.split()))
    counts.subtract(word for words in before for word in spelt(words.split()))
    changes = {word: change for word, change in counts.items() if change}
    if changes:
        _count(session, changes)


def _count(session: Session, changes: Mapping[str, int]) -> None:
    found = session.execute(_COUNT[is_sqlite(session)], {"counts": json.dumps(changes)}).all()
    new = [row.word for row in found if row.people == changes[row.word] > 0]
    gone = [row.word for row in found if row.people <= 0]
    if new:
        session.execute(_ADD_SLIP, _pairs(new))
    if gone:
        session.execute(_DROP_SLIP, _pairs(gone))
        session.execute(_DROP_WORD, [{"word": word} for word in gone])


def _pairs(words: Iterable[str]) -> list[dict[str, str]]:
    return [{"slip": slip, "word": word} for word in words for slip in sorted(slips(word))]
