"""Sending a referral: what the partner may see is frozen behind a link, and the disclosure is logged."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.follow_ups import FollowUp
from outreach.casework.referrals import sharing
from outreach.casework.referrals.agencies import Method
from outreach.casework.referrals.drafting import open_with
from outreach.casework.referrals.lawful import CannotRefer, refuse_to_send
from outreach.casework.referrals.record import Referral, ReferralStep, Status, StepKind
from outreach.casework.victims.record import why_opened
from outreach.foundation import audit, clock, letterbox, mail, outbox
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.letterbox import LetterboxLink, LinkLost, Purpose
from outreach.foundation.operation import operation
from outreach.foundation.outbox import GiveUp, OutboxMessage, Policy, Suppressed, Words
from outreach.foundation.permissions import Actor, May

MAIL = "referral.mail"


class AlreadyOpen(CannotRefer):
    """The same person was referred to the same agency and that is not done with; sending a second one has to
    be meant."""


@operation("referral.sent", needs=May.REFER)
def send(session: Session, actor: Actor, referral: Referral, *, meant: bool = False) -> Referral:
    """Send a draft: the link with the fields consented to, the mail (or the letter to print), the disclosure
    and the day an answer is due, all or nothing.

    Raises `CannotRefer`, among them `AlreadyOpen` unless a second one is `meant`.
    """
    if referral.status is not Status.DRAFT:
        raise CannotRefer("", f"This referral is {referral.status} already: send it again from its page")
    refuse_to_send(referral)
    other = open_with(session, referral.victim_id, referral.agency_id, besides=referral.id)
    if other is not None and not meant:
        raise AlreadyOpen("meant", f"{referral.agency.name} has an open referral already: {other.reference}. "
                          "Tick the box to send a second one, or go on with that one.")
    return _send(session, actor, referral, StepKind.SENT)


@operation("referral.sent_again", needs=May.REFER)
def send_again(session: Session, actor: Actor, referral: Referral) -> Referral:
    """Send it once more, with the details as they now stand, behind a new link; the old link closes.

    Raises `CannotRefer` when it was never sent or is done with.
    """
    if not referral.is_open:
        raise CannotRefer("", f"This referral is {referral.status}: there is nothing to send again")
    refuse_to_send(referral)
    letterbox.close(session, ("referral", referral.id))
    outbox.cancel(session, ("referral", referral.id), MAIL)
    return _send(session, actor, referral, StepKind.SENT_AGAIN)


@operation("referral.posted", needs=May.REFER)
def post(session: Session, actor: Actor, referral: Referral) -> Referral:
    """The printed letter is in the post. Raises `CannotRefer` where no letter waits."""
    if not referral.is_to_be_posted:
        raise CannotRefer("", "There is no letter of this referral to post")
    referral.steps.append(ReferralStep(kind=StepKind.POSTED, by_id=actor.id))
    return referral


@operation("referral.withdrawn", needs=May.REFER)
def withdraw(session: Session, actor: Actor, referral: Referral, *, reason: str = "") -> Referral:
    """Take a referral back: the link shuts at once, and what has not left yet will not.

    Raises `CannotRefer` when it is done with already, or was sent and no reason is given.
    """
    if referral.status in (Status.CLOSED, Status.WITHDRAWN):
        raise CannotRefer("", f"This referral is {referral.status} already")
    if referral.status is not Status.DRAFT and len(reason.strip()) < 4:
        raise CannotRefer("reason", "Say in a few words why it is withdrawn")
    _end(session, actor, referral, Status.WITHDRAWN, StepKind.WITHDRAWN, reason)
    return referral


@operation("referral.closed", needs=May.REFER)
def close(session: Session, actor: Actor, referral: Referral, *, result: str) -> Referral:
    """Be done with a referral and say what came of it; the partner's link shuts. Raises `CannotRefer`."""
    if not referral.is_open:
        raise CannotRefer("", f"This referral is {referral.status}: it cannot be closed")
    if not result.strip():
        raise CannotRefer("result", "Say what came of it")
    referral.result = result.strip()
    _end(session, actor, referral, Status.CLOSED, StepKind.CLOSED, result)
    return referral


