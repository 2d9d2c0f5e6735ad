"""Referrals: disclosures to a partner so that it acts; each with its ground in law and its answer."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.casework.referrals.agencies import Agency, Method
from outreach.casework.victims.record import Victim
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now, today
from outreach.foundation.db import Base


class Basis(StrEnum):
    """On what ground a person's details may go to a partner (domain.md, data dictionary)."""

    CONSENT = "consent"
    VITAL_INTERESTS = "vital interests"
    PUBLIC_TASK = "public task"
    SECTION_42 = "s.42"


class Consent(StrEnum):
    """What the person said to it, or why they were not asked."""

    GIVEN = "given"
    REFUSED = "refused"
    LACKS_CAPACITY = "lacks capacity"
    NOT_SOUGHT = "not sought"


class Share(StrEnum):
    """One sort of detail that may go along. The rules of safe contact always do."""

    NAME = "name"
    ADDRESS = "address"
    PHONES = "phones"
    EMAIL = "email"
    AGE = "age"
    HAPPENED = "happened"
    LOST = "lost"
    VULNERABILITY = "vulnerability"
    SUPPORTER = "supporter"


class Status(StrEnum):
    """Where a referral stands."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPORTED = "reported"      # the partner says what it has done
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OPEN = (Status.SENT, Status.ACCEPTED, Status.DECLINED, Status.REPORTED)


class StepKind(StrEnum):
    """One step in the story of a referral."""

    SENT = "sent"
    SENT_AGAIN = "sent again"
    POSTED = "posted"          # the printed letter is in the post
    ACCEPTED = "accepted"
    DECLINED = "declined"
    QUESTION = "question"
    REPORTED = "reported"
    REPLY = "reply"
    CAREFUL = "safe contact changed"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class CameBy(StrEnum):
    """How a partner's answer reached us."""

    LINK = "link"
    PHONE = "phone"
    POST = "post"
    MAIL = "mail"


class Referral(Audited, Base):
    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_status_due", "status", "answer_due_on"),
                      {"sqlite_autoincrement": True})
    __unaudited__ = frozenset({"version"})

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    recipient: Mapped[str] = mapped_column(default="")         # the person or team there
    basis: Mapped[Basis | None]
    consent: Mapped[Consent | None]
    consent_reason: Mapped[str] = mapped_column(default="")    # why it was not given, or not asked for
    wishes: Mapped[str] = mapped_column(default="")            # the adult's own; never sent
    shares: Mapped[list[str]] = mapped_column(default=list)    # `Share` words: what they consented to
    happened: Mapped[str] = mapped_column(default="")          # what happened, as the partner reads it
    asks: Mapped[str] = mapped_column(default="")              # what we ask of the partner
    method: Mapped[Method] = mapped_column(default=Method.MAIL)
    status: Mapped[Status] = mapped_column(default=Status.DRAFT)
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer_due_on: Mapped[date | None]
    acknowledged_at: Mapped[datetime | None]                   # the first answer of any sort
    question_at: Mapped[datetime | None]                       # a question of theirs that waits for us
    chase_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"))
    result: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]                         # closed or withdrawn
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    victim: Mapped[Victim] = relationship()
    agency: Mapped[Agency] = relationship()
    steps: Mapped[list["ReferralStep"]] = relationship(back_populates="referral",
                                                       order_by="ReferralStep.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        """What the partner quotes on the telephone; it says nothing of the person."""
        return f"REF-{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it has left and is not done with."""
        return self.status in OPEN

    @property
    def is_to_be_posted(self) -> bool:
        """Whether its letter waits to be printed and posted."""
        went = [step.kind for step in self.steps
                if step.kind in (StepKind.SENT, StepKind.SENT_AGAIN, StepKind.POSTED)]
        return (self.method is Method.LETTER and self.status is Status.SENT
                and went[-1:] != [StepKind.POSTED])

    @property
    def is_overdue(self) -> bool:
        """Whether the partner has let the day pass on which an answer was due."""
        return is_overdue(self.status, self.question_at, self.answer_due_on)


class ReferralStep(Audited, Base):
    """One step: what we did, or what the partner said, in their words."""

    __tablename__ = "referral_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[StepKind]
    words: Mapped[str] = mapped_column(default="")
    came_by: Mapped[CameBy | None]                              # of the partner's own steps
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    letterbox_answer_id: Mapped[int | None] = mapped_column(ForeignKey("letterbox_answer.id"), unique=True)
    referral: Mapped[Referral] = relationship(back_populates="steps")


def is_overdue(status: Status, question_at: datetime | None, answer_due_on: date | None) -> bool:
    """The same of plain columns."""
    return (status is Status.SENT and question_at is None and answer_due_on is not None
            and answer_due_on < today())
