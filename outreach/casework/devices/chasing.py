"""Chasers: asking for a unit back, or for a review, by telephone or letter where there is no e-mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework import letters, safe_contact
from outreach.casework.devices.lending import plan_next
from outreach.casework.devices.loans import DeviceLoan, refuse_ended
from outreach.casework.devices.refused import Refused, TooSoon
from outreach.casework.safe_contact import Channel
from outreach.casework.victims.record import Victim
from outreach.foundation import clock, mail, outbox
from outreach.foundation.audit import Audited
from outreach.foundation.dates import spoken
from outreach.foundation.db import Base
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.outbox import Policy, Suppressed, Words
from outreach.foundation.permissions import Actor, May

CHANNELS = (Channel.PHONE, Channel.LETTER, Channel.EMAIL)
KIND = "device.chaser"


class DeviceChaser(Audited, Base):
    """One chaser for one loan: when, by whom and how."""

    __tablename__ = "device_chaser"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("device_loan.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[Channel]


@operation("device.chased", needs=May.LEND)
def chase(session: Session, actor: Actor, loan: DeviceLoan, channel: Channel) -> DeviceChaser:
    """Chase a loan: plan a call for the next working day, write a letter to be printed and posted and plan a
    call in case it is not answered, or have the worker send an e-mail.

    Raises `UnsafeContact` where the record says no (for an e-mail also where it says nothing), `TooSoon`,
    `LoanEnded`.
    """
    refuse_ended(loan)
    if channel not in CHANNELS:
        raise Refused("Choose a call, a letter or an e-mail", "channel")
    _refuse_again(session, loan)
    if channel is Channel.EMAIL:
        _refuse_email(loan.victim)
    else:
        safe_contact.refuse_unsafe(loan.victim, channel)
    chaser = DeviceChaser(loan_id=loan.id, by_id=actor.id, channel=channel)
    session.add(chaser)
    session.flush()
    if channel is Channel.EMAIL:
        outbox.put(session, KIND, key=f"{KIND}-{chaser.id}", subject=("device_chaser", chaser.id))
    elif channel is Channel.LETTER:
        _write(session, actor, loan)
        days = timedelta(days=current().devices.chase_again_after_days)
        plan_next(session, actor, loan, clock.today() + days,
                  f"Ring if the letter about the {_what(loan)} was not answered")
    else:
        day = current().working_day_after(clock.today(), 1)
        plan_next(session, actor, loan, day, f"Ring about the {_what(loan)}")
    return chaser


def chasers_of(session: Session, loan: DeviceLoan) -> Sequence[DeviceChaser]:
    """How somebody was chased, the latest first."""
    return session.scalars(select(DeviceChaser).where(DeviceChaser.loan_id == loan.id)
                           .order_by(DeviceChaser.id.desc())).all()


def _what(loan: DeviceLoan) -> str:
    return f"{loan.device.kind_words} {loan.device.serial}"


def _write(session: Session, actor: Actor, loan: DeviceLoan) -> None:
    due = "now" if loan.asked_back_on else "soon"
    try:
        letters.write(session, actor, loan.victim, "device_chaser",
                      facts={"equipment": loan.device.kind_words, "due": due})
    except letters.CannotWrite as cannot:
        raise Refused(str(cannot), "channel") from cannot


def _refuse_again(session: Session, loan: DeviceLoan) -> None:
    days = current().devices.chase_again_after_days
    last = next(iter(chasers_of(session, loan)), None)
    if last and last.at > clock.now() - timedelta(days=days):
        raise TooSoon(f"They were chased on {spoken(clock.day_of(last.at))}: wait {days} days", "channel")


def _refuse_email(victim: Victim) -> None:
    safe_contact.refuse_automatic(victim, Channel.EMAIL)
    if not victim.email:
        raise Refused(f"There is no e-mail address for {victim.spoken_name}: choose a call or a letter",
                      "channel")


def _who(session: Session, message: outbox.OutboxMessage) -> str:
    return _loan(session, message).victim.spoken_name


def _loan(session: Session, message: outbox.OutboxMessage) -> DeviceLoan:
    chaser = session.get_one(DeviceChaser, message.subject_id)
    return session.get_one(DeviceLoan, chaser.loan_id)


@outbox.posts(KIND, policy=Policy.NEVER_TWICE, who=_who, private=True, words=Words(
    "Will e-mail {who} about what they have on loan", "E-mailed {who} about what they have on loan",
    "Could not e-mail {who} about what they have on loan"))
def compose(session: Session, message: outbox.OutboxMessage, _means: outbox.Means) -> outbox.Parcel:
    """Says nothing of a crime: somebody else may read it. Tells how to check that it is really us."""
    loan = _loan(session, message)
    if not loan.is_open:
        raise Suppressed("it came back meanwhile")
    try:
        _refuse_email(loan.victim)
    except (safe_contact.UnsafeContact, Refused) as unsafe:
        raise Suppressed(str(unsafe).rpartition(": ")[2]) from unsafe
    force = current()
    return mail.Letter(loan.victim.email, f"The {loan.device.kind_words} you have on loan", (
        f"You have a {loan.device.kind_words} on loan from {force.name}. Please ring "
        f"{force.numbers['police']} and tell us whether you still need it, or to have it collected. Ring the "
        "same number to check that this is really us. We never ask for a PIN, a password or money."))
