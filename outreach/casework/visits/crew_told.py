"""What those who go on visits are told: when and in which town, never whom they will see."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.visits import company
from outreach.casework.visits.record import ASKED, CrewMember, CrewState, Visit, VisitState
from outreach.foundation import clock, mail, outbox, sms, times
from outreach.foundation.accounts import Account
from outreach.foundation.force import current
from outreach.foundation.outbox import Means, OutboxMessage, Parcel, Policy, Suppressed, Words

VETTING = "they may not go on visits any more"


class News(StrEnum):
    """What there is to tell somebody of the crew."""

    OFFERED = "offered"
    PUT_ON = "put on"        # by whoever planned it, without being asked
    MOVED = "moved"
    FULL = "full"            # others were quicker
    TAKEN_OFF = "taken off"
    CANCELLED = "cancelled"


_SUBJECT = {News.OFFERED: "A visit is offered to you", News.PUT_ON: "You are on a visit",
            News.MOVED: "A visit has moved", News.FULL: "A visit has been taken",
            News.TAKEN_OFF: "You are not needed on a visit", News.CANCELLED: "A visit is cancelled"}
_WORDS = {
    News.OFFERED: "A visit{town} {when} is offered to you. Answer at {link}",
    News.PUT_ON: "You are to go on a visit{town} {when}. Everything you need to know: {link}",
    News.MOVED: "A visit{town} that you were asked to has moved. It is now {when}. "
                "Say if you cannot go: {link}",
    News.FULL: "The visit{town} {when} that was offered to you has been taken by others. "
               "Nothing more is needed.",
    News.TAKEN_OFF: "You are no longer needed on the visit{town} {when}.",
    News.CANCELLED: "The visit{town} {when} is cancelled. Please do not go."}
_ABOUT = {News.OFFERED: "an offer", News.PUT_ON: "that they go", News.MOVED: "the new time",
          News.FULL: "that it is taken", News.TAKEN_OFF: "that they are not needed",
          News.CANCELLED: "that it is cancelled"}
_STANDS = {News.OFFERED: (CrewState.OFFERED,), News.PUT_ON: (CrewState.ACCEPTED,),
           News.MOVED: ASKED}
SUBJECT, PLANNER = "visit_crew", "visit.planner_mail"


def kind(news: News, way: str) -> str:
    """The promise to tell somebody of the crew this, by "text" or "mail"."""
    return f"visit.crew_{news.replace(' ', '_')}_{way}"


def tell(session: Session, member: CrewMember, news: News) -> None:
    """Promise to tell somebody, by mail and, where a mobile of theirs is known, by text. Whatever else they
    were still to be told about this visit is taken back: it is no longer so."""
    session.flush()
    forget(session, member)
    number = session.scalar(select(func.count(OutboxMessage.id)).where(
        OutboxMessage.subject_type == SUBJECT, OutboxMessage.subject_id == member.id))
    for way in ("text", "mail"):
        if way == "mail" or mobile(session, member.account_id):
            name = kind(news, way)
            outbox.put(session, name, key=f"{name}-{member.id}-{number}", subject=(SUBJECT, member.id),
                       priority=3)


def forget(session: Session, member: CrewMember) -> None:
    """Take back what somebody was still to be told."""
    outbox.cancel(session, (SUBJECT, member.id),
                  *(kind(news, way) for news in News for way in ("text", "mail")))


def take_off(session: Session, member: CrewMember, news: News) -> None:
    """Somebody does not go any more, and is told so unless the offer never reached them."""
    going = member.state is CrewState.ACCEPTED
    member.state, member.answered_at = CrewState.WITHDRAWN, member.answered_at if going else None
    tell(session, member, news)


def tell_planner(session: Session, member: CrewMember) -> None:
    """Promise to mail whoever planned it that somebody declined or gave the visit back."""
    session.flush()
    outbox.put(session, PLANNER, key=f"{PLANNER}-{member.id}-{member.state}-{clock.now():%Y%m%dT%H%M%S%f}",
               subject=(SUBJECT, member.id), priority=2)


def mobile(session: Session, account_id: int) -> str:
    """The mobile of somebody who goes on visits, in E.164; "" where none is known."""
    number = company.mobile_of(session, account_id)
    return number if number.startswith("+447") else ""


def said(visit: Visit) -> str:
    """When a visit is, as it is said to whoever goes: "on Tuesday 3 March, 10am to 11am"."""
    return f"on {from_to(visit.planned_start_at, visit.planned_end_at)}"


def from_to(starts_at: datetime, ends_at: datetime) -> str:
    """Hours of a day: "Tuesday 3 March, 10am to 11am"."""
    start, end = clock.local(starts_at), clock.local(ends_at)
    return (f"{start:%A} {start.day} {start:%B}, {times.clock_face(start.time())} "
            f"to {times.clock_face(end.time())}")


def town(visit: Visit) -> str:
    """The town of a visit, or where the event is; "" where it is not known."""
    victim = visit.victim
    return (victim.town or victim.district) if victim else visit.event_place


def _still(session: Session, message: OutboxMessage, news: News) -> CrewMember:
    """Whoever is to be told, if it is still so. Raises `Suppressed`."""
    member = session.get_one(CrewMember, message.subject_id)
    if member.state not in _STANDS.get(news, (CrewState.WITHDRAWN,)):
        raise Suppressed("it was no longer needed")
    asked = news in _STANDS
    if asked and (member.visit.state is not VisitState.PLANNED or not member.account.is_working):
        raise Suppressed("they may not go, or the visit is not planned any more")
    if member.visit.planned_end_at < clock.now():
        raise Suppressed("its time had passed")
    return member


def _words(member: CrewMember, news: News, means: Means) -> str:
    visit = member.visit
    return _WORDS[news].format(town=_in_town(visit), when=said(visit),
                               link=f"{means.desk_url}/my-visits/{visit.id}")


def _in_town(visit: Visit) -> str:
    where = town(visit)
    return f" {'in' if visit.victim_id else 'at'} {where}" if where else ""


def _who(session: Session, message: OutboxMessage) -> str:
    return session.get_one(CrewMember, message.subject_id).account.name


def _register(news: News) -> None:
    def text(session: Session, message: OutboxMessage, means: Means) -> Parcel:
        member = _still(session, message, news)
        number = mobile(session, member.account_id)
        if not number:
            raise Suppressed("no mobile of theirs is known")
        return sms.Text(number, f"{current().name}: {_words(member, news, means)}")

    def letter(session: Session, message: OutboxMessage, means: Means) -> Parcel:
        member = _still(session, message, news)
        if not member.account.is_open or not member.account.email:
            raise Suppressed("the account is closed or has no e-mail address")
        return mail.Letter(member.account.email, _SUBJECT[news], f"{_words(member, news, means)}\n")

    for way, verbs, compose in (("text", ("text", "Texted"), text), ("mail", ("mail", "Mailed"), letter)):
        outbox.posts(kind(news, way), policy=Policy.NEVER_TWICE, who=_who, words=Words(
            f"Will {verbs[0]} {{who}} {_ABOUT[news]}", f"{verbs[1]} {{who}} {_ABOUT[news]}",
            f"Could not {verbs[0]} {{who}} {_ABOUT[news]}"))(compose)


@outbox.posts(PLANNER, policy=Policy.NEVER_TWICE, who=_who, words=Words(
    "Will mail whoever planned it that {who} does not go", "Mailed whoever planned it that {who} does not go",
    "Could not mail whoever planned it that {who} does not go"))
def compose(session: Session, message: OutboxMessage, means: Means) -> Parcel:
    """Who does not go, and when the visit is; not whom it is to."""
    member = session.get_one(CrewMember, message.subject_id)
    visit, planner = member.visit, _planner(session, member.visit)
    gone = member.state in (CrewState.DECLINED, CrewState.HANDED_BACK)
    if not gone or visit.state is not VisitState.PLANNED:
        raise Suppressed("it was no longer so")
    said_so = "has declined" if member.state is CrewState.DECLINED else "cannot go on"
    return mail.Letter(planner, "Somebody does not go on a visit", (
        f"{member.account.name} {said_so} the visit{_in_town(visit)} {said(visit)}"
        f"{f': {member.why}' if member.why == VETTING else ''}.\n\nFind somebody else: "
        f"{means.desk_url}/visits/{visit.id}\n"))


def _planner(session: Session, visit: Visit) -> str:
    """Where to write: to whoever planned it, else to the named contact. Raises `Suppressed`."""
    for number in (visit.planned_by_id, visit.named_contact_id):
        account = session.get(Account, number)
        if account and account.is_working and account.email:
            return account.email
    raise Suppressed("whoever planned it has left")


for _news in News:
    _register(_news)
