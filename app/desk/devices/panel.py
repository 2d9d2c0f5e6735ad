"""What a victim's page shows of the equipment: what they have, what they wait for, and what is next."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from outreach.casework.devices import Device, DeviceLoan, DeviceWait, kind_of
from outreach.casework.victims import Victim
from outreach.foundation import clock
from outreach.foundation.permissions import Actor


def gather(session: Session, me: Actor, victim: Victim) -> dict[str, Any]:
    """Open loans, how many are over, and places on the waiting list."""
    loans = session.execute(_loans(), {"victim": victim.id}).all()
    waits = session.execute(_waits(), {"victim": victim.id}).all()
    return {"open": [loan for loan in loans if loan.ended_on is None], "kind_of": kind_of,
            "over": [loan for loan in loans if loan.ended_on is not None], "waits": waits,
            "today": clock.today()}


@cache
def _loans() -> Select[*tuple[Any, ...]]:
    return (select(DeviceLoan.id, DeviceLoan.installed_on, DeviceLoan.review_due_on, DeviceLoan.asked_back_on,
                   DeviceLoan.ended_on, DeviceLoan.end_reason, Device.serial, Device.kind, Device.model)
            .join(Device, Device.id == DeviceLoan.device_id)
            .where(DeviceLoan.victim_id == bindparam("victim"))
            .order_by(DeviceLoan.ended_on.is_not(None), DeviceLoan.id.desc()).limit(20))


@cache
def _waits() -> Select[*tuple[Any, ...]]:
    return (select(DeviceWait.id, DeviceWait.kind, DeviceWait.since_at, Device.serial)
            .outerjoin(Device, Device.id == DeviceWait.device_id)
            .where(DeviceWait.victim_id == bindparam("victim"), DeviceWait.settled_at.is_(None))
            .order_by(DeviceWait.id))
