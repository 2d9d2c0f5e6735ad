"""Who could go on a visit: everybody who helps, with what speaks against each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.visits.record import ASKED, CrewMember, CrewState, Visit, VisitState
from outreach.foundation import clock, times
from outreach.foundation.accounts import Account, people
from outreach.foundation.force import current
from outreach.foundation.permissions import May, Role
from outreach.foundation.volunteers import suitable

OURS = (Role.OFFICER, Role.AMBASSADOR)       # who can be put on a visit without being asked


class NotAVisitor(Exception):
    """This account is not somebody who goes on visits."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could go. `hard` reasons rule them out, `soft` ones are for the planner to weigh; `state`
    is how they stand to this visit already."""

    account: Account
    hard: tuple[str, ...]
    soft: tuple[str, ...]
    state: CrewState | None = None
    districts: Sequence[str] = ()

    @property
    def is_asked(self) -> bool:
        """Whether they were asked already, or go."""
        return self.state in ASKED

    @property
    def may_be_asked(self) -> bool:
        """Whether the visit may be offered to them."""
        return not self.hard and not self.is_asked

    @property
    def is_ours(self) -> bool:
        """Whether they can be put on it without being asked."""
        return self.account.role in OURS


def candidates(session: Session, visit: Visit) -> list[Candidate]:
    """Everybody who goes on visits, those who suit best first, each with what speaks against them: their
    vetting, training, district and free time, and the other visits that they have."""
    fits = suitable.fitness(session, None, district=_district(visit), starts_at=visit.planned_start_at,
                            ends_at=visit.planned_end_at, languages=_languages(visit))
    known = {fit.account.id for fit in fits}
    others = [account for account in session.scalars(people().where(Account.role.in_(OURS)))
              if account.is_working and account.id not in known]
    standing = {member.account_id: member.state for member in visit.crew}
    busy = _busy(session, visit)
    found = [_candidate(visit, fit.account, fit.hard, fit.soft, busy, standing, fit.volunteer.districts)
             for fit in fits]
    found += [_candidate(visit, account, (), _elsewhere(visit, account), busy, standing, [account.district])
              for account in others]
    return sorted(found, key=lambda one: (len(one.hard), len(one.soft), one.account.name, one.account.id))


def chosen(session: Session, visit: Visit, account_id: int) -> Candidate:
    """This person and this visit, asked afresh. Raises `NotAVisitor` for whoever does not go on visits."""
    account = session.get(Account, account_id, populate_existing=True)
    if account is None or account.role not in (*OURS, Role.VOLUNTEER):
        raise NotAVisitor("Choose somebody who goes on visits")
    fits = suitable.fitness(session, [account_id], district=_district(visit),
                            starts_at=visit.planned_start_at, ends_at=visit.planned_end_at,
                            languages=_languages(visit))
    hard, soft, where = (fits[0].hard, fits[0].soft, fits[0].volunteer.districts) if fits else ((), (), [])
    if not fits and account.role is Role.VOLUNTEER:
        hard = ("has no volunteer’s record",)
    elif not fits:
        soft = _elsewhere(visit, account)
    if not account.is_working and not hard:
        hard = ("the account is closed, or their vetting has ended",)
    standing = {member.account_id: member.state for member in visit.crew}
    return _candidate(visit, account, hard, soft, _busy(session, visit), standing, where)


def _candidate(visit: Visit, account: Account, hard: Sequence[str], soft: Sequence[str],
               busy: dict[int, list[Visit]], standing: dict[int, CrewState],
               districts: Sequence[str]) -> Candidate:
    """With what their other visits and the person's restriction say. Restricted people are seen by officers
    (design: answers 6)."""
    beside = busy.get(account.id, [])
    clash = [other for other in beside if _overlap(other, visit.planned_start_at, visit.planned_end_at)]
    if visit.victim is not None and visit.victim.restricted and not account.actor.may(May.SEE_RESTRICTED):
        hard = (*hard, "this record is restricted: only officers see it")
    if account.id == visit.named_contact_id:
        hard = (*hard, "is told when nobody checks out: choose another named contact first")
    if clash:
        hard = (*hard, f"has another visit then, {_hours(clash[0])}")
    elif beside:
        soft = (*soft, f"has another visit close by in time, {_hours(beside[0])}")
    return Candidate(account, tuple(hard), tuple(soft), standing.get(account.id), districts)


def _elsewhere(visit: Visit, account: Account) -> tuple[str, ...]:
    """What speaks against somebody of ours of whom no record is kept: they work in another district."""
    there = _district(visit)
    return (f"works in {account.district}",) if there and account.district not in ("", there) else ()


def _busy(session: Session, visit: Visit) -> dict[int, list[Visit]]:
    """The other visits that people go on at about this time, travelling included, by account."""
    gap = timedelta(minutes=current().visits.travel_minutes)
    rows = session.execute(
        select(CrewMember.account_id, Visit).join(Visit, Visit.id == CrewMember.visit_id)
        .where(CrewMember.state == CrewState.ACCEPTED, Visit.state == VisitState.PLANNED,
               Visit.id != visit.id, Visit.planned_start_at < visit.planned_end_at + gap,
               Visit.planned_end_at > visit.planned_start_at - gap)
        .order_by(Visit.planned_start_at, Visit.id))
    found: dict[int, list[Visit]] = {}
    for account_id, other in rows:
        found.setdefault(account_id, []).append(other)
    return found


def _overlap(other: Visit, starts_at: datetime, ends_at: datetime) -> bool:
    return other.planned_start_at < ends_at and other.planned_end_at > starts_at


def _hours(other: Visit) -> str:
    start, end = clock.local(other.planned_start_at).time(), clock.local(other.planned_end_at).time()
    return f"{times.clock_face(start)} to {times.clock_face(end)}"


def _district(visit: Visit) -> str:
    return visit.victim.district if visit.victim else ""


def _languages(visit: Visit) -> Sequence[str]:
    """What the person speaks, where that is not English."""
    language = visit.victim.language.strip() if visit.victim else ""
    return [language] if language and language.casefold() != "english" else []
