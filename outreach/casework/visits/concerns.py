"""A concern that a visitor raised: the officer responsible is given a follow-up at once, and told by mail."""

from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.follow_ups import BadTime, FollowUp
from outreach.casework.victims.record import Victim
from outreach.casework.visits.record import Visit, VisitLog
from outreach.foundation import clock, mail, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.outbox import OutboxMessage, Policy, Suppressed, Words
from outreach.foundation.permissions import WORKER

RAISED, TELL = "visit_log.concern", "visit_log.tell_concern"
REASON = "A visitor raised a concern: read the log of the visit"


def raise_at_once(session: Session, log: VisitLog) -> None:
    """Promise that the officer hears of this concern, once however often the log is sent; within the
    operation that calls this. The visitor needs no right to plan anything: the worker does it."""
    outbox.put(session, RAISED, key=f"{RAISED}-{log.id}", subject=("visit_log", log.id), priority=1)


@outbox.handles(RAISED, words=Words("Will pass on a visitor’s concern", "Passed on a visitor’s concern",
                                    "Could not pass on a visitor’s concern"))
def plan(session: Session, message: OutboxMessage) -> None:
    """Plan the follow-up for whoever is responsible, and promise the mail that says so."""
    log = session.get_one(VisitLog, message.subject_id)
    victim = whom(session, log.visit)
    who = responsible(session, log, victim)
    if victim is not None:
        _follow_up(session, victim, who)
    outbox.put(session, TELL, key=f"{TELL}-{log.id}", subject=("visit_log", log.id), priority=1, to=who.id)


def whom(session: Session, visit: Visit) -> Victim | None:
    """Whom a visit was to, locked for change, wherever their record is now; None for help at an event."""
    victim_id = visit.victim_id
    while victim_id is not None:
        victim = session.get_one(Victim, victim_id, with_for_update=True)
        if victim.merged_into_id is None:
            return victim
        victim_id = victim.merged_into_id
    return None


def responsible(session: Session, log: VisitLog, victim: Victim | None) -> Account:
    """Who is to act: whoever has the victim, else whoever planned the visit, else the first who can; never
    the visitor, who has said it to hear another's judgement."""
    planner = session.get_one(Account, log.visit.planned_by_id)
    if victim is None:
        return planner
    able = {account.id: account for account in follow_ups.may_be_given(session, victim)
            if account.id != log.account_id}
    return able.get(victim.assigned_to_id or 0) or able.get(planner.id) or next(iter(able.values()), planner)


def _follow_up(session: Session, victim: Victim, who: Account) -> FollowUp | None:
    """At once; outside the hours for contacting them at the next suitable moment. Nobody is to be rung where
    they have died."""
    if victim.deceased_on:
        return None
    try:
        return follow_ups.plan(session, WORKER, victim, due_at=clock.now(), reason=REASON, assignee_id=who.id)
    except BadTime:
        first = follow_ups.first_working_moment(victim, clock.today())
        return follow_ups.plan(session, WORKER, victim, due_at=first, reason=REASON, assignee_id=who.id)


@outbox.posts(TELL, policy=Policy.ONCE_MORE, who=lambda session, message: session.get_one(
    Account, message.payload["to"]).name, words=Words(
    "Will tell {who} about a visitor’s concern", "Told {who} about a visitor’s concern",
    "Could not tell {who} about a visitor’s concern"))
def compose(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    """That a concern was raised and where to read it; no names."""
    account = session.get_one(Account, message.payload["to"])
    if not account.is_open or not account.email:
        raise Suppressed("the account is closed or has no e-mail address")
    log = session.get_one(VisitLog, message.subject_id)
    return mail.Letter(account.email, "A visitor raised a concern", (
        "Somebody who went on a visit raised a concern and asked that you hear of it at once.\n\n"
        f"{means.desk_url}/visits/{log.visit_id}/logs/{log.id}\n"))
