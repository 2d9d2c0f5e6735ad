"""A partner's answer: brought in from the letterbox, or written down by whoever was told it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.referrals.agencies import Method
from outreach.casework.referrals.lawful import CannotRefer
from outreach.casework.referrals.record import CameBy, Referral, ReferralStep, Status, StepKind
from outreach.casework.referrals.sending import disclose, invitation, settle_chase
from outreach.foundation import clock, letterbox, mail, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.letterbox import LetterboxAnswer, LetterboxLink
from outreach.foundation.operation import operation
from outreach.foundation.outbox import OutboxMessage, Policy, Suppressed, Words
from outreach.foundation.permissions import WORKER, Actor, May

CAME, TELL, REPLY = "letterbox.referral", "referral.tell", "referral.reply"
ANSWERS = (StepKind.ACCEPTED, StepKind.DECLINED, StepKind.QUESTION, StepKind.REPORTED)
_STANDS = {StepKind.ACCEPTED: Status.ACCEPTED, StepKind.DECLINED: Status.DECLINED,
           StepKind.REPORTED: Status.REPORTED}
_SAID = {StepKind.ACCEPTED: "accepted", StepKind.DECLINED: "declined", StepKind.QUESTION: "asked about",
         StepKind.REPORTED: "reported back on"}
_LONGEST = 4000


@operation("referral.answered", needs=May.REFER)
def hear(session: Session, actor: Actor, referral: Referral, kind: StepKind, *, words: str = "",
         came_by: CameBy = CameBy.PHONE, at: datetime | None = None) -> ReferralStep:
    """Write down what a partner said by telephone, post or mail. Raises `CannotRefer`."""
    if not referral.is_open:
        raise CannotRefer("", f"This referral is {referral.status}: no answer belongs to it any more")
    if kind not in ANSWERS:
        raise CannotRefer("kind", "Choose what they said")
    if kind is not StepKind.ACCEPTED and not words.strip():
        raise CannotRefer("words", "Write down what they said")
    if at is not None and not clock.midnight(clock.day_of(referral.sent_at or at)) <= at <= clock.now():
        raise CannotRefer("at", "Enter a day from when it was sent up to today")
    return _hear(session, actor, referral, kind, words, came_by, at or clock.now())


@operation("referral.replied", needs=May.REFER)
def reply(session: Session, actor: Actor, referral: Referral, *, words: str) -> ReferralStep:
    """Answer a partner's question: behind the same link, with a mail that says only that we did.

    Raises `CannotRefer` when the link no longer opens, or nothing is said.
    """
    words, link = words.strip(), letterbox.newest(session, ("referral", referral.id))
    if not words or len(words) > _LONGEST:
        raise CannotRefer("words", f"Shorten this to {_LONGEST:,} characters" if words else "Type your reply")
    if link is None or not link.is_open or not referral.is_open:
        raise CannotRefer("words", "Their link no longer opens: send the referral again first")
    step = ReferralStep(kind=StepKind.REPLY, words=words, by_id=actor.id)
    referral.steps.append(step)
    referral.question_at = None
    session.flush()
    letterbox.reply(session, link, words, slot=f"reply-{step.id}")
    if referral.method is Method.MAIL:
        outbox.put(session, REPLY, key=f"{REPLY}-{step.id}", subject=("referral", referral.id), priority=2,
                   link_id=link.id)
    disclose(session, actor, referral, "referral.replied")
    return step


@outbox.handles(CAME, words=Words("Will bring in the partner’s answer", "Brought in the partner’s answer",
                                  "Could not bring in the partner’s answer"))
def bring_in(session: Session, message: OutboxMessage) -> None:
    """Carry an answer from the letterbox onto the referral, once."""
    answer = session.get_one(LetterboxAnswer, message.payload["answer_id"])
    known = select(ReferralStep.id).where(ReferralStep.letterbox_answer_id == answer.id)
    if session.scalar(known) is None:
        take_in(session, WORKER, session.get_one(Referral, message.subject_id, with_for_update=True), answer)


@operation("referral.answer_came", needs=May.KEEP_PROMISES)
def take_in(session: Session, actor: Actor, referral: Referral, answer: LetterboxAnswer) -> ReferralStep:
    """What came through the link; also when we closed it in the same minute, so that no word is lost."""
    step = _hear(session, actor, referral, StepKind(answer.kind), answer.words, CameBy.LINK, answer.at)
    step.letterbox_answer_id = answer.id
    outbox.put(session, TELL, key=f"{TELL}-{step.id}", subject=("referral", referral.id), priority=2,
               step_id=step.id)
    return step


def _hear(session: Session, actor: Actor, referral: Referral, kind: StepKind, words: str, came_by: CameBy,
          at: datetime) -> ReferralStep:
    step = ReferralStep(kind=kind, words=words.strip(), came_by=came_by, by_id=actor.id, at=at)
    referral.steps.append(step)
    referral.acknowledged_at = referral.acknowledged_at or at
    if referral.is_open:
        referral.status = _STANDS.get(kind, referral.status)
        referral.question_at = at if kind is StepKind.QUESTION else referral.question_at
    settle_chase(session, actor, referral)
    session.flush()
    return step


def _agency(session: Session, message: OutboxMessage) -> str:
    return session.get_one(Referral, message.subject_id).agency.name


def _sender(session: Session, message: OutboxMessage) -> str:
    referral = session.get_one(Referral, message.subject_id)
    return session.get_one(Account, referral.sent_by_id).name


@outbox.posts(TELL, policy=Policy.NEVER_TWICE, who=_sender, words=Words(
    "Will tell {who} that the partner answered", "Told {who} that the partner answered",
    "Could not tell {who} that the partner answered"))
def tell(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    """A mail to whoever sent it: what sort of answer, and where to read it; nobody is named."""
    referral = session.get_one(Referral, message.subject_id)
    step = session.get_one(ReferralStep, message.payload["step_id"])
    account = session.get_one(Account, referral.sent_by_id)
    if not account.is_open or not account.email:
        raise Suppressed("the account is closed or has no e-mail address")
    said = f"The partner {_SAID[step.kind]} {referral.reference}"
    return mail.Letter(account.email, said, f"{said}.\n\n{means.desk_url}/referrals/{referral.id}\n")


@outbox.posts(REPLY, policy=Policy.NEVER_TWICE, who=_agency, words=Words(
    "Will mail {who} that we replied", "Mailed {who} that we replied",
    "Could not mail {who} that we replied"))
def compose_reply(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    """The same link again, and that our reply stands behind it."""
    referral = session.get_one(Referral, message.subject_id)
    link = session.get_one(LetterboxLink, message.payload["link_id"])
    if not (referral.is_open and link.is_open):
        raise Suppressed("the referral was withdrawn, closed or sent again meanwhile")
    first = f"We have replied to your question. Our reference is {link.reference}."
    return mail.Letter(referral.agency.email, f"{referral.reference}: our reply",
                       invitation(session, link, means.public_url, first))
