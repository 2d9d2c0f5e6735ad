"""Victims: the people and organisations defrauded or targeted, whom this work keeps safe."""

from outreach.casework.victims.record import (
    Format,
    Kind,
    MatchKey,
    Merged,
    NotFound,
    ReasonNeeded,
    Victim,
    VictimPhone,
    first_numbers,
    name_of,
    open_victim,
    scope,
    visible_to,
    why_opened,
)

__all__ = ["Format", "Kind", "MatchKey", "Merged", "NotFound", "ReasonNeeded", "Victim", "VictimPhone",
           "first_numbers", "name_of", "open_victim", "scope", "visible_to", "why_opened"]