def settle_chase(session: Session, actor: Actor, referral: Referral) -> None:
    """An answer came, or none is wanted any more: whoever was to chase it need not, within the operation
    that calls this."""
    chase = session.get(FollowUp, referral.chase_id) if referral.chase_id else None
    if chase is not None and chase.status in follow_ups.OPEN:
        follow_ups.cancel(session, actor, chase)


def _send(session: Session, actor: Actor, referral: Referral, step: StepKind) -> Referral:
    if not sharing.facts(referral):
        raise CannotRefer("shares", "Nothing that is ticked is on record: tick something the partner can use")
    referral.answer_due_on = sharing.due_on(clock.today(), referral.agency.answer_days)
    settle_chase(session, actor, referral)
    referral.status, referral.sent_at, referral.sent_by_id = Status.SENT, clock.now(), actor.id
    referral.question_at = referral.chase_id = None
    referral.steps.append(ReferralStep(kind=step, by_id=actor.id, at=referral.sent_at))
    link = letterbox.open_link(
        session, Purpose.REFERRAL, subject=("referral", referral.id), reference=referral.reference,
        shown=sharing.shown(referral), expires_at=_opens_until(referral.answer_due_on))
    if referral.method is Method.MAIL:
        outbox.put(session, MAIL, key=f"{MAIL}-{link.id}", subject=("referral", referral.id), priority=2,
                   link_id=link.id)
    disclose(session, actor, referral, session.info["operation"])
    return referral


def _opens_until(answer_due_on: date) -> datetime:
    """As long as the force says, and never shorter than a fortnight after the answer is due."""
    return max(clock.now() + timedelta(days=current().referrals.link_days),
               clock.end_of(answer_due_on + timedelta(days=14)))


def disclose(session: Session, actor: Actor, referral: Referral, operation_name: str) -> None:
    """Write down, in this very transaction, that details left and to whom (DPA 2018 s.62)."""
    reason = why_opened(session, actor, referral.victim)
    audit.write(session, [audit.entry(
        session, actor, audit.Action.DISCLOSURE, operation_name, "victim", referral.victim_id,
        recipient=", ".join(filter(None, (referral.recipient, referral.agency.name))), reason=reason or None,
        referral_id=referral.id, fields=[*referral.shares, "safe contact"])])


def _end(session: Session, actor: Actor, referral: Referral, status: Status, step: StepKind,
         words: str) -> None:
    if referral.status is not Status.DRAFT:
        referral.steps.append(ReferralStep(kind=step, words=words.strip(), by_id=actor.id))
    referral.status, referral.closed_at, referral.question_at = status, clock.now(), None
    letterbox.close(session, ("referral", referral.id))
    outbox.cancel(session, ("referral", referral.id), MAIL)
    settle_chase(session, actor, referral)


def _who(session: Session, message: OutboxMessage) -> str:
    return session.get_one(Referral, message.subject_id).agency.name


@outbox.posts(MAIL, policy=Policy.NEVER_TWICE, who=_who, words=Words(
    "Will mail the link to {who}", "Mailed the link to {who}", "Could not mail the link to {who}"))
def compose(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    """The mail to the partner: a reference and a link, and nothing about anybody."""
    referral = session.get_one(Referral, message.subject_id)
    link = session.get_one(LetterboxLink, message.payload["link_id"])
    if not (referral.is_open and link.is_open):
        raise Suppressed("the referral was withdrawn, closed or sent again meanwhile")
    return mail.Letter(referral.agency.email, f"{referral.reference}: a referral from {current().name}",
                       invitation(session, link, means.public_url))


def invitation(session: Session, link: LetterboxLink, public_url: str, first: str = "") -> str:
    """The words around a link, for a mail. Raises `GiveUp` where its code cannot be written any more."""
    try:
        code = letterbox.code_of(session, link)
    except LinkLost as lost:
        raise GiveUp(str(lost)) from lost
    force = current()
    by = f" by {link.shown['answer_by']}" if link.shown.get("answer_by") else ""
    return "\n".join([
        first or f"{force.name} asks for your help. Our reference is {link.reference}.", "",
        f"Open this page to read what it is about and to answer{by}:",
        f"{public_url}/referral-answers/{code}", "",
        f"The page opens until {spoken(clock.day_of(link.expires_at))}. You need no account. Do not pass the "
        "link on: whoever has it sees what is behind it.", "",
        f"To check that this is really us, ring {force.numbers['police']} and quote {link.reference}. "
        "We never ask for a PIN, a password or money.", ""])
