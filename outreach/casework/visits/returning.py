"""A log that was returned: its writer is told by mail and text that something is to be put right, no more."""

from sqlalchemy.orm import Session

from outreach.casework.visits import company
from outreach.casework.visits.record import LogState, VisitLog
from outreach.foundation import mail, outbox, sms
from outreach.foundation.accounts import Account
from outreach.foundation.force import current
from outreach.foundation.outbox import Means, OutboxMessage, Parcel, Policy, Suppressed, Words

MAIL, TEXT = "visit_log.mail_returned", "visit_log.text_returned"
_WORDS = "The officer asks you to put something right in the log of a visit. Open it here: {link}"


def tell_writer(session: Session, log: VisitLog) -> None:
    """Promise that its writer hears of it, each time it is returned; within the operation that calls this."""
    for kind in (MAIL, TEXT) if company.mobile_of(session, log.account_id) else (MAIL,):
        outbox.put(session, kind, key=f"{kind}-{log.id}-{log.version}", subject=("visit_log", log.id),
                   priority=3)


def forget(session: Session, log: VisitLog) -> None:
    """It was written again: nobody needs to be told any more."""
    outbox.cancel(session, ("visit_log", log.id), MAIL, TEXT)


def _who(session: Session, message: OutboxMessage) -> str:
    return session.get_one(Account, session.get_one(VisitLog, message.subject_id).account_id).name


def _still(session: Session, message: OutboxMessage) -> tuple[VisitLog, Account]:
    """The log and its writer, if they still have something to do. Raises `Suppressed`."""
    log = session.get_one(VisitLog, message.subject_id)
    account = session.get_one(Account, log.account_id)
    if log.state is not LogState.RETURNED:
        raise Suppressed("the log was written again meanwhile")
    if not account.is_working:
        raise Suppressed("they may not open it any more")
    return log, account


def _words(log: VisitLog, means: Means) -> str:
    return _WORDS.format(link=f"{means.desk_url}/my-visits/{log.visit_id}/log")


@outbox.posts(MAIL, policy=Policy.NEVER_TWICE, who=_who, words=Words(
    "Will mail {who} that a log was returned", "Mailed {who} that a log was returned",
    "Could not mail {who} that a log was returned"))
def letter(session: Session, message: OutboxMessage, means: Means) -> Parcel:
    """The mail: what to do and where, naming nobody."""
    log, account = _still(session, message)
    if not account.email:
        raise Suppressed("the account has no e-mail address")
    return mail.Letter(account.email, "Put something right in your log", f"{_words(log, means)}\n")


@outbox.posts(TEXT, policy=Policy.NEVER_TWICE, who=_who, words=Words(
    "Will text {who} that a log was returned", "Texted {who} that a log was returned",
    "Could not text {who} that a log was returned"))
def text(session: Session, message: OutboxMessage, means: Means) -> Parcel:
    """The same as a text."""
    log, account = _still(session, message)
    number = company.mobile_of(session, account.id)
    if not number:
        raise Suppressed("no mobile of theirs is known")
    return sms.Text(number, f"{current().name}: {_words(log, means)}")
