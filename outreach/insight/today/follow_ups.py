"""Follow-ups on Today: those due, and people in great need for whom none is planned."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from outreach.casework import need
from outreach.casework.follow_ups import OPEN, FollowUp
from outreach.casework.need import Band
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, first_numbers, name_of, scope
from outreach.casework.victims.listing import RESTRICTED
from outreach.foundation import times
from outreach.foundation.accounts import Account
from outreach.foundation.clock import day_of, end_of, now, today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import MOST, Kind, Line


def due(session: Session, actor: Actor) -> Iterable[Line]:
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
        weight=weight, kind=Kind.FOLLOW_UP, title=name_of(row), why=_why(row, days_late),
        record_type="victim", record_id=row.victim_id, due_at=row.due_at, band=row.band,
        late=row.due_at < now(), place=row.town, assignee=assignee,
        phone=phone, phone_note=note, careful=_careful(row), follow_up_id=row.id)
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
        name = f"{row.title} {row.last_name}" if row.title else name_of(row)
        rules.append(f"Ask for {name}. May answer: {row.who_may_answer}")
    return ". ".join(rules)


def nobody_planned(session: Session, actor: Actor) -> Iterable[Line]:
    """People in great need for whom no follow-up is planned: nobody should fall between two lists."""
    if not actor.may(May.IMPORT):
        return []
    planned = exists().where(FollowUp.victim_id == Victim.id, FollowUp.status.in_(OPEN))
    question = (
        select(Victim.id, Victim.title, Victim.first_name, Victim.last_name, Victim.need_reasons)
        .where(Victim.band == Band.HIGH, Victim.first_reached_at.is_(None), Victim.merged_into_id.is_(None),
               Victim.deceased_on.is_(None), Victim.restricted.is_(False), ~planned, *scope(actor))
        .order_by(Victim.need_score.desc(), Victim.id.desc()).limit(10))
    return [Line(current().today.nobody_planned_high, Kind.NOBODY_PLANNED, name_of(row),
                 f"Great need and no follow-up planned: {need.in_words(row.need_reasons)}.", "victim", row.id,
                 band=Band.HIGH) for row in session.execute(question)]
