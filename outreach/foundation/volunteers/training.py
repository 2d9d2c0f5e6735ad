"""Training: the courses somebody has done, until when they count, and which are missing (UK GDPR)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.foundation import clock
from outreach.foundation.dates import spoken
from outreach.foundation.force import current
from outreach.foundation.operation import operation
from outreach.foundation.permissions import Actor, May
from outreach.foundation.volunteers.record import Training, Volunteer
from outreach.foundation.volunteers.refused import NoSuchVolunteer, NotOurs, StillToCome, WrongOrder


@dataclass(frozen=True, slots=True)
class Lack:
    """A course that somebody needs and does not have (`since` None: never had), or has not much longer."""

    course: str
    ends_on: date | None
    is_missing: bool

    @property
    def words(self) -> str:
        """As a sentence: "Safeguarding adults ran out on 3 March 2026"."""
        name = course_words(self.course)
        if self.ends_on is None:
            return f"{name}: not done yet"
        return f"{name} {'ran out' if self.is_missing else 'runs out'} on {spoken(self.ends_on)}"


@operation("training.recorded", needs=May.MANAGE_VOLUNTEERS)
def record(session: Session, actor: Actor, volunteer: Volunteer, *, course: str, done_on: date,
           expires_on: date | None = None) -> Training:
    """Record that somebody did a course. Until when it counts follows from the force's rules, unless a day
    is given. Raises `NotOurs`, `StillToCome`, `WrongOrder`."""
    if course not in current().volunteers.courses:
        raise NotOurs("Choose a course from the list", "course")
    if done_on > clock.today():
        raise StillToCome(f"{spoken(done_on)} is still to come: enter the day on which they did it",
                          "done_on")
    if expires_on and expires_on < done_on:
        raise WrongOrder(f"They did it on {spoken(done_on)}: it cannot have run out before", "expires_on")
    done = Training(volunteer_id=volunteer.id, course=course, done_on=done_on,
                    expires_on=expires_on or lasts_until(course, done_on))
    session.add(done)
    session.flush()
    return done


@operation("training.removed", needs=May.MANAGE_VOLUNTEERS)
def remove(session: Session, actor: Actor, training: Training) -> None:
    """Take a course off again that was entered by mistake; the audit log says that it stood there."""
    session.delete(training)


def lasts_until(course: str, done_on: date) -> date | None:
    """The last day on which a course counts by the force's rules; None: for good."""
    months = current().volunteers.courses[course].lasts_months
    return clock.months_after(done_on, months) if months else None


def course_words(code: str) -> str:
    """What a course is called; one the force has dropped by its code."""
    course = current().volunteers.courses.get(code)
    return course.words if course else code


def of(session: Session, volunteer: Volunteer) -> Sequence[Training]:
    """All that somebody did, the newest first."""
    return session.scalars(select(Training).where(Training.volunteer_id == volunteer.id)
                           .order_by(Training.done_on.desc(), Training.id.desc())).all()


def find(session: Session, volunteer: Volunteer, training_id: int) -> Training:
    """One course of somebody's. Raises `NoSuchVolunteer`."""
    found = session.get(Training, training_id)
    if found is None or found.volunteer_id != volunteer.id:
        raise NoSuchVolunteer("There is no such course on the record")
    return found


def last(session: Session, volunteer_ids: Iterable[int]) -> dict[int, dict[str, Training]]:
    """The last of each course for each of these volunteers: the one that counts."""
    found: dict[int, dict[str, Training]] = {number: {} for number in volunteer_ids}
    done = session.scalars(select(Training).where(Training.volunteer_id.in_(found))
                           .order_by(Training.done_on, Training.id))
    for training in done:
        found[training.volunteer_id][training.course] = training
    return found


def trained(session: Session, volunteer: Volunteer, course: str, on: date) -> bool:
    """Whether somebody has done a course and it still counts on a day."""
    return lack(last(session, [volunteer.id])[volunteer.id], course, on) is None


def lack(done: Mapping[str, Training], course: str, on: date) -> Lack | None:
    """Why somebody who did all this does not have a course on a day; None when they do."""
    training = done.get(course)
    if training is None or training.done_on > on:
        return Lack(course, None, True)
    if training.expires_on and training.expires_on < on:
        return Lack(course, training.expires_on, True)
    return None


def lacks(done: Mapping[str, Training], on: date) -> list[Lack]:
    """The needed courses that are missing on a day, then those that run out soon after it."""
    rules = current().volunteers
    missing = [found for code in needed() if (found := lack(done, code, on))]
    short = [Lack(code, done[code].expires_on, False) for code in needed()
             if lack(done, code, on) is None
             and lack(done, code, on + timedelta(days=rules.warn_days_before))]
    return missing + short


def needed() -> list[str]:
    """The courses without which nobody is offered a visit."""
    return [code for code, course in current().volunteers.courses.items() if course.needed]
