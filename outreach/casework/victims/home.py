"""Who lives with whom: proposed from the address, then confirmed or put right by somebody who knows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from outreach.casework import need
from outreach.casework.households import HouseholdStay, Standing, at_address
from outreach.casework.matching import household_key
from outreach.casework.victims.record import Victim, scope
from outreach.foundation.clock import today
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May


class NoHousehold(Exception):
    """Nothing can be said about a household where the address is not known."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who lives with the person whose record is open."""

    id: int
    name: str
    age: int | None
    standing: Standing
    restricted: bool


def members(session: Session, actor: Actor, victim: Victim) -> Sequence[Member]:
    """The others of a victim's household, as far as this actor may see them; oldest first."""
    if victim.household_id is None or victim.household_standing is Standing.APART:
        return []
    question = _MEMBERS.where(*scope(actor)) if scope(actor) else _MEMBERS
    rows = session.execute(question, {"household": victim.household_id, "victim": victim.id})
    return [Member(id, " ".join(filter(None, (title, first, last))), need.age_on(today(), born, estimate),
                   standing, restricted)
            for id, title, first, last, born, estimate, standing, restricted in rows]


# Built once: building it anew for every page costs more than asking it.
_MEMBERS = (
    select(Victim.id, Victim.title, Victim.first_name, Victim.last_name, Victim.born_on, Victim.age_estimate,
           Victim.household_standing, Victim.restricted)
    .where(Victim.household_id == bindparam("household"), Victim.id != bindparam("victim"),
           Victim.merged_into_id.is_(None), Victim.household_standing != Standing.APART)
    .order_by(Victim.born_on, Victim.id).limit(12))


def settle(session: Session, victim: Victim) -> None:
    """Put somebody into the household at their address; one they have left is kept as a stay."""
    if victim.household is not None and victim.household.address_key == _key(victim):
        return
    if victim.household_id is not None:
        session.add(HouseholdStay(victim_id=victim.id, household_id=victim.household_id,
                                  from_on=victim.household_since, to_on=today()))
    victim.household = at_address(session, victim.address_line_1, victim.address_line_2, victim.town,
                                  victim.postcode)
    victim.household_standing = Standing.PROPOSED
    victim.household_since = today() if victim.household else None


@operation("household.confirmed", needs=May.EDIT_VICTIM)
def confirm(session: Session, actor: Actor, victim: Victim) -> None:
    """These people do live together: this one and everybody shown with them. Raises `NoHousehold`."""
    _stand(victim, Standing.CONFIRMED)
    for other in session.scalars(_others(victim).with_for_update(of=Victim)):
        other.household_standing = Standing.CONFIRMED


@operation("household.split", needs=May.EDIT_VICTIM)
def split(session: Session, actor: Actor, victim: Victim) -> None:
    """This person lives at the address, but not with the others. Raises `NoHousehold`."""
    _stand(victim, Standing.APART)


@operation("household.joined", needs=May.EDIT_VICTIM)
def rejoin(session: Session, actor: Actor, victim: Victim) -> None:
    """Take a split back: the address speaks again. Raises `NoHousehold`."""
    _stand(victim, Standing.PROPOSED)


def _stand(victim: Victim, standing: Standing) -> None:
    if victim.household_id is None:
        raise NoHousehold(f"Enter an address for {victim.spoken_name} first")
    victim.household_standing = standing
    need.reckon_for(victim)     # whose reports count may hang on it


def _others(victim: Victim) -> Select[Victim]:
    return select(Victim).where(
        Victim.household_id == victim.household_id, Victim.id != victim.id,
        Victim.merged_into_id.is_(None), Victim.household_standing != Standing.APART)


def _key(victim: Victim) -> str:
    return household_key(victim.address_line_1, victim.address_line_2, victim.town, victim.postcode)
