"""Today: one scored list across every part of the work; each line says why it is there.

The weights are the force's own (`content/force.toml`, `[today]`), to be confirmed by it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from outreach.casework import need
from outreach.casework.follow_ups import OPEN, FollowUp
from outreach.casework.imports.record import ImportRow, State, VictimImport
from outreach.casework.imports.record import Verdict as RowVerdict
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, first_numbers, scope
from outreach.casework.victims.listing import RESTRICTED
from outreach.foundation import audit, outbox, times
from outreach.foundation.accounts import Account
from outreach.foundation.clock import day_of, end_of, now, today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May

MOST = 200


class Kind(StrEnum):
    """What part of the work a line comes from."""

    WORKER = "worker"
    FOLLOW_UP = "follow-up"
    NOBODY_PLANNED = "nobody planned"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do. `record_type` and `record_id` say where it begins; the face knows the address."""

    weight: int
    kind: Kind
    title: str
    why: str
    record_type: str
    record_id: int | None = None
    due_at: datetime | None = None
    band: Band | None = None
    late: bool = False
    place: str = ""
    assignee: str = ""
    phone: str = ""             # E.164, the first without a note, else the first that is known
    phone_note: str = ""        # what is noted beside it, like "daughter, Anne"
    careful: str = ""           # the rule of safe contact that matters while ringing
    follow_up_id: int | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """The newest victim list that was brought in, and whether that is too long ago."""

    id: int
    source: str
    on: date
    days: int
    is_stale: bool


def lines(session: Session, actor: Actor) -> list[Line]:
    """What this person should do today, heaviest first; at most 200 lines. Raises `NotAllowed`."""
    actor.must(May.SEE_TODAY)
    found = [*_follow_ups(session, actor)]
    if actor.may(May.IMPORT):
        found += [*_nobody_planned(session, actor), *_imports(session)]
    if actor.may(May.SEE_WORKER):
        found += [*_troubles(session)]
    audit.consulted(session, actor, "victim", operation="today.opened",
                    shown=[line.record_id for line in found if line.record_type == "victim"])
    return sorted(found, key=lambda line: -line.weight)[:MOST]


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


def _follow_ups(session: Session, actor: Actor) -> Iterable[Line]:
    """Follow-ups due by tonight: my own; for whoever re-assigns work also those that were escalated."""
    mine = FollowUp.assignee_id == actor.id
    whose = mine | FollowUp.escalated_at.is_not(None) if actor.may(May.ASSIGN) else mine
    question = (
        select(FollowUp.id, FollowUp.victim_id, FollowUp.due_at, FollowUp.reason, FollowUp.escalated_at,
               FollowUp.assignee_id, Account.name.label("assignee"), Victim.title, Victim.first_name,
               Victim.last_name, Victim.town, Victim.band, Victim.may_leave_message, Victim.safe_from,
               Victim.safe_until, Victim.who_may_answer, Victim.restricted)
        .join(Victim, Victim.id == FollowUp.victim_id).join(Account, Account.id == FollowUp.assignee_id)
        .where(FollowUp.status.in_(OPEN), FollowUp.due_at < end_of(today()), whose,
               Victim.deceased_on.is_(None), *scope(actor))
        .order_by(FollowUp.due_at).limit(MOST))
    rows = session.execute(question).all()
    numbers = first_numbers(session, [row.victim_id for row in rows])
    return [_follow_up(row, actor, *numbers.get(row.victim_id, ("", ""))) for row in rows]


def _follow_up(row: Any, actor: Actor, phone: str, note: str) -> Line:
    weights, days_late = current().today, (today() - day_of(row.due_at)).days
    by_band = {Band.HIGH: weights.due_high, Band.MEDIUM: weights.due_medium}
    weight = by_band.get(row.band, weights.due_standard) + weights.overdue_per_day * days_late
    if row.escalated_at:
        weight = max(weight, weights.escalated)
    assignee = "" if row.assignee_id == actor.id else row.assignee
    line = Line(
        weight=weight, kind=Kind.FOLLOW_UP, title=_name(row), why=_why(row, days_late), record_type="victim",
        record_id=row.victim_id, due_at=row.due_at, band=row.band, late=row.due_at < now(), place=row.town,
        assignee=assignee, phone=phone, phone_note=note, careful=_careful(row), follow_up_id=row.id)
    if not row.restricted:
        return line
    return replace(line, why=RESTRICTED, place="", phone="", phone_note="", careful="")


def _why(row: Any, days_late: int) -> str:
    late = f"{days_late} {'day' if days_late == 1 else 'days'} late. " if days_late else ""
    escalated = "Escalated to the supervisor. " if row.escalated_at else ""
    return f"{late}{escalated}{row.reason}"


def _careful(row: Any) -> str:
    rules = ["Leave no message"] if row.may_leave_message is Answer.NO else []
    if row.safe_from or row.safe_until:
        rules.append(f"Ring {times.between(row.safe_from, row.safe_until)}")
    if row.who_may_answer:
        name = f"{row.title} {row.last_name}" if row.title else _name(row)
        rules.append(f"Ask for {name}. May answer: {row.who_may_answer}")
    return ". ".join(rules)


def _name(row: Any) -> str:
    return " ".join(part for part in (row.title, row.first_name, row.last_name) if part)


def _nobody_planned(session: Session, actor: Actor) -> Iterable[Line]:
    """People in great need for whom no follow-up is planned: nobody should fall between two lists."""
    planned = exists().where(FollowUp.victim_id == Victim.id, FollowUp.status.in_(OPEN))
    question = (
        select(Victim.id, Victim.title, Victim.first_name, Victim.last_name, Victim.need_reasons)
        .where(Victim.band == Band.HIGH, Victim.first_reached_at.is_(None), Victim.merged_into_id.is_(None),
               Victim.deceased_on.is_(None), Victim.restricted.is_(False), ~planned, *scope(actor))
        .order_by(Victim.need_score.desc(), Victim.id.desc()).limit(10))
    return [Line(current().today.nobody_planned_high, Kind.NOBODY_PLANNED, _name(row),
                 f"Great need and no follow-up planned: {need.in_words(row.need_reasons)}.", "victim", row.id,
                 band=Band.HIGH) for row in session.execute(question)]


def _imports(session: Session) -> Iterable[Line]:
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


def _troubles(session: Session) -> Iterable[Line]:
    weight = current().today.worker_trouble
    return [Line(weight, Kind.WORKER, trouble.title, trouble.words, "worker")
            for trouble in outbox.troubles(session)]
