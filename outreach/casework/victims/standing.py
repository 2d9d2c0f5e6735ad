"""Whose record stands: one that was merged into another keeps its row, but no list or search shows it."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal_column

from outreach.casework.victims.record import Victim

# Written so that the planner takes the partial index made for it (migration 0002). SQLite believes that
# "merged_into_id IS NULL" is true of few, and would read a million rows to sort them.
_NOUGHT: ColumnElement[Any] = literal_column("0")
STANDS: ColumnElement[bool] = func.coalesce(Victim.merged_into_id, _NOUGHT) == _NOUGHT
