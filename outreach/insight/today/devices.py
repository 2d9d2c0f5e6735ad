"""Equipment on Today: late loans, somebody waiting while a unit is in stock, and stock that runs low."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from outreach.casework.devices import Device, DeviceLoan, DeviceWait, kind_of, loan_list, stock
from outreach.casework.follow_ups import OPEN, FollowUp
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Victim, first_numbers, name_of, scope
from outreach.casework.victims.listing import RESTRICTED
from outreach.foundation import dates
from outreach.foundation.clock import today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May
from outreach.insight.today.line import MOST, Kind, Line


def late_loans(session: Session, actor: Actor) -> Iterable[Line]:
    """Loans past their review, asked back and not returned, not installed in time, or of somebody who has
    died. One whose own follow-up is open stands on Today as that follow-up already."""
    if not actor.may(May.LEND):
        return []
    planned = exists().where(FollowUp.id == DeviceLoan.follow_up_id, FollowUp.status.in_(OPEN))
    question = (
        select(DeviceLoan.id, DeviceLoan.victim_id, DeviceLoan.installed_on, DeviceLoan.review_due_on,
               DeviceLoan.asked_back_on, DeviceLoan.ended_on, Device.serial, Device.kind,
               Victim.title, Victim.first_name,
               Victim.last_name, Victim.town, Victim.band, Victim.restricted, Victim.deceased_on,
               Victim.may_leave_message)
        .join(Device, Device.id == DeviceLoan.device_id).join(Victim, Victim.id == DeviceLoan.victim_id)
        .where(loan_list.late(), or_(~planned, Victim.deceased_on.is_not(None)), *scope(actor))
        .order_by(DeviceLoan.review_due_on).limit(MOST))
    rows = session.execute(question).all()
    numbers = first_numbers(session, [row.victim_id for row in rows])
    return [_late(row, *numbers.get(row.victim_id, ("", ""))) for row in rows]


def waiting_with_stock(session: Session, actor: Actor) -> Iterable[Line]:
    """Of each kind that is in stock, that somebody waits for it; the list says whose turn it is."""
    if not actor.may(May.LEND):
        return []
    rows = session.execute(
        select(DeviceWait.kind, func.count().label("number"))
        .join(Victim, Victim.id == DeviceWait.victim_id)
        .where(DeviceWait.settled_at.is_(None), DeviceWait.device_id.is_(None), Victim.deceased_on.is_(None))
        .group_by(DeviceWait.kind))
    there = stock.in_stock(session)
    return [_waiting(row.kind, row.number, there[row.kind]) for row in rows if there.get(row.kind)]


def low_stock(session: Session, actor: Actor) -> Iterable[Line]:
    """Kinds of which fewer are in stock than the force wants, once it owns any."""
    if not actor.may(May.LEND):
        return []
    owned = set(session.scalars(select(Device.kind).distinct()))
    return [Line(current().today.equipment_low, Kind.DEVICE, f"Order more {kind_of(kind).words}s",
                 f"{number or 'None'} in stock, {kind_of(kind).low_stock} wanted.", "device")
            for kind, number in stock.in_stock(session).items()
            if kind in owned and number < kind_of(kind).low_stock]


def _late(row: Any, phone: str, note: str) -> Line:
    weights, due = current().today, row.asked_back_on or row.review_due_on
    days = max((today() - due).days, 0)
    why, words = loan_list.why_of(row) or "due", kind_of(row.kind).words
    since = f", due on {dates.spoken(due)}" if days else ""
    line = Line(weights.equipment_overdue + min(weights.overdue_per_day * days, 30), Kind.DEVICE,
                name_of(row), f"{words[:1].upper()}{words[1:]} {row.serial}: {why}{since}.", "loan", row.id,
                band=row.band, late=True, place=row.town, phone=phone, phone_note=note,
                careful="Leave no message" if row.may_leave_message is Answer.NO else "")
    if not row.restricted:
        return line
    return replace(line, why=RESTRICTED, place="", phone="", phone_note="", careful="")


def _waiting(kind: str, number: int, there: int) -> Line:
    people = "1 person waits" if number == 1 else f"{number} people wait"
    return Line(current().today.equipment_waiting, Kind.DEVICE, f"Reserve a {kind_of(kind).words}",
                f"{people} and {there} {'is' if there == 1 else 'are'} in stock.", "waiting")
