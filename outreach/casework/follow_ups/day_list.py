"""The day's list: at half past seven each person with follow-ups today is mailed how many and when.

It holds counts, times and links to the desk, no names (design: answers 13).
"""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.follow_ups.record import OPEN, FollowUp
from outreach.foundation import clock, mail, outbox, times
from outreach.foundation.accounts import Account
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.outbox import OutboxMessage, Policy, Suppressed, Words, timetable

KIND = "day_list.mail"
LONGEST = 60


@timetable.daily("day_list", lambda: current().worker.day_list_at, words="mails each person their day’s list")
def fire(session: Session, tick: datetime) -> None:
    """Promise each person with something to do their list. On days off only what is due that very day
    counts: nobody is reminded on a Sunday of Friday's work."""
    day = clock.day_of(tick)
    wanted = select(FollowUp.assignee_id).where(
        FollowUp.status.in_(OPEN), FollowUp.due_at < clock.end_of(day)).group_by(FollowUp.assignee_id)
    if not current().is_working_day(day):
        wanted = wanted.where(FollowUp.due_at >= clock.midnight(day))
    for account_id in session.scalars(wanted).all():
        outbox.put(session, KIND, key=f"{KIND}-{day}-{account_id}", subject=("account", account_id),
                   priority=2, run_after=tick, day=day.toordinal())


def _who(session: Session, message: OutboxMessage) -> str:
    return session.get_one(Account, message.subject_id).name


@outbox.posts(KIND, policy=Policy.NEVER_TWICE, who=_who, words=Words(
    "Will mail the day’s list to {who}", "Mailed the day’s list to {who}",
    "Could not mail the day’s list to {who}"))
def compose(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    """The list as it stands when it leaves."""
    account = session.get_one(Account, message.subject_id)
    if not account.is_open or not account.email:
        raise Suppressed("the account is closed or has no e-mail address")
    day = date.fromordinal(message.payload["day"])
    theirs = (FollowUp.assignee_id == account.id, FollowUp.status.in_(OPEN),
              FollowUp.due_at < clock.end_of(day))
    number = session.scalar(select(func.count()).select_from(FollowUp).where(*theirs)) or 0
    if not number:
        raise Suppressed("there was nothing left to do")
    due = session.execute(select(FollowUp.id, FollowUp.due_at).where(*theirs)
                          .order_by(FollowUp.due_at, FollowUp.id).limit(LONGEST)).all()
    lines = [f"{_when(due_at, day)}: {means.desk_url}/follow-ups/{follow_up_id}"
             for follow_up_id, due_at in due]
    subject = f"{_counted(number)} for {spoken(day)}"
    return mail.Letter(account.email, subject, _text(lines, number, day, means))


def _text(lines: list[str], number: int, day: date, means: outbox.Means) -> str:
    more = [f"… and {number - len(lines)} more."] if number > len(lines) else []
    return "\n".join([f"You have {_counted(number)} for {spoken(day)}.", "", *lines, *more, "",
                      f"The whole list: {means.desk_url}/today", ""])


def _when(due_at: datetime, day: date) -> str:
    on = clock.day_of(due_at)
    at = times.clock_face(clock.local(due_at).time())
    return at if on == day else f"Overdue since {at} {times.day_said(on, day)}"


def _counted(number: int) -> str:
    return "1 follow-up" if number == 1 else f"{number} follow-ups"
