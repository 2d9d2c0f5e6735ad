"""After a list is entered or taken back: where reports of a household count together, its people are reckoned
anew."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from outreach.casework import need
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.victims import Victim
from outreach.foundation.db import Database
from outreach.foundation.force import current

AT_ONCE = 100       # people to a transaction


def reckon(database: Database, import_id: int) -> None:
    """Everybody at an address that the list touched; nothing where the force counts each person alone. Doing
    it again changes nothing, so that a worker that was stopped begins anew."""
    last = 0
    while current().households.repeat_victim_household and (last := _some(database, import_id, last)):
        pass


def reckon_homes(session: Session, homes: Collection[int]) -> None:
    """Whoever is left in these households, of which somebody was taken back."""
    if current().households.repeat_victim_household and homes:
        need.refresh(session, session.scalars(select(Victim).where(
            Victim.household_id.in_(homes), Victim.merged_into_id.is_(None)).order_by(Victim.id)).all())


def _some(database: Database, import_id: int, after: int) -> int:
    reported = select(FraudReport.victim_id).where(FraudReport.import_id == import_id)
    touched = select(Victim.household_id).where(Victim.household_id.is_not(None),
                                                or_(Victim.import_id == import_id, Victim.id.in_(reported)))
    question = select(Victim).where(Victim.household_id.in_(touched), Victim.merged_into_id.is_(None),
                                    Victim.id > after).order_by(Victim.id).limit(AT_ONCE)
    with database.transaction() as session:
        found = session.scalars(question).all()
        need.refresh(session, found)
        return found[-1].id if found else 0
