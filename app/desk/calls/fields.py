"""What the forms about a call ask, in the order in which the bank tells it."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import Field

from app.desk.victims import fields
from app.desk.victims.fields import Line, Name, Story, Ticked
from app.forms import BirthDate, Blank, Filled, Form, Phone, Postcode, Pounds, Time, UkDate
from outreach.casework.calls import Means, Outcome, Route

ROUTES = [(route.value, route.value.capitalize()) for route in Route]
MEANS = [(means.value, means.value.capitalize()) for means in Means]
OUTCOMES = [(outcome.value, outcome.value.capitalize()) for outcome in Outcome]
PERSON = ("title", "first_name", "last_name", "born_on", "age_estimate", "address_line_1", "town", "postcode",
          "district")


class PersonFields(Form):
    """As much of the customer as the bank tells."""

    victim_id: Annotated[int | None, Blank] = None
    title: Annotated[Name, Blank] = ""
    first_name: Annotated[Name, Blank] = ""
    last_name: Annotated[Name, Blank] = ""
    phone: Annotated[Phone, Blank] = ""
    postcode: Annotated[Postcode, Blank] = ""
    address_line_1: Annotated[Line, Blank] = ""
    town: Annotated[Line, Blank] = ""
    district: Annotated[Line, Blank] = ""
    born_on: Annotated[BirthDate | None, Blank] = None
    age_estimate: Annotated[int | None, Field(ge=0, le=120), Blank] = None


class OutcomeFields(Form):
    """What came of it: now, as far as it is known, or later."""

    attempted: Annotated[Pounds | None, Blank] = None
    prevented: Annotated[Pounds | None, Blank] = None
    lost: Annotated[Pounds | None, Blank] = None
    recovered: Annotated[Pounds | None, Blank] = None
    fraud_type: Annotated[str, Field(max_length=40), Blank] = ""
    attended_on: Annotated[UkDate | None, Blank] = None
    attended_at: Annotated[Time | None, Blank] = None
    outcome: Annotated[Outcome | None, Blank] = None
    arrests: Annotated[int, Field(ge=0, le=50), Blank] = 0
    crime_recorded: Ticked = False
    trading_standards: Ticked = False
    safeguarding_referral: Ticked = False
    missed_opportunity: Ticked = False
    feedback_to_bank: Annotated[Story, Blank] = ""

    @classmethod
    def read(cls, posted: Mapping[str, Any]) -> Filled[Self]:
        """A day of attendance without its time would be lost: it is asked for."""
        form = super().read(posted)
        if form.typed["attended_on"] and not form.typed["attended_at"]:
            form.wrong("attended_at", "Enter the time at which officers attended, or take the date out")
        return form


class CallForm(OutcomeFields, PersonFields):
    messages = {"incident_number": "Enter the incident number", "bank": "Enter the bank that rang",
                "received_on": "Enter the date of the call", "received_at": "Enter the time of the call",
                "age_estimate": "Enter an age in years, like 82", "arrests": "Enter how many were arrested",
                "route": "Choose where the payment was being made", "victim_id": "Choose a person again"}

    incident_number: Annotated[str, Field(min_length=1, max_length=40)]
    received_on: UkDate
    received_at: Time
    bank: Annotated[str, Field(min_length=1, max_length=80)]
    branch: Annotated[Name, Blank] = ""
    route: Annotated[Route, Blank] = Route.BRANCH
    staff_contact: Annotated[Line, Blank] = ""
    on_phone_to_fraudster: Ticked = False
    cover_story: Annotated[Story, Blank] = ""
    means: Annotated[Means | None, Blank] = None


class OutcomeForm(OutcomeFields):
    messages = {"arrests": "Enter how many were arrested, like 1"}

    reason: Annotated[Line, Blank] = ""


class MatchForm(PersonFields):
    """What has been typed of the customer so far; whatever cannot be read yet is left aside."""


def choices() -> dict[str, Any]:
    """Every list of options that the forms about a call offer."""
    return {"routes": ROUTES, "means": MEANS, "outcomes": OUTCOMES, "districts": fields.districts(),
            "fraud_kinds": fields.CHOICES["fraud_kinds"]()}


def held(record: Any, names: Iterable[str]) -> dict[str, Any]:
    """Details off a call, ready for a form."""
    return fields.held_by(record, names)
