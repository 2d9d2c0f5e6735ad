"""Trusted callers: the numbers a call blocker lets straight through, such as family, surgery and dentist."""

import re
from collections.abc import Sequence

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework.devices.loans import DeviceLoan, refuse_ended
from outreach.casework.devices.refused import CallerTwice, DoesNotHandleCalls, Refused
from outreach.foundation import telephones
from outreach.foundation.audit import Audited
from outreach.foundation.db import Base
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May
from outreach.foundation.telephones import NotATelephone

MOST = 60
EXAMPLE = "Anne Hill, 01632 960 103, daughter"


class TrustedCaller(Audited, Base):
    __tablename__ = "trusted_caller"
    __table_args__ = (UniqueConstraint("loan_id", "number"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("device_loan.id"))
    name: Mapped[str]
    number: Mapped[str]                                      # E.164
    relationship_to_them: Mapped[str] = mapped_column(default="")


@operation("device.callers_trusted", needs=May.LEND)
def trust(session: Session, actor: Actor, loan: DeviceLoan, lines: str) -> list[TrustedCaller]:
    """Add trusted callers, one to a line: name, number and who they are, with commas between.

    All of them or none. Raises `CallerTwice`, `Refused` for a line that cannot be read, `LoanEnded`.
    """
    refuse_ended(loan)
    if not loan.device.handles_calls:
        raise DoesNotHandleCalls(f"A {loan.device.kind_words} has no trusted callers", "callers")
    known = {caller.number: caller.name for caller in callers_of(session, loan)}
    added: list[TrustedCaller] = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        name, number, relationship = _read(line)
        if number in known:
            raise CallerTwice(f"{telephones.spoken(number)} is {known[number]} already: take one of the two "
                              "out", "callers")
        known[number] = name
        added.append(TrustedCaller(loan_id=loan.id, name=name, number=number,
                                   relationship_to_them=relationship))
    if not added:
        raise Refused(f"Enter one caller to a line, like {EXAMPLE}", "callers")
    if len(known) > MOST:
        raise Refused(f"Enter {MOST} trusted callers or fewer", "callers")
    session.add_all(added)
    session.flush()
    return added


@operation("device.caller_untrusted", needs=May.LEND)
def distrust(session: Session, actor: Actor, loan: DeviceLoan, caller_id: int) -> None:
    """Take a number off the list; the log keeps that it was there."""
    for caller in callers_of(session, loan):
        if caller.id == caller_id:
            session.delete(caller)


def callers_of(session: Session, loan: DeviceLoan) -> Sequence[TrustedCaller]:
    """The numbers that are let through, as they were added."""
    return session.scalars(select(TrustedCaller).where(TrustedCaller.loan_id == loan.id)
                           .order_by(TrustedCaller.id)).all()


def _read(line: str) -> tuple[str, str, str]:
    parts = [part.strip() for part in re.split(r"[,;\t]", line)]
    if len(parts) < 2 or not parts[0] or len(parts) > 3:
        raise Refused(f"“{line[:60]}” cannot be read: enter name, number and who they are, like {EXAMPLE}",
                      "callers")
    try:
        number = telephones.parse(parts[1])
    except NotATelephone as wrong:
        raise Refused(f"“{parts[1][:30]}” is no number for {parts[0][:40]}. {wrong}", "callers") from wrong
    return parts[0][:100], number, parts[2][:100] if len(parts) > 2 else ""
