"""What the forms about a victim ask: who, where, how to contact safely, how they live, what happened."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from app.forms import BirthDate, Blank, Form, Phone, Postcode, Pounds, Time, UkDate
from outreach.casework.fraud_reports import FirstContact, Payment, Source
from outreach.casework.fraud_types import fraud_types, nfib_codes
from outreach.casework.safe_contact import Answer, Channel
from outreach.casework.victims import Format, Kind, Victim, entering
from outreach.foundation import force
from outreach.foundation.telephones import numbers_in, spoken

MOST_PHONES = 6


def at_most(limit: int) -> AfterValidator:
    """Text of no more than so many characters."""
    def check(text: str) -> str:
        if len(text) > limit:
            raise ValueError(f"Shorten this to {limit} characters or fewer")
        return text
    return AfterValidator(check)


def _numbers(typed: Any) -> list[tuple[str, str]]:
    """One number to a line, with whose it is beside it: (E.164, note) pairs, each number once."""
    found = {phone.number: phone.note for line in str(typed).splitlines() if line.strip()
             for phone in numbers_in(line)}
    if len(found) > MOST_PHONES:
        raise ValueError(f"Enter {MOST_PHONES} phone numbers or fewer")
    return [*found.items()]


def _email(text: str) -> str:
    name, _, place = text.lower().partition("@")
    if not name or "." not in place.strip(".") or any(odd in text for odd in " ,;<>") or len(text) > 254:
        raise ValueError("Enter an email address in the correct format, like name@example.org")
    return f"{name}@{place}"


def _known_factors(codes: list[str]) -> list[str]:
    return [code for code in codes if code.replace("_", "").isalnum() and len(code) < 40]


Name = Annotated[str, at_most(100)]
Line = Annotated[str, at_most(120)]
Story = Annotated[str, at_most(4000)]
Phones = Annotated[Any, BeforeValidator(_numbers)]
Email = Annotated[str, AfterValidator(_email)]
Asked = Annotated[Answer, Blank]
Ticked = Annotated[bool, Blank]


class PersonForm(Form):
    messages = {"last_name": "Enter a last name, or the name of the business or charity",
                "age_estimate": "Enter an age in years, like 82"}

    kind: Annotated[Kind, Blank] = Kind.INDIVIDUAL
    title: Annotated[Name, Blank] = ""
    first_name: Annotated[Name, Blank] = ""
    last_name: Annotated[Name, Field(min_length=1)]
    named_business_contact: Annotated[Name, Blank] = ""
    born_on: Annotated[BirthDate | None, Blank] = None
    age_estimate: Annotated[int | None, Field(ge=0, le=120), Blank] = None
    gender: Annotated[Name, Blank] = ""


class WhereaboutsForm(Form):
    phones: Annotated[Phones, Blank] = []
    email: Annotated[Email, Blank] = ""
    address_line_1: Annotated[Line, Blank] = ""
    address_line_2: Annotated[Line, Blank] = ""
    town: Annotated[Line, Blank] = ""
    postcode: Annotated[Postcode, Blank] = ""
    district: Annotated[Line, Blank] = ""


class SafetyForm(Form):
    may_leave_message: Asked = Answer.UNKNOWN
    may_post: Asked = Answer.UNKNOWN
    may_text: Asked = Answer.UNKNOWN
    may_email: Asked = Answer.UNKNOWN
    may_visit: Asked = Answer.UNKNOWN
    safe_from: Annotated[Time | None, Blank] = None
    safe_until: Annotated[Time | None, Blank] = None
    who_may_answer: Annotated[Line, Blank] = ""
    preferred_channel: Annotated[Channel | None, Blank] = None


class CircumstancesForm(Form):
    lives_alone: Asked = Answer.UNKNOWN
    vulnerability: Annotated[list[str], AfterValidator(_known_factors)] = []
    language: Annotated[Name, Blank] = ""
    interpreter: Ticked = False
    format: Annotated[Format, Blank] = Format.STANDARD
    supporter_name: Annotated[Name, Blank] = ""
    supporter_relationship: Annotated[Name, Blank] = ""
    supporter_phone: Annotated[Phone, Blank] = ""
    supporter_consent: Asked = Answer.UNKNOWN
    power_of_attorney: Annotated[Name, Blank] = "unknown"
    enhanced_rights: Ticked = False
    enhanced_rights_basis: Annotated[Line, Blank] = ""


class ReportForm(Form):
    messages = {"fraud_type": "Choose the kind of fraud"}

    fraud_type: Annotated[str, Field(min_length=1, max_length=40)]
    source: Annotated[Source, Blank] = Source.CALL_FOR_SERVICE
    reported_on: Annotated[UkDate | None, Blank] = None
    lost: Annotated[Pounds | None, Blank] = None
    recovered: Annotated[Pounds | None, Blank] = None
    national_reference: Annotated[Line, Blank] = ""
    force_occurrence: Annotated[Line, Blank] = ""
    nfib_code: Annotated[Name, Blank] = ""
    first_contact: Annotated[FirstContact | None, Blank] = None
    payment: Annotated[Payment | None, Blank] = None
    suspect_known: Ticked = False
    under_investigation: Ticked = False
    summary: Annotated[Story, Blank] = ""


class FirstReportForm(ReportForm):
    """The same inside the form for a new victim, where no report need be known yet."""

    fraud_type: Annotated[str, Field(max_length=40), Blank] = ""


class NewVictimForm(FirstReportForm, CircumstancesForm, SafetyForm, WhereaboutsForm, PersonForm):
    messages = {**PersonForm.messages, **FirstReportForm.messages}


class LookForm(WhereaboutsForm, PersonForm):
    """As much of a victim as has been typed so far, to see whether they are known."""

    last_name: Annotated[Name, Blank] = ""


def typed_phones(victim: Victim) -> str:
    """A victim's numbers as they would be typed: one to a line, with whose it is."""
    return "\n".join(f"{spoken(number)} {note}".strip() for number, note in entering.phones_of(victim))


