"""Banking Protocol calls on the timeline."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from outreach.casework.calls import Bank, BankBranch, Call, Outcome
from outreach.casework.timeline.entry import Entry, Kind, Source, dotted, money
from outreach.foundation.accounts import Account


def _told(id: int, victim: int, at: datetime, bank: str, branch: str | None, outcome: Outcome | None,
          attempted: Decimal | None, prevented: Decimal | None, lost: Decimal | None, cover_story: str,
          by: str) -> Entry:
    rang = f"{bank}, {branch}" if branch else bank
    facts = dotted(str(outcome or "outcome not known yet"), money(attempted, "attempted"),
                   money(prevented, "prevented"), money(lost, "lost"))
    words = f"Cover story: {cover_story}" if cover_story else ""
    return Entry(at, Kind.CALL, id, victim, f"Banking Protocol call from {rang}", by, words, facts)


CALLS = Source(
    Kind.CALL,
    select(Call.id, Call.victim_id, Call.received_at, Bank.name, BankBranch.name, Call.outcome,
           Call.attempted, Call.prevented, Call.lost, Call.cover_story, Account.name)
    .join(Bank, Bank.id == Call.bank_id).outerjoin(BankBranch, BankBranch.id == Call.branch_id)
    .join(Account, Account.id == Call.logged_by_id),
    Call.victim_id, Call.received_at, Call.id, _told)
