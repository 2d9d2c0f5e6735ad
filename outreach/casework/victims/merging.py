"""Two records of one person made into one, so that it can be taken back exactly."""

from collections.abc import Sequence
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from outreach.casework import assessments, follow_ups, search
from outreach.casework.assessments import Assessment
from outreach.casework.calls.record import Call
from outreach.casework.contacts import REACHED, Contact
from outreach.casework.devices import DeviceLoan, DeviceWait
from outreach.casework.follow_ups import FollowUp
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.households import HouseholdStay
from outreach.casework.letters.record import Letter
from outreach.casework.measures import Measure
from outreach.casework.referrals import Referral
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import look_alikes
from outreach.casework.victims.entering import DETAILS, settled_in
from outreach.casework.victims.record import Victim, VictimPhone
from outreach.casework.visits import planning
from outreach.casework.visits.record import Visit
from outreach.foundation import audit
from outreach.foundation.audit import Action, Audited
from outreach.foundation.clock import now
from outreach.foundation.db import Base
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

# What hangs on a victim and moves with them. A later noun that does adds its line.
ATTACHED: tuple[Any, ...] = (
    FraudReport,
    Call,
    Contact,
    FollowUp,
    HouseholdStay,
    Letter,
    Measure,
    DeviceLoan,
    DeviceWait,
    Assessment,
    Referral,
    Visit,
)
_SAFETY = frozenset({"may_leave_message", "may_post", "may_text", "may_email", "may_visit"})
# An e-mail belongs to its address lines as little as half an address to another: these fill as a whole.
_ADDRESS = ("address_line_1", "address_line_2", "town", "postcode", "district")
_NO_FILL = frozenset({"kind", "title", "gender", "age_estimate", "format", "interpreter", "enhanced_rights",
                      "enhanced_rights_basis", "vulnerability", *_SAFETY, *_ADDRESS})


class SamePerson(Exception):
    """A record cannot be merged with itself."""


class CannotUnmerge(Exception):
    """The merge was taken back before, or the record has itself been merged since."""


class VictimMerge(Audited, Base):
    """One combination of two records: which rows moved, and what the kept record held before.

    The merged record keeps its own row and its own details, so nothing of it needs to be remembered here.
    """

    __tablename__ = "victim_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("victim.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)     # table → ids; "victim_phone": those added
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)    # detail → what the kept record held
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


@operation("victim.merged", needs=May.MERGE_VICTIMS)
def merge(session: Session, actor: Actor, kept: Victim, merged: Victim) -> VictimMerge:
    """Make two records one: reports, contacts and follow-ups move to `kept`, whose blanks are filled.

    Where safe contact differs, a "no" of either stands. Both rows must be locked by the caller.
    Raises `SamePerson`.
    """
    if kept.id == merged.id or merged.merged_into_id or kept.merged_into_id:
        raise SamePerson("Choose two different records")
    before = _fill(kept, merged)
    moved = _move(session, merged.id, kept.id) | {"victim_phone": _add_phones(session, kept, merged)}
    merged.merged_into_id = kept.id
    combined = VictimMerge(kept_id=kept.id, merged_id=merged.id, by_id=actor.id, before=before, moved=moved)
    session.add(combined)
    look_alikes.forget(session, merged)
    search.forget(session, [merged.id])
    _settle(session, kept, min(filter(None, (kept.first_reached_at, merged.first_reached_at)), default=None))
    if kept.deceased_on:     # nobody is to be rung; unmerging does not bring back what was planned
        follow_ups.cancel_all(session, actor, kept)
        planning.cancel_all(session, actor, kept, why="Recorded as having died")
    if kept.restricted:
        planning.close_to_others(session, kept)
    _log(session, actor, combined)
    return combined


@operation("victim.unmerged", needs=May.MERGE_VICTIMS)
def unmerge(session: Session, actor: Actor, combined: VictimMerge) -> Victim:
    """Take a merge back: what moved goes home, what was filled is emptied, unless it was changed since.

    What was added after the merge stays with the kept record. Follow-ups that a death cancelled with the
    merge stay cancelled: they are planned anew by hand. Raises `CannotUnmerge`.
    """
    kept = session.get_one(Victim, combined.kept_id, with_for_update=True)
    merged = session.get_one(Victim, combined.merged_id, with_for_update=True)
    if combined.undone_at or merged.merged_into_id != kept.id or kept.merged_into_id:
        raise CannotUnmerge("These records were taken apart already, or merged again since: undo the later "
                            "merge first")
    _move_back(session, combined)
    _empty(kept, merged, combined.before)
    merged.merged_into_id = None
    combined.undone_at, combined.undone_by_id = now(), actor.id
    _settle(session, kept, _real("first_reached_at", combined.before.get("first_reached_at")))
    _settle(session, merged, merged.first_reached_at)
    _log(session, actor, combined)
    return merged


