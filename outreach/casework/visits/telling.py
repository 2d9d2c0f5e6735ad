"""Telling the person that we come: by the way that is safe for them, once it is sure that somebody goes."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework import reaching
from outreach.casework.reaching import CannotRemind
from outreach.casework.safe_contact import Answer, Channel
from outreach.casework.victims.record import Victim
from outreach.casework.visits.record import CrewState, Visit, VisitState
from outreach.foundation import clock, mail, outbox, sms
from outreach.foundation.force import current
from outreach.foundation.outbox import Means, OutboxMessage, Parcel, Policy, State, Suppressed, Words


class News(StrEnum):
    """What there is to tell the person."""

    COMING = "coming"          # as soon as enough people go
    REMINDER = "reminder"      # the day before; by letter four days before
    MOVED = "moved"
    CANCELLED = "cancelled"


_LEFT = (State.DONE, State.DATA, State.UNKNOWN)
_SENTENCE = {
    News.COMING: "we will visit you on {when}.",
    News.REMINDER: "a reminder that we will visit you on {when}.",
    News.MOVED: "the time of our visit has changed. We will visit you on {when}.",
    News.CANCELLED: "our visit on {when} is cancelled. Nobody will come."}
_ABOUT = {News.COMING: "that we come", News.REMINDER: "a reminder of the visit", News.MOVED: "the new time",
          News.CANCELLED: "that the visit is cancelled"}
_SUBJECT = {News.COMING: "A visit from {force}", News.REMINDER: "A reminder from {force}",
            News.MOVED: "A change from {force}", News.CANCELLED: "A change from {force}"}


def kind(news: News, channel: Channel) -> str:
    """The promise to tell the person this, in this way."""
    return f"visit.{news}_{channel}"


KINDS = [kind(news, channel) for news in News for channel in reaching.CHANNELS]


def follow(session: Session, visit: Visit) -> None:
    """Bring what the person will be told in step with how the visit stands: that we come, once enough people
    go; at once the new time, where they know of another; and a reminder. Within the operation that calls
    this."""
    session.flush()
    outbox.cancel(session, ("visit", visit.id), *KINDS, unsure=False)     # they may have been told
    if visit.victim is None or visit.tell_by is None:
        return
    if visit.state is not VisitState.PLANNED or visit.planned_start_at <= clock.now():
        return
    known, staffed = told(session, visit), is_staffed(visit)
    if known and known != visit.planned_start_at:    # else they wait at the old time
        _put(session, visit, visit.tell_by, News.MOVED, was=known)
    if staffed and known is None:
        _put(session, visit, visit.tell_by, News.COMING)
    if staffed:
        _remind(session, visit, visit.victim, visit.tell_by)


def called_off(session: Session, visit: Visit) -> None:
    """The visit is cancelled: say so to somebody who was told of it, and take the rest back."""
    known = told(session, visit)
    outbox.cancel(session, ("visit", visit.id), *KINDS)
    if known and known > clock.now() and visit.tell_by is not None:
        _put(session, visit, visit.tell_by, News.CANCELLED, starts=known)


def told(session: Session, visit: Visit) -> datetime | None:
    """The start that the person knows of; None where nothing has left for them."""
    telling = [kind(news, channel) for news in (News.COMING, News.MOVED) for channel in reaching.CHANNELS]
    last = session.scalars(select(OutboxMessage).where(
        OutboxMessage.subject_type == "visit", OutboxMessage.subject_id == visit.id,
        OutboxMessage.kind.in_(telling), OutboxMessage.state.in_(_LEFT))
        .order_by(OutboxMessage.id.desc()).limit(1)).one_or_none()
    return datetime.fromtimestamp(last.payload["starts"], UTC) if last else None


def is_staffed(visit: Visit) -> bool:
    """Whether as many people go as were planned."""
    return sum(member.state is CrewState.ACCEPTED for member in visit.crew) >= visit.persons


def _remind(session: Session, visit: Visit, victim: Victim, channel: Channel) -> None:
    try:
        send_at = reaching.send_at(victim, visit.planned_start_at, channel)
    except CannotRemind:
        return      # said on the form already; safe contact has changed since, and is asked when sending
    if send_at > clock.now():
        _put(session, visit, channel, News.REMINDER, run_after=send_at)


def _put(session: Session, visit: Visit, channel: Channel, news: News, *, run_after: datetime | None = None,
         starts: datetime | None = None, was: datetime | None = None) -> None:
    number = session.scalar(select(func.count(OutboxMessage.id)).where(
        OutboxMessage.subject_type == "visit", OutboxMessage.subject_id == visit.id))
    outbox.put(session, kind(news, channel), key=f"{kind(news, channel)}-{visit.id}-{number}",
               subject=("visit", visit.id), run_after=run_after,
               starts=_seconds(starts or visit.planned_start_at),
               **({"was": _seconds(was)} if was else {}))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def still_wanted(news: News, channel: Channel, session: Session,
                 message: OutboxMessage) -> tuple[Visit, Victim, str]:
    """The visit, the person and where to send to, if it is still so. Raises `Suppressed`, and `PutOff`
    outside the person's hours."""
    visit = session.get_one(Visit, message.subject_id)
    start = datetime.fromtimestamp(message.payload["starts"], UTC)
    right = VisitState.CANCELLED if news is News.CANCELLED else VisitState.PLANNED
    if visit.victim is None or visit.state is not right or visit.tell_by is not channel:
        raise Suppressed("it was no longer needed")
    if news is not News.CANCELLED and visit.victim.may_visit is Answer.NO:
        raise Suppressed("asked for no visits")
    if news is not News.CANCELLED and start != visit.planned_start_at:
        raise Suppressed("it was no longer so")
    if news in (News.COMING, News.REMINDER) and not is_staffed(visit):
        raise Suppressed("nobody goes yet")
    return visit, visit.victim, reaching.now(visit.victim, channel, start)


