"""Training on the desk: a course that somebody did, and taking off one entered by mistake."""

from fastapi import Request
from fastapi.responses import Response

from app.desk.refusals import NotDone, beside
from app.desk.volunteers.doors import OpenedVolunteer
from app.desk.volunteers.fields import TrainingForm
from app.desk.volunteers.showing import shown
from app.doors import Db, Me, Posted, Room
from app.pages import go
from outreach.foundation.permissions import May
from outreach.foundation.volunteers import training

room = Room(prefix="/desk/volunteers/{volunteer_id:int}/training")


@room.post("", needs=May.MANAGE_VOLUNTEERS)
def create(request: Request, volunteer: OpenedVolunteer, posted: Posted, session: Db, me: Me) -> Response:
    """Record a course; until when it counts follows from the force's rules, unless a day is given."""
    form = TrainingForm.read(posted)
    try:
        with beside(session, form, expires_on="counts_until"):
            done = training.record(session, me, volunteer, course=form.values["course"],
                                   done_on=form.values["done_on"], expires_on=form.values["counts_until"])
    except NotDone:
        return shown(request, session, me, volunteer, 422, training_form=form)
    return go(request, f"/desk/volunteers/{volunteer.id}",
              flash=f"{training.course_words(done.course)} is recorded.")


@room.post("/{training_id:int}/removal", needs=May.MANAGE_VOLUNTEERS)
def delete(request: Request, volunteer: OpenedVolunteer, training_id: int, session: Db, me: Me) -> Response:
    """It was entered by mistake."""
    done = training.find(session, volunteer, training_id)
    training.remove(session, me, done)
    return go(request, f"/desk/volunteers/{volunteer.id}",
              flash=f"{training.course_words(done.course)} is off the record.")
