"""Whom the bank may be ringing about: known people and households, as the call is being typed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from outreach.casework import search
from outreach.casework.calls.record import Call
from outreach.casework.victims import look_alikes
from outreach.casework.victims.record import Victim, visible_to
from outreach.foundation import audit
from outreach.foundation.permissions import Actor

MOST = 6
_FEWEST_LETTERS = 3
_FEWEST_FIGURES = 6


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody on record who may be meant, or who lives with them, and why they are shown."""

    victim: Victim
    why: str
    last_call_at: datetime | None


def suggest(session: Session, actor: Actor, *, first_name: str = "", last_name: str = "", phone: str = "",
            postcode: str = "", chosen: int | None = None, **person: Any) -> Sequence[Match]:
    """At most six, the likeliest first; whoever was `chosen` stands first and always. `phone` as typed:
    its last six figures will do; `person`: what else is known (`look_alikes.described`). Is logged."""
    found: dict[int, str] = {chosen: "Chosen"} if chosen else {}
    numbers = person.pop("phones", ())
    somebody = look_alikes.described(first_name=first_name, last_name=last_name, postcode=postcode,
                                     phones=numbers, **person)
    alikes = look_alikes.find(session, actor, somebody) if last_name or numbers else ()
    _note(found, ((alike.victim.id, _what_speaks_for(alike)) for alike in alikes))
    for words, why in _questions(first_name, last_name, phone, postcode):
        if len(found) < MOST:
            _note(found, ((id, why) for id in search.find(session, actor, words, limit=MOST).ids))
    return _shown(session, actor, dict(list(found.items())[:MOST]))


def _what_speaks_for(alike: look_alikes.LookAlike) -> str:
    said = ", ".join(reason for reason in alike.likeness.reasons if "not known" not in reason)
    return said[:1].upper() + said[1:]


def _questions(first_name: str, last_name: str, phone: str, postcode: str) -> Iterable[tuple[str, str]]:
    """What to search for, the surest first, and how a hit is explained."""
    name = f"{first_name} {last_name}".strip()
    if sum(letter.isdigit() for letter in phone) >= _FEWEST_FIGURES:
        yield phone, "This telephone number"
    if len(last_name) >= _FEWEST_LETTERS:
        if postcode:
            yield f"{name} {postcode}", "A name like this, and the postcode"
        yield name, "A name like this"
    if len(postcode.replace(" ", "")) >= 5:
        yield postcode, "The same postcode: perhaps the same household"


def _note(found: dict[int, str], more: Iterable[tuple[int, str]]) -> None:
    for id, why in more:
        found.setdefault(id, why)


def _shown(session: Session, actor: Actor, found: dict[int, str]) -> list[Match]:
    if not found:
        return []
    question = (visible_to(actor).where(Victim.id.in_(found), Victim.merged_into_id.is_(None))
                .options(selectinload(Victim.phones)))
    victims = {victim.id: victim for victim in session.scalars(question)}
    called = select(Call.victim_id, func.max(Call.received_at)).where(Call.victim_id.in_(victims))
    last = {row[0]: row[1] for row in session.execute(called.group_by(Call.victim_id))}
    audit.consulted(session, actor, "victim", operation="call.matched", shown=sorted(victims))
    return [Match(victims[id], why, last.get(id)) for id, why in found.items() if id in victims]
