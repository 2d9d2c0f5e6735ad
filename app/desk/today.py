"""Today: what the officer opens in the morning."""

from fastapi import Request
from fastapi.responses import Response

from app.doors import Db, Me, Room
from app.pages import page
from outreach.foundation.permissions import May
from outreach.insight import today

room = Room(prefix="/desk/today")

# A new noun adds its line.
_ADDRESS = {
    "victim": "/desk/victims",
    "import": "/desk/imports",
    "worker": "/desk/worker",
    "call": "/desk/calls",
    "referral": "/desk/referrals",
    "device": "/desk/devices",
    "loan": "/desk/devices/loans",
    "waiting": "/desk/devices/waiting",
    "letter": "/desk/letters",
    "visit": "/desk/visits",
    "volunteer": "/desk/volunteers",
    "visit_log": "/desk/visits/logs",
    "visit_logs": "/desk/visits/logs",
}


def address(line: today.Line) -> str:
    """Where doing a line begins."""
    start = _ADDRESS[line.record_type]
    return f"{start}/{line.record_id}" if line.record_id else start


@room.get("", needs=May.SEE_TODAY)
def show(request: Request, session: Db, me: Me) -> Response:
    """The scored list, and how old the newest victim list is."""
    newest = today.newest_import(session) if me.may(May.IMPORT) or me.may(May.ASSIGN) else None
    return page(request, "desk/today/show.html", block="lines", lines=today.lines(session, me),
                newest=newest, address=address)
