"""Planning a visit: when, how many go, what they should know and take, and how the person hears of it."""

import secrets
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.follow_ups import BadTime, CannotRemind, FollowUp
from outreach.casework.safe_contact import UnsafeContact
from outreach.casework.victims.record import Victim
from outreach.casework.visits import crew_told, escalation, plausible, telling
from outreach.casework.visits.plausible import CannotPlan, Plan
from outreach.casework.visits.record import (
    ASKED,
    CrewMember,
    CrewState,
    NoSuchVisit,
    Risk,
    Visit,
    VisitLog,
    VisitState,
)
from outreach.foundation import audit, clock
from outreach.foundation.accounts import Account, open_with_role
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May, Role


@operation("visit.planned", needs=May.PLAN_VISIT)
def plan(session: Session, actor: Actor, victim: Victim | None, facts: Plan, *, asked: bool = False,
         answers: FollowUp | None = None) -> Visit:
    """Plan a visit to somebody, or without a victim help at an event. `asked`: where nobody has recorded
    whether they may be visited, somebody asked them. `answers`: a follow-up that moves to the visit.

    Nobody is told before somebody has said that they go. Raises `CannotPlan`.
    """
    plausible.refuse(session, victim, facts, asked=asked)
    visit = Visit(victim_id=victim and victim.id, planned_by_id=actor.id, **_columns(facts))
    session.add(visit)
    session.flush()
    _note_asked(session, actor, victim, asked)
    if answers is not None:
        _move_follow_up(session, actor, visit, answers)
    return visit


@operation("visit.changed", needs=May.PLAN_VISIT)
def change(session: Session, actor: Actor, visit: Visit, facts: Plan, *, asked: bool = False) -> Visit:
    """Change what is planned. Where it moves, whoever was asked and the person are told the new time, and a
    follow-up that stood at the old time goes along.

    The visit must be locked by the caller. Raises `CannotPlan`.
    """
    refuse_over(visit)
    moved = (visit.planned_start_at, visit.planned_end_at) != (facts.starts_at, facts.ends_at)
    plausible.refuse(session, visit.victim, facts, visit=visit, asked=asked)
    _refuse_for_crew(visit, facts, moved)
    if moved and _is_logged(session, visit):
        raise CannotPlan("on", "A log of this visit has come in already: plan a new visit instead")
    beside = _beside(session, visit) if moved else []
    for name, value in _columns(facts).items():
        setattr(visit, name, value)
    session.flush()
    if moved:
        _note_asked(session, actor, visit.victim, asked)
        _moved(session, actor, visit, beside)
    withdraw_the_rest(session, visit)
    telling.follow(session, visit)
    return visit


@operation("visit.cancelled", needs=May.PLAN_VISIT)
def cancel(session: Session, actor: Actor, visit: Visit, *, why: str) -> Visit:
    """Cancel a visit: offers are withdrawn, whoever would have gone is told, and so is the person where they
    had been told that we come. The visit must be locked. Raises `CannotPlan`."""
    refuse_over(visit)
    if len(why.strip()) < 4:
        raise CannotPlan("why", "Say why in a few words; the record keeps them")
    if _has_begun(visit):
        raise CannotPlan("why", "Somebody has checked in already: wait for the log instead")
    if _is_logged(session, visit):
        raise CannotPlan("why", "A log of this visit has come in already: accept it or return it instead")
    _end(session, visit, why)
    return visit


def withdraw_the_rest(session: Session, visit: Visit) -> None:
    """When enough people go, the other offers are withdrawn and their receivers told; within the operation
    that calls this."""
    if telling.is_staffed(visit):
        for member in visit.crew:
            if member.state is CrewState.OFFERED:
                crew_told.take_off(session, member, crew_told.News.FULL)


def cancel_all(session: Session, actor: Actor, victim: Victim, *, why: str) -> int:
    """Cancel every visit of a person on which nobody is under way, within the operation that calls this;
    gives how many."""
    found = [visit for visit in _to_come(session, victim) if not _has_begun(visit)]
    for visit in found:
        _end(session, visit, why)
    return len(found)


def close_to_others(session: Session, victim: Victim) -> None:
    """The person's record is restricted: whoever may not see such a one does not go, and is told so, unless
    they are there already. Within the operation that calls this."""
    for visit in _to_come(session, victim):
        shut_out = [one for one in visit.crew if one.state in ASKED and one.checked_in_at is None
                    and not one.account.actor.may(May.SEE_RESTRICTED)]
        for member in shut_out:
            crew_told.take_off(session, member, crew_told.News.TAKEN_OFF)
            escalation.forget(session, member)
        if shut_out:
            telling.follow(session, visit)


def _to_come(session: Session, victim: Victim) -> list[Visit]:
    """A person's visits that have not begun, locked."""
    ids = session.scalars(select(Visit.id).where(
        Visit.victim_id == victim.id, Visit.state == VisitState.PLANNED,
        Visit.planned_start_at > clock.now()).order_by(Visit.id)).all()
    return [locked(session, number) for number in ids]


def start(session: Session, actor: Actor, victim: Victim | None, starts_at: datetime) -> Plan:
    """What a new visit starts from: the usual length, two on a first visit, a password to agree."""
    rules = current().visits
    first = victim is not None and plausible.is_first(session, victim)
    return Plan(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=rules.minutes),
                persons=rules.persons_first_visit if first else 1,
                named_contact_id=_officer(session, actor), password=proposed_password() if victim else "")


