"""Victims: the people and organisations defrauded or targeted, whom this work keeps safe."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, bindparam, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from outreach.casework import need
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.households import Household, Standing
from outreach.casework.safe_contact import Answer, Channel
from outreach.foundation import audit
from outreach.foundation.audit import Audited
from outreach.foundation.clock import now, today
from outreach.foundation.db import Base
from outreach.foundation.permissions import Actor, May

DIED = "victim.died"            # the promise to cancel what other rooms have planned
REASON_LASTS = timedelta(minutes=30)
RESTRICTED = "Restricted: open it and say why"      # what a list tells instead of details


class Kind(StrEnum):
    INDIVIDUAL = "individual"
    BUSINESS = "business"
    CHARITY = "charity"


class Format(StrEnum):
    """How somebody reads best."""

    STANDARD = "standard"
    LARGE_PRINT = "large print"
    EASY_READ = "easy read"
    BRAILLE = "Braille"
    AUDIO = "audio"


class NotFound(Exception):
    """No such record, or none that this person works with: the two look the same from outside."""


class Merged(Exception):
    """This record was merged into another; `into_id` says which."""

    def __init__(self, into_id: int) -> None:
        super().__init__("This record was merged into another")
        self.into_id = into_id


class ReasonNeeded(Exception):
    """A restricted record was asked for without a reason; `victim_id` says which."""

    def __init__(self, victim_id: int) -> None:
        super().__init__("This record is restricted: say why you need to see it")
        self.victim_id = victim_id


class Victim(Audited, Base):
    __tablename__ = "victim"
    __table_args__ = (Index("ix_victim_need", "need_score", "id"),
                      Index("ix_victim_assigned_need", "assigned_to_id", "need_score", "id"),
                      Index("ix_victim_district_need", "district", "need_score", "id"),
                      Index("ix_victim_band_need", "band", "need_score", "id"),
                      Index("ix_victim_name", "last_name", "first_name", "id"),
                      {"sqlite_autoincrement": True})
    __unaudited__ = frozenset({"need_score", "need_reasons", "band", "version", "changed_at", "assessed_band",
                                 "assessed_on", "review_on", "review_asked_on", "adult_at_risk"})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(default=Kind.INDIVIDUAL)
    title: Mapped[str] = mapped_column(default="")
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str]                      # or the name of the business or charity
    named_business_contact: Mapped[str] = mapped_column(default="")
    gender: Mapped[str] = mapped_column(default="")
    born_on: Mapped[date | None]
    age_estimate: Mapped[int | None]
    address_line_1: Mapped[str] = mapped_column(default="")
    address_line_2: Mapped[str] = mapped_column(default="")
    town: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    district: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="", index=True)
    preferred_channel: Mapped[Channel | None]
    may_leave_message: Mapped[Answer] = mapped_column(default=Answer.UNKNOWN)
    may_post: Mapped[Answer] = mapped_column(default=Answer.UNKNOWN)
    may_text: Mapped[Answer] = mapped_column(default=Answer.UNKNOWN)
    may_email: Mapped[Answer] = mapped_column(default=Answer.UNKNOWN)
    may_visit: Mapped[Answer] = mapped_column(default=Answer.UNKNOWN)
    safe_from: Mapped[time | None]
    safe_until: Mapped[time | None]
    who_may_answer: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    interpreter: Mapped[bool] = mapped_column(default=False)
    format: Mapped[Format] = mapped_column(default=Format.STANDARD)
    lives_alone: Mapped[Answer] = mapped_column(default=Answer.UNKNOWN)
    vulnerability: Mapped[list[str]] = mapped_column(default=list)
    supporter_name: Mapped[str] = mapped_column(default="")
    supporter_phone: Mapped[str] = mapped_column(default="")
    supporter_relationship: Mapped[str] = mapped_column(default="")
    supporter_consent: Mapped[Answer] = mapped_column(default=Answer.UNKNOWN)
    power_of_attorney: Mapped[str] = mapped_column(default="unknown")
    enhanced_rights: Mapped[bool] = mapped_column(default=False)
    enhanced_rights_basis: Mapped[str] = mapped_column(default="")
    deceased_on: Mapped[date | None]
    restricted: Mapped[bool] = mapped_column(default=False)
    first_reached_at: Mapped[datetime | None]   # the first contact in which somebody spoke with them
    need_score: Mapped[int] = mapped_column(default=0)
    band: Mapped[need.Band] = mapped_column(default=need.Band.STANDARD)
    need_reasons: Mapped[list[str]] = mapped_column(default=list)
    # These follow the newest assessment.
    assessed_band: Mapped[need.Band | None]
    assessed_on: Mapped[date | None]
    review_on: Mapped[date | None] = mapped_column(index=True)
    review_asked_on: Mapped[date | None]        # the review for which the worker planned a follow-up
    adult_at_risk: Mapped[bool] = mapped_column(default=False, server_default=false())
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    household_standing: Mapped[Standing] = mapped_column(default=Standing.PROPOSED, server_default="proposed")
    household_since: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("victim.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("victim_import.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    version: Mapped[int] = mapped_column(default=1)

    phones: Mapped[list["VictimPhone"]] = relationship(
        back_populates="victim", order_by="VictimPhone.id", cascade="all, delete-orphan")
    fraud_reports: Mapped[list[FraudReport]] = relationship(
        back_populates="victim", order_by="FraudReport.reported_on.desc()")
    household: Mapped[Household | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> str:
        """Title, first and last name as on a letter."""
        return name_of(self)

    @property
    def spoken_name(self) -> str:
        """What to call them in a sentence: "Mrs Hill", else the whole name."""
        return f"{self.title} {self.last_name}" if self.title else self.name

    @property
    def age(self) -> int | None:
        """Whole years today, estimated where no date of birth is known."""
        return need.age_on(today(), self.born_on, self.age_estimate)

    @property
    def address(self) -> list[str]:
        """The lines of the address that are known."""
        lines = (self.address_line_1, self.address_line_2, self.town, self.postcode)
        return [line for line in lines if line]


class VictimPhone(Audited, Base):
    """One telephone number of a victim, in E.164, with what was written beside it ("daughter")."""

    __tablename__ = "victim_phone"

    id: Mapped[int] = mapped_column(primary_key=True)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), index=True)
    number: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    victim: Mapped[Victim] = relationship(back_populates="phones")


class MatchKey(Base):
    """A blocking key of a victim: two people who share none are never compared (matching)."""

    __tablename__ = "match_key"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    victim_id: Mapped[int] = mapped_column(ForeignKey("victim.id", ondelete="CASCADE"), primary_key=True,
                                           autoincrement=False, index=True)


def visible_to(actor: Actor) -> Select[Victim]:
    """The victims this person works with; for them no others exist (design: answers 6)."""
    return select(Victim).where(*scope(actor))


def scope(actor: Actor) -> list[Any]:
    """The conditions of `visible_to`, for those who select columns."""
    conditions: list[Any] = []
    if not actor.may(May.SEE_ALL_VICTIMS):
        conditions.append(Victim.assigned_to_id == actor.id)
    if not actor.may(May.SEE_RESTRICTED):
        conditions.append(Victim.restricted.is_(False))
    return conditions


def name_of(row: Any) -> str:
    """Somebody's name from a row that has `title`, `first_name` and `last_name`."""
    return " ".join(part for part in (row.title, row.first_name, row.last_name) if part)


