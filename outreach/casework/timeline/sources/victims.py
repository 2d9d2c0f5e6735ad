"""The record itself on the timeline: how it came to be, and what was merged into it."""

from datetime import datetime

from sqlalchemy import select

from outreach.casework.imports.record import VictimImport
from outreach.casework.timeline.entry import Entry, Kind, Source
from outreach.casework.victims import Victim
from outreach.casework.victims.merging import VictimMerge
from outreach.foundation.accounts import Account


def _merge_told(id: int, victim: int, at: datetime, undone_at: datetime | None, by: str, title: str,
                first: str, last: str, merged: int) -> Entry:
    name = " ".join(filter(None, (title, first, last)))
    words = f"Record {merged}, {name}" + (", since taken apart again" if undone_at else "")
    return Entry(at, Kind.MERGE, id, victim, "Two records made one", by, words, quiet=True,
                 undoable=undone_at is None)


def _record_told(id: int, at: datetime, source: str | None) -> Entry:
    title = f"Brought in with a list from {source}" if source else "Record entered"
    return Entry(at, Kind.RECORD, id, id, title, quiet=True)


MERGES = Source(
    Kind.MERGE,
    select(VictimMerge.id, VictimMerge.kept_id, VictimMerge.at, VictimMerge.undone_at, Account.name,
           Victim.title, Victim.first_name, Victim.last_name, Victim.id)
    .join(Account, Account.id == VictimMerge.by_id).join(Victim, Victim.id == VictimMerge.merged_id),
    VictimMerge.kept_id, VictimMerge.at, VictimMerge.id, _merge_told)
RECORDS = Source(
    Kind.RECORD,
    select(Victim.id, Victim.created_at, VictimImport.source)
    .outerjoin(VictimImport, VictimImport.id == Victim.import_id),
    Victim.id, Victim.created_at, Victim.id, _record_told)
