"""Is this person known already? Asked while somebody is being entered, so that nobody is twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, selectinload

from outreach.casework import matching
from outreach.casework.matching import BLOCK_LIMIT, Likeness, Person, Verdict
from outreach.casework.victims.record import MatchKey, Victim, visible_to
from outreach.foundation import audit
from outreach.foundation.permissions import Actor

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Somebody known who may be the person in hand; the likeness says why."""

    victim: Victim
    likeness: Likeness

    @property
    def reasons(self) -> str:
        """What speaks for and against, in one line."""
        return ", ".join(self.likeness.reasons)


def person_of(victim: Victim) -> Person:
    """A victim as matching compares people."""
    return matching.person(
        victim.id, title=victim.title, first_name=victim.first_name, last_name=victim.last_name,
        gender=victim.gender, born_on=victim.born_on, phones=[phone.number for phone in victim.phones],
        email=victim.email, postcode=victim.postcode, address_line_1=victim.address_line_1,
        address_line_2=victim.address_line_2, town=victim.town)


def described(*, title: str = "", first_name: str = "", last_name: str = "", gender: str = "",
              born_on: date | None = None, phones: Iterable[tuple[str, str]] = (), email: str = "",
              postcode: str = "", address_line_1: str = "", address_line_2: str = "", town: str = "",
              **_rest: object) -> Person:
    """Somebody who is still being typed, as matching compares people."""
    return matching.person(
        0, title=title, first_name=first_name, last_name=last_name, gender=gender, born_on=born_on,
        phones=[number for number, _ in phones], email=email, postcode=postcode,
        address_line_1=address_line_1, address_line_2=address_line_2, town=town)


def find(session: Session, actor: Actor, person: Person) -> Sequence[LookAlike]:
    """Those on record who may be this person (`person.ref` aside), likeliest first; the look is logged."""
    found = [LookAlike(victim, matching.compare(person, person_of(victim)))
             for victim in _sharing_a_key(session, actor, person)]
    likely = [alike for alike in found if alike.likeness.verdict is not Verdict.APART]
    likely.sort(key=lambda alike: (alike.likeness.verdict is not Verdict.JOIN, -alike.likeness.score))
    if likely:
        audit.consulted(session, actor, "victim", operation="victim.compared",
                        shown=[alike.victim.id for alike in likely[:MOST_SHOWN]])
    return likely[:MOST_SHOWN]


def file(session: Session, victim: Victim) -> None:
    """File somebody under the keys by which matching finds them, and under no others."""
    forget(session, victim)
    keys = matching.blocking_keys(person_of(victim))
    if keys:
        session.execute(insert(MatchKey), [{"key": key, "victim_id": victim.id} for key in keys])


def forget(session: Session, victim: Victim) -> None:
    """Take somebody out of the files: a record that was merged away is nobody's look-alike."""
    session.execute(delete(MatchKey).where(MatchKey.victim_id == victim.id))


def _sharing_a_key(session: Session, actor: Actor, person: Person) -> Iterable[Victim]:
    """Whoever is filed under one of this person's keys. A key that a crowd shares says nothing."""
    sharing: set[int] = set()
    for key in matching.blocking_keys(person):
        ids = session.scalars(select(MatchKey.victim_id).where(MatchKey.key == key)
                              .limit(BLOCK_LIMIT + 1)).all()
        if len(ids) <= BLOCK_LIMIT:
            sharing.update(ids)
    sharing.discard(person.ref)
    if not sharing:
        return ()
    return session.scalars(visible_to(actor).where(Victim.id.in_(sharing), Victim.merged_into_id.is_(None))
                           .options(selectinload(Victim.phones)))
