"""Whoever is to visit is told at once that a bank rang: how soon, and where to read it, naming nobody."""

from sqlalchemy.orm import Session

from outreach.casework.calls.logging import TELL
from outreach.casework.calls.record import Call
from outreach.casework.calls.visiting import may_be_visited
from outreach.casework.follow_ups import OPEN, FollowUp
from outreach.foundation import mail, outbox, times
from outreach.foundation.accounts import Account
from outreach.foundation.outbox import OutboxMessage, Policy, Suppressed, Words


def _who(session: Session, message: OutboxMessage) -> str:
    call = session.get(Call, message.subject_id)
    if call is None or call.follow_up_id is None:
        return "the officer"
    return session.get_one(Account, session.get_one(FollowUp, call.follow_up_id).assignee_id).name


@outbox.posts(TELL, policy=Policy.ONCE_MORE, who=_who, words=Words(
    "Will tell {who} about this call", "Told {who} about this call", "Could not tell {who} about this call"))
def compose(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    """That a bank rang, by when to visit (or to ring whoever asked for no visits), and where to read it."""
    call = session.get_one(Call, message.subject_id)
    follow_up = session.get(FollowUp, call.follow_up_id) if call.follow_up_id else None
    if follow_up is None or follow_up.status not in OPEN:
        raise Suppressed("nobody is to visit any more")
    account = session.get_one(Account, follow_up.assignee_id)
    if not account.is_open or not account.email:
        raise Suppressed("the account is closed or has no e-mail address")
    deed = "a visit" if may_be_visited(call.victim) else "a telephone call"
    return mail.Letter(account.email, f"Banking Protocol call: {deed} is yours", (
        f"A bank rang under the Banking Protocol and {deed} was planned for you, due {_due(follow_up)}.\n\n"
        f"{means.desk_url}/calls/{call.id}\n"))


def _due(follow_up: FollowUp) -> str:
    return times.said(follow_up.due_at)