def first_numbers(session: Session, victim_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The telephone number to ring first on each of these records, in E.164, and what is noted beside it: one
    without a note goes before one that may be somebody else's ("daughter")."""
    rows = session.execute(select(VictimPhone.victim_id, VictimPhone.number, VictimPhone.note)
                           .where(VictimPhone.victim_id.in_(victim_ids))
                           .order_by(VictimPhone.note == "", VictimPhone.id.desc()))
    return {row.victim_id: (row.number, row.note) for row in rows}    # the last of each stays


def open_victim(session: Session, actor: Actor, victim_id: int, *, to_change: bool = False,
                reason: str = "", to_say_why: bool = False) -> Victim:
    """One victim's record, and a note that it was looked at. Locked when it is opened `to_change`.

    A restricted record opens to whoever has said why within the last half hour, to look at and to change;
    the audit log remembers. Whoever opens it only `to_say_why` is not asked yet.
    Raises `NotFound`; `Merged` when the record now lives elsewhere; `ReasonNeeded` for a restricted one.
    """
    actor.must(May.SEE_VICTIM)
    question = _one(actor.may(May.SEE_ALL_VICTIMS), actor.may(May.SEE_RESTRICTED), to_change)
    victim = session.scalars(question, {"victim": victim_id, "actor": actor.id}).one_or_none()
    if victim is None:
        raise NotFound("There is no such victim")
    if victim.merged_into_id:
        raise Merged(victim.merged_into_id)
    if not to_say_why:
        reason = reason.strip() or why_opened(session, actor, victim)
    if not to_change:
        audit.consulted(session, actor, "victim", victim.id, operation="victim.opened", reason=reason or None)
    return victim


@cache
def _one(sees_all: bool, sees_restricted: bool, to_change: bool) -> Select[Victim]:
    """`visible_to` for one record, built once: building it anew costs more than asking it."""
    question = select(Victim).where(Victim.id == bindparam("victim"))
    if not sees_all:
        question = question.where(Victim.assigned_to_id == bindparam("actor"))
    if not sees_restricted:
        question = question.where(Victim.restricted.is_(False))
    return question.with_for_update(of=Victim) if to_change else question


def why_opened(session: Session, actor: Actor, victim: Victim) -> str:
    """Why this person said, within the last half hour, that they need to see this restricted record; "" for
    one that is not restricted. Raises `ReasonNeeded`."""
    if not victim.restricted:
        return ""
    entry = audit.AuditEntry
    given = session.scalar(
        select(entry.reason).where(
            entry.record_type == "victim", entry.record_id == victim.id, entry.actor_id == actor.id,
            entry.operation == "victim.opened_with_reason", entry.at > now() - REASON_LASTS)
        .order_by(entry.id.desc()).limit(1))
    if not given:
        raise ReasonNeeded(victim.id)
    return given
