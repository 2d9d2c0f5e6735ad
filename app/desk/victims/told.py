"""A victim's record in words: who, how to contact safely, and every detail, as an officer would say them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app import spoken
from app.desk.victims import fields
from app.forms import Form
from outreach.casework import need, safe_contact
from outreach.casework.safe_contact import Answer
from outreach.casework.victims import Kind, Victim

Rows = Sequence[tuple[str, str]]
_ASKED = {Answer.YES: "Yes", Answer.NO: "No", Answer.UNKNOWN: "Not asked yet"}
_SAFE = {
    "Leave a message": ("Messages may be left", "Leave no message", "Ask before leaving a message"),
    "Post": ("Letters welcome", "No letters", "Ask before posting"),
    "Text": ("Texts welcome", "No texts", "Ask before texting"),
    "E-mail": ("E-mails welcome", "No e-mails", "Ask before e-mailing"),
    "Visit": ("Visits welcome", "No visits", "Ask before visiting")}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the details, which opens in place: its name in the address, its heading and its form."""

    name: str
    heading: str
    form: type[Form]


PARTS = {part.name: part for part in (
    Part("person", "Who they are", fields.PersonForm),
    Part("whereabouts", "Where and how to reach them", fields.WhereaboutsForm),
    Part("safe-contact", "Safe contact", fields.SafetyForm),
    Part("circumstances", "Circumstances", fields.CircumstancesForm))}


def facts(victim: Victim) -> list[str]:
    """The line under the name: age and place."""
    age = f"{'' if victim.born_on else 'about '}{victim.age} years old" if victim.age is not None else ""
    kind = "" if victim.kind is Kind.INDIVIDUAL else victim.kind.capitalize()
    district = victim.district if victim.district != victim.town else ""
    return [fact for fact in (kind, age, victim.town, victim.postcode, district) if fact]


def badges(victim: Victim) -> list[str]:
    """What must not be overlooked, beside the band."""
    shown = ((victim.deceased_on, "Has died"), (victim.restricted, "Restricted"),
             (need.is_repeat_victim(victim), "Repeat victim"),
             (victim.adult_at_risk, "Adult at risk"), (victim.enhanced_rights, "Enhanced rights"))
    return [words for is_so, words in shown if is_so]


def why(victim: Victim) -> str:
    """Why the band is what it is: who judged it, or what the points are for."""
    words = need.in_words(victim.need_reasons)
    words = words[:1].upper() + words[1:]
    if not need.assessment_stands(victim.assessed_on):
        return words
    return f"Assessed on {spoken.day(victim.assessed_on)}. {words}"


def safe(victim: Victim) -> list[tuple[str, str, str]]:
    """Every rule of safe contact as (question, answer, what to do)."""
    return [(question, answer.value, _SAFE[question][(Answer.YES, Answer.NO, Answer.UNKNOWN).index(answer)])
            for question, answer in safe_contact.rules(victim)]


def safe_words(victim: Victim) -> str:
    """Whom to speak to, the hours, who may answer, and the way they like best."""
    contact = victim.kind is not Kind.INDIVIDUAL and victim.named_business_contact
    said = [contact and f"Speak only to {contact}.", hours(victim),
            victim.who_may_answer and f"May answer: {victim.who_may_answer}.",
            victim.preferred_channel and f"Prefers {victim.preferred_channel}.",
            victim.language and f"Speaks {victim.language}"
            f"{', with an interpreter' if victim.interpreter else ''}."]
    return " ".join(words for words in said if words)


def hours(victim: Victim) -> str:
    """When somebody may be rung, as a sentence; "" at any time."""
    start, end = spoken.at_clock(victim.safe_from), spoken.at_clock(victim.safe_until)
    if start and end:
        return f"Between {start} and {end}."
    return f"Not before {start}." if start else f"Not after {end}." if end else ""


def rows(part: str, victim: Victim) -> Rows:
    """One part of the details, line by line."""
    return _ROWS[part](victim)


def _person(victim: Victim) -> Rows:
    birth = spoken.day(victim.born_on) or (f"About {victim.age_estimate} years old"
                                           if victim.age_estimate is not None else "")
    told = [("Name", victim.name), ("Date of birth", birth), ("Gender", victim.gender)]
    if victim.kind is not Kind.INDIVIDUAL:
        told = [("Type", victim.kind.capitalize()), ("Name", victim.name),
                ("Named contact", victim.named_business_contact)]
    return told


def _whereabouts(victim: Victim) -> Rows:
    return [("Phone", fields.typed_phones(victim)), ("Email", victim.email),
            ("Address", "\n".join(victim.address)), ("District", victim.district)]


def _safe_contact(victim: Victim) -> Rows:
    asked = [(question, _ASKED[answer]) for question, answer in safe_contact.rules(victim)]
    return [*asked, ("Hours", hours(victim) or "Any"), ("Who may answer", victim.who_may_answer),
            ("Prefers", (victim.preferred_channel or "").capitalize())]


def _circumstances(victim: Victim) -> Rows:
    vulnerable = need.in_words(victim.vulnerability)
    supporter = ", ".join(filter(None, (victim.supporter_name, victim.supporter_relationship,
                                        spoken.phone(victim.supporter_phone))))
    told = [("Lives alone", _ASKED[victim.lives_alone]),
            ("Vulnerability", vulnerable[:1].upper() + vulnerable[1:] or "None recorded"),
            ("Supporter", supporter or "None recorded"),
            ("Power of attorney", victim.power_of_attorney.replace("unknown", "not known").capitalize())]
    told += [("Language", victim.language)] * bool(victim.language)
    told += [("Format", victim.format.capitalize())] * (victim.format != "standard")
    told += [("Enhanced rights", victim.enhanced_rights_basis or "Yes")] * victim.enhanced_rights
    return told


_ROWS: dict[str, Any] = {"person": _person, "whereabouts": _whereabouts, "safe-contact": _safe_contact,
                         "circumstances": _circumstances}