def held(victim: Victim) -> dict[str, Any]:
    """What a form about this victim starts from."""
    return held_by(victim, entering.DETAILS) | {"phones": typed_phones(victim)}


def held_by(record: Any, names: Iterable[str]) -> dict[str, Any]:
    """Details off a record, ready for a form: a box that is ticked says yes, any other nothing."""
    found = {name: getattr(record, name) for name in names}
    return {name: ("yes" if value else "") if isinstance(value, bool) else value
            for name, value in found.items()}


def typed_now(form: type[Form], victim: Victim) -> dict[str, Any]:
    """The record as text, as the form would show it if it were opened now."""
    return form.blank(**held(victim)).typed


def districts(chosen: str = "") -> list[tuple[str, str]]:
    """The force's districts, and the one on the record where it is no longer among them."""
    names = [district.name for district in force.current().districts]
    return [(name, name) for name in [*names, *([chosen] if chosen and chosen not in names else [])]]


def factors(chosen: list[str]) -> list[tuple[str, str]]:
    """What makes somebody vulnerable, in words; and codes on the record that are no longer on the list."""
    known = {code: weight.words[:1].upper() + weight.words[1:]
             for code, weight in force.current().need.factors.items() if code != "lives_alone"}
    return [*known.items(), *((code, code.replace("_", " ")) for code in chosen if code not in known)]


CHOICES: dict[str, Callable[[], list[tuple[str, str]]]] = {
    "kinds": lambda: [(kind.value, kind.value.capitalize()) for kind in Kind],
    "answers": lambda: [("yes", "Yes"), ("no", "No"), ("unknown", "Not asked yet")],
    "channels": lambda: [("phone", "Phone"), ("letter", "Letter"), ("email", "Email"), ("visit", "Visit")],
    "formats": lambda: [(way.value, way.value.capitalize()) for way in Format],
    "attorneys": lambda: [("unknown", "Not known"), ("none", "None"), ("applied", "Applied for"),
                          ("in place", "In place")],
    "fraud_kinds": lambda: [(code, kind.label) for code, kind in fraud_types().items()],
    "nfibs": lambda: [(code, f"{code} {nfib.name}") for code, nfib in nfib_codes().items()],
    "sources": lambda: [(source.value, source.value[:1].upper() + source.value[1:]) for source in Source],
    "contacts": lambda: [(way.value, way.value.capitalize()) for way in FirstContact],
    "payments": lambda: [(way.value, way.value.capitalize()) for way in Payment],
}


def choices() -> dict[str, list[tuple[str, str]]]:
    """Every list of options that the forms about a victim offer."""
    return {name: offered() for name, offered in CHOICES.items()}
