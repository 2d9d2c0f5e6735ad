"""A victim list as it was brought in: the file, its columns, every row and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class State(StrEnum):
    """How far an import has come. The `-ing` states are the worker's; each keeps its place and resumes."""

    UPLOADED = "uploaded"        # the columns wait to be mapped
    CHECKING = "checking"        # dry run under way
    CHECKED = "checked"          # the dry run can be read, repaired and committed
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNDOING = "undoing"
    UNDONE = "undone"
    REFUSED = "refused"          # the file cannot be read; `refusal` says why


class Verdict(StrEnum):
    """What would happen, or has happened, to one row."""

    NEW = "new"
    UPDATE = "update"
    REVIEW = "review"            # may be somebody known: a person decides
    ERROR = "error"              # a cell must be repaired first
    SKIP = "skip"                # a person said: leave this row out


class VictimImport(Audited, Base):
    __tablename__ = "victim_import"
    __unaudited__ = frozenset({"position", "total", "counts", "known_up_to", "filed_up_to"})

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    file_name: Mapped[str]
    file_hash: Mapped[str] = mapped_column(index=True)      # SHA-256 of the bytes: the same file twice shows
    stored_as: Mapped[str]                                  # name within the uploads folder
    state: Mapped[State] = mapped_column(default=State.UPLOADED)
    columns: Mapped[list[str]] = mapped_column(default=list)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)   # field → column
    refusal: Mapped[str] = mapped_column(default="")
    notes: Mapped[list[str]] = mapped_column(default=list)  # from the reader: "took the first sheet"
    position: Mapped[int] = mapped_column(default=0)        # rows of the present step that are done
    total: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    known_up_to: Mapped[int] = mapped_column(default=0)     # the newest victim when the dry run began
    filed_up_to: Mapped[int] = mapped_column(default=0)     # rows whose people matching can find (`filing`)
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who wants the present step
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    committed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class ImportRow(Base):
    """One row of the list. Values, errors and warnings are those of `cells.CheckedRow`."""

    __tablename__ = "import_row"
    __table_args__ = (UniqueConstraint("import_id", "number"),
                      Index("ix_import_row_verdict", "import_id", "verdict", "number"),
                      Index("ix_import_row_victim", "victim_id"),
                      {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("victim_import.id"))
    number: Mapped[int]
    cells: Mapped[list[str]]
    values: Mapped[dict[str, Any]]
    errors: Mapped[dict[str, Any]] = mapped_column(default=dict)
    warnings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    verdict: Mapped[Verdict]
    matches: Mapped[list[Any]] = mapped_column(default=list)   # possible duplicates: who, and why
    decision: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what a person chose
    joins_victim_id: Mapped[int | None]     # somebody known already
    joins_row: Mapped[int | None]           # somebody an earlier row of this list brings in
    victim_id: Mapped[int | None]           # where the row ended up
    report_id: Mapped[int | None]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)    # what undo puts back
    done: Mapped[bool] = mapped_column(default=False)


class SourceMapping(Base):
    """Which column meant what, the last time a list came from this source with these headings."""

    __tablename__ = "source_mapping"
    __table_args__ = (UniqueConstraint("source", "signature"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    signature: Mapped[str]
    mapping: Mapped[dict[str, Any]]
    remembered_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
