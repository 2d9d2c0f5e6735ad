"""Search on SQLite: an FTS5 table whose prefix index answers two or three letters at once."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, TextClause, bindparam, column, text
from sqlalchemy.orm import Session

_MATCHING = text("SELECT rowid AS victim_id FROM victim_search WHERE victim_search MATCH :wanted LIMIT :most")
# How many match, and who, in order of need, if they are few. The condition on merged_into_id is
# `standing.STANDS`; CROSS JOIN has SQLite begin with those who match.
_RANKED = text(
    "WITH found AS MATERIALIZED (SELECT rowid AS id FROM victim_search "
    "WHERE victim_search MATCH :wanted LIMIT :few), "
    "total AS MATERIALIZED (SELECT count(*) AS matched FROM found), "
    "people AS (SELECT victim.id, victim.need_score FROM found CROSS JOIN victim WHERE victim.id = found.id "
    "AND coalesce(victim.merged_into_id, 0) = 0 AND (SELECT matched FROM total) < :few) "
    "SELECT total.matched, people.id FROM total LEFT JOIN people ON true "
    "ORDER BY people.need_score DESC, people.id DESC LIMIT :most")
_WORDS = text("SELECT rowid AS victim_id, words FROM victim_search "
              "WHERE rowid IN (SELECT value FROM json_each(:ids))")
_KEEP = "INSERT INTO victim_search (rowid, words) VALUES (?, ?)"
_DROP = text("DELETE FROM victim_search WHERE rowid IN (SELECT value FROM json_each(:ids))")


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
    each = text("SELECT value FROM json_each(:ids)").bindparams(bindparam("ids", json.dumps(ids)))
    return column("victim.id", is_literal=True).in_(each)


def among_matching(wanted: Sequence[Sequence[str]], _first: Sequence[int]) -> ColumnElement[Any]:
    """A victim is one of those who match. The plus sign keeps SQLite from starting with everybody it finds:
    it goes down the list by need instead and stops when it has enough."""
    return column("+victim.id", is_literal=True).in_(_who_match(wanted))


def words(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The words kept for these people."""
    found = session.execute(_WORDS, {"ids": json.dumps(ids)})
    return {row.victim_id: row.words for row in found}


def keep(session: Session, rows: Mapping[int, str]) -> None:
    """Keep the words of people for whom none are kept."""
    session.connection().exec_driver_sql(_KEEP, list(rows.items()))


def drop(session: Session, ids: Sequence[int]) -> None:
    """Forget the words of these people."""
    session.execute(_DROP, {"ids": json.dumps(ids)})


def _who_match(wanted: Sequence[Sequence[str]]) -> TextClause:
    return text("SELECT rowid FROM victim_search WHERE victim_search MATCH :wanted").bindparams(
        wanted=_spoken(wanted))


def _spoken(wanted: Sequence[Sequence[str]]) -> str:
    return " AND ".join("(" + " OR ".join(map(_word, group)) + ")" for group in wanted)


def _word(word: str) -> str:
    return f'"{word[:-1]}"*' if word.endswith("*") else f'"{word}"'
