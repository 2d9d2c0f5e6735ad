"""A household on one page: everybody at an address, who lived there before, and what befell them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from outreach.casework.fraud_reports import FraudReport
from outreach.casework.households import Household, HouseholdStay, Standing
from outreach.casework.victims.record import NotFound, Victim, scope, visible_to
from outreach.foundation import audit
from outreach.foundation.clock import months_after, today
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, May

MOST = 40       # a care home has more: then the list of victims is the better page


@dataclass(frozen=True, slots=True)
class Former:
    """Somebody who lived here before. Of a restricted record there is no name."""

    victim_id: int
    name: str
    from_on: date | None
    to_on: date


@dataclass(frozen=True, slots=True)
class Seen:
    """What one actor may see of a household: `shown` in full, `restricted` as links only."""

    id: int
    shown: Sequence[Victim]
    restricted: Sequence[Victim]
    former: Sequence[Former]
    reports: Sequence[FraudReport]      # of those shown, within the months of the rule for repeat victims
    is_cut: bool = False                # more live here than one page shows

    @property
    def address(self) -> list[str]:
        """The lines of the address, as the first of them has it."""
        return self.shown[0].address if self.shown else []

    @property
    def together(self) -> Sequence[Victim]:
        """Those who live with one another, as far as is known."""
        return [victim for victim in self.shown if victim.household_standing is not Standing.APART]

    @property
    def defrauded(self) -> int:
        """How many of them were reported as defrauded within those months."""
        return len({report.victim_id for report in self.reports})


def open_household(session: Session, actor: Actor, household_id: int) -> Seen:
    """Everybody at one address whom this actor sees; a look at each of them is noted.

    Raises `NotFound` where the actor sees nobody who lives there or did: as if there were no such household.
    """
    actor.must(May.SEE_VICTIM)
    found = _residents(session, actor, household_id)
    residents = found[:MOST]
    former = _former(session, actor, household_id)
    if not residents and not former:
        raise NotFound("There is no such household")
    shown = [victim for victim in residents if not victim.restricted]
    named = [*(victim.id for victim in shown), *(one.victim_id for one in former if one.name)]
    for victim_id in dict.fromkeys(named):
        audit.consulted(session, actor, "victim", victim_id, operation="household.opened",
                        household=household_id)
    return Seen(household_id, shown, [victim for victim in residents if victim.restricted], former,
                _recent_reports(shown), is_cut=len(found) > MOST)


def _residents(session: Session, actor: Actor, household_id: int) -> Sequence[Victim]:
    question = visible_to(actor).where(Victim.household_id == household_id, Victim.merged_into_id.is_(None))
    return session.scalars(question.options(selectinload(Victim.phones), selectinload(Victim.fraud_reports))
                           .order_by(Victim.born_on, Victim.id).limit(MOST + 1)).all()


def _former(session: Session, actor: Actor, household_id: int) -> list[Former]:
    rows = session.execute(
        select(Victim.id, Victim.title, Victim.first_name, Victim.last_name, Victim.restricted,
               HouseholdStay.from_on, HouseholdStay.to_on)
        .join(HouseholdStay, HouseholdStay.victim_id == Victim.id)
        .join(Household, Household.id == HouseholdStay.household_id)
        .where(Household.id == household_id, Victim.merged_into_id.is_(None), *scope(actor))
        .order_by(HouseholdStay.to_on.desc(), HouseholdStay.id.desc()).limit(MOST))
    return [Former(id, "" if restricted else " ".join(filter(None, (title, first, last))), since, until)
            for id, title, first, last, restricted, since, until in rows]


def _recent_reports(shown: Sequence[Victim]) -> list[FraudReport]:
    since = months_after(today(), -current().households.repeat_victim_months)
    found = [report for victim in shown for report in victim.fraud_reports
             if report.reported_on is None or report.reported_on >= since]
    return sorted(found, key=lambda report: report.reported_on or since, reverse=True)