def words(visit: Visit, news: News, start: datetime) -> str:
    """Says nothing of a crime, nor of our unit's name, which would: somebody else may read it. Never says the
    password, only that there is one; tells how to check that it is really us."""
    force = current()
    says = "They will say the password that you agreed with us. " if news is not News.CANCELLED else ""
    return (f"From {force.name}: {_SENTENCE[news].format(when=reaching.said(start))} {says}"
            f"To change this, or to check that it is really us, ring {force.numbers['police']}. "
            "We never ask for a PIN, a bank password or money.")


def who(session: Session, message: OutboxMessage) -> str:
    """Whom it goes to."""
    victim = session.get_one(Visit, message.subject_id).victim
    return victim.spoken_name if victim else "nobody"


def starts(message: OutboxMessage) -> datetime:
    """The start that a message speaks of."""
    return datetime.fromtimestamp(message.payload["starts"], UTC)


def was(message: OutboxMessage) -> datetime:
    """The start that the person knew of before."""
    return datetime.fromtimestamp(message.payload.get("was", message.payload["starts"]), UTC)


def _register(news: News) -> None:
    def text(session: Session, message: OutboxMessage, _means: Means) -> Parcel:
        visit, _, number = still_wanted(news, Channel.TEXT, session, message)
        return sms.Text(number, words(visit, news, starts(message)))

    def letter(session: Session, message: OutboxMessage, _means: Means) -> Parcel:
        visit, _, address = still_wanted(news, Channel.EMAIL, session, message)
        subject = _SUBJECT[news].format(force=current().name)
        return mail.Letter(address, subject, words(visit, news, starts(message)))

    for channel, verbs, compose in ((Channel.TEXT, ("text", "Texted"), text),
                                    (Channel.EMAIL, ("e-mail", "E-mailed"), letter)):
        outbox.posts(kind(news, channel), policy=Policy.NEVER_TWICE, who=who, private=True, words=Words(
            f"Will {verbs[0]} {{who}} {_ABOUT[news]}", f"{verbs[1]} {{who}} {_ABOUT[news]}",
            f"Could not {verbs[0]} {{who}} {_ABOUT[news]}"))(compose)


for _news in News:
    _register(_news)
