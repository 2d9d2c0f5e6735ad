"""Search on PostgreSQL: one text vector for each person under a GIN index."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, TextClause, bindparam, column, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

_MATCHING = text("SELECT victim_id FROM victim_search WHERE tokens @@ CAST(:wanted AS tsquery) LIMIT :most")
# How many match, and who, in order of need, if they are few; nobody who was merged into another. (Here
# PostgreSQL guesses best from "IS NULL"; of `standing.STANDS` it thinks that few pass.) OFFSET 0 has the
# people fetched by their ids first: else it goes down the whole list by need to spare itself the sorting.
_RANKED = text(
    "WITH found AS MATERIALIZED (SELECT victim_id AS id FROM victim_search "
    "WHERE tokens @@ CAST(:wanted AS tsquery) LIMIT :few), "
    "total AS MATERIALIZED (SELECT count(*) AS matched FROM found), "
    "people AS (SELECT victim.id, victim.need_score FROM found JOIN victim ON victim.id = found.id "
    "WHERE victim.merged_into_id IS NULL AND (SELECT matched FROM total) < :few OFFSET 0) "
    "SELECT total.matched, people.id FROM total LEFT JOIN people ON true "
    "ORDER BY people.need_score DESC, people.id DESC LIMIT :most")
_WORDS = text("SELECT victim_id, words FROM victim_search WHERE victim_id = ANY(:ids)")
_KEEP = text("INSERT INTO victim_search (victim_id, words) "
             "SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:words AS text[]))")
_DROP = text("DELETE FROM victim_search WHERE victim_id = ANY(:ids)")
_ALL = text("SELECT victim_id FROM victim_search WHERE tokens @@ CAST(:wanted AS tsquery)")
_ONE_BY_ONE = text("EXISTS (SELECT 1 FROM victim_search WHERE victim_id = victim.id "
                   "AND tokens @@ CAST(:wanted AS tsquery) OFFSET 0)")
THICK = 150     # one person in so many


def matching(session: Session, wanted: Sequence[Sequence[str]], most: int) -> list[int]:
    """Ids of at most so many people who have one word of every group; "smi*" is any word that begins so."""
    found = session.execute(_MATCHING, {"wanted": _spoken(wanted), "most": most})
    return [row.victim_id for row in found]


def ranked(session: Session, wanted: Sequence[Sequence[str]], few: int, most: int) -> list[int] | None:
    """Ids of those who match, in order of need; None where they are `few` or more."""
    found = session.execute(_RANKED, {"wanted": _spoken(wanted), "few": few, "most": most}).all()
    return None if found[0].matched >= few else [row.id for row in found if row.id is not None]


def among(ids: Sequence[int]) -> ColumnElement[Any]:
    """A victim's id is one of these; one bound value however many there are."""
    given = bindparam("ids", list(ids), type_=ARRAY(BigInteger))
    return column("victim.id", is_literal=True) == given.any_()


def among_matching(wanted: Sequence[Sequence[str]], first: Sequence[int]) -> ColumnElement[Any] | TextClause:
    """A victim is one of those who match; the ids of the first of them tell how thick they stand.

    Where one in `THICK` matches, each is looked at as the list by need is gone down (OFFSET 0 keeps it so).
    Where they stand thinner, "= true" has all of them found once, and the list gone down against that set.
    """
    spoken = _spoken(wanted)
    if len(first) * THICK > first[-1] - first[0]:
        return _ONE_BY_ONE.bindparams(wanted=spoken)
    return column("victim.id", is_literal=True).in_(_ALL.bindparams(wanted=spoken)).self_group() == true()


def words(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The words kept for these people."""
    found = session.execute(_WORDS, {"ids": list(ids)})
    return {row.victim_id: row.words for row in found}


def keep(session: Session, rows: Mapping[int, str]) -> None:
    """Keep the words of people for whom none are kept."""
    session.execute(_KEEP, {"ids": list(rows), "words": list(rows.values())})


def drop(session: Session, ids: Sequence[int]) -> None:
    """Forget the words of these people."""
    session.execute(_DROP, {"ids": list(ids)})


def _spoken(wanted: Sequence[Sequence[str]]) -> str:
    return " & ".join("(" + " | ".join(map(_word, group)) + ")" for group in wanted)


def _word(word: str) -> str:
    return f"'{word[:-1]}':*" if word.endswith("*") else f"'{word}'"
