"""The audit log of work on many records at once: ids and names of fields, never a value."""

from typing import Any

from outreach.casework.imports.bulk import Bulk, as_json
from outreach.foundation.audit import Action
from outreach.foundation.permissions import Actor

_COLUMNS = ("at", "actor_id", "action", "operation", "record_type", "record_id", "details")


class Trail:
    """Audit rows of one transaction, written together."""

    def __init__(self, actor: Actor, import_id: int, operation: str, moment: str) -> None:
        self._start = (moment, actor.id)
        self._import_id, self._operation = import_id, operation
        self._rows: list[tuple[Any, ...]] = []

    def add(self, action: Action, record: str, record_id: int, number: int, **details: Any) -> None:
        """Note what was done with one record for one row; `details` hold ids and names of fields."""
        more = {name: value for name, value in details.items() if value}
        self._rows.append((*self._start, action.value, self._operation, record, record_id,
                           f'{{"import": {self._import_id}, "row": {number}{_further(more)}}}'))

    def write(self, bulk: Bulk) -> None:
        """Write all that was noted."""
        bulk.insert("audit_entry", _COLUMNS, self._rows)
        self._rows = []


def _further(details: dict[str, Any]) -> str:
    return f", {as_json(details)[1:-1]}" if details else ""
