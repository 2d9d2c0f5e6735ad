"""Who has had a unit, the latest first."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.devices.loans import Condition, DeviceLoan
from outreach.casework.devices.stock import Device
from outreach.casework.victims.record import Victim, scope
from outreach.foundation import audit
from outreach.foundation.permissions import Actor, May


@dataclass(frozen=True, slots=True)
class Had:
    """One loan of a unit, with the name of whoever had it."""

    loan_id: int
    name: str
    from_on: date
    to_on: date | None
    condition: Condition | None
    reason: str


def loans(session: Session, actor: Actor, device: Device) -> list[Had]:
    """Every loan of a unit to people this actor may see. The look is noted. Raises `NotAllowed`."""
    actor.must(May.SEE_STOCK)
    rows = session.execute(
        select(DeviceLoan.id, DeviceLoan.victim_id, DeviceLoan.installed_on, DeviceLoan.consent_on,
               DeviceLoan.ended_on, DeviceLoan.condition, DeviceLoan.end_reason, Victim.title,
               Victim.first_name, Victim.last_name)
        .join(Victim, Victim.id == DeviceLoan.victim_id)
        .where(DeviceLoan.device_id == device.id, *scope(actor))
        .order_by(DeviceLoan.ended_on.is_not(None), DeviceLoan.id.desc()).limit(200)).all()
    if rows:
        audit.consulted(session, actor, "victim", operation="device.history_seen",
                        shown=sorted({row.victim_id for row in rows}))
    return [Had(row.id, " ".join(filter(None, (row.title, row.first_name, row.last_name))),
                row.installed_on or row.consent_on, row.ended_on, row.condition, row.end_reason)
            for row in rows]
