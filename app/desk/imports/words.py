"""What a victim list says, as the officer reads it."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import Any

from app import spoken
from outreach.casework import fraud_types
from outreach.casework.imports.columns import fields
from outreach.casework.imports.record import State
from outreach.foundation import telephones
from outreach.foundation.force import current

STATES = {State.UPLOADED: ("Columns to choose", "waiting"), State.CHECKING: ("Being checked", "going"),
          State.CHECKED: ("Ready to look at", "waiting"), State.COMMITTING: ("Being brought in", "going"),
          State.COMMITTED: ("Brought in", "done"), State.UNDOING: ("Being undone", "going"),
          State.UNDONE: ("Undone", "off"), State.REFUSED: ("Could not be read", "wrong")}
# What tells two people apart, in the order in which an officer compares them.
COMPARED = ("title", "first_name", "last_name", "born_on", "age_estimate", "gender", "phones", "email",
            "address_line_1", "address_line_2", "town", "postcode", "national_reference")


def label(field: str) -> str:
    """A field's name on the page."""
    return "Phones" if field == "phones" else fields().get(field, field.replace("_", " ").capitalize())


def told(field: str, value: Any) -> str:
    """A value of a row, or of a record, in words; "" for nothing."""
    if value in (None, "", [], "unknown"):
        return ""
    match field:
        case "born_on" | "reported_on":
            return spoken.day(date.fromisoformat(value) if isinstance(value, str) else value)
        case "phones":
            return ", ".join(telephones.spoken(phone["number"]) + _note(phone) for phone in value)
        case "lost":
            return spoken.pounds(Decimal(value) / 100)
        case "fraud_type":
            return fraud_types.label(value)
        case "vulnerability":
            known = current().need.factors
            return ", ".join(known[code].words if code in known else code for code in value)
        case "safe_from" | "safe_until":
            return spoken.at_clock(time.fromisoformat(value) if isinstance(value, str) else value)
    return str(value.value) if isinstance(value, Enum) else str(value)


def name_in(values: Mapping[str, Any]) -> str:
    """What to call whoever a row is about."""
    parts = (values.get("title"), values.get("first_name"), values.get("last_name"))
    return " ".join(part for part in parts if part) or "No name"


def compared(one: Mapping[str, Any], other: Mapping[str, Any]) -> Sequence[tuple[str, str, str]]:
    """Two people field by field: (label, one, other); what neither has is left out."""
    rows = [(label(field), told(field, one.get(field)), told(field, other.get(field))) for field in COMPARED]
    return [row for row in rows if row[1] or row[2]]


def comes_to(counts: Mapping[str, int]) -> str:
    """An import's figures in one line."""
    said = [(counts.get("new", 0), "new"), (counts.get("updated", 0), "updated"),
            (counts.get("to_review", 0), "to review"), (counts.get("errors", 0), "with errors"),
            (counts.get("left_out", 0), "left out")]
    return ", ".join(f"{number:,} {words}" for number, words in said if number)


def _note(phone: Mapping[str, str]) -> str:
    return f" ({phone['note']})" if phone.get("note") else ""
