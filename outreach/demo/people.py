"""The people of the demonstration: who works here, whom they keep safe, and what has happened with them."""

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from outreach.casework import contacts, follow_ups, fraud_reports, imports
from outreach.casework.contacts import Contact
from outreach.casework.follow_ups import FollowUp, Status
from outreach.casework.imports.record import VictimImport
from outreach.casework.safe_contact import Answer, Channel
from outreach.casework.victims import Format, Kind, Victim, entering
from outreach.foundation import accounts
from outreach.foundation.accounts import Account, PersonType
from outreach.foundation.clock import at, now, today
from outreach.foundation.db import Database
from outreach.foundation.operation import acting
from outreach.foundation.permissions import COMMAND_LINE, Actor, Role

HISTORY = frozenset({"report", "contact", "follow_up", "phones", "assigned_to"})
_ASKED = ("may_leave_message", "may_post", "may_text", "may_email", "may_visit", "lives_alone",
          "supporter_consent")
_WORDS: dict[str, Any] = {"kind": Kind, "preferred_channel": Channel, "format": Format,
                          **dict.fromkeys(_ASKED, Answer)}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody of the demonstration: accounts by e-mail address, victims by first and last name."""

    staff: Mapping[str, Account]
    victims: Mapping[str, Victim]

    def one(self, role: Role) -> Actor:
        """Whoever has this role."""
        return next(account.actor for account in self.staff.values() if account.role is role)


def enter(session: Session, cast: Mapping[str, Any], password: str) -> Cast:
    """Enter who works here and whom they keep safe, with what has happened so far."""
    staff = {person["email"]: _account(session, person, password) for person in cast["account"]}
    victims = {f"{person['first_name']} {person['last_name']}": _victim(session, staff, person)
               for person in cast["victim"]}
    return Cast(staff, victims)


def bring_in_list(database: Database, officer: Actor, facts: Mapping[str, Any], uploads: Path) -> None:
    """The last victim list, brought in as any list is, then dated back."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "victim-list.csv"
        _write_list(file, facts)
        found = imports.import_file(database, officer, file, facts["source"], uploads=uploads)
    back = at(today() - timedelta(days=facts["days_ago"]), time(9, 15))
    with database.transaction() as session, acting(session, COMMAND_LINE, "demo.loaded"):
        record = session.get_one(VictimImport, found["import_id"])
        record.uploaded_at = record.committed_at = back


def _account(session: Session, person: Mapping[str, Any], password: str) -> Account:
    return accounts.open_account(
        session, COMMAND_LINE, email=person["email"], name=person["name"], role=Role(person["role"]),
        person_type=PersonType(person["person_type"]), district=person.get("district", ""), password=password)


def _victim(session: Session, staff: Mapping[str, Account], person: Mapping[str, Any]) -> Victim:
    officer = next(account for account in staff.values() if account.role is Role.OFFICER)
    details = {name: _WORDS.get(name, lambda value: value)(value)
               for name, value in person.items() if name not in HISTORY}
    phones = [(number, note) for number, note in person["phones"]]
    victim = entering.enter(session, officer.actor, phones=phones, **details)
    for report in person.get("report", ()):
        _report(session, officer, victim, report)
    with acting(session, officer.actor, "demo.loaded"):
        assignee = staff.get(person.get("assigned_to", ""))
        victim.assigned_to_id = assignee.id if assignee else None
        victim.created_at = _first_known(person)
        for number, contact in enumerate(person.get("contact", ()), 1):
            _contact(session, officer, victim, number, contact)
        for follow_up in person.get("follow_up", ()):
            _follow_up(session, officer, victim, follow_up)
        entering.settled_in(session, victim)
    return victim


def _first_known(person: Mapping[str, Any]) -> datetime:
    """When the record was entered: the morning after the oldest thing that is told of them."""
    days = [fact["reported_days_ago"] for fact in person.get("report", ())]
    days += [fact["days_ago"] for fact in person.get("contact", ())]
    return at(today() - timedelta(days=max([1, *days]) - 1), time(9))


def _report(session: Session, officer: Account, victim: Victim, facts: Mapping[str, Any]) -> None:
    known = dict(facts)
    days, lost = known.pop("reported_days_ago"), Decimal(known.pop("lost"))
    for name, words in (("source", fraud_reports.Source), ("first_contact", fraud_reports.FirstContact),
                        ("payment", fraud_reports.Payment)):
        if name in known:
            known[name] = words(known[name])
    fraud_reports.enter_report(session, officer.actor, victim, reported_on=today() - timedelta(days=days),
                               lost=lost, **known)


def _contact(session: Session, officer: Account, victim: Victim, number: int,
             facts: Mapping[str, Any]) -> None:
    when = at(today() - timedelta(days=facts["days_ago"]), facts["at"])
    outcome = contacts.Outcome(facts["outcome"])
    session.add(Contact(
        victim_id=victim.id, at=when, by_id=officer.id, channel=contacts.ContactChannel(facts["channel"]),
        attempt_no=number, outcome=outcome, summary=facts.get("summary", ""), minutes=facts.get("minutes"),
        verified_identity=facts.get("verified_identity", False), created_at=when))
    if outcome in contacts.REACHED and victim.first_reached_at is None:
        victim.first_reached_at = when


def _follow_up(session: Session, officer: Account, victim: Victim, facts: Mapping[str, Any]) -> None:
    """What is still to come is planned as anybody would; what is overdue is entered as it would stand."""
    due_at = at(today() + timedelta(days=facts["in_days"]), facts["at"])
    if due_at > now() + timedelta(minutes=10):
        follow_ups.plan(session, officer.actor, victim, due_at=due_at, reason=facts["reason"])
    else:
        session.add(FollowUp(victim_id=victim.id, due_at=due_at, reason=facts["reason"], status=Status.DUE,
                             assignee_id=officer.id, created_at=due_at - timedelta(days=3)))


def _write_list(file: Path, facts: Mapping[str, Any]) -> None:
    reported = facts["columns"].index("Reported")
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(facts["columns"])
        for row in facts["rows"]:
            days = timedelta(days=int(row[reported]))
            writer.writerow([*row[:reported], f"{today() + days:%d/%m/%Y}", *row[reported + 1:]])

