"""Lending a unit and having it installed: consent first, then the agreement, then the installation."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.devices import as_measure, control_panel, feelings, waiting
from outreach.casework.devices.feelings import Feelings, Moment
from outreach.casework.devices.loans import (
    ConsentBy,
    DeviceLoan,
    Line,
    Profile,
    refuse_ended,
    refuse_future,
)
from outreach.casework.devices.refused import (
    AlreadyOnLoan,
    BeforeConsent,
    ConsentMissing,
    HasDied,
    NotLendable,
    Refused,
    ReservedForSomebodyElse,
)
from outreach.casework.devices.stock import OUT, Device, Standing, lock
from outreach.casework.devices.waiting import WaitOutcome
from outreach.casework.follow_ups import OPEN, FollowUp, Step
from outreach.casework.measures import Status
from outreach.casework.safe_contact import Answer
from outreach.casework.victims.record import Victim
from outreach.foundation import clock
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May


@dataclass(frozen=True, slots=True)
class Consent:
    """Who consented to a loan, and when. Whoever consents for somebody else is named, with who they are."""

    by: ConsentBy | None
    on: date | None
    name: str = ""
    relationship: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """Who shall have access to the control panel, and the day on which the user agreed."""

    name: str
    relationship: str
    consent_on: date | None


@dataclass(frozen=True, slots=True)
class Telephone:
    """What a call blocker is plugged into, and how it is set. A pendant alarm on the same line must go on
    working (domain.md §5)."""

    line: Line | None = None
    caller_display: Answer = Answer.UNKNOWN
    pendant_alarm: Answer = Answer.UNKNOWN
    profile: Profile | None = None


@operation("device.lent", needs=May.LEND)
def lend(session: Session, actor: Actor, victim: Victim, device: Device, *, consent: Consent,
         agreement_signed: bool = False, telephone: Telephone | None = None,
         panel: Sequence[Panel] = (), before: Feelings | None = None, note: str = "") -> DeviceLoan:
    """Lend a unit to somebody. Their place on the waiting list is settled with it.

    Of two people who lend the same unit at once, one does. Raises `AlreadyOnLoan`, `NotLendable`,
    `ReservedForSomebodyElse`, `HasDied`, `ConsentMissing`, `StillToCome`, `ContactWithoutConsent`.
    """
    if victim.deceased_on:
        raise HasDied(f"{victim.spoken_name} is recorded as having died", "device_id")
    consent_by, consent_on = _refuse_without_consent(victim, consent)
    lock(session, device)
    _refuse_unavailable(session, victim, device)
    told = telephone if telephone and device.handles_calls else Telephone()
    loan = DeviceLoan(
        device_id=device.id, victim_id=victim.id, lent_by_id=actor.id, consent_by=consent_by,
        consent_on=consent_on, consent_name=consent.name.strip(), note=note.strip(),
        relationship_to_them=consent.relationship.strip(), agreement_signed=agreement_signed,
        line=told.line, caller_display=told.caller_display, pendant_alarm=told.pendant_alarm,
        profile=told.profile, review_due_on=review_after(consent_on))
    _settle_waits(session, actor, victim, device)
    device.status = Standing.ON_LOAN
    _write(session, loan, device)
    for contact in panel:
        control_panel.give_access(session, actor, loan, name=contact.name, consent_on=contact.consent_on,
                                  relationship=contact.relationship)
    feelings.keep(session, actor, loan, Moment.BEFORE, consent_on, before or Feelings())
    as_measure.note(session, actor, victim, device.kind, Status.ACCEPTED, consent_on)
    return loan


@operation("device.installed", needs=May.LEND)
def install(session: Session, actor: Actor, loan: DeviceLoan, *, on: date, by: str = "",
            telephone: Telephone | None = None, before: Feelings | None = None) -> DeviceLoan:
    """Record that a unit was put in, and plan its review.

    Raises `BeforeConsent`, `StillToCome`, `LoanEnded`, `AlreadyOnLoan`.
    """
    refuse_ended(loan)
    if loan.installed_on:
        raise Refused(f"{loan.device.serial} was installed on {spoken(loan.installed_on)} already", "on")
    refuse_future(on, "on")
    if on < loan.consent_on:
        raise BeforeConsent(f"Consent was given on {spoken(loan.consent_on)}: it cannot have been installed "
                            "before", "on")
    _refuse_while_with_another(session, loan, on)
    loan.installed_on, loan.installed_by = on, by.strip() or actor.name
    loan.review_due_on = review_after(on)
    _plug_in(loan, telephone)
    feelings.keep(session, actor, loan, Moment.BEFORE, on, before or Feelings())
    as_measure.note(session, actor, loan.victim, loan.device.kind, Status.COMPLETED, on)
    plan_next(session, actor, loan, loan.review_due_on, f"Review the loan of the {loan.device.kind_words}")
    return loan


@operation("device.loan_changed", needs=May.LEND)
def change_loan(session: Session, actor: Actor, loan: DeviceLoan, *, agreement_signed: bool,
                telephone: Telephone | None = None, note: str = "") -> DeviceLoan:
    """Record that the agreement came back signed, a new line or another profile. Raises `LoanEnded`."""
    refuse_ended(loan)
    loan.agreement_signed, loan.note = agreement_signed, note.strip()
    _plug_in(loan, telephone)
    return loan


def review_after(day: date, months: int | None = None) -> date:
    """The day some months later (the force's own number if none is given): 31 August comes to 28 February."""
    return clock.months_after(day, months or current().devices.review_after_months)


def plan_next(session: Session, actor: Actor, loan: DeviceLoan, day: date, reason: str) -> None:
    """Plan what is next for a loan, and settle what was planned; within the operation that calls this. Where
    nobody may be rung (a death, hours that leave no time), Today shows the loan itself on its day."""
    settle_planned(session, actor, loan)
    victim = loan.victim
    able = {account.id for account in follow_ups.may_be_given(session, victim)}
    assignee = victim.assigned_to_id if victim.assigned_to_id in able else actor.id
    with suppress(follow_ups.BadTime):
        planned = follow_ups.plan(session, actor, victim, step=Step.OTHER, assignee_id=assignee,
                                  due_at=follow_ups.first_working_moment(victim, day), reason=reason)
        loan.follow_up_id = planned.id


def settle_planned(session: Session, actor: Actor, loan: DeviceLoan) -> None:
    """What was planned for a loan is answered by what is being done now."""
    planned = session.get(FollowUp, loan.follow_up_id) if loan.follow_up_id else None
    if planned and planned.status in OPEN and planned.victim_id == loan.victim_id:
        follow_ups.finish(session, actor, planned)
    loan.follow_up_id = None


def _plug_in(loan: DeviceLoan, telephone: Telephone | None) -> None:
    if telephone and loan.device.handles_calls:
        for name in ("line", "caller_display", "pendant_alarm", "profile"):
            setattr(loan, name, getattr(telephone, name))


def _refuse_without_consent(victim: Victim, consent: Consent) -> tuple[ConsentBy, date]:
    if consent.by is None:
        raise ConsentMissing(f"Record who consented: {victim.spoken_name}, or somebody who may for them",
                             "consent_by")
    if consent.on is None:
        raise ConsentMissing("Enter the day on which consent was given", "consent_on")
    refuse_future(consent.on, "consent_on")
    if consent.by is not ConsentBy.SELF and not (consent.name.strip() and consent.relationship.strip()):
        about = "consent_relationship" if consent.name.strip() else "consent_name"
        raise ConsentMissing("Enter the name of whoever consented for them, and who they are to them", about)
    return consent.by, consent.on


def _refuse_unavailable(session: Session, victim: Victim, device: Device) -> None:
    if device.status in OUT:
        raise AlreadyOnLoan(f"{device.serial} is {device.status} already: choose another unit", "device_id")
    if device.status is Standing.RESERVED:
        kept = waiting.kept_for(session, device)
        if kept is None or kept.victim_id != victim.id:
            raise ReservedForSomebodyElse(f"{device.serial} is reserved for somebody else: choose another "
                                          "unit, or free it on the waiting list", "device_id")
    elif device.status is not Standing.IN_STOCK:
        raise NotLendable(f"{device.serial} is {device.status}: choose another unit", "device_id")


def _refuse_while_with_another(session: Session, loan: DeviceLoan, on: date) -> None:
    until = session.scalar(select(func.max(DeviceLoan.ended_on)).where(
        DeviceLoan.device_id == loan.device_id, DeviceLoan.id != loan.id))
    if until is not None and on < until:
        raise AlreadyOnLoan(f"{loan.device.serial} was with somebody else until {spoken(until)}: it cannot "
                            "have been installed before", "on")


def _settle_waits(session: Session, actor: Actor, victim: Victim, device: Device) -> None:
    for entry in waiting.waits_of(session, victim.id):
        if entry.kind == device.kind:
            if entry.device_id not in (None, device.id):
                waiting.release(session, entry)
            entry.device_id = device.id
            waiting.settle(actor, entry, WaitOutcome.LENT)


def _write(session: Session, loan: DeviceLoan, device: Device) -> None:
    """Both dialects hold a second open loan of one unit off, should two ever come this far."""
    try:
        with session.begin_nested():
            session.add(loan)
            session.flush()
    except IntegrityError as twice:
        raise AlreadyOnLoan(f"{device.serial} is on loan already: choose another unit",
                            "device_id") from twice


def to_lend(session: Session, victim: Victim, kind: str = "") -> list[tuple[int, str]]:
    """The units that may be lent to this person: what is reserved for them first, then the stock."""
    mine = [entry.device_id for entry in waiting.waits_of(session, victim.id) if entry.device_id]
    question: Any = select(Device).where((Device.status == Standing.IN_STOCK) | Device.id.in_(mine))
    if kind:
        question = question.where(Device.kind == kind)
    found = session.scalars(question.order_by(Device.kind, Device.serial).limit(500)).all()
    return [(device.id, _named(device, device.id in mine))
            for device in sorted(found, key=lambda device: device.id not in mine)]


def _named(device: Device, is_kept: bool) -> str:
    words = f"{device.serial} {device.model or device.kind_words}"
    return f"{words} (reserved for them)" if is_kept else words
