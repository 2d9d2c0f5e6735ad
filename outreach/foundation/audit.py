"""The audit log: who collected, changed, looked at, disclosed, combined or erased what, and when.

The six actions are those of the Data Protection Act 2018, s.62. Rows are written in the transaction of
the change itself; they hold ids and names of fields, never a value. Triggers in the database refuse to
change or delete them. A sealer that chains them can be added beside this table without touching it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Row, column, event, insert, inspect, select, table
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from outreach.foundation.clock import now
from outreach.foundation.db import Base
from outreach.foundation.permissions import Actor


class Action(StrEnum):
    """What was done with the record, in the words of s.62."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"


class NobodyActing(Exception):
    """A record was about to change without anyone's name on it."""


class Audited:
    """Mix in to a record: every change to it is written to the audit log."""

    __unaudited__: frozenset[str] = frozenset()  # columns that only follow from others, such as a score


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_record", "record_type", "record_id"),
                      {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    actor_id: Mapped[int]
    action: Mapped[str]
    operation: Mapped[str]
    record_type: Mapped[str]
    record_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # names of fields, ids, counts: no values
    recipient: Mapped[str | None]
    reason: Mapped[str | None]
    request_id: Mapped[str | None]


def entry(session: Session, actor: Actor, action: Action, operation: str, record_type: str,
          record_id: int | None = None, *, reason: str | None = None, recipient: str | None = None,
          **details: Any) -> dict[str, Any]:
    """One audit row as plain values, for those who write many at once."""
    return {"at": now(), "actor_id": actor.id, "action": str(action), "operation": operation,
            "record_type": record_type, "record_id": record_id, "details": details, "reason": reason,
            "recipient": recipient, "request_id": session.info.get("request_id")}


def write(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add audit rows to this transaction."""
    if rows:
        session.connection().execute(insert(AuditEntry), rows)


def consulted(session: Session, actor: Actor, record_type: str, record_id: int | None = None, *,
              operation: str, reason: str | None = None, **details: Any) -> None:
    """Note that somebody looked. A reading session cannot write, so the note waits in `session.info`
    until whoever owns the session writes it (`waiting`), before the answer leaves the house."""
    note = entry(session, actor, Action.CONSULTATION, operation, record_type, record_id,
                 reason=reason, **details)
    session.info.setdefault("consultations", []).append(note)


def disclosed(session: Session, actor: Actor, record_type: str, record_id: int | None = None, *,
              operation: str, recipient: str, reason: str | None = None, **details: Any) -> None:
    """Note that a record, or a list of them, left the system, and to whom."""
    note = entry(session, actor, Action.DISCLOSURE, operation, record_type, record_id,
                 reason=reason, recipient=recipient, **details)
    session.info.setdefault("consultations", []).append(note)


def waiting(session: Session) -> list[dict[str, Any]]:
    """The notes of looking that this session has not written yet; they are handed over once."""
    notes: list[dict[str, Any]] = session.info.pop("consultations", [])
    return notes


def changed_fields(row: Any) -> list[str]:
    """Names of the columns that differ from the database, without those that only follow from others."""
    state = inspect(row)
    columns = state.mapper.column_attrs.keys()
    return [name for name in columns
            if name not in row.__unaudited__ and state.attrs[name].history.has_changes()]


@event.listens_for(Session, "after_flush")
def write_audit_entries(session: Session, _context: Any) -> None:
    """Write one row for each audited record this flush added, changed or removed."""
    rows = [*_changes(session, session.new, Action.COLLECTION),
            *_changes(session, session.dirty, Action.ALTERATION),
            *_changes(session, session.deleted, Action.ERASURE)]
    if rows:
        write(session, rows)


def _changes(session: Session, records: Iterable[Any], action: Action) -> Iterable[dict[str, Any]]:
    for record in records:
        if not isinstance(record, Audited):
            continue
        fields = changed_fields(record) if action is not Action.ERASURE else []
        if action is Action.ALTERATION and not fields:
            continue
        actor, operation = _named(session, record)
        yield entry(session, actor, action, operation, record.__tablename__,  # type: ignore[attr-defined]
                    record.id, fields=fields)  # type: ignore[attr-defined]


def _named(session: Session, record: Any) -> tuple[Actor, str]:
    actor = session.info.get("actor")
    if actor is None:
        raise NobodyActing(f"{record.__tablename__} changed outside an operation")
    return actor, session.info["operation"]


@event.listens_for(Session, "do_orm_execute")
def refuse_silent_bulk_writes(statement: ORMExecuteState) -> None:
    """A bulk UPDATE or DELETE would pass the log by; operations that write their own rows say so with
    `execution_options(audited=True)`."""
    if not (statement.is_update or statement.is_delete) or statement.bind_mapper is None:
        return
    allowed = statement.execution_options.get("audited", False)
    if issubclass(statement.bind_mapper.class_, Audited) and not allowed:
        raise NobodyActing("a bulk change passes the audit log by; change rows one by one")


def entries(session: Session, *, record_type: str = "", record_id: int | None = None,
            action: Action | None = None, actor_id: int | None = None, before: int | None = None,
            limit: int = 50) -> Sequence[Row[Any]]:
    """The newest entries first, with the name of whoever acted; `before` is the id the page starts under."""
    people = table("account", column("id"), column("name"))
    question = select(AuditEntry.id, AuditEntry.at, AuditEntry.action, AuditEntry.operation,
                      AuditEntry.record_type, AuditEntry.record_id, AuditEntry.details, AuditEntry.reason,
                      AuditEntry.recipient, people.c.name.label("actor"))
    question = question.join(people, people.c.id == AuditEntry.actor_id)
    for chosen, condition in ((record_type, AuditEntry.record_type == record_type),
                              (record_id, AuditEntry.record_id == record_id),
                              (action, AuditEntry.action == action),
                              (actor_id, AuditEntry.actor_id == actor_id),
                              (before, AuditEntry.id < (before or 0))):
        if chosen:
            question = question.where(condition)
    return session.execute(question.order_by(AuditEntry.id.desc()).limit(limit)).all()
