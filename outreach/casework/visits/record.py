"""Visits: who goes to see whom, when, with what; what each of them said of it afterwards."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outreach.casework.contacts import Outcome
from outreach.casework.safe_contact import Channel
from outreach.casework.victims.record import Victim
from outreach.foundation.accounts import Account
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base


class NoSuchVisit(Exception):
    """There is no visit of this number, or not for whoever asks."""


class Risk(StrEnum):
    """What is known of the address. Nobody goes before somebody has looked."""

    NOT_ASSESSED = "not assessed"
    NONE_KNOWN = "no risk known"
    CARE = "take care"


class VisitState(StrEnum):
    PLANNED = "planned"          # from the planning until the last log is accepted
    CANCELLED = "cancelled"
    FINISHED = "finished"


class Visit(Audited, Base):
    """A visit to a victim; or, without a victim, help at an event (`event_name`, `event_place`)."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_state_start", "state", "planned_start_at"),
                      Index("ix_visit_victim_start", "victim_id", "planned_start_at"),
                      {"sqlite_autoincrement": True})
    __unaudited__ = frozenset({"version"})

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int | None] = mapped_column(ForeignKey("victim.id"))
    event_name: Mapped[str] = mapped_column(default="")
    event_place: Mapped[str] = mapped_column(default="")
    planned_start_at: Mapped[datetime]
    planned_end_at: Mapped[datetime]
    persons: Mapped[int]                                        # 1 or 2
    alone_reason: Mapped[str] = mapped_column(default="")       # why one person goes on a first visit
    risk: Mapped[Risk] = mapped_column(default=Risk.NOT_ASSESSED)
    safety_notes: Mapped[str] = mapped_column(default="")       # for whoever goes: dogs, a suspect nearby …
    access_notes: Mapped[str] = mapped_column(default="")       # key safe, hard of hearing: ring twice …
    take: Mapped[list[str]] = mapped_column(default=list)       # codes of [visits.take] in force.toml
    password: Mapped[str] = mapped_column(default="")           # agreed with the victim: the caller is real
    named_contact_id: Mapped[int] = mapped_column(ForeignKey("account.id"))   # told when nobody checks out
    tell_by: Mapped[Channel | None]                             # how the victim is told and reminded
    state: Mapped[VisitState] = mapped_column(default=VisitState.PLANNED)
    ended_at: Mapped[datetime | None]                           # cancelled or finished
    ended_why: Mapped[str] = mapped_column(default="")
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    victim: Mapped[Victim | None] = relationship()
    crew: Mapped[list["CrewMember"]] = relationship(back_populates="visit", order_by="CrewMember.id")

    __mapper_args__ = {"version_id_col": version}


class CrewState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"        # sees the visit from now on
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"      # by whoever planned it
    HANDED_BACK = "handed back"  # given back, or taken away with their vetting


ASKED = (CrewState.OFFERED, CrewState.ACCEPTED)      # whose part in a visit stands


class CrewMember(Audited, Base):
    """One person's part in a visit: offered, answered, on the way, safely out."""

    __tablename__ = "visit_crew"
    __table_args__ = (UniqueConstraint("visit_id", "account_id"),
                      Index("ix_visit_crew_account_state", "account_id", "state"),
                      {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[CrewState] = mapped_column(default=CrewState.OFFERED)
    offered_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(default="")                # declined or handed back
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    out_by_at: Mapped[datetime | None]                          # they said they need longer: until then
    owes_no_log_at: Mapped[datetime | None]     # the officer needs none from them: their access has ended
    vouched_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who spoke to them instead
    vouched_why: Mapped[str] = mapped_column(default="")
    visit: Mapped[Visit] = relationship(back_populates="crew")
    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class LogState(StrEnum):
    RECEIVED = "waits for the officer"
    RETURNED = "returned to its writer"
    ACCEPTED = "accepted"
    REVIEW = "waits for the supervisor"      # its writer had no access when it came
    SET_ASIDE = "set aside"


class VisitLog(Audited, Base):
    """What one of the crew wrote of a visit. One row for each writer and visit; one that was returned is
    written again in place under a new key. `key` is the phone's own: a log that comes twice is one log."""

    __tablename__ = "visit_log"
    __table_args__ = (UniqueConstraint("visit_id", "account_id"),
                      Index("ix_visit_log_state", "state", "received_at"), {"sqlite_autoincrement": True})
    __unaudited__ = frozenset({"version", "key", "body_hash"})

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(unique=True)
    body_hash: Mapped[str]
    state: Mapped[LogState] = mapped_column(default=LogState.RECEIVED)
    written_at: Mapped[datetime]                                # by the phone's clock, put right by ours
    received_at: Mapped[datetime] = mapped_column(default=now)
    clock_off_seconds: Mapped[int] = mapped_column(default=0)   # how far the phone's clock was ahead of ours
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    outcome: Mapped[Outcome]
    met: Mapped[list[str]] = mapped_column(default=list)        # codes of [visits.met]
    discussed: Mapped[list[str]] = mapped_column(default=list)  # codes of [measures.types]
    accepted: Mapped[list[str]] = mapped_column(default=list)   # of those, what they said yes to
    fitted: Mapped[list[str]] = mapped_column(default=list)     # codes of [devices.kinds]
    fitted_note: Mapped[str] = mapped_column(default="")        # asset numbers, where fitted
    concern: Mapped[str] = mapped_column(default="")
    concern_now: Mapped[bool] = mapped_column(default=False)    # the officer is told at once
    worried: Mapped[int | None]                                 # 1 to 5, the questions of [devices]
    safe: Mapped[int | None]
    words: Mapped[str] = mapped_column(default="")
    next_step: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int]
    travel_minutes: Mapped[int] = mapped_column(default=0)
    miles: Mapped[Decimal] = mapped_column(default=Decimal(0))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_why: Mapped[str] = mapped_column(default="")        # what to put right, why it was set aside
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    version: Mapped[int] = mapped_column(default=1)
    visit: Mapped[Visit] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Phone(Base):
    """One browser that keeps visits for when there is no signal. The key it keeps them under is made from
    `salt` and our secret, so the same phone of the same person is given the same key again; without the
    salt nobody can make it any more."""

    __tablename__ = "visit_phone"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name_hash: Mapped[str] = mapped_column(unique=True)         # of the random name the phone gave itself
    salt: Mapped[str]
    issued_at: Mapped[datetime] = mapped_column(default=now)
    unsent: Mapped[int] = mapped_column(default=0)              # logs that wait there, as it last said
    unsent_since: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    wiped_at: Mapped[datetime | None]
