"""What an import comes to, in figures: new, updated, to review, with errors, left out."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.imports.record import ImportRow, Verdict

_NAMES = {Verdict.NEW: "new", Verdict.UPDATE: "updated", Verdict.REVIEW: "to_review", Verdict.ERROR: "errors",
          Verdict.SKIP: "left_out"}


def count(session: Session, import_id: int) -> dict[str, Any]:
    """Rows by verdict, and how many of them are `entered`; `rows` is all of them."""
    found = session.execute(
        select(ImportRow.verdict, ImportRow.done, func.count())
        .where(ImportRow.import_id == import_id).group_by(ImportRow.verdict, ImportRow.done)).all()
    counts = dict.fromkeys(("rows", *_NAMES.values(), "entered"), 0)
    for verdict, done, number in found:
        counts["rows"] += number
        counts[_NAMES[verdict]] += number
        counts["entered"] += number if done else 0
    return counts
