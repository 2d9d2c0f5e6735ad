"""What the forms about equipment ask."""

from typing import Annotated, Any

from pydantic import Field

from app.desk.victims.fields import Asked, Line, Name, Story, Ticked
from app.forms import Blank, Form, Phone, Pounds, UkDate
from outreach.casework import devices
from outreach.casework.devices import Condition, ConsentBy, Decision, Profile, feelings
from outreach.casework.devices import Line as PhoneLine
from outreach.casework.safe_contact import Answer, Channel
from outreach.foundation.force import current

_MOST = 2**31
Score = Annotated[int | None, Field(lt=_MOST), Blank]


class UnitsForm(Form):
    messages = {"kind": "Choose what kind of equipment it is", "cost": "Enter the cost of one, like 110"}

    kind: Annotated[Name, Field(min_length=1)]
    serials: Annotated[str, Field(max_length=40_000), Blank] = ""
    model: Annotated[Name, Blank] = ""
    cost: Annotated[Pounds | None, Blank] = None
    funder: Annotated[Name, Blank] = ""
    leave_out: Ticked = False


class UnitForm(Form):
    messages = {"serial": "Enter the serial as it stands on the unit"}

    serial: Annotated[Name, Field(min_length=1)]
    asset_tag: Annotated[Name, Blank] = ""
    model: Annotated[Name, Blank] = ""
    cost: Annotated[Pounds | None, Blank] = None
    funder: Annotated[Name, Blank] = ""
    sim_number: Annotated[Phone, Blank] = ""
    note: Annotated[Story, Blank] = ""


class StandingForm(Form):
    messages = {"standing": "Choose where it stands now"}

    standing: devices.Standing
    reason: Annotated[Line, Blank] = ""


class WaitForm(Form):
    messages = {"kind": "Choose what they need"}

    kind: Annotated[Name, Field(min_length=1)]
    note: Annotated[Line, Blank] = ""


class ReserveForm(Form):
    device_id: Annotated[int | None, Field(ge=1, lt=_MOST), Blank] = None
    reason: Annotated[Line, Blank] = ""


class ReasonForm(Form):
    reason: Annotated[Line, Blank] = ""


class FeelingsForm(Form):
    worried: Score = None
    safe: Score = None
    lost: Annotated[Pounds | None, Blank] = None


class TelephoneForm(Form):
    line: Annotated[PhoneLine | None, Blank] = None
    caller_display: Asked = Answer.UNKNOWN
    pendant_alarm: Asked = Answer.UNKNOWN
    profile: Annotated[Profile | None, Blank] = None


class LoanForm(FeelingsForm, TelephoneForm):
    messages = {"device_id": "Choose the unit", "consent_by": "Choose who consented"}

    kind: Annotated[Name, Blank] = ""
    device_id: Annotated[int, Field(ge=1, lt=_MOST)]
    consent_by: Annotated[ConsentBy | None, Blank] = None
    consent_on: Annotated[UkDate | None, Blank] = None
    consent_name: Annotated[Name, Blank] = ""
    consent_relationship: Annotated[Name, Blank] = ""
    agreement_signed: Ticked = False
    panel_name: Annotated[Name, Blank] = ""
    panel_relationship: Annotated[Name, Blank] = ""
    panel_consent: Ticked = False
    installed_on: Annotated[UkDate | None, Blank] = None
    note: Annotated[Line, Blank] = ""


class InstallForm(FeelingsForm, TelephoneForm):
    messages = {"on": "Enter the day it was installed"}

    on: UkDate
    by: Annotated[Name, Blank] = ""
    callers: Annotated[Story, Blank] = ""


class DetailsForm(TelephoneForm):
    agreement_signed: Ticked = False
    note: Annotated[Line, Blank] = ""


class CallersForm(Form):
    callers: Annotated[Story, Blank] = ""


class PanelForm(Form):
    panel_name: Annotated[Name, Blank] = ""
    panel_relationship: Annotated[Name, Blank] = ""
    panel_consent: Ticked = False


class RecallForm(Form):
    until: Annotated[UkDate | None, Blank] = None


class ReviewForm(FeelingsForm):
    messages = {"on": "Enter the day of the review", "decision": "Choose whether they keep it"}

    on: UkDate
    decision: Decision
    until: Annotated[UkDate | None, Blank] = None


class ReturnForm(FeelingsForm):
    messages = {"on": "Enter the day it came back", "condition": "Choose the condition it is in"}

    serial: Annotated[Name, Blank] = ""
    on: UkDate
    condition: Condition
    reason: Annotated[Line, Blank] = ""


class ChaserForm(Form):
    messages = {"channel": "Choose a call, a letter or an e-mail"}

    channel: Channel


class StatsForm(Form):
    messages = {"from_on": "Enter the first day", "to_on": "Enter the last day",
                "received": "Enter how many calls came", "nuisance": "Enter how many were a nuisance",
                "blocked": "Enter how many were blocked"}

    serial: Annotated[Name, Blank] = ""
    from_on: UkDate
    to_on: UkDate
    received: Annotated[int, Field(ge=0, lt=_MOST)]
    nuisance: Annotated[int, Field(ge=0, lt=_MOST)]
    blocked: Annotated[int, Field(ge=0, lt=_MOST)]


class SheetForm(Form):
    sheet: Annotated[str, Field(max_length=1_000_000), Blank] = ""


def telephone_of(values: dict[str, Any]) -> devices.Telephone:
    """What a form says of the line and the unit's mode."""
    return devices.Telephone(**{name: values[name] for name in TelephoneForm.model_fields})


def feelings_of(values: dict[str, Any]) -> devices.Feelings:
    """What a form says was answered."""
    return devices.Feelings(**{name: values[name] for name in FeelingsForm.model_fields})


def choices() -> dict[str, Any]:
    """Every list of options that these forms offer, and the questions as the force puts them."""
    rules = current().devices
    return {
        "kinds": [(code, kind.words[:1].upper() + kind.words[1:]) for code, kind in devices.kinds().items()],
        "models": sorted({model for kind in devices.kinds().values() for model in kind.models}),
        "consents": _words(ConsentBy), "lines": [(one.value, one.value[:1].upper() + one.value[1:])
                                                 for one in PhoneLine],
        "profiles": _words(Profile), "conditions": _words(Condition),
        "answers": [("yes", "Yes"), ("no", "No"), ("unknown", "Not asked yet")],
        "scale": feelings.scale(), "worried_question": rules.worried_question,
        "safe_question": rules.safe_question,
        "reasons": [(reason, reason[:1].upper() + reason[1:]) for reason in rules.end_reasons]}


def _words(kind: Any) -> list[tuple[str, str]]:
    return [(one.value, one.value[:1].upper() + one.value[1:]) for one in kind]
