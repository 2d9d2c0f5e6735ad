"""What the form of an assessment asks, and what its answers come to while it is being filled in."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field

from app.desk.victims.fields import Story, Ticked
from app.forms import Blank, Filled, Form, UkDate
from outreach.casework.assessments import Assessment, Judgement, Tells
from outreach.casework.need import Band
from outreach.foundation import clock, dates

NOTE = "note_"      # a factor's note is the field note_<code>
LONGEST_NOTE = 300
LIMBS = (
    ("needs_care", "Do they need care or support?",
     "From age, illness, disability, mental ill health or memory loss, whether or not anybody gives it"),
    ("faces_abuse", "Are they being abused or neglected, or at risk of it?",
     "Being defrauded counts: it is financial abuse"),
    ("cannot_protect", "Do those needs keep them from protecting themselves?",
     "Because of the needs, not because the fraudster is clever"))
ANSWERS = [(answer.value, words) for answer, words in ((Tells.YES, "Yes"), (Tells.NO, "No"),
                                                       (Tells.UNSURE, "Not sure"))]
BANDS = [(band.value, f"{band.capitalize()} need") for band in (Band.HIGH, Band.MEDIUM, Band.STANDARD)]
_JUDGED = ("on", "ticked", "override", "override_reason", "needs_care", "faces_abuse", "cannot_protect",
           "adult_at_risk", "capacity_concern", "capacity_note", "views", "next_review_on")


def _codes(typed: list[str]) -> list[str]:
    return [*dict.fromkeys(code[:60] for code in typed)]


class AssessmentForm(Form):
    messages = {"on": "Enter the date of the assessment", "override": "Choose a band from the list",
                "adult_at_risk": "Choose whether they are an adult at risk",
                **{name: "Choose yes, no or not sure" for name, _, _ in LIMBS}}

    ticked: Annotated[list[str], AfterValidator(_codes)] = []
    override: Annotated[Band | None, Blank] = None
    override_reason: Annotated[Story, Blank] = ""
    needs_care: Annotated[Tells | None, Blank] = None
    faces_abuse: Annotated[Tells | None, Blank] = None
    cannot_protect: Annotated[Tells | None, Blank] = None
    adult_at_risk: Tells
    capacity_concern: Ticked = False
    capacity_note: Annotated[Story, Blank] = ""
    views: Annotated[Story, Blank] = ""
    on: UkDate
    next_review_on: Annotated[UkDate | None, Blank] = None
    enhanced_rights: Ticked = False
    plan_follow_up: Ticked = False
    corrects: Annotated[int | None, Field(ge=1), Blank] = None
    superseding_reason: Annotated[Story, Blank] = ""

    @classmethod
    def read(cls, posted: Mapping[str, Any]) -> Filled[Self]:
        """With the note of each factor, which is a field of its own."""
        form = super().read(posted)
        notes = {name: str(posted[name]).strip() for name in posted if name.startswith(NOTE)}
        form.typed.update(notes)
        for name, note in notes.items():
            if len(note) > LONGEST_NOTE:
                form.wrong(name, f"Shorten this note to {LONGEST_NOTE} characters or fewer")
        return form


def judgement(form: Filled[AssessmentForm]) -> Judgement:
    """What the form says, of a form that could be read."""
    return Judgement(**{name: form.values[name] for name in _JUDGED}, notes=notes_of(form))


def notes_of(form: Filled[AssessmentForm]) -> dict[str, str]:
    """The notes that were typed, by the code of their factor."""
    return {name.removeprefix(NOTE): text for name, text in form.typed.items()
            if name.startswith(NOTE) and text}


def so_far(form: Filled[AssessmentForm]) -> dict[str, Any]:
    """As much of a half-filled form as the score and the suggestions need; what cannot be read waits."""
    typed = form.typed
    try:
        on = min(dates.read_date(typed["on"], birth=False), clock.today())
    except ValueError:
        on = clock.today()
    limbs = [Tells(typed[name]) if typed[name] in set(Tells) else None for name, _, _ in LIMBS]
    override = Band(typed["override"]) if typed["override"] in set(Band) else None
    return {"on": on, "ticked": typed["ticked"], "limbs": limbs, "override": override}


def held(made: Assessment) -> dict[str, Any]:
    """What the form starts from when an assessment is to be corrected."""
    start = {name: getattr(made, name) for name in _JUDGED if name not in ("on", "ticked")}
    return start | {"on": made.assessed_on, "ticked": [factor["code"] for factor in made.factors],
                    "capacity_concern": "yes" if made.capacity_concern else "", "corrects": made.id}


def held_notes(made: Assessment) -> dict[str, str]:
    """Its notes, as the form's fields."""
    return {NOTE + factor["code"]: factor["note"] for factor in made.factors if factor["note"]}
