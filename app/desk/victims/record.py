"""A victim's record on one page: who, what is due, everything that happened, and the details."""

from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.desk.doors import OpenedVictim
from app.desk.victims import told
from app.desk.victims.panels import panels
from app.doors import Db, Me, Room
from app.pages import link, page
from outreach.casework import timeline
from outreach.casework.follow_ups import OPEN, FollowUp
from outreach.casework.timeline import Kind, Place
from outreach.casework.victims import Victim, home
from outreach.foundation import audit, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.clock import now
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims/{victim_id:int}")
SHOWN = {"contacts": (Kind.CONTACT, Kind.VISIT, Kind.FOLLOW_UP),
         "reports": (Kind.REPORT, Kind.CALL),
         "protection": (Kind.ASSESSMENT, Kind.MEASURE, Kind.REFERRAL, Kind.LOAN),
         "record": (Kind.RECORD, Kind.MERGE)}
# Built once: building a question anew for every page costs more than asking it.
_OPEN = (select(FollowUp.id, FollowUp.due_at, FollowUp.reason, FollowUp.status, Account.name,
                FollowUp.escalated_at)
         .join(Account, Account.id == FollowUp.assignee_id)
         .where(FollowUp.victim_id == bindparam("victim"), FollowUp.status.in_(OPEN))
         .order_by(FollowUp.due_at))
_CARER = select(Account.name).where(Account.id == bindparam("account"))


class Due(NamedTuple):
    """An open follow-up, and what the worker did, will do or could not do about it."""

    id: int
    due_at: Any
    reason: str
    status: str
    assignee: str
    escalated_at: Any
    story: list[outbox.Line]

    @property
    def is_late(self) -> bool:
        """Whether its moment has passed."""
        return bool(self.due_at < now())


@room.get("", needs=May.SEE_VICTIM)
def show(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """The whole record, or its timeline alone when htmx asks for other entries."""
    return page(request, "desk/victims/show.html", block="timeline", **shown(request, session, me, victim))


def shown(request: Request, session: Session, me: Actor, victim: Victim) -> dict[str, Any]:
    """Everything the record's page shows."""
    members = home.members(session, me, victim)
    open_to_all = [member.id for member in members if not member.restricted]
    return {"victim": victim, "members": members, "due": due(session, victim.id),
            "carer": carer_of(session, victim), "told": told, "parts": told.PARTS.values(),
            "panels": panels(session, me, victim),
            **_happened(request, session, me, victim, open_to_all,
                        {member.id: member.name for member in members})}


def due(session: Session, victim_id: int) -> list[Due]:
    """The open follow-ups, the nearest first, each with its story from the worker's ledger."""
    rows = session.execute(_OPEN, {"victim": victim_id}).all()
    return [Due(*row, story=outbox.story(session, "follow_up", row.id)) for row in rows]


def carer_of(session: Session, victim: Victim) -> str:
    """Whose the victim is, by name; "" for nobody's."""
    if victim.assigned_to_id is None:
        return ""
    return session.scalar(_CARER, {"account": victim.assigned_to_id}) or ""


def _happened(request: Request, session: Session, me: Actor, victim: Victim, others: list[int],
              names: dict[int, str]) -> dict[str, Any]:
    """The timeline as the address asks for it: of some kinds, of the household, from some entry on. Whoever
    else of the household stands in it was looked at as well."""
    asked = request.query_params
    kinds, whole = asked.get("kind", ""), asked.get("of") == "household" and bool(others)
    found = timeline.page(session, [victim.id, *others] if whole else [victim.id],
                          kinds=SHOWN.get(kinds, ()), after=Place.read(asked.get("after", "")))
    for other_id in sorted({entry.victim_id for entry in found.entries} - {victim.id}):
        audit.consulted(session, me, "victim", other_id, operation="household.timeline_shown",
                        with_victim=victim.id)
    filters = [(words, link(request, kind=kind, after=None), kind == (kinds or None), None)
               for words, kind in (("Everything", None), ("Contacts", "contacts"), ("Reports", "reports"),
                                   ("Protection", "protection"),
                                   ("The record", "record"))]
    return {"entries": found.entries, "filters": filters, "whole": whole, "others": others, "names": names,
            "further": link(request, after=str(found.further)) if found.further else "",
            "first": link(request, after=None) if asked.get("after") else "",
            "household_link": link(request, of=None if whole else "household", after=None)}
