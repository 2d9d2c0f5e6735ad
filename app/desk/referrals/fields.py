"""What the forms about a referral ask, and how a referral is told at the desk."""

from typing import Annotated, Any

from app.desk.victims.fields import Line, Name, Story
from app.forms import Blank, Form, UkDate
from outreach.casework.referrals import (
    Basis,
    CameBy,
    Consent,
    Method,
    Referral,
    Share,
    Status,
    StepKind,
    sharing,
)

STATES = {Status.DRAFT: ("Draft", "waiting"), Status.SENT: ("Waiting for an answer", "going"),
          Status.ACCEPTED: ("Accepted", "done"), Status.DECLINED: ("Declined", "wrong"),
          Status.REPORTED: ("Reported back", "done"), Status.CLOSED: ("Closed", "off"),
          Status.WITHDRAWN: ("Withdrawn", "off")}
STEPS = {StepKind.SENT: "Sent", StepKind.SENT_AGAIN: "Sent again, with a new link",
         StepKind.POSTED: "Letter posted", StepKind.ACCEPTED: "They accepted",
         StepKind.DECLINED: "They cannot help",
         StepKind.QUESTION: "They asked", StepKind.REPORTED: "They reported back",
         StepKind.REPLY: "We replied", StepKind.CAREFUL: "Safe contact changed: the partner is told",
         StepKind.WITHDRAWN: "Withdrawn", StepKind.CLOSED: "Closed"}
METHODS = [(Method.MAIL.value, "E-mail", "A link and our reference; nothing about the person"),
           (Method.LETTER.value, "Letter", "You print it; it holds what you tick and a code to answer with")]
BASES = [
    (Basis.CONSENT.value, "Consent", "They said yes to this partner having these details"),
    (Basis.VITAL_INTERESTS.value, "Vital interests",
     "To protect somebody’s life or keep them from serious harm"),
    (Basis.PUBLIC_TASK.value, "Public task",
     "Needed to prevent crime or protect people, and no more than is needed"),
    (Basis.SECTION_42.value, "s.42 Care Act",
     "An adult with care and support needs who cannot protect themselves because of them")]
CONSENTS = [(Consent.GIVEN.value, "Given", "They know who gets what, and said yes"),
            (Consent.REFUSED.value, "Refused", "Share only on another ground, and say why"),
            (Consent.LACKS_CAPACITY.value, "Lacks capacity", "Say who judged it, and when"),
            (Consent.NOT_SOUGHT.value, "Not sought", "Say why they were not asked")]
CAME_BY = [(way.value, {"phone": "Phone", "post": "Post", "mail": "E-mail"}[way.value])
           for way in (CameBy.PHONE, CameBy.POST, CameBy.MAIL)]
ANSWERS = [(StepKind.ACCEPTED.value, "They accept"), (StepKind.DECLINED.value, "They cannot help"),
           (StepKind.QUESTION.value, "They ask a question"), (StepKind.REPORTED.value, "They report back")]


class ReferralForm(Form):
    messages = {"agency_id": "Choose the agency"}

    agency_id: int
    recipient: Annotated[Line, Blank] = ""
    method: Annotated[Method | None, Blank] = None
    consent: Annotated[Consent | None, Blank] = None
    consent_reason: Annotated[Story, Blank] = ""
    wishes: Annotated[Story, Blank] = ""
    basis: Annotated[Basis | None, Blank] = None
    shares: list[Share] = []
    happened: Annotated[Story, Blank] = ""
    asks: Annotated[Story, Blank] = ""


class PreviewForm(Form):
    """As much of a referral as the partner's view needs."""

    shares: list[Share] = []
    happened: Annotated[Story, Blank] = ""


class SendForm(Form):
    meant: Annotated[bool, Blank] = False


class ReplyForm(Form):
    words: Annotated[Story, Blank] = ""


class HeardForm(Form):
    messages = {"kind": "Choose what they said", "came_by": "Choose how it came"}

    kind: StepKind
    came_by: Annotated[CameBy, Blank] = CameBy.PHONE
    on: Annotated[UkDate | None, Blank] = None
    said: Annotated[Story, Blank] = ""


class CloseForm(Form):
    result: Annotated[Story, Blank] = ""


class WithdrawForm(Form):
    reason: Annotated[Name, Blank] = ""


def held(referral: Referral) -> dict[str, Any]:
    """What the form of a draft starts from."""
    return {name: getattr(referral, name) for name in ReferralForm.model_fields}


def shares(referral: Referral) -> list[tuple[str, str, str]]:
    """Each detail that may be shared, with what the record holds of it."""
    everything = Referral(victim=referral.victim, shares=[*Share], happened="As you type it below")
    known = dict(sharing.facts(everything))
    return [(share.value, sharing.LABELS[share], known.get(sharing.LABELS[share], "Nothing on record"))
            for share in Share]


def state(referral: Any) -> tuple[str, str]:
    """Where a referral stands, in words and by the colour that goes with them."""
    if getattr(referral, "question_at", None) or getattr(referral, "asked", False):
        return "Asked a question", "wrong"
    if getattr(referral, "is_overdue", False) or getattr(referral, "overdue", False):
        return "Answer overdue", "wrong"
    return STATES[referral.status]
