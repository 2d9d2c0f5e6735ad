"""An entry of the timeline, where such entries come from, and the place at which a page of them ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select

Rows = Select[*tuple[Any, ...]]


class Kind(StrEnum):
    """What an entry is about. The order is that of entries of the very same moment."""

    CONTACT = "contact"
    VISIT = "visit"
    FOLLOW_UP = "follow-up"
    CALL = "call"
    REPORT = "report"
    ASSESSMENT = "assessment"
    MEASURE = "measure"
    REFERRAL = "referral"
    LOAN = "equipment"
    MERGE = "merge"
    RECORD = "record"


class Entry(NamedTuple):
    """One thing that happened. `day_only`: its time of day is not known. `facts`: short words, with dots."""

    at: datetime
    kind: Kind
    id: int
    victim_id: int
    title: str
    by: str = ""
    words: str = ""
    facts: str = ""
    day_only: bool = False
    quiet: bool = False     # of less weight than the rest
    undoable: bool = False  # a merge that still stands


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the timeline ended: the moment, kind and id of its last entry."""

    at: datetime
    kind: Kind
    id: int

    def __str__(self) -> str:
        return f"{self.at:%Y%m%dT%H%M%S.%f}_{self.kind}_{self.id}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """A place as it stands in an address; None where it is not one."""
        try:
            moment, kind, id = text.split("_")
            return cls(datetime.strptime(f"{moment}+0000", "%Y%m%dT%H%M%S.%f%z"), Kind(kind), int(id))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where entries of one kind come from: what to ask; the columns that say whose a row is, when it was and
    which one; and how a row of the answer is told."""

    kind: Kind
    question: Rows
    victim: Any
    at: Any         # a moment; or a day, whose entry stands at its first instant
    id: Any
    tell: Callable[..., Entry]


def dotted(*facts: str) -> str:
    """Short facts in a line, those that are empty left out."""
    return " · ".join(filter(None, facts))


def money(amount: Decimal | None, word: str) -> str:
    """An amount and what became of it ("£1,250 lost"); "" for none."""
    if not amount:
        return ""
    return f"£{amount:,.0f} {word}" if amount == int(amount) else f"£{amount:,.2f} {word}"
