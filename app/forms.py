"""What somebody typed into a form, what it means, and what is wrong with it in words that say what to do."""

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.spoken import at_clock
from outreach.foundation import dates, telephones

CHECK = "Check this answer"
HIDDEN_CHARACTER = "Take out the hidden character: delete this answer and type it again"
_POSTCODE = re.compile(r"(GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})")
_CLOCK = re.compile(r"(\d{1,2})(?:[:. ]?(\d{2}))? ?([ap]\.?m\.?)?")
_POUNDS = re.compile(r"£? ?(\d{1,3}(,\d{3})+|\d+)(\.\d{1,2})?")
_SPACES = re.compile(r"[ \t\u00a0]+")


def fresh_key() -> str:
    """A key that marks one copy of one form: 128 random bits."""
    return secrets.token_urlsafe(16)


class _Blank:
    """Marks a field that may be left empty: its default then stands, and no other rule is asked."""


def _phone(text: str) -> str:
    return telephones.parse(text)


def _pounds(typed: Any) -> Any:
    if not isinstance(typed, str):
        return typed
    text = _SPACES.sub(" ", typed.strip())
    if not _POUNDS.fullmatch(text):
        raise ValueError("Enter an amount in pounds, like 1,250 or 31.99")
    return Decimal(text.lstrip("£ ").replace(",", ""))


def _postcode(text: str) -> str:
    squeezed = re.sub(r"[\s-]", "", text).upper()
    if not _POSTCODE.fullmatch(squeezed):
        raise ValueError("Enter a postcode, like YO12 4TX")
    return f"{squeezed[:-3]} {squeezed[-3:]}"


def _uk_date(typed: Any) -> Any:
    return _read_date(typed, birth=False)


def _birth_date(typed: Any) -> Any:
    return _read_date(typed, birth=True)


def _read_date(typed: Any, birth: bool) -> Any:
    return dates.read_date(typed, birth=birth) if isinstance(typed, str) else typed


def _time(typed: Any) -> Any:
    if not isinstance(typed, str):
        return typed
    text = typed.strip().lower()
    if text in ("midday", "noon", "midnight"):
        return time(0 if text == "midnight" else 12)
    found = _CLOCK.fullmatch(text)
    hour, minute, half = (int(found[1]), int(found[2] or 0), (found[3] or "")[:1]) if found else (99, 0, "")
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        raise ValueError("Enter a time, like 2:30pm or 14:30")
    return time(hour % 12 + 12 * (half == "p") if half else hour, minute)


Blank = _Blank()                                         # nothing typed means the default (None)
Needed = Annotated[str, Field(min_length=1)]             # something has to be typed
Phone = Annotated[str, AfterValidator(_phone)]           # E.164, "+441632960001"
Pounds = Annotated[Decimal, BeforeValidator(_pounds)]    # Decimal pounds, from "£1,250.50"
Postcode = Annotated[str, AfterValidator(_postcode)]     # "YO12 4TX"
UkDate = Annotated[date, BeforeValidator(_uk_date)]      # from "27 3 1951", "27/3/51", "27 March 1951"
BirthDate = Annotated[date, BeforeValidator(_birth_date)]  # the same, in the past
Time = Annotated[time, BeforeValidator(_time)]           # wall clock, from "2:30pm", "14.30", "9am"


class Form(BaseModel):
    """A form: its fields with their types, and the sentence for each field that cannot be read.

    `messages` is used where a field is missing or unfit; a type that says more ("There is no such day …")
    speaks for itself. A field annotated as a list takes every box ticked.
    """

    model_config = ConfigDict(str_strip_whitespace=True)
    messages: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def blank(cls, **start: Any) -> "Filled[Self]":
        """An empty form, or one that starts from what the record holds."""
        names = cls.model_fields
        typed = {name: as_typed(start.get(name), many=name in cls._lists()) for name in names}
        return Filled(typed, {}, None)

    @classmethod
    def read(cls, posted: Mapping[str, Any]) -> "Filled[Self]":
        """Read what was sent. What was typed is kept as it was, whatever is wrong with it."""
        typed = {name: _sent(posted, name, many=name in cls._lists()) for name in cls.model_fields}
        hidden = {name: HIDDEN_CHARACTER for name, text in typed.items() if "\x00" in "".join(text)}
        if hidden:
            return Filled(typed, hidden, None)
        try:
            return Filled(typed, {}, cls.model_validate(cls._answered(typed)))
        except ValidationError as invalid:
            return Filled(typed, cls._sentences(invalid), None)

    @classmethod
    def _answered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        may_be_empty = {name for name, field in cls.model_fields.items() if Blank in field.metadata}
        return {name: text for name, text in typed.items() if name not in may_be_empty or text.strip()}

    @classmethod
    def _lists(cls) -> set[str]:
        return {name for name, field in cls.model_fields.items() if _is_list(field.annotation)}

    @classmethod
    def _sentences(cls, invalid: ValidationError) -> dict[str, str]:
        found: dict[str, str] = {}
        for error in invalid.errors():
            name = str(error["loc"][0]) if error["loc"] else ""
            own = str(error["ctx"]["error"]) if error["type"] == "value_error" else ""
            found.setdefault(name, own or cls.messages.get(name, CHECK))
        order = list(cls.model_fields)
        return dict(sorted(found.items(), key=lambda item: order.index(item[0]) if item[0] in order else -1))


F = TypeVar("F", bound=Form)


class Filled(Generic[F]):
    """A form with somebody's answers: `typed` (text as typed), `errors` (field to sentence, in page order),
    `data` (the form when everything can be read, else None)."""

    def __init__(self, typed: dict[str, Any], errors: dict[str, str], data: F | None) -> None:
        self.typed, self.errors, self.data = typed, errors, data

    @property
    def values(self) -> dict[str, Any]:
        """What the answers mean. Raises ValueError on a form that could not be read."""
        if self.data is None:
            raise ValueError("this form has errors: ask for .errors first")
        return {name: getattr(self.data, name) for name in type(self.data).model_fields}

    def wrong(self, field: str, sentence: str) -> Self:
        """Attach what the domain refused to the field it is about ("" for the whole form)."""
        self.errors.setdefault(field, sentence)
        return self


def as_typed(value: Any, *, many: bool = False) -> Any:
    """A value as somebody would type it into a field: 27 3 1951, 1250.50, 01632 960 001, 2:30pm."""
    if many:
        return [as_typed(one) for one in value or ()]
    match value:
        case None:
            return ""
        case Enum():
            return str(value.value)
        case datetime():
            return value.isoformat(timespec="minutes")
        case date():
            return f"{value.day} {value.month} {value.year}"
        case time():
            return at_clock(value)
        case str() if value.startswith("+") and value[1:].isdigit():
            return telephones.spoken(value)
        case _:
            return str(value)


def _sent(posted: Mapping[str, Any], name: str, *, many: bool) -> Any:
    if many:
        all_sent: Iterable[Any] = posted.getlist(name) if hasattr(posted, "getlist") else posted.get(name, ())
        return [_tidy(text) for text in all_sent if isinstance(text, str) and text]
    return _tidy(posted.get(name))


def _tidy(text: Any) -> str:
    """One kind of line end; a file, which no field of text can hold, counts as nothing typed."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else ""


def _is_list(annotation: Any) -> bool:
    found = get_origin(annotation) or annotation
    return found in (list, set, tuple, frozenset) or any(_is_list(one) for one in get_args(annotation)
                                                         if found is Annotated)
