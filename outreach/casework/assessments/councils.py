"""Which council is told of an adult at risk: the one in whose area they live."""

from outreach.casework.victims.record import Victim
from outreach.foundation.force import current
from outreach.foundation.force.rules import Council


def council_for(victim: Victim) -> Council | None:
    """The council of their district, else of their postcode; None where neither says."""
    councils = current().councils
    district = current().district_named(victim.district) or victim.district
    by_district = next((one for one in councils if district and district in one.districts), None)
    outward = victim.postcode.partition(" ")[0]
    return by_district or next((one for one in councils if outward and outward in one.postcodes), None)
