"""Taking a step with a measure: offered, accepted, declined, completed; and taking the last one back."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.casework.measures.catalogue import must_be_known, words_of
from outreach.casework.measures.record import Measure, MeasureStep, Status
from outreach.casework.victims.record import NotFound, Victim
from outreach.foundation import dates
from outreach.foundation.clock import day_of, midnight, now, today
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May

# From how a measure stands to what can come next. Who declined can be asked again, or agree after all; what
# is completed is completed.
_NEXT: dict[Status | None, frozenset[Status]] = {
    None: frozenset(Status),
    Status.OFFERED: frozenset({Status.ACCEPTED, Status.DECLINED, Status.COMPLETED}),
    Status.ACCEPTED: frozenset({Status.DECLINED, Status.COMPLETED}),
    Status.DECLINED: frozenset({Status.OFFERED, Status.ACCEPTED, Status.COMPLETED}),
    Status.COMPLETED: frozenset()}


class Refused(ValueError):
    """This step cannot be taken; the text says why, and what to do."""


class BadDate(Refused):
    """The day of the step is still to come, or before the step that came before it."""


class OutOfOrder(Refused):
    """The measure has come further than this step."""


class HasDied(Refused):
    """Nothing is put in place for somebody who has died."""


class CannotTakeBack(Refused):
    """The step is not of today, or another one was taken since."""


@operation("measure.step_taken", needs=May.RECORD_MEASURE)
def take_step(session: Session, actor: Actor, victim: Victim, code: str, status: Status, *,
              on: date | None = None, note: str = "") -> Measure:
    """Record that a measure was offered, accepted, declined or completed on a day (today, if none is given).

    The very step that stands already changes nothing (a double click). The caller has locked the victim.
    Raises `UnknownMeasure`, `HasDied`, `OutOfOrder`, `BadDate`.
    """
    measure = current_measure(session, victim, code)
    must_be_known(code, is_begun=measure is not None and measure.status is not None)
    if measure is not None and measure.status is status:
        return measure
    if victim.deceased_on:
        raise HasDied(f"{victim.spoken_name} is recorded as having died: nothing more is put in place")
    on = on or today()
    _refuse_out_of_order(measure, code, status)
    _refuse_day(measure, on)
    if measure is None:
        measure = Measure(victim_id=victim.id, code=code)
        session.add(measure)
    measure.steps.append(MeasureStep(status=status, on=on, note=note.strip(), by_id=actor.id,
                                     at=now() if on == today() else midnight(on)))
    _stand(measure)
    session.flush()
    return measure


@operation("measure.step_taken_back", needs=May.RECORD_MEASURE)
def take_back(session: Session, actor: Actor, step: MeasureStep) -> Measure:
    """Take back the last step of a measure, on the day on which it was entered; the step stays on record as
    taken back. Twice changes nothing. Raises `CannotTakeBack`."""
    measure = step.measure
    if step.taken_back_at is not None:
        return measure
    if day_of(step.entered_at) != today():
        raise CannotTakeBack(f"This was recorded on {dates.spoken(day_of(step.entered_at))}, and is taken "
                             "back only on that day. Record what has happened since instead.")
    if measure.standing[-1] is not step:
        raise CannotTakeBack("Another step was recorded since: take that one back first")
    step.taken_back_at, step.taken_back_by_id = now(), actor.id
    _stand(measure)
    return measure


def find_step(session: Session, victim: Victim, step_id: int) -> MeasureStep:
    """One step of this person's measures. Raises `NotFound`."""
    step = session.get(MeasureStep, step_id)
    if step is None or step.measure.victim_id != victim.id:
        raise NotFound("There is no such step")
    return step


def current_measure(session: Session, victim: Victim, code: str) -> Measure | None:
    """The measure as it stands for this person; of two (after a merge) the completed one, else the newer."""
    found = session.scalars(select(Measure).where(Measure.victim_id == victim.id, Measure.code == code)).all()
    return max(found, key=weight, default=None)


def weight(measure: Measure) -> tuple[bool, bool, date, int]:
    """Which of two of the same kind counts."""
    return (measure.status is Status.COMPLETED, measure.status is not None, measure.since_on or date.min,
            measure.id)


def _refuse_out_of_order(measure: Measure | None, code: str, status: Status) -> None:
    stands = measure.status if measure else None
    if status not in _NEXT[stands]:
        raise OutOfOrder(f"“{words_of(code)}” is {stands} already: it cannot go back to {status}")


def _refuse_day(measure: Measure | None, on: date) -> None:
    if on > today():
        raise BadDate("Enter a date that is not in the future")
    steps = measure.standing if measure else []
    if steps and on < steps[-1].on:
        raise BadDate(f"It was {steps[-1].status} on {dates.spoken(steps[-1].on)}: "
                      "enter that date or a later one")


def _stand(measure: Measure) -> None:
    """Let a measure stand as its steps leave it."""
    steps = measure.standing
    last = steps[-1] if steps else None
    for status in Status:
        of_this = [step.on for step in steps if step.status is status]
        setattr(measure, f"{status}_on", of_this[-1] if of_this else None)
    measure.status, measure.since_on = (last.status, last.on) if last else (None, None)
    measure.note, measure.by_id = (last.note, last.by_id) if last else ("", None)
