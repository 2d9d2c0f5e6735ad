"""Search on PostgreSQL: one text vector for each person under a GIN index."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, TextClause, bindparam, column, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

_MATCHING = text("SELECT victim_id FROM victim_search WHERE tokens @@ CAST(:wanted AS tsquery) LIMIT :most")
_WORDS = text("SELECT victim_id, words FROM victim_search WHERE victim_id = ANY(:ids)")
_KEEP = text("INSERT INTO victim_search (victim_id, words) "
             "SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:words AS text[]))")
_DROP = text("DELETE FROM victim_search WHERE victim_id = ANY(:ids)")
THICK = 250


def matching(session: Session, wanted: Sequence[Sequence[str]], most: int) -> list[int]:
    """Ids of at most so many people who have one word of every group; "smi*" is any word that begins so."""
    found = session.execute(_MATCHING, {"wanted": _spoken(wanted), "most": most})
    return [row.victim_id for row in found]


def among(ids: Sequence[int]) -> ColumnElement[Any]:
    """A victim's id is one of these; one bound value however many there are."""
    given = bindparam("ids", list(ids), type_=ARRAY(BigInteger))
    return column("victim.id", is_literal=True) == given.any_()


def among_matching(wanted: Sequence[Sequence[str]], first: Sequence[int]) -> ColumnElement[Any]:
    """A victim is one of those who match; the ids of the first of them tell how thick they stand.

    Where one in a few hundred matches, each is looked at as the list by need is gone down. Where they stand
    thinner, "= true" has PostgreSQL find all of them once, and go down the list against that set.
    """
    matches = column("victim.id", is_literal=True).in_(_who_match(wanted))
    thick = len(first) * THICK > first[-1] - first[0]
    return matches if thick else matches.self_group() == true()


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


def _who_match(wanted: Sequence[Sequence[str]]) -> TextClause:
    return text("SELECT victim_id FROM victim_search WHERE tokens @@ CAST(:wanted AS tsquery)").bindparams(
        wanted=_spoken(wanted))


def _spoken(wanted: Sequence[Sequence[str]]) -> str:
    return " & ".join("(" + " | ".join(map(_word, group)) + ")" for group in wanted)


def _word(word: str) -> str:
    return f"'{word[:-1]}':*" if word.endswith("*") else f"'{word}'"
