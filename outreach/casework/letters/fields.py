"""What may stand in double braces in a letter: what we know ourselves, and what its writer adds."""

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.casework.victims.record import Victim
from outreach.foundation.force import current
from outreach.foundation.permissions import Actor, Role


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the writer of a letter adds: its label on the form, and what stands there when they do not
    ("" means that they must)."""

    label: str
    hint: str = ""
    otherwise: str = ""


FACTS: Mapping[str, Fact] = {
    "appointment": Fact("Day, time and place", "As it is to be read: “Tuesday 3 March at 2pm, at your home”"),
    "agency": Fact("Who it was shared with", "For example: Age UK"),
    "shared": Fact("What was shared", "One thing on each line: your name, your phone number"),
    "bank": Fact("Bank", "Left empty: “your bank”", "your bank"),
    "equipment": Fact("Equipment", "Left empty: “call blocker”", "call blocker"),
    "due": Fact("When", "Left empty: “soon”", "soon"),
}
OURS = ("name", "full_name", "force", "unit", "officer", "role", "police", "emergency", "report_fraud",
        "bank_number", "scam_texts", "reference")
KNOWN = frozenset({*FACTS, *OURS})


def ours(victim: Victim, writer: Actor, reference: str) -> dict[str, str]:
    """What we know ourselves about this letter, by the name of its field."""
    force, numbers = current(), current().numbers
    by_person = writer.role is not Role.SYSTEM
    return {
        "name": victim.spoken_name, "full_name": victim.name, "force": force.name, "unit": force.force.unit,
        "officer": writer.name if by_person else force.name,
        "role": force.force.role_title if writer.role is Role.OFFICER else force.name if by_person else "",
        "police": numbers["police"], "emergency": numbers["emergency"],
        "report_fraud": numbers["report_fraud"], "bank_number": numbers["bank"],
        "scam_texts": numbers["scam_texts"], "reference": reference}