def proposed_password() -> str:
    """Two different words of the force's list, to be agreed with the person."""
    words = secrets.SystemRandom().sample(current().visits.password_words, 2)
    return " ".join(words)


def named_contacts(session: Session, victim: Victim | None) -> list[Account]:
    """Who can be told when nobody checks out: whoever the visit's page opens for."""
    if victim is not None:
        return follow_ups.may_be_given(session, victim)
    return open_with_role(session, Role.OFFICER, Role.AMBASSADOR, Role.SUPERVISOR)


def refuse_over(visit: Visit) -> None:
    """Raise `CannotPlan` for a visit that is cancelled or finished."""
    if visit.state is not VisitState.PLANNED:
        raise CannotPlan("", f"This visit is {visit.state} already. Plan a new one")


def _has_begun(visit: Visit) -> bool:
    """Whether somebody is there, or was."""
    return any(member.checked_in_at for member in visit.crew)


def _is_logged(session: Session, visit: Visit) -> bool:
    """Whether somebody has written a log of it."""
    return session.scalar(select(VisitLog.id).where(VisitLog.visit_id == visit.id).limit(1)) is not None


def _columns(facts: Plan) -> dict[str, object]:
    """A plan as the columns of a visit, words tidied."""
    known = {name: value.strip() if isinstance(value, str) and name not in ("risk", "tell_by") else value
             for name, value in asdict(facts).items()}
    known["planned_start_at"], known["planned_end_at"] = known.pop("starts_at"), known.pop("ends_at")
    known["take"] = [code for code in current().visits.take if code in facts.take]
    return known


def _refuse_for_crew(visit: Visit, facts: Plan, moved: bool) -> None:
    """What those who were asked stand in the way of."""
    if moved and _has_begun(visit):
        raise CannotPlan("on", "Somebody has checked in already: this visit cannot be moved any more")
    going = sum(member.state is CrewState.ACCEPTED for member in visit.crew)
    if going > facts.persons:
        raise CannotPlan("persons", "Two people are going: take one of them off first")
    if facts.risk is Risk.NOT_ASSESSED and any(member.state in ASKED for member in visit.crew):
        raise CannotPlan("risk", "People have been asked to go: say what is known of the address")


def _moved(session: Session, actor: Actor, visit: Visit, beside: list[FollowUp]) -> None:
    for member in visit.crew:
        if member.state in ASKED:
            crew_told.tell(session, member, crew_told.News.MOVED)
        if member.state is CrewState.ACCEPTED:
            member.out_by_at = None
            escalation.promise(session, member)
    for follow_up in beside:
        _move_follow_up(session, actor, visit, follow_up)


def _beside(session: Session, visit: Visit) -> list[FollowUp]:
    """Open follow-ups that stand at the visit's time, since they were moved to it."""
    return list(session.scalars(select(FollowUp).where(
        FollowUp.victim_id == visit.victim_id, FollowUp.status.in_(follow_ups.OPEN),
        FollowUp.due_at == visit.planned_start_at).order_by(FollowUp.id).with_for_update(of=FollowUp)))


def _move_follow_up(session: Session, actor: Actor, visit: Visit, follow_up: FollowUp) -> None:
    """Their follow-up waits for the visit. Its own reminder would say the same twice."""
    try:
        follow_ups.change(session, actor, follow_up, due_at=visit.planned_start_at, reason=follow_up.reason,
                          remind_by=None if visit.tell_by else follow_up.remind_by)
    except (BadTime, follow_ups.Settled, UnsafeContact, CannotRemind) as refused:
        raise CannotPlan("answers", f"The follow-up cannot move to this time. {refused}") from refused


def _end(session: Session, visit: Visit, why: str) -> None:
    visit.state, visit.ended_at, visit.ended_why = VisitState.CANCELLED, clock.now(), why.strip()[:300]
    for member in visit.crew:
        if member.state in ASKED:
            crew_told.take_off(session, member, crew_told.News.CANCELLED)
            escalation.forget(session, member)
    session.flush()
    telling.called_off(session, visit)


def _note_asked(session: Session, actor: Actor, victim: Victim | None, asked: bool) -> None:
    """That somebody asked stands in the log: the record itself says still that nobody knows."""
    if victim is not None and asked and plausible.is_to_be_asked(victim):
        audit.write(session, [audit.entry(session, actor, audit.Action.COLLECTION, "visit.asked_first",
                                          "victim", victim.id, fields=[])])


def _officer(session: Session, actor: Actor) -> int:
    """Who is told by default: whoever plans, where they are an officer, else the first officer there is."""
    if actor.role is Role.OFFICER:
        return actor.id
    officers = [account.id for account in open_with_role(session, Role.OFFICER) if account.is_working]
    return officers[0] if officers else actor.id


def locked(session: Session, visit_id: int) -> Visit:
    """A visit and everybody who was asked, as the database has them now; nobody else changes it meanwhile.
    Raises `NoSuchVisit`."""
    fresh = {"populate_existing": True}
    visit = session.scalars(select(Visit).where(Visit.id == visit_id)
                            .with_for_update(of=Visit, key_share=True)    # a log may point at it
                            .execution_options(**fresh)).one_or_none()
    if visit is None:
        raise NoSuchVisit("There is no such visit")
    crew = (select(CrewMember).where(CrewMember.visit_id == visit.id).order_by(CrewMember.id)
            .with_for_update(of=CrewMember, key_share=True))    # nor checks in or logs meanwhile
    session.scalars(crew.execution_options(**fresh)).all()
    session.expire(visit, ["crew"])
    return visit
