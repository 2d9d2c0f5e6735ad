"""Loans of equipment on the timeline."""

from datetime import date, datetime

from sqlalchemy import select

from outreach.casework.devices import Condition, Device, DeviceLoan, kind_of
from outreach.casework.timeline.entry import Entry, Kind, Source, dotted
from outreach.foundation.accounts import Account
from outreach.foundation.dates import spoken


def _told(id: int, victim: int, at: datetime, serial: str, kind: str, installed: date | None,
          ended: date | None, condition: Condition | None, reason: str, by: str) -> Entry:
    never = "" if ended else "not installed yet"
    facts = dotted(f"installed on {spoken(installed)}" if installed else never,
                   f"ended on {spoken(ended)}" if ended else "", condition or "", reason)
    words = kind_of(kind).words
    return Entry(at, Kind.LOAN, id, victim, f"{words[:1].upper()}{words[1:]} {serial} lent", by, "", facts)


LOANS = Source(
    Kind.LOAN,
    select(DeviceLoan.id, DeviceLoan.victim_id, DeviceLoan.lent_at, Device.serial, Device.kind,
           DeviceLoan.installed_on, DeviceLoan.ended_on, DeviceLoan.condition, DeviceLoan.end_reason,
           Account.name)
    .join(Device, Device.id == DeviceLoan.device_id).join(Account, Account.id == DeviceLoan.lent_by_id),
    DeviceLoan.victim_id, DeviceLoan.lent_at, DeviceLoan.id, _told)
