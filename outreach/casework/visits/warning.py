"""What visitors, their contacts and supervisors are written when nobody checks out: no victim is named. One
that perhaps left is sent once more: better twice than never."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from outreach.casework.visits import company, lateness
from outreach.casework.visits.lateness import Step
from outreach.casework.visits.record import CrewMember, Visit
from outreach.foundation import clock, mail, outbox, sms, telephones, times
from outreach.foundation.accounts import Account
from outreach.foundation.force import current
from outreach.foundation.outbox import Means, OutboxMessage, Policy, Suppressed, Words

_LATE = timedelta(minutes=5)     # a message that leaves later than this says so
ASKING = ASK_MAIL, ASK_TEXT = "visit.ask_mail", "visit.ask_text"
TELLING = TELL_MAIL, TELL_TEXT = "visit.tell_mail", "visit.tell_text"


def _who(session: Session, message: OutboxMessage) -> str:
    return session.get_one(Account, message.payload["account_id"]).name


@outbox.posts(ASK_MAIL, policy=Policy.ONCE_MORE, who=_who, words=Words(
    "Will ask after {who} by e-mail", "Asked after {who} by e-mail", "Could not ask after {who} by e-mail"))
def ask_by_mail(session: Session, message: OutboxMessage, means: Means) -> outbox.Parcel:
    """The question to the visitor, as a mail."""
    member = _asked(session, message)
    return mail.Letter(_address(member.account), "Are you out of your visit?",
                       _question(session, member, means) + _delay(message))


@outbox.posts(ASK_TEXT, policy=Policy.ONCE_MORE, who=_who, words=Words(
    "Will ask after {who} by text", "Asked after {who} by text", "Could not ask after {who} by text"))
def ask_by_text(session: Session, message: OutboxMessage, means: Means) -> outbox.Parcel:
    """The question to the visitor, as a text."""
    member = _asked(session, message)
    return sms.Text(_mobile(session, member.account), (
        f"Your visit was to end {_said(member)} and you have not checked out. Out and safe? Say so: "
        f"{means.desk_url}/my-visits/{member.visit_id} or ring {_contact(session, member.visit)}. "
        f"In danger ring {current().numbers['emergency']}."))


@outbox.posts(TELL_MAIL, policy=Policy.ONCE_MORE, who=_who, words=Words(
    "Will warn {who} by e-mail", "Warned {who} by e-mail", "Could not warn {who} by e-mail"))
def tell_by_mail(session: Session, message: OutboxMessage, means: Means) -> outbox.Parcel:
    """Who has not checked out, for the named contact or a supervisor, as a mail."""
    late, account = _missing(session, message)
    return mail.Letter(_address(account), "A visitor has not checked out",
                       _warning(session, message, late, means) + _delay(message))


@outbox.posts(TELL_TEXT, policy=Policy.ONCE_MORE, who=_who, words=Words(
    "Will warn {who} by text", "Warned {who} by text", "Could not warn {who} by text"))
def tell_by_text(session: Session, message: OutboxMessage, means: Means) -> outbox.Parcel:
    """Who has not checked out, for the named contact or a supervisor, as a text."""
    late, account = _missing(session, message)
    names = ", ".join(_named(session, one) for one in late)
    return sms.Text(_mobile(session, account), (
        f"Not checked out of a visit that was to end {_said(late[0])}: {names}. Ring them now, then see "
        f"{means.desk_url}/visits/{late[0].visit_id}"))


def _question(session: Session, member: CrewMember, means: Means) -> str:
    return (f"Your visit was to end {_said(member)} and you have not checked out.\n\n"
            f"Out and safe? Check out here. There you can also say that you need longer:\n"
            f"{means.desk_url}/my-visits/{member.visit_id}\n\n"
            f"No signal for that page? Ring {_contact(session, member.visit)}.\n"
            f"{company.in_danger()}\n\n"
            f"{_then(member)}\n")


def _then(member: CrewMember) -> str:
    if lateness.due(member, Step.CONTACT) <= clock.now():
        return "Your contact is being told, and then the supervisors."
    return (f"If we hear nothing, your contact is told at {_hour(member, Step.CONTACT)} and the supervisors "
            f"at {_hour(member, Step.SUPERVISOR)}.")


def _warning(session: Session, message: OutboxMessage, late: Sequence[CrewMember], means: Means) -> str:
    """Who is missing and what to do about it."""
    people = "\n".join(f"- {_named(session, one)}; {_last_heard(one)}" for one in late)
    return (f"Not checked out of a visit that was to end {_said(late[0])}:\n\n{people}\n\n"
            f"Ring them now. They were asked already. If you cannot reach them, do as the force’s rules for "
            f"lone working say; in danger ring {current().numbers['emergency']}.\n\n"
            f"The visit, and the place to say that you have spoken to them:\n"
            f"{means.desk_url}/visits/{late[0].visit_id}\n{_next(message.payload['step'], late[0])}")


def _next(step: int, member: CrewMember) -> str:
    if step != Step.CONTACT or lateness.due(member, Step.SUPERVISOR) <= clock.now():
        return ""
    return f"\nThe supervisors are told at {_hour(member, Step.SUPERVISOR)} unless they are out by then.\n"


def _hour(member: CrewMember, step: Step) -> str:
    return times.clock_face(clock.local(lateness.due(member, step)).time())


def _delay(message: OutboxMessage) -> str:
    """A worker that was down says by how much it is late."""
    due = datetime.fromtimestamp(message.payload["due"], UTC)
    over = clock.now() - due
    if over < _LATE:
        return ""
    return f"\nThis message should have come {times.said(due)}: it is {_long(over)} late.\n"


def _long(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    parts = [f"{number} {word}{'' if number == 1 else 's'}"
             for number, word in ((hours, "hour"), (minutes, "minute")) if number]
    return " and ".join(parts)


def _asked(session: Session, message: OutboxMessage) -> CrewMember:
    """The visitor, where they are still to be asked. Raises `Suppressed`."""
    return next((one for one in _late(session, message) if one.account_id == message.payload["account_id"]),
                None) or _nobody()


def _missing(session: Session, message: OutboxMessage) -> tuple[list[CrewMember], Account]:
    return _late(session, message) or [_nobody()], session.get_one(Account, message.payload["account_id"])


def _late(session: Session, message: OutboxMessage) -> list[CrewMember]:
    return lateness.late(session, message.payload["visit_id"], Step(message.payload["step"]))


def _nobody() -> CrewMember:
    raise Suppressed("nobody was in there any more, or they were given longer")


def _address(account: Account) -> str:
    if not account.is_open or not account.email:
        raise Suppressed("the account is closed or has no e-mail address")
    return account.email


def _mobile(session: Session, account: Account) -> str:
    if not account.is_open:
        raise Suppressed("the account is closed")
    if not (number := company.mobile_of(session, account.id)):
        raise Suppressed("no mobile number of theirs is known: add it to their record under Volunteers")
    return number


def _named(session: Session, member: CrewMember) -> str:
    number = company.mobile_of(session, member.account_id)
    return f"{member.account.name} ({telephones.spoken(number) if number else 'no mobile number is known'})"


def _contact(session: Session, visit: Visit) -> str:
    account = session.get_one(Account, visit.named_contact_id)
    return f"{account.name} on {telephones.spoken(company.ring(session, account.id))}"


def _last_heard(member: CrewMember) -> str:
    if member.checked_in_at is None:
        return "has not checked in either"
    return f"checked in {times.said(member.checked_in_at)}"


def _said(member: CrewMember) -> str:
    return times.said(lateness.out_by(member))
