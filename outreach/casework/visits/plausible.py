"""What a planned visit must be: a time that can be, enough people, nothing the person asked us not to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from outreach.casework import follow_ups, reaching, safe_contact
from outreach.casework.contacts import REACHED, Contact, ContactChannel, Outcome
from outreach.casework.reaching import CannotRemind
from outreach.casework.safe_contact import Answer, Channel, UnsafeContact
from outreach.casework.victims.record import Victim
from outreach.casework.visits.record import ASKED, Risk, Visit, VisitState
from outreach.foundation import clock, times
from outreach.foundation.accounts import Account
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.permissions import May

LONGEST = timedelta(hours=12)
FURTHEST = timedelta(days=366)
WORDS = 2000                     # characters of a note
_MOST = {"safety_notes": WORDS, "access_notes": WORDS, "alone_reason": 300, "password": 60, "event_name": 120,
         "event_place": 120}
_GRACE = timedelta(minutes=5)    # the form was open for a moment


class CannotPlan(ValueError):
    """The visit cannot be like this; the text says what to do, `field` where."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is planned of a visit. Without a victim it is help at an event."""

    starts_at: datetime
    ends_at: datetime
    persons: int
    named_contact_id: int
    risk: Risk = Risk.NOT_ASSESSED
    alone_reason: str = ""
    safety_notes: str = ""
    access_notes: str = ""
    take: Sequence[str] = ()
    password: str = ""
    tell_by: Channel | None = None
    event_name: str = ""
    event_place: str = ""


def refuse(session: Session, victim: Victim | None, plan: Plan, *, visit: Visit | None = None,
           asked: bool = False) -> None:
    """Raise `CannotPlan` for whatever cannot be. `visit` is the one that is changed, None for a new one;
    `asked`: somebody asked the person whether we may visit."""
    moved = visit is None or (visit.planned_start_at, visit.planned_end_at) != (plan.starts_at, plan.ends_at)
    if moved:
        _refuse_time(plan)
    if victim is None:
        _refuse_nameless_event(plan)
    else:
        _refuse_unsafe(victim, plan, asked=asked or not moved)
        _refuse_one_alone(session, victim, plan)
        _refuse_clash(session, victim, plan, visit)
        _refuse_telling(victim, plan, is_news=moved or (visit and visit.tell_by) is not plan.tell_by)
    _refuse_words(plan, victim)
    _refuse_contact(session, victim, plan)
    _refuse_contact_who_goes(plan, visit)


def is_first(session: Session, victim: Victim) -> bool:
    """Whether nobody of ours has met them at home yet, as far as their contacts tell."""
    at_home = Contact.channel.in_((ContactChannel.VISIT, ContactChannel.JOINT_VISIT))
    met = select(Contact.id).where(Contact.victim_id == victim.id, or_(
        Contact.outcome == Outcome.VISITED, and_(at_home, Contact.outcome.in_(REACHED))))
    return session.scalar(met.limit(1)) is None


def is_to_be_asked(victim: Victim) -> bool:
    """Whether nobody has recorded yet if they may be visited."""
    return victim.may_visit is Answer.UNKNOWN


def _refuse_time(plan: Plan) -> None:
    if plan.starts_at < clock.now() - _GRACE:
        raise CannotPlan("on", "Enter a date and time that has not passed")
    if plan.starts_at > clock.now() + FURTHEST:
        raise CannotPlan("on", "Enter a date within the next year")
    if plan.ends_at <= plan.starts_at:
        raise CannotPlan("ends", "Enter an end after the start")
    if clock.day_of(plan.ends_at) != clock.day_of(plan.starts_at):
        raise CannotPlan("ends", "End the visit before midnight, or plan one for each day")
    if plan.ends_at - plan.starts_at > LONGEST:
        raise CannotPlan("ends", "Enter an end within 12 hours of the start")


def _refuse_nameless_event(plan: Plan) -> None:
    if len(plan.event_name.strip()) < 2:
        raise CannotPlan("event_name", "Enter what the event is called")
    if len(plan.event_place.strip()) < 2:
        raise CannotPlan("event_place", "Enter where it is, with the town")