def merges_of(session: Session, victim_id: int) -> Sequence[VictimMerge]:
    """The merges by which a record came to hold another, newest first."""
    return session.scalars(select(VictimMerge).where(VictimMerge.kept_id == victim_id)
                           .order_by(VictimMerge.at.desc(), VictimMerge.id.desc())).all()


def _fill(kept: Victim, merged: Victim) -> dict[str, Any]:
    """Give the kept record what only the other knows; returns what it held before, ready for JSON."""
    names = [*sorted(DETAILS - _NO_FILL), "assigned_to_id", "deceased_on", "restricted", "vulnerability",
             *sorted(_SAFETY)]
    if not kept.address:
        names += _ADDRESS
    before: dict[str, Any] = {"first_reached_at": _plain(kept.first_reached_at)}
    for name in names:
        had = getattr(kept, name)
        if (better := _better(name, had, getattr(merged, name))) != had:
            setattr(kept, name, better)
            before[name] = _plain(had)
    return before


def _better(name: str, kept: Any, merged: Any) -> Any:
    """What the two records together say: the kept one speaks, the other fills its silence."""
    if name == "vulnerability":
        return [*kept, *(code for code in merged if code not in kept)]
    if name in _SAFETY and Answer.NO in (kept, merged):
        return Answer.NO
    return merged if kept in (None, "", False, Answer.UNKNOWN) else kept


def _empty(kept: Victim, merged: Victim, before: dict[str, Any]) -> None:
    """Take back what filling gave, where it still stands."""
    for name, plain in before.items():
        if name == "first_reached_at":
            continue
        had = _real(name, plain)
        if getattr(kept, name) == _better(name, had, getattr(merged, name)):
            setattr(kept, name, had)


def _move(session: Session, from_id: int, to_id: int) -> dict[str, Any]:
    moved = {}
    for noun in ATTACHED:
        rows = session.scalars(select(noun).where(noun.victim_id == from_id)).all()
        moved[noun.__tablename__] = [row.id for row in rows]
        for row in rows:
            row.victim_id = to_id
    return moved


def _move_back(session: Session, combined: VictimMerge) -> None:
    for noun in ATTACHED:
        ids = combined.moved.get(noun.__tablename__, [])
        for row in session.scalars(select(noun).where(noun.id.in_(ids), noun.victim_id == combined.kept_id)):
            row.victim_id = combined.merged_id
    added = combined.moved.get("victim_phone", [])
    for phone in session.scalars(select(VictimPhone).where(VictimPhone.id.in_(added),
                                                           VictimPhone.victim_id == combined.kept_id)):
        session.delete(phone)


def _add_phones(session: Session, kept: Victim, merged: Victim) -> list[int]:
    known = {phone.number for phone in kept.phones}
    added = [VictimPhone(number=phone.number, note=phone.note) for phone in merged.phones
             if phone.number not in known]
    kept.phones.extend(added)
    session.flush()
    return [phone.id for phone in added]


def _settle(session: Session, victim: Victim, reached_at: datetime | None) -> None:
    """What follows from the change: rows have moved beneath the record, so it is read afresh. `reached_at`
    is when the person was first reached as far as the record itself knew."""
    session.flush()
    session.expire(victim, ["phones", "fraud_reports"])
    by_contact = session.scalar(select(func.min(Contact.at)).where(
        Contact.victim_id == victim.id, Contact.outcome.in_(REACHED)))
    victim.first_reached_at = min(filter(None, (reached_at, by_contact)), default=None)
    assessments.follow(session, victim)
    settled_in(session, victim)


def _log(session: Session, actor: Actor, combined: VictimMerge) -> None:
    """A combination stands in the log under both records (Data Protection Act 2018, s.62)."""
    counts = {table: len(ids) for table, ids in combined.moved.items()}
    pairs = ((combined.kept_id, combined.merged_id), (combined.merged_id, combined.kept_id))
    audit.write(session, [audit.entry(session, actor, Action.COMBINATION, session.info["operation"], "victim",
                                      one, other=other, moved=counts) for one, other in pairs])


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | time) else value


def _real(name: str, plain: Any) -> Any:
    """A value kept as JSON, as the record holds it."""
    kind: Any = Answer if name in _SAFETY else Victim.__table__.c[name].type.python_type
    if plain is None or isinstance(plain, kind):
        return plain
    return kind.fromisoformat(plain) if issubclass(kind, date | time) else kind(plain)
