"""Escalation: a follow-up a working day late is shown to the supervisor, once."""

from datetime import datetime, timedelta

from sqlalchemy import Select, Table, func, select, update
from sqlalchemy.orm import Session

from outreach.casework.follow_ups.record import OPEN, FollowUp
from outreach.foundation import audit, clock, mail, outbox
from outreach.foundation.accounts import Account, open_with_role
from outreach.foundation.db import Database
from outreach.foundation.force import Force, current
from outreach.foundation.outbox import OutboxMessage, Policy, Suppressed, Words, timetable
from outreach.foundation.permissions import WORKER, Role

KIND, MAIL = "follow_up.escalate", "escalation.mail"
AT_ONCE = 100
_TABLE: Table = FollowUp.__table__  # type: ignore[assignment]


def late_before(now: datetime, force: Force | None = None) -> datetime:
    """Whatever was due at this moment or before it is late enough to escalate: so many working days have gone
    by since, to the hour (content/force.toml, [worker]; design: answers 13). What was due on a day off counts
    as due with the working day that follows."""
    force = force or current()
    days, today = force.worker.escalate_after_working_days, clock.day_of(now)
    day = today
    while not force.is_working_day(day) or force.working_day_after(day, days) > today:
        day -= timedelta(days=1)
    if force.working_day_after(day, days) < today:
        return clock.end_of(day) - timedelta(microseconds=1)
    return clock.at(day, clock.local(now).time())


@timetable.hourly("escalation", words="shows overdue follow-ups to the supervisors")
def fire(session: Session, tick: datetime) -> None:
    """Promise to escalate, where there is anything to escalate."""
    if session.scalar(_late(clock.now()).limit(1)) is not None:
        outbox.put(session, KIND, key=f"{KIND}-{tick:%Y-%m-%dT%H}", subject=("schedule", 0), priority=3)


@outbox.runs(KIND, words=Words("Will escalate overdue follow-ups", "Escalated overdue follow-ups",
                               "Could not escalate overdue follow-ups"))
def escalate(database: Database, message: OutboxMessage) -> None:
    """Mark every late follow-up, a hundred at a time, then promise each supervisor one mail about them."""
    while _escalate_some(database):
        pass
    with database.transaction() as session:
        if _fresh(session, message.created_at):
            for account in open_with_role(session, Role.SUPERVISOR):
                outbox.put(session, MAIL, key=f"{MAIL}-{message.id}-{account.id}",
                           subject=("account", account.id), priority=2, escalation_id=message.id)


def _escalate_some(database: Database) -> int:
    with database.transaction() as session:
        late = session.scalars(_late(clock.now()).order_by(FollowUp.id).limit(AT_ONCE)
                               .with_for_update(skip_locked=True)).all()
        if late:
            session.connection().execute(update(_TABLE).where(_TABLE.c.id.in_(late))
                                         .values(escalated_at=clock.now()))
            audit.write(session, [
                audit.entry(session, WORKER, audit.Action.ALTERATION, "follow_up.escalated", "follow_up",
                            number, fields=["escalated_at"]) for number in late])
    return len(late)


@outbox.posts(MAIL, policy=Policy.NEVER_TWICE, who=lambda session, message: session.get_one(
    Account, message.subject_id).name, words=Words(
    "Will tell {who} about overdue follow-ups", "Told {who} about overdue follow-ups",
    "Could not tell {who} about overdue follow-ups"))
def compose(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    """How many are late and where to see them; no names."""
    account = session.get_one(Account, message.subject_id)
    if not account.is_open or not account.email:
        raise Suppressed("the account is closed or has no e-mail address")
    since = session.get_one(OutboxMessage, message.payload["escalation_id"]).created_at
    number = _fresh(session, since)
    if not number:
        raise Suppressed("all of them were done meanwhile")
    follow_ups = "1 follow-up is" if number == 1 else f"{number} follow-ups are"
    return mail.Letter(account.email, f"{follow_ups} overdue", (
        f"{follow_ups} overdue by a working day or more and nobody has dealt with "
        f"{'it' if number == 1 else 'them'}.\n\n{means.desk_url}/follow-ups?state=escalated\n"))


def _late(now: datetime) -> Select[int]:
    return select(FollowUp.id).where(FollowUp.status.in_(OPEN), FollowUp.escalated_at.is_(None),
                                     FollowUp.due_at <= late_before(now))


def _fresh(session: Session, since: datetime) -> int:
    escalated = select(func.count()).select_from(FollowUp).where(
        FollowUp.escalated_at >= since, FollowUp.status.in_(OPEN))
    return session.scalar(escalated) or 0
