"""Victim lists on Today: how old the newest is, and the rows of it that wait for a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.imports.record import ImportRow, State, VictimImport
from outreach.casework.imports.record import Verdict as RowVerdict
from outreach.foundation.clock import day_of, now, today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import Kind, Line


@dataclass(frozen=True, slots=True)
class Import:
    """The newest victim list that was brought in, and whether that is too long ago."""

    id: int
    source: str
    on: date
    days: int
    is_stale: bool


def newest_import(session: Session) -> Import | None:
    """The newest import that stands; None before the first."""
    committed = select(VictimImport.id, VictimImport.source, VictimImport.committed_at).where(
        VictimImport.committed_at.is_not(None), VictimImport.undone_at.is_(None))
    row = session.execute(committed.order_by(VictimImport.committed_at.desc()).limit(1)).first()
    if row is None:
        return None
    on = day_of(row.committed_at)
    days = (today() - on).days
    return Import(row.id, row.source, on, days, days >= current().imports.stale_after_days)


def old_or_unfinished(session: Session, actor: Actor) -> Iterable[Line]:
    """An import that is missing, old, or waits for somebody."""
    if not actor.may(May.IMPORT):
        return
    newest = newest_import(session)
    if newest is None:
        yield Line(current().today.import_stale, Kind.IMPORT, "Import the first victim list",
                   "No victim list has been imported yet.", "import")
    elif newest.is_stale:
        yield Line(current().today.import_stale, Kind.IMPORT, "Import the newest victim list",
                   f"The last victim list is {newest.days} days old.", "import")
    for import_id, source, rows in _waiting_rows(session):
        yield Line(current().today.import_waiting, Kind.IMPORT, f"Finish the import from {source}",
                   f"{rows} {'row waits' if rows == 1 else 'rows wait'} for you to repair or decide.",
                   "import", import_id)


def _waiting_rows(session: Session) -> Sequence[Any]:
    question = (
        select(VictimImport.id, VictimImport.source, func.count())
        .join(ImportRow, ImportRow.import_id == VictimImport.id)
        .where(VictimImport.state.in_((State.CHECKED, State.COMMITTED)),
               VictimImport.uploaded_at > now() - timedelta(days=90),
               ImportRow.verdict.in_((RowVerdict.REVIEW, RowVerdict.ERROR)))
        .group_by(VictimImport.id, VictimImport.source))
    return session.execute(question).all()
