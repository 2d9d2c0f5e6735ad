"""A line of Today: one thing to do, why it is there, and how heavy it weighs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from outreach.casework.need import Band

MOST = 200


class Kind(StrEnum):
    """What part of the work a line comes from."""

    WORKER = "worker"
    FOLLOW_UP = "follow-up"
    NOBODY_PLANNED = "nobody planned"
    IMPORT = "import"
    CALL = "call"
    ASSESSMENT = "assessment"
    MEASURE = "measure"
    REFERRAL = "referral"
    DEVICE = "device"
    LETTER = "letter"
    VISIT = "visit"
    VOLUNTEER = "volunteer"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do. `record_type` and `record_id` say where it begins; the face knows the address."""

    weight: int
    kind: Kind
    title: str
    why: str
    record_type: str
    record_id: int | None = None
    due_at: datetime | None = None
    band: Band | None = None
    late: bool = False
    place: str = ""
    assignee: str = ""
    phone: str = ""             # E.164, the first without a note, else the first that is known
    phone_note: str = ""        # what is noted beside it, like "daughter, Anne"
    careful: str = ""           # the rule of safe contact that matters while ringing
    follow_up_id: int | None = None
