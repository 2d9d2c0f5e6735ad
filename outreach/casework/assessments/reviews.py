"""Reviews that fall due: the worker plans a follow-up for each, once."""

from datetime import datetime

from sqlalchemy import Select, Table, or_, select, update
from sqlalchemy.orm import Session

from outreach.casework import follow_ups
from outreach.casework.assessments.record import Assessment
from outreach.casework.assessments.standing import newest
from outreach.casework.follow_ups import Step
from outreach.casework.need import Band
from outreach.casework.victims.record import Victim
from outreach.casework.victims.standing import STANDS
from outreach.foundation import clock, outbox
from outreach.foundation.accounts import open_with_role
from outreach.foundation.db import Database
from outreach.foundation.force import current
from outreach.foundation.outbox import OutboxMessage, Words, timetable
from outreach.foundation.permissions import WORKER, Role

KIND = "assessment.reviews"
REASON = "Review the assessment"
AT_ONCE = 100
_TABLE: Table = Victim.__table__  # type: ignore[assignment]


@timetable.daily("assessment_reviews", at=lambda: current().worker.day_list_at,
                 words="plans the reviews of assessments that are due")
def fire(session: Session, tick: datetime) -> None:
    """Promise to plan them, where there are any."""
    if session.scalar(_due().limit(1)) is not None:
        outbox.put(session, KIND, key=f"{KIND}-{tick:%Y-%m-%d}", subject=("schedule", 0), priority=3)


@outbox.runs(KIND, words=Words("Will plan the reviews of assessments that are due",
                               "Planned the reviews of assessments that were due",
                               "Could not plan the reviews of assessments that are due"))
def plan_reviews(database: Database, _message: OutboxMessage) -> None:
    """A hundred at a time, each on the next working day, for whoever has the person."""
    while _plan_some(database):
        pass


def _plan_some(database: Database) -> int:
    with database.transaction() as session:
        due = session.scalars(_due(Victim).order_by(Victim.id).limit(AT_ONCE)
                              .with_for_update(of=Victim, skip_locked=True)).all()
        for victim in due:
            _plan(session, victim)
        if due:     # no detail of theirs changes, and nobody who has the form open loses a change
            session.connection().execute(
                update(_TABLE).where(_TABLE.c.id.in_([victim.id for victim in due]))
                .values(review_asked_on=_TABLE.c.review_on, changed_at=_TABLE.c.changed_at))
    return len(due)


def _plan(session: Session, victim: Victim) -> None:
    try:
        follow_ups.plan(session, WORKER, victim, reason=REASON, step=Step.REVIEW,
                        due_at=follow_ups.first_attempt_due(Band.HIGH, clock.now(), victim),
                        assignee_id=_whose(session, victim, newest(session, victim)))
    except (follow_ups.BadTime, follow_ups.BadAssignee):
        return      # it stays on Today, for whoever has the person


def _whose(session: Session, victim: Victim, made: Assessment | None) -> int | None:
    """Whoever has the person, else whoever assessed them, else an officer."""
    carers = [account.id for account in follow_ups.may_be_given(session, victim)]
    wanted = [victim.assigned_to_id, made.by_id if made else None,
              *(account.id for account in open_with_role(session, Role.OFFICER))]
    return next((account_id for account_id in wanted if account_id in carers), None)


def _due(what: type[Victim] | None = None) -> Select[Victim] | Select[int]:
    question = select(what) if what else select(Victim.id)
    return question.where(
        Victim.review_on <= clock.today(), Victim.deceased_on.is_(None), STANDS,
        or_(Victim.review_asked_on.is_(None), Victim.review_asked_on != Victim.review_on))
