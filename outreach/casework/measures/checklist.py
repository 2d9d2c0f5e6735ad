"""The checklist of measures for one person: how each stands, and every step that was taken."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from outreach.casework.measures.catalogue import kinds, words_of
from outreach.casework.measures.record import Measure, MeasureStep, Status
from outreach.casework.victims.record import Victim
from outreach.foundation.accounts import Account
from outreach.foundation.clock import day_of, today


class Item(NamedTuple):
    """One line of the checklist: the measure in words, and how it stands (None: not spoken of yet)."""

    code: str
    words: str
    about: str = ""
    status: Status | None = None
    on: date | None = None
    note: str = ""
    by: str = ""
    retired: bool = False


class Told(NamedTuple):
    """One step, as the history tells it."""

    id: int
    words: str
    status: Status
    on: date
    by: str
    note: str
    entered_at: Any
    taken_back_at: Any
    taken_back_by: str | None
    may_undo: bool      # the last of its measure that stands, and entered today


def checklist(session: Session, victim: Victim) -> list[Item]:
    """Every measure on the force's list, and whatever else was begun, in the order of the list."""
    begun: dict[str, Any] = {}
    for row in session.execute(_measures(), {"victim": victim.id}):     # the last of a kind counts
        if row.code not in begun or begun[row.code].status is not Status.COMPLETED:
            begun[row.code] = row
    offered = [code for code, kind in kinds().items() if code in begun or not kind.retired]
    return [_item(code, begun.get(code)) for code in [*offered, *(begun.keys() - set(offered))]]


def steps_of(session: Session, victim: Victim) -> Sequence[Told]:
    """Every step taken for this person, the newest first, those taken back too."""
    undoer = aliased(Account)
    question = (
        select(MeasureStep.id, Measure.code, MeasureStep.status, MeasureStep.on, Account.name,
               MeasureStep.note, MeasureStep.entered_at, MeasureStep.taken_back_at, undoer.name,
               Measure.id.label("measure"))
        .join(Measure, Measure.id == MeasureStep.measure_id)
        .join(Account, Account.id == MeasureStep.by_id)
        .outerjoin(undoer, undoer.id == MeasureStep.taken_back_by_id)
        .where(Measure.victim_id == victim.id).order_by(MeasureStep.id.desc()))
    told: list[Told] = []
    later: set[int] = set()
    for row in session.execute(question).all():
        stands, last = row.taken_back_at is None, row.measure not in later
        told.append(Told(row[0], words_of(row[1]), *row[2:9],
                         stands and last and day_of(row.entered_at) == today()))
        later |= {row.measure} if stands else set()
    return told


@cache
def _measures() -> Select[*tuple[Any, ...]]:
    """Built once: building it anew for every page costs more than asking it."""
    question: Select[*tuple[Any, ...]] = (
        select(Measure.code, Measure.status, Measure.since_on, Measure.note, Account.name)
        .outerjoin(Account, Account.id == Measure.by_id)
        .where(Measure.victim_id == bindparam("victim"), Measure.status.is_not(None))
        .order_by(Measure.since_on, Measure.id))
    return question


def _item(code: str, row: Any) -> Item:
    kind = kinds().get(code)
    about, retired = (kind.about, kind.retired) if kind else ("", True)
    if row is None:
        return Item(code, words_of(code), about)
    return Item(code, words_of(code), about, row.status, row.since_on, row.note, row.name or "", retired)
