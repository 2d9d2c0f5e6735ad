"""A page of the timeline: the newest entries of every kind asked for, from where the page before ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from heapq import nlargest
from typing import Any

from sqlalchemy import Date, Integer, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from outreach.casework.timeline.entry import Entry, Kind, Place, Rows, Source
from outreach.casework.timeline.sources import SOURCES
from outreach.foundation.clock import day_of, midnight

PAGE = 40


class Since(StrEnum):
    """From where a page of one kind of entry goes on."""

    THE_TOP = "the top"
    THEN = "then"                # rows of that very moment stand after the last entry shown
    BEFORE_THEN = "before then"  # … or before it, and were shown
    THAT_ROW = "that row"        # the last entry shown was of this kind


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entries, and the place at which the next one goes on (None: that was all)."""

    entries: Sequence[Entry]
    further: Place | None


def page(session: Session, victims: Sequence[int], *, kinds: Iterable[Kind] = (), after: Place | None = None,
         limit: int = PAGE) -> Page:
    """A page of what happened with these victims, of some kinds or of all."""
    asked = (set(kinds) or set(Kind)) & _kinds_there(session, victims)
    found = [source.tell(*row) for source in SOURCES if source.kind in asked
             for row in _rows(session, source, victims, after, limit + 1)]
    chosen = nlargest(limit + 1, found, key=lambda entry: (entry.at, -_ORDER[entry.kind], entry.id))
    if len(chosen) <= limit:
        return Page(chosen, None)
    last = chosen[limit - 1]
    return Page(chosen[:limit], Place(last.at, last.kind, last.id))


def _kinds_there(session: Session, victims: Sequence[int]) -> set[Kind]:
    """Of which kinds there is anything at all. One short question spares long ones."""
    found = session.execute(_anything(), {"victims": victims}).one()
    return {source.kind for source, there in zip(SOURCES, found, strict=True) if there}


@cache
def _anything() -> Rows:
    """One question, a yes or no for each source."""
    victims: Any = bindparam("victims", expanding=True)
    return select(*(exists().where(source.victim.in_(victims)) for source in SOURCES))


def _rows(session: Session, source: Source, victims: Sequence[int], after: Place | None,
          limit: int) -> Iterable[Sequence[Any]]:
    """The newest rows of one source about these victims, from where the page before ended."""
    if after is None:
        return session.execute(_question(source, Since.THE_TOP), {"victims": victims, "most": limit})
    since, moment = _since(source, after)
    return session.execute(_question(source, since), {"victims": victims, "most": limit, "last": after.id,
                                                      "moment": moment})


def _since(source: Source, after: Place) -> tuple[Since, datetime | date]:
    """How rows of this source stand to the last entry shown. Some have a day and no moment."""
    by_day = isinstance(source.at.type, Date)
    moment: datetime | date = day_of(after.at) if by_day else after.at
    if by_day and midnight(day_of(after.at)) < after.at:
        return Since.THEN, moment
    if source.kind == after.kind:
        return Since.THAT_ROW, moment
    return (Since.THEN if _ORDER[source.kind] > _ORDER[after.kind] else Since.BEFORE_THEN), moment


@cache
def _question(source: Source, since: Since) -> Rows:
    """The question to one source. Built once: building it anew each time costs more than asking it."""
    kind_of_moment: Any = source.at.type
    at, id = source.at, source.id
    moment, last = bindparam("moment", type_=kind_of_moment), bindparam("last", type_=id.type)
    question = (source.question.where(source.victim.in_(bindparam("victims", expanding=True)))
                .order_by(at.desc(), id.desc()).limit(bindparam("most", type_=Integer)))
    match since:
        case Since.THE_TOP:
            return question
        case Since.THEN:
            return question.where(at <= moment)
        case Since.BEFORE_THEN:
            return question.where(at < moment)
        case Since.THAT_ROW:
            return question.where(or_(at < moment, and_(at == moment, id < last)))


_ORDER = {kind: place for place, kind in enumerate(Kind)}
