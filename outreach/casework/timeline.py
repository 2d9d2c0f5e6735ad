"""The timeline: everything that happened with a person, or with everybody of a household, newest first.

There is no case record: a timeline is a question asked of what was done (design: answers 10).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from heapq import nlargest
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from outreach.casework.contacts import Contact, Outcome
from outreach.casework.follow_ups import FollowUp
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.fraud_types import label
from outreach.casework.imports.record import VictimImport
from outreach.casework.victims import Victim
from outreach.casework.victims.merging import VictimMerge
from outreach.foundation.accounts import Account
from outreach.foundation.clock import day_of, midnight

PAGE = 40
Rows = Select[*tuple[Any, ...]]


class Kind(StrEnum):
    """What an entry is about. The order is that of entries of the very same moment."""

    CONTACT = "contact"
    FOLLOW_UP = "follow-up"
    REPORT = "report"
    MERGE = "merge"
    RECORD = "record"


class Since(StrEnum):
    """From where a page of one kind of entry goes on."""

    THE_TOP = "the top"
    THEN = "then"                # rows of that very moment stand after the last entry shown
    BEFORE_THEN = "before then"  # … or before it, and were shown
    THAT_ROW = "that row"        # the last entry shown was of this kind


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


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entries, and the place at which the next one goes on (None: that was all)."""

    entries: Sequence[Entry]
    further: Place | None


def page(session: Session, victims: Sequence[int], *, kinds: Iterable[Kind] = (), after: Place | None = None,
         limit: int = PAGE) -> Page:
    """A page of what happened with these victims, of some kinds or of all."""
    found = [entry for kind in (tuple(kinds) or Kind)
             for entry in _SOURCES[kind](session, victims, after, limit + 1)]
    chosen = nlargest(limit + 1, found, key=lambda entry: (entry.at, -_ORDER[entry.kind], entry.id))
    if len(chosen) <= limit:
        return Page(chosen, None)
    last = chosen[limit - 1]
    return Page(chosen[:limit], Place(last.at, last.kind, last.id))


def _contacts(session: Session, victims: Sequence[int], after: Place | None, limit: int) -> Iterable[Entry]:
    for id, victim, at, channel, outcome, attempt, minutes, verified, summary, by in _rows(
            session, Kind.CONTACT, victims, after, limit):
        facts = (f"attempt {attempt}" if attempt > 1 else "", _minutes(minutes),
                 "identity verified" if verified else "")
        title = f"{channel.capitalize()}: {outcome}" if outcome is not Outcome.DECEASED else "Told of a death"
        yield Entry(at, Kind.CONTACT, id, victim, title, by, summary, _dotted(facts))


def _follow_ups(session: Session, victims: Sequence[int], after: Place | None, limit: int) -> Iterable[Entry]:
    """Those settled without a contact; one that a contact settled is told by the contact."""
    for id, victim, at, status, reason, by in _rows(session, Kind.FOLLOW_UP, victims, after, limit):
        yield Entry(at, Kind.FOLLOW_UP, id, victim, f"Follow-up {status}", by or "", reason, quiet=True)


def _reports(session: Session, victims: Sequence[int], after: Place | None, limit: int) -> Iterable[Entry]:
    """By the day of the report, at its first instant; one without a day stands where it was entered."""
    for id, victim, on, fraud_type, lost, recovered, national, force, source, summary in _rows(
            session, Kind.REPORT, victims, after, limit):
        facts = (_money(lost, "lost"), _money(recovered, "recovered"), national, force,
                 f"from {_source(source)}")
        yield Entry(midnight(on), Kind.REPORT, id, victim, label(fraud_type) or "Kind of fraud not recorded",
                    "", summary, _dotted(facts), day_only=True)


def _merges(session: Session, victims: Sequence[int], after: Place | None, limit: int) -> Iterable[Entry]:
    for id, victim, at, undone_at, by, title, first, last, merged in _rows(
            session, Kind.MERGE, victims, after, limit):
        name = " ".join(filter(None, (title, first, last)))
        words = f"Record {merged}, {name}" + (", since taken apart again" if undone_at else "")
        yield Entry(at, Kind.MERGE, id, victim, "Two records made one", by, words, quiet=True,
                    undoable=undone_at is None)


def _records(session: Session, victims: Sequence[int], after: Place | None, limit: int) -> Iterable[Entry]:
    """How each record came to be: from a victim list, or entered by hand."""
    for id, at, source in _rows(session, Kind.RECORD, victims, after, limit):
        title = f"Brought in with a list from {source}" if source else "Record entered"
        yield Entry(at, Kind.RECORD, id, id, title, quiet=True)


