"""The loaders of the equipment, and where a sentence of its rules stands on a form."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request

from app.desk.doors import is_shown_again, keep_unsaved, note_again
from app.doors import LOOKING, Db, Me, Sent
from outreach.casework import devices
from outreach.casework.devices import Device, DeviceLoan, DeviceWait, waiting
from outreach.casework.victims import ReasonNeeded


def opened_device(device_id: int, request: Request, session: Db, me: Me) -> Device:
    """The unit named in the address, locked for change unless it is only looked at."""
    return devices.open_device(session, me, device_id, to_change=request.method not in LOOKING)


def opened_loan(loan_id: int, request: Request, session: Db, me: Me, sent: Sent) -> Iterator[DeviceLoan]:
    """The loan named in the address; the person's record is looked at, or locked, with it."""
    try:
        loan = devices.open_loan(session, me, loan_id, to_change=request.method not in LOOKING)
    except ReasonNeeded:
        keep_unsaved(request, sent)
        raise
    yield loan
    if is_shown_again(request):
        note_again(session, me, loan.victim)


def opened_wait(wait_id: int, session: Db, me: Me) -> DeviceWait:
    """The place on the waiting list named in the address, locked for change."""
    return waiting.open_wait(session, me, wait_id)


OpenedDevice = Annotated[Device, Depends(opened_device, scope="function")]
OpenedLoan = Annotated[DeviceLoan, Depends(opened_loan, scope="function")]
OpenedWait = Annotated[DeviceWait, Depends(opened_wait, scope="function")]
