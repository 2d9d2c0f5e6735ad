"""Reaching the person safely: what the partner reads of it stays true for as long as the referral is open."""

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from outreach.casework.referrals import sharing
from outreach.casework.referrals.agencies import Method
from outreach.casework.referrals.chasing import plan
from outreach.casework.referrals.record import OPEN, Referral, ReferralStep, StepKind
from outreach.casework.referrals.sending import invitation
from outreach.foundation import audit, letterbox, mail, outbox
from outreach.foundation.letterbox import LetterboxLink
from outreach.foundation.operation import operation
from outreach.foundation.outbox import OutboxMessage, Policy, Suppressed, Words, timetable
from outreach.foundation.permissions import WORKER, Actor, May

KIND, MAIL = "referral.careful", "referral.careful_mail"


def is_stale(referral: Referral, link: LetterboxLink | None) -> bool:
    """Whether the partner was told other rules than those that stand on the record now."""
    return link is not None and referral.is_open and link.shown["careful"] != sharing.careful(referral.victim)


@timetable.hourly("referral_careful", words="tells partners of changed rules of safe contact")
def fire(session: Session, tick: datetime) -> None:
    """Promise to tell each partner whose rules are no longer true."""
    question = (select(Referral, LetterboxLink).options(joinedload(Referral.victim))
                .join(LetterboxLink, and_(LetterboxLink.subject_type == "referral",
                                          LetterboxLink.subject_id == Referral.id))
                .where(Referral.status.in_(OPEN), LetterboxLink.closed_at.is_(None)))
    for referral, link in session.execute(question):
        if is_stale(referral, link):
            outbox.put(session, KIND, key=f"{KIND}-{referral.id}-{tick:%Y%m%d%H}", priority=2,
                       subject=("referral", referral.id))


@outbox.handles(KIND, words=Words("Will tell the partner that safe contact changed",
                                  "Told the partner that safe contact changed",
                                  "Could not tell the partner that safe contact changed"))
def keep(session: Session, message: OutboxMessage) -> None:
    """Tell them, unless it was told meanwhile."""
    referral = session.get_one(Referral, message.subject_id, with_for_update=True)
    link = letterbox.newest(session, ("referral", referral.id))
    if link is None or not is_stale(referral, link):
        raise Suppressed("the referral was sent again or closed meanwhile")
    tell_anew(session, WORKER, referral, link)


@operation("referral.careful_changed", needs=May.KEEP_PROMISES)
def tell_anew(session: Session, actor: Actor, referral: Referral, link: LetterboxLink) -> None:
    """The partner's page says the new rules at once. A mail asks them to read it; whoever has a letter, or a
    link that ran out, is rung."""
    link.shown = link.shown | {"careful": sharing.careful(referral.victim)}
    step = ReferralStep(kind=StepKind.CAREFUL, by_id=actor.id)
    referral.steps.append(step)
    session.flush()
    if referral.method is Method.MAIL and link.is_open:
        outbox.put(session, MAIL, key=f"{MAIL}-{step.id}", subject=("referral", referral.id), priority=2,
                   link_id=link.id)
    elif not referral.victim.deceased_on:
        plan(session, actor, referral, f"Ring {referral.agency.name}: how to reach them safely has changed "
                                       f"({referral.reference})")
    audit.write(session, [audit.entry(
        session, actor, audit.Action.DISCLOSURE, "referral.careful_changed", "victim", referral.victim_id,
        recipient=referral.agency.name, referral_id=referral.id, fields=["safe contact"])])


def _agency(session: Session, message: OutboxMessage) -> str:
    return session.get_one(Referral, message.subject_id).agency.name


@outbox.posts(MAIL, policy=Policy.NEVER_TWICE, who=_agency, words=Words(
    "Will mail {who} that safe contact changed", "Mailed {who} that safe contact changed",
    "Could not mail {who} that safe contact changed"))
def compose(session: Session, message: OutboxMessage, means: outbox.Means) -> outbox.Parcel:
    """The same link again, and that the page has changed; what, stands behind it."""
    referral = session.get_one(Referral, message.subject_id)
    link = session.get_one(LetterboxLink, message.payload["link_id"])
    if not (referral.is_open and link.is_open):
        raise Suppressed("the referral was withdrawn, closed or sent again meanwhile")
    first = (f"Part of our referral has changed. Read the page again before you get in touch with anybody. "
             f"Our reference is {link.reference}.")
    return mail.Letter(referral.agency.email, f"{referral.reference}: read this again before you act",
                       invitation(session, link, means.public_url, first))