def _rows(session: Session, kind: Kind, victims: Sequence[int], after: Place | None,
          limit: int) -> Iterable[Sequence[Any]]:
    """The newest rows of one kind about these victims, from where the page before ended."""
    if after is None:
        return session.execute(_question(kind, Since.THE_TOP), {"victims": victims, "most": limit})
    since, moment = _since(kind, after)
    return session.execute(_question(kind, since), {"victims": victims, "most": limit, "last": after.id,
                                                    "moment": moment})


def _since(kind: Kind, after: Place) -> tuple[Since, datetime | date]:
    """How rows of this kind stand to the last entry shown. Reports have a day and no moment."""
    moment: datetime | date = day_of(after.at) if kind is Kind.REPORT else after.at
    if kind is Kind.REPORT and midnight(day_of(after.at)) < after.at:
        return Since.THEN, moment
    if kind == after.kind:
        return Since.THAT_ROW, moment
    return (Since.THEN if _ORDER[kind] > _ORDER[after.kind] else Since.BEFORE_THEN), moment


@cache
def _question(kind: Kind, since: Since) -> Rows:
    """The question about one kind. Built once: building it anew each time costs more than asking it."""
    question, victim, at, id = _ASKED[kind]
    kind_of_moment: Any = at.type
    moment, last = bindparam("moment", type_=kind_of_moment), bindparam("last", type_=id.type)
    question = (question.where(victim.in_(bindparam("victims", expanding=True)))
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


def _source(source: str) -> str:
    return {"victim list": "a victim list", "call for service": "a call for service", "family": "the family",
            "Banking Protocol": "a Banking Protocol call", "partner": "a partner",
            "self": "the victim"}.get(source, source)


def _dotted(facts: Iterable[str]) -> str:
    return " · ".join(filter(None, facts))


def _minutes(minutes: int | None) -> str:
    return "" if not minutes else "1 minute" if minutes == 1 else f"{minutes} minutes"


def _money(amount: Decimal | None, word: str) -> str:
    if not amount:
        return ""
    return f"£{amount:,.0f} {word}" if amount == int(amount) else f"£{amount:,.2f} {word}"


_ORDER = {kind: place for place, kind in enumerate(Kind)}
_SOURCES: dict[Kind, Callable[[Session, Sequence[int], Place | None, int], Iterable[Entry]]] = {
    Kind.CONTACT: _contacts, Kind.FOLLOW_UP: _follow_ups, Kind.REPORT: _reports, Kind.MERGE: _merges,
    Kind.RECORD: _records}
_DAY: ColumnElement[date] = func.coalesce(FraudReport.reported_on, func.date(FraudReport.created_at),
                                          type_=FraudReport.reported_on.type)
# Of each kind: what to ask, and the columns that say whose it is, when it was, and which row.
_ASKED: dict[Kind, tuple[Rows, Any, Any, Any]] = {
    Kind.CONTACT: (
        select(Contact.id, Contact.victim_id, Contact.at, Contact.channel, Contact.outcome,
               Contact.attempt_no, Contact.minutes, Contact.verified_identity, Contact.summary, Account.name)
        .join(Account, Account.id == Contact.by_id),
        Contact.victim_id, Contact.at, Contact.id),
    Kind.FOLLOW_UP: (
        select(FollowUp.id, FollowUp.victim_id, FollowUp.settled_at, FollowUp.status, FollowUp.reason,
               Account.name)
        .outerjoin(Account, Account.id == FollowUp.settled_by_id)
        .where(FollowUp.settled_at.is_not(None), FollowUp.contact_id.is_(None)),
        FollowUp.victim_id, FollowUp.settled_at, FollowUp.id),
    Kind.REPORT: (
        select(FraudReport.id, FraudReport.victim_id, _DAY, FraudReport.fraud_type, FraudReport.lost,
               FraudReport.recovered, FraudReport.national_reference, FraudReport.force_occurrence,
               FraudReport.source, FraudReport.summary),
        FraudReport.victim_id, _DAY, FraudReport.id),
    Kind.MERGE: (
        select(VictimMerge.id, VictimMerge.kept_id, VictimMerge.at, VictimMerge.undone_at, Account.name,
               Victim.title, Victim.first_name, Victim.last_name, Victim.id)
        .join(Account, Account.id == VictimMerge.by_id).join(Victim, Victim.id == VictimMerge.merged_id),
        VictimMerge.kept_id, VictimMerge.at, VictimMerge.id),
    Kind.RECORD: (
        select(Victim.id, Victim.created_at, VictimImport.source)
        .outerjoin(VictimImport, VictimImport.id == Victim.import_id),
        Victim.id, Victim.created_at, Victim.id)}
