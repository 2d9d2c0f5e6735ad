"""The audit log of work on many records at once: ids and names of fields, never a value."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework.imports.bulk import Bulk, as_json
from outreach.foundation.audit import Action
from outreach.foundation.permissions import Actor

_COLUMNS = ("at", "actor_id", "action", "operation", "record_type", "record_id", "details", "request_id")


class Trail:
    """Audit rows of one transaction, written together."""

    def __init__(self, session: Session, bulk: Bulk, actor: Actor, import_id: int, operation: str,
                 at: datetime) -> None:
        self._bulk, self._import_id = bulk, import_id
        self._start = (bulk.moment(at), actor.id)
        self._operation, self._request = operation, session.info.get("request_id")
        self._rows: list[tuple[Any, ...]] = []

    def add(self, action: Action, record: str, record_id: int, number: int, **details: Any) -> None:
        """Note what was done with one record for one row; `details` hold ids and names of fields."""
        more = {name: value for name, value in details.items() if value}
        self._rows.append((*self._start, action.value, self._operation, record, record_id,
                           f'{{"import": {self._import_id}, "row": {number}{_further(more)}}}',
                           self._request))

    def write(self) -> None:
        """Write all that was noted."""
        self._bulk.insert("audit_entry", _COLUMNS, self._rows)
        self._rows = []


def _further(details: dict[str, Any]) -> str:
    return f", {as_json(details)[1:-1]}" if details else ""
