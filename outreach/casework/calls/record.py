"""Banking Protocol calls: the bank rings because a customer is being defrauded at this very moment."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from outreach.casework.calls.banks import Bank, BankBranch
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.victims.record import NotFound, Victim, scope, why_opened
from outreach.foundation import audit
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base
from outreach.foundation.permissions import Actor, May


class Route(StrEnum):
    """Where the payment was being made: since 2022 also by telephone and online (domain.md §4)."""

    BRANCH = "branch"
    TELEPHONE = "telephone"
    ONLINE = "online"


class Means(StrEnum):
    """How the money was to leave."""

    CASH = "cash"
    TRANSFER = "transfer"


class Outcome(StrEnum):
    """What came of it. None on a call means that nobody knows yet."""

    PREVENTED = "fraud prevented"
    PARTLY_LOST = "partly lost"
    NO_FRAUD = "no fraud"
    FALSE_ALARM = "false alarm"
    NOT_ATTENDED = "not attended"


NOTHING_WRONG = frozenset({Outcome.NO_FRAUD, Outcome.FALSE_ALARM})
MONEY = ("attempted", "prevented", "lost", "recovered")


class Call(Audited, Base):
    __tablename__ = "banking_protocol_call"
    __table_args__ = (Index("ix_banking_protocol_call_received", "received_at", "id"),
                      Index("ix_banking_protocol_call_bank_received", "bank_id", "received_at"),
                      {"sqlite_autoincrement": True})
    __unaudited__ = frozenset({"version"})

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), index=True)
    fraud_report_id: Mapped[int | None] = mapped_column(ForeignKey("fraud_report.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"))
    incident_number: Mapped[str] = mapped_column(unique=True)
    received_at: Mapped[datetime]
    attended_at: Mapped[datetime | None]
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("bank_branch.id"))
    route: Mapped[Route] = mapped_column(default=Route.BRANCH)
    staff_contact: Mapped[str] = mapped_column(default="")
    age: Mapped[int | None]                                   # in years, on the day
    on_phone_to_fraudster: Mapped[bool] = mapped_column(default=False)
    cover_story: Mapped[str] = mapped_column(default="")
    fraud_type: Mapped[str] = mapped_column(default="")
    means: Mapped[Means | None]
    attempted: Mapped[Decimal | None]
    prevented: Mapped[Decimal | None]
    lost: Mapped[Decimal | None]
    recovered: Mapped[Decimal | None]
    outcome: Mapped[Outcome | None]
    arrests: Mapped[int] = mapped_column(default=0)
    crime_recorded: Mapped[bool] = mapped_column(default=False)
    trading_standards: Mapped[bool] = mapped_column(default=False)
    safeguarding_referral: Mapped[bool] = mapped_column(default=False)
    missed_opportunity: Mapped[bool] = mapped_column(default=False)
    feedback_to_bank: Mapped[str] = mapped_column(default="")
    logged_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    victim: Mapped[Victim] = relationship()
    bank: Mapped[Bank] = relationship()
    branch: Mapped[BankBranch | None] = relationship()
    fraud_report: Mapped[FraudReport | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_fraud(self) -> bool:
        """Whether somebody was being defrauded, as far as is known."""
        return self.outcome not in NOTHING_WRONG

    @property
    def rang(self) -> str:
        """Who rang: "Dales Bank, Whitby"."""
        return f"{self.bank.name}, {self.branch.name}" if self.branch else self.bank.name


class CallCorrection(Audited, Base):
    """One amount of a call that was put right: what stood there, what stands there now, and why."""

    __tablename__ = "call_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("banking_protocol_call.id"), index=True)
    field: Mapped[str]
    before: Mapped[Decimal | None]
    after: Mapped[Decimal | None]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


def open_call(session: Session, actor: Actor, call_id: int, *, to_change: bool = False) -> Call:
    """One call, and a note that it was looked at; person and call are locked, in this order as everywhere,
    when it is opened `to_change`.

    Raises `NotFound`, also where it concerns somebody this person does not work with, and `ReasonNeeded`
    where that record is restricted and was not opened with a reason.
    """
    actor.must(May.SEE_VICTIM)
    if to_change:
        whose = select(Call.victim_id).where(Call.id == call_id).scalar_subquery()
        session.scalars(select(Victim).where(Victim.id == whose).with_for_update()).one_or_none()
    question = select(Call).join(Victim, Victim.id == Call.victim_id).where(Call.id == call_id, *scope(actor))
    call = session.scalars(question.with_for_update(of=Call) if to_change else question).one_or_none()
    if call is None:
        raise NotFound("There is no such call")
    reason = why_opened(session, actor, call.victim)
    if not to_change:
        audit.consulted(session, actor, "banking_protocol_call", call.id, operation="call.opened",
                        reason=reason or None, victim_id=call.victim_id)
    return call
