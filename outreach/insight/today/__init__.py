"""Today: one scored list across every part of the work; each line says why it is there.

The weights are the force's own (`content/force.toml`, `[today]`), to be confirmed by it.
"""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from outreach.foundation import audit
from outreach.foundation.permissions import Actor, May
from outreach.insight.today import (
    assessments,
    calls,
    devices,
    follow_ups,
    imports,
    letters,
    measures,
    on_the_day,
    referrals,
    visit_logs,
    visits,
    volunteers,
    worker,
)
from outreach.insight.today.imports import Import, newest_import
from outreach.insight.today.line import MOST, Kind, Line

__all__ = ["MOST", "Import", "Kind", "Line", "lines", "newest_import"]

# Each gives the lines of one part of the work that this person should see. A new noun adds its line.
SOURCES: tuple[Callable[[Session, Actor], Iterable[Line]], ...] = (
    calls.without_outcome,
    follow_ups.due,
    follow_ups.nobody_planned,
    imports.old_or_unfinished,
    letters.to_post,
    assessments.reviews_due,
    measures.outstanding,
    devices.late_loans,
    devices.waiting_with_stock,
    devices.low_stock,
    referrals.waiting,
    visits.unstaffed,
    volunteers.running_out,
    on_the_day.overdue,
    visit_logs.waiting,
    visit_logs.not_come,
    visit_logs.on_phones,
    worker.troubles,
)


def lines(session: Session, actor: Actor) -> list[Line]:
    """What this person should do today, heaviest first; at most 200 lines. Raises `NotAllowed`."""
    actor.must(May.SEE_TODAY)
    found = [line for source in SOURCES for line in source(session, actor)]
    audit.consulted(session, actor, "victim", operation="today.opened",
                    shown=[line.record_id for line in found if line.record_type == "victim"])
    return sorted(found, key=lambda line: -line.weight)[:MOST]
