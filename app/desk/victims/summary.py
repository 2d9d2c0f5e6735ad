"""A victim's record as plain text, to be copied into the force's own system instead of typed again."""

from fastapi import Request
from fastapi.responses import Response

from app import spoken
from app.desk.doors import OpenedVictim
from app.desk.victims import told
from app.desk.victims.record import carer_of, due
from app.doors import Db, Me, Room
from app.pages import page
from outreach.casework import timeline
from outreach.casework.victims import Victim, home
from outreach.foundation import audit, force
from outreach.foundation.permissions import Actor, May

room = Room(prefix="/desk/victims/{victim_id:int}/summary")


@room.get("", needs=May.EXPORT)
def show(request: Request, victim: OpenedVictim, session: Db, me: Me) -> Response:
    """The text, marked; that it leaves the system is logged as a disclosure."""
    audit.disclosed(session, me, "victim", victim.id, operation="victim.summarised",
                    recipient=f"{force.current().name}, own system")
    return page(request, "desk/victims/summary.html", victim=victim, text=text_of(session, me, victim))


def text_of(session: Db, me: Actor, victim: Victim) -> str:
    """The whole record in lines, newest entries first."""
    marking = force.current().force.marking
    lines = [marking, "", f"{victim.name} (Outreach record {victim.id})", ", ".join(told.facts(victim)),
             f"Need: {victim.band} ({told.why(victim)})",
             f"Assigned to: {carer_of(session, victim) or 'nobody yet'}"]
    if members := home.members(session, me, victim):
        seen = [member.name for member in members if not member.restricted]
        lines.append(f"Lives with: {', '.join(seen)}")
    for part in told.PARTS.values():
        lines += ["", part.heading.upper()]
        lines += [f"{name}: {', '.join(value.splitlines()) or 'not known'}"
                  for name, value in told.rows(part.name, victim)]
    lines += ["", "DUE", *(f"{spoken.when(one.due_at)}, {one.assignee}: {one.reason}"
                           for one in due(session, victim.id))]
    lines += ["", "TIMELINE", *map(_told, timeline.page(session, [victim.id], limit=500).entries)]
    return "\n".join([*lines, "", marking])


def _told(entry: timeline.Entry) -> str:
    at = spoken.day(entry.at) + ("" if entry.day_only else f" {spoken.at_clock(entry.at)}")
    said = "; ".join(filter(None, (entry.title, entry.facts, entry.words)))
    return f"{at}: {said}{f' ({entry.by})' if entry.by else ''}"