def _refuse_unsafe(victim: Victim, plan: Plan, *, asked: bool) -> None:
    try:
        safe_contact.refuse_unsafe(victim, Channel.VISIT)
    except UnsafeContact as unsafe:
        raise CannotPlan("on", str(unsafe)) from unsafe
    if is_to_be_asked(victim) and not asked:
        raise CannotPlan("asked", f"Ask {victim.spoken_name} first whether we may visit, and tick that you "
                         "have")
    start, end = (clock.local(moment).time() for moment in (plan.starts_at, plan.ends_at))
    if safe_contact.outside_hours(victim, start) or (victim.safe_until and end > victim.safe_until):
        hours = times.between(victim.safe_from, victim.safe_until)
        raise CannotPlan("starts", f"{victim.spoken_name} asked to be contacted only {hours}: choose a time "
                         "then")


def _refuse_one_alone(session: Session, victim: Victim, plan: Plan) -> None:
    needed = current().visits.persons_first_visit
    if plan.persons < needed and not plan.alone_reason.strip() and is_first(session, victim):
        raise CannotPlan("alone_reason", "Two go on a first visit. Choose two, or say why one is enough")


def _refuse_clash(session: Session, victim: Victim, plan: Plan, visit: Visit | None) -> None:
    others = select(Visit).where(
        Visit.victim_id == victim.id, Visit.state == VisitState.PLANNED,
        Visit.id != (visit.id if visit else 0),
        Visit.planned_start_at < plan.ends_at, Visit.planned_end_at > plan.starts_at)
    if other := session.scalars(others.limit(1)).first():
        raise CannotPlan("starts", f"{victim.spoken_name} has a visit planned already, {said(other)}: "
                         "change that one, or choose another time")


def _refuse_telling(victim: Victim, plan: Plan, is_news: bool) -> None:
    if plan.tell_by is None:
        return
    if plan.tell_by not in reaching.CHANNELS:
        raise CannotPlan("tell_by", "Choose a text, an e-mail or a letter, or ring them yourself")
    try:
        reaching.refuse(victim, plan.tell_by)
        send_at = reaching.send_at(victim, plan.starts_at, plan.tell_by)
    except (UnsafeContact, CannotRemind) as refused:
        raise CannotPlan("tell_by", str(refused)) from refused
    if is_news and plan.tell_by is Channel.LETTER and send_at <= clock.now():
        raise CannotPlan("tell_by", "A letter would come too late for this time: choose another way, or tell "
                         "them yourself")


def _refuse_words(plan: Plan, victim: Victim | None) -> None:
    if plan.persons not in (1, 2):
        raise CannotPlan("persons", "Choose one person or two")
    if set(plan.take) - current().visits.take.keys():
        raise CannotPlan("take", "Choose what to take from the list")
    if victim is not None and len(plan.password.strip()) < 4:
        raise CannotPlan("password", "Enter the password you agreed, like two short words")
    for field, most in _MOST.items():
        if len(getattr(plan, field)) > most:
            raise CannotPlan(field, f"Shorten this to {most} characters or fewer")


def _refuse_contact(session: Session, victim: Victim | None, plan: Plan) -> None:
    account = session.get(Account, plan.named_contact_id)
    if account is None or not account.is_working or not account.actor.may(May.SEE_VISITS):
        raise CannotPlan("named_contact_id", "Choose an officer, an ambassador or a supervisor")
    if victim is not None and account not in follow_ups.may_be_given(session, victim):
        raise CannotPlan("named_contact_id", f"{account.name} does not see {victim.spoken_name}'s record, so "
                         "the visit would not open for them: choose somebody else")


def _refuse_contact_who_goes(plan: Plan, visit: Visit | None) -> None:
    """Whoever goes cannot be the one who is told that they have not come out."""
    crew = visit.crew if visit else []
    if plan.named_contact_id in [member.account_id for member in crew
                                 if member.state in ASKED]:
        raise CannotPlan("named_contact_id", "They go on this visit themselves: choose somebody who does not")


def said(visit: Visit) -> str:
    """When a visit is, for a sentence: "on 3 March 2026 from 10am to 11am"."""
    start, end = clock.local(visit.planned_start_at), clock.local(visit.planned_end_at)
    return (f"on {spoken(start.date())} from {times.clock_face(start.time())} "
            f"to {times.clock_face(end.time())}")
