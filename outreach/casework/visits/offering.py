"""Offering a visit: who is asked, who says yes first, and who is put on it without being asked."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from outreach.casework.safe_contact import Answer
from outreach.casework.visits import choosing, crew_told, escalation, planning, telling
from outreach.casework.visits.choosing import Candidate
from outreach.casework.visits.crew_told import News
from outreach.casework.visits.record import (
    ASKED,
    CrewMember,
    CrewState,
    NoSuchVisit,
    Risk,
    Visit,
    VisitState,
)
from outreach.foundation import clock, walls
from outreach.foundation.accounts import Account
from outreach.foundation.operation import operation
from outreach.foundation.permissions import WORKER, Actor, May


class CannotOffer(Exception):
    """This visit cannot be offered, or not to them; the text says what to do, `field` where."""

    def __init__(self, words: str, field: str = "account_ids") -> None:
        super().__init__(words)
        self.field = field


class TooLate(Exception):
    """Whoever answers cannot go any more; the text says why."""


@operation("visit.offered", needs=May.PLAN_VISIT)
def offer(session: Session, actor: Actor, visit: Visit, account_ids: Sequence[int], *,
          all_the_same: bool = False) -> list[CrewMember]:
    """Ask one person or several whether they go; the first to accept have it. `all_the_same`: also where
    something speaks against them that the planner may weigh. The visit must be locked.

    Raises `CannotOffer`.
    """
    _refuse_visit(visit)
    chosen = [_candidate(session, visit, number) for number in dict.fromkeys(account_ids)]
    if not chosen:
        raise CannotOffer("Choose whom to ask")
    for one in chosen:
        _refuse(one)
    doubts = [f"{one.account.name}: {', '.join(one.soft)}" for one in chosen if one.soft]
    if doubts and not all_the_same:
        raise CannotOffer(f"{'. '.join(doubts)}. Tick “Ask them all the same”, or choose others",
                          "all_the_same")
    return [_put_down(session, visit, one.account, CrewState.OFFERED, News.OFFERED) for one in chosen]


@operation("visit.assigned", needs=May.PLAN_VISIT)
def assign(session: Session, actor: Actor, visit: Visit, account_id: int) -> CrewMember:
    """Put an officer or an ambassador on a visit without asking. The visit must be locked. Raises
    `CannotOffer`."""
    _refuse_visit(visit)
    one = _candidate(session, visit, account_id, "account_id")
    if not one.is_ours:
        raise CannotOffer(f"Offer it to {one.account.name}: volunteers are asked", "account_id")
    if one.state is CrewState.ACCEPTED:
        raise CannotOffer(f"{one.account.name} goes already", "account_id")
    if one.hard:
        raise CannotOffer(f"{one.account.name} cannot go: {', '.join(one.hard)}", "account_id")
    member = _put_down(session, visit, one.account, CrewState.ACCEPTED,
                       News.PUT_ON if account_id != actor.id else None)
    member.answered_at = clock.now()
    _settle(session, visit, member)
    return member


@operation("visit.answered", needs=May.GO_ON_VISITS)
def answer(session: Session, actor: Actor, visit_id: int, *, yes: bool, why: str = "") -> CrewMember:
    """Accept or decline what was offered. The first to accept have it; the offers of the others are withdrawn
    when enough people go. The same answer again changes nothing.

    Raises `NoSuchVisit` for whoever was not asked, and `TooLate`.
    """
    with walls.standing_as(session, WORKER):     # the others' offers are withdrawn, the person is told
        return _answered(session, actor, visit_id, yes, why)


def _answered(session: Session, actor: Actor, visit_id: int, yes: bool, why: str) -> CrewMember:
    visit = planning.locked(session, visit_id)
    member = next((one for one in visit.crew if one.account_id == actor.id), None)
    if member is None or member.state is CrewState.HANDED_BACK:
        raise NoSuchVisit("There is no such visit")
    same = member.state is (CrewState.ACCEPTED if yes else CrewState.DECLINED)
    if same and visit.state is VisitState.PLANNED:
        return member
    _refuse_answer(session, visit, member, yes)
    member.answered_at = clock.now()
    if not yes:
        member.state, member.why = CrewState.DECLINED, why.strip()[:300]
        crew_told.forget(session, member)
        crew_told.tell_planner(session, member)
        return member
    member.state = CrewState.ACCEPTED
    _settle(session, visit, member)
    return member


@operation("visit.taken_off", needs=May.PLAN_VISIT)
def take_off(session: Session, actor: Actor, visit: Visit, member: CrewMember) -> CrewMember:
    """Take an offer back, or somebody off a visit. The visit must be locked. Raises `CannotOffer`."""
    if visit.state is not VisitState.PLANNED or member.state not in ASKED:
        raise CannotOffer(f"{member.account.name} is not on this visit any more", "")
    if member.checked_in_at:
        raise CannotOffer(f"{member.account.name} has checked in already", "")
    was_going = member.state is CrewState.ACCEPTED
    crew_told.take_off(session, member, News.TAKEN_OFF)
    if was_going:
        released(session, member)
    return member


def released(session: Session, member: CrewMember) -> None:
    """Somebody who would have gone does not: nobody waits for their check-out, and the person is not reminded
    of a visit that nobody makes. Within the operation that calls this."""
    session.flush()
    escalation.forget(session, member)
    telling.follow(session, member.visit)


def _settle(session: Session, visit: Visit, member: CrewMember) -> None:
    """Somebody goes: the worker watches for their check-out; when enough go, the rest are told."""
    session.flush()
    escalation.promise(session, member)
    planning.withdraw_the_rest(session, visit)
    telling.follow(session, visit)


def _put_down(session: Session, visit: Visit, account: Account, state: CrewState,
              news: News | None) -> CrewMember:
    """Their row, new or written again: somebody who declined may be asked once more."""
    member = next((one for one in visit.crew if one.account_id == account.id), None)
    if member is None:
        member = CrewMember(account_id=account.id)
        visit.crew.append(member)
    member.state, member.offered_at, member.answered_at, member.why = state, clock.now(), None, ""
    session.flush()
    if news:
        crew_told.tell(session, member, news)
    return member


def _refuse_visit(visit: Visit) -> None:
    if visit.state is not VisitState.PLANNED:
        raise CannotOffer(f"This visit is {visit.state} already: nobody can be asked any more", "")
    if visit.planned_start_at <= clock.now():
        raise CannotOffer("This visit has begun: nobody can be asked any more", "")
    if telling.is_staffed(visit):
        raise CannotOffer("Enough people go already: take one of them off first", "")
    if visit.risk is Risk.NOT_ASSESSED:
        raise CannotOffer("Change the visit first and say what is known of the address", "")
    if visit.victim is not None and visit.victim.deceased_on:
        raise CannotOffer(f"{visit.victim.spoken_name} is recorded as having died: cancel the visit", "")
    if _is_unwanted(visit):
        raise CannotOffer("They have asked for no visits since it was planned: cancel the visit", "")


def _is_unwanted(visit: Visit) -> bool:
    return visit.victim is not None and visit.victim.may_visit is Answer.NO


def _refuse(one: Candidate) -> None:
    if one.is_asked:
        raise CannotOffer(f"{one.account.name} was asked already")
    if one.hard:
        raise CannotOffer(f"{one.account.name} cannot be asked: {', '.join(one.hard)}")


def _refuse_answer(session: Session, visit: Visit, member: CrewMember, yes: bool) -> None:
    if visit.state is not VisitState.PLANNED:
        raise TooLate("This visit is not planned any more. Nothing is needed of you.")
    if member.state is CrewState.WITHDRAWN:
        raise TooLate("This visit has been taken by others, or is not needed any more. "
                      "Thank you for answering.")
    if member.state is CrewState.ACCEPTED:
        raise TooLate("You have accepted this visit: give it back if you cannot go")
    if visit.planned_start_at <= clock.now():
        raise TooLate("This visit has begun already. Ring the officer if you meant to go.")
    if yes:
        if _is_unwanted(visit):
            raise TooLate("This visit is not to be made any more. Nothing is needed of you.")
        if telling.is_staffed(visit):
            raise TooLate("Somebody was quicker: this visit has been taken. Thank you for answering.")
        if hard := choosing.chosen(session, visit, member.account_id).hard:
            raise TooLate(f"You cannot accept this visit: {', '.join(hard)}. Ring the officer.")


def _candidate(session: Session, visit: Visit, account_id: int, field: str = "account_ids") -> Candidate:
    try:
        return choosing.chosen(session, visit, account_id)
    except choosing.NotAVisitor as nobody:
        raise CannotOffer(str(nobody), field) from nobody
