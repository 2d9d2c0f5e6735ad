"""Escalation: a visitor who does not check out is asked, then their named contact is told, then the
supervisors. It is no emergency service, and every page and message says so."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.visits import lateness
from outreach.casework.visits.lateness import Step
from outreach.casework.visits.record import CrewMember, Visit
from outreach.casework.visits.warning import ASKING, TELLING
from outreach.foundation import accounts, outbox
from outreach.foundation.accounts import Account
from outreach.foundation.outbox import OutboxMessage, PutOff, Words
from outreach.foundation.permissions import Role

SUBJECT = "visit_crew"
STEPS = {Step.ASK: "visit.ask", Step.CONTACT: "visit.tell_contact", Step.SUPERVISOR: "visit.tell_supervisors"}


def promise(session: Session, member: CrewMember) -> None:
    """Promise all three steps for one of the crew, in place of what was promised before: once they go, when
    the visit is moved, and when they need longer. Called within the operation that changed it."""
    _take_back(session, member)
    if not lateness.is_expected(session, member):
        return
    turn = session.scalar(select(func.count()).where(
        OutboxMessage.subject_type == SUBJECT, OutboxMessage.subject_id == member.id,
        OutboxMessage.kind == STEPS[Step.ASK]))
    for step, kind in STEPS.items():
        outbox.put(session, kind, key=f"{kind}-{member.id}-{turn}", subject=(SUBJECT, member.id),
                   run_after=lateness.due(member, step), priority=step)


def forget(session: Session, member: CrewMember) -> None:
    """Take back what was promised for one of the crew: they are out, or do not go after all. Whoever has
    checked in is asked after until they are out, whatever becomes of the visit. Called after the change."""
    session.flush()
    if not (member.checked_in_at and lateness.is_expected(session, member)):
        _take_back(session, member)


def is_mere_look(line: outbox.Line) -> bool:
    """Whether a line of the worker's story says only that a check-out is, or was, looked for: what came of it
    stands in lines of its own."""
    return line.kind in STEPS.values() and not line.is_trouble


def _take_back(session: Session, member: CrewMember) -> None:
    outbox.cancel(session, (SUBJECT, member.id), *STEPS.values(), *ASKING)


def _keep(step: Step, session: Session, message: OutboxMessage) -> None:
    """The moment has come: whoever has not checked out is named to those whom this step tells, once for the
    visit, whoever of its crew it was promised for. Raises `PutOff` where they were given longer meanwhile."""
    member = session.get_one(CrewMember, message.subject_id)
    visit = session.get_one(Visit, member.visit_id, with_for_update=True)   # its crew's promises take turns
    if not lateness.is_expected(session, member):
        return
    if lateness.due(member, step) > message.run_after:
        raise PutOff("the visit ends later now", until=lateness.due(member, step))
    late = lateness.late(session, visit.id, step)
    for account in [member.account] if step is Step.ASK else told(session, step, visit, late):
        _write_to(session, step, member, account)


def _write_to(session: Session, step: Step, member: CrewMember, account: Account) -> None:
    """One mail and one text, each a promise of its own."""
    due = int(lateness.due(member, step).timestamp())
    for kind in ASKING if step is Step.ASK else TELLING:
        outbox.put(session, kind, key=f"{kind}-{member.visit_id}-{step}-{due}-{account.id}",
                   subject=(SUBJECT, member.id), priority=step, account_id=account.id,
                   visit_id=member.visit_id, step=step, due=due)


def told(session: Session, step: Step, visit: Visit, late: Sequence[CrewMember]) -> list[Account]:
    """Whom a step tells. Where the named contact has left, or is the one who is missing, the supervisors are
    told in their place; where there is no supervisor, the officers."""
    contact = session.get_one(Account, visit.named_contact_id)
    if step is Step.CONTACT and contact.is_working and contact.id not in {one.account_id for one in late}:
        return [contact]
    for role in (Role.SUPERVISOR, Role.OFFICER):
        if working := [one for one in accounts.open_with_role(session, role) if one.is_working]:
            return working
    return []


def _who(session: Session, message: OutboxMessage) -> str:
    return session.get_one(CrewMember, message.subject_id).account.name


for _step, _then in ((Step.ASK, "ask"), (Step.CONTACT, "tell the named contact"),
                     (Step.SUPERVISOR, "tell the supervisors")):
    _words = Words(f"Will {_then} if {{who}} has not checked out", "Looked for the check-out of {who}",
                   "Could not look for the check-out of {who}")
    outbox.handles(STEPS[_step], who=_who, words=_words)(partial(_keep, _step))
