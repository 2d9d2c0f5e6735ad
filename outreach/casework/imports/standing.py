"""What stands on record about one person while a list is entered, and what the list adds to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from outreach.casework import need
from outreach.casework.imports.bulk import Bulk, as_json, from_json, record
from outreach.casework.victims import Victim
from outreach.foundation import clock
from outreach.foundation.force import current

# What a list may say of a person, in the order of the record. "kind" is filled for somebody new only.
FIELDS = ("title", "first_name", "last_name", "gender", "born_on", "age_estimate", "address_line_1",
          "address_line_2", "town", "postcode", "district", "email", "preferred_channel", "lives_alone",
          "may_leave_message", "may_post", "may_text", "may_email", "may_visit", "safe_from", "safe_until",
          "who_may_answer")
_FIELDS, _TIMES = frozenset(FIELDS), frozenset({"safe_from", "safe_until"})
COLUMNS = tuple(column.name for column in Victim.__table__.columns)
FOUND_BY = frozenset({"first_name", "last_name", "town", "postcode", "born_on"})
MATCHED_BY = frozenset({"title", "gender", "email", "address_line_1", "address_line_2", *FOUND_BY})
_SAFETY = frozenset({"may_leave_message", "may_post", "may_text", "may_email", "may_visit"})
_ADDRESS = ("address_line_1", "address_line_2", "town", "postcode")
_NEED = ("need_score", "band", "need_reasons")
_BLANK = (None, "", "unknown")


@dataclass(slots=True)
class Standing:
    """One person: the record's columns as the driver has them, telephones, what the reports add up to."""

    facts: dict[str, Any]
    is_new: bool = False
    phones: list[str] = field(default_factory=list)
    references: set[str] = field(default_factory=set)
    reports: list[str | None] = field(default_factory=list)    # the day of each, None where not known
    lost: int = 0                   # pence
    suspect_known: bool = False
    has_follow_up: bool = False
    changed: set[str] = field(default_factory=set)

    @property
    def id(self) -> int:
        """The victim's id."""
        return int(self.facts["id"])

    def fill_in(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Fill what is blank from a row, never what says something else (a "no" to a way of reaching them
        excepted). Gives what stood there before."""
        blank = [name for name in FIELDS if name in values
                 and (self._is_blank(name) or self._is_now_unsafe(name, values[name]))]
        before = {name: self.facts[name] for name in blank}
        self.facts.update({name: stored(name, values[name]) for name in blank})
        codes = sorted({*from_json(self.facts["vulnerability"]), *values.get("vulnerability", ())})
        if len(codes) > len(from_json(self.facts["vulnerability"])):
            before["vulnerability"], self.facts["vulnerability"] = self.facts["vulnerability"], as_json(codes)
        self.changed |= before.keys()
        return before

    def _is_now_unsafe(self, name: str, value: Any) -> bool:
        """A list's "no" to a way of reaching somebody stands against a "yes" on record."""
        return name in _SAFETY and value == "no" and self.facts[name] != "no"

    def _is_blank(self, name: str) -> bool:
        if name == "age_estimate" and self.facts["born_on"]:
            return False
        if name in _ADDRESS:        # half of one address and half of another is nowhere
            return all(self.facts[line] in _BLANK for line in _ADDRESS)
        return self.facts[name] in _BLANK

    def differs(self, values: Mapping[str, Any]) -> list[str]:
        """Names of the fields in which a row says something else than the record, which is left as it is."""
        return [name for name in FIELDS if name in values and self.facts[name] not in _BLANK
                and not _alike(stored(name, values[name]), self.facts[name])]

    def reckon(self) -> dict[str, Any]:
        """Reckon the need anew. Gives what stood there before, where it changed."""
        facts = self.facts
        born = facts["born_on"]
        found = _need(
            _age(str(born) if born else None, facts["age_estimate"], clock.today()), facts["vulnerability"],
            facts["lives_alone"] == "yes", _step(self.lost), self._is_repeat(), self.suspect_known,
            facts["first_reached_at"] is not None)
        return self.put(dict(zip(_NEED, found, strict=True)) | self._assessed())

    def _assessed(self) -> dict[str, Any]:
        """The band of an assessment, where one stands: no list overrules a person's judgement."""
        band, on = self.facts["assessed_band"], self.facts["assessed_on"]
        stands = band and need.assessment_stands(date.fromisoformat(str(on)))
        return {"band": band} if stands else {}

    def _is_repeat(self) -> bool:
        """By the force's rule, as `need.is_repeat_victim` has it."""
        if len(self.reports) < 2:       # most people have one
            return False
        rule = current().households
        return need.is_repeat([date.fromisoformat(day) if day else None for day in self.reports],
                              rule.repeat_victim_months, rule.repeat_victim_incidents)

    def put(self, values: dict[str, Any]) -> dict[str, Any]:
        """Set columns. Gives what stood there before, where it changed."""
        before = {name: self.facts[name] for name, value in values.items() if self.facts[name] != value}
        self.facts.update(values)
        self.changed |= before.keys()
        return before


@lru_cache(maxsize=10_000)
def _need(age: int | None, codes: str, lives_alone: bool, lost: int, repeat: bool, suspect_known: bool,
          reached: bool) -> tuple[int, str, str]:
    """Score, band and reasons as they are stored. `lost` in pounds; many people are alike in all of this."""
    factors = json.loads(codes)
    if lives_alone and "lives_alone" not in factors:
        factors.append("lives_alone")
    found = need.reckon(need.Facts(age=age, factors=factors, lost=Decimal(lost), reports=1 + repeat,
                                   suspect_known=suspect_known, reached=reached, repeat=repeat), current())
    return found.score, found.band.value, as_json(found.reasons)


def _step(pence: int) -> int:
    """The highest of the sums (pounds) that count for need, and that this one reaches."""
    return max((pounds for pounds in current().need.lost if pounds * 100 <= pence), default=0)


def new(victim_id: int, values: Mapping[str, Any], **more: Any) -> Standing:
    """Somebody whom a row brings in."""
    facts = {**_blank_record(), "id": victim_id, "kind": values.get("kind", "individual"), **more}
    for name, value in values.items():
        if name in _FIELDS:
            facts[name] = value
    for name in _TIMES & values.keys():
        facts[name] = stored(name, values[name])
    if "vulnerability" in values:
        facts["vulnerability"] = as_json(values["vulnerability"])
    return Standing(facts, is_new=True)


def of_record(bulk: Bulk, found: Any) -> Standing:
    """Somebody on record, from every one of `COLUMNS`."""
    return Standing(record(bulk, COLUMNS, found))


def stored(name: str, value: Any) -> Any:
    """A value of a row as its column keeps it: a time of day has its seconds."""
    return f"{value}:00.000000" if name in _TIMES and len(value) == 5 else value


def _alike(one: Any, other: Any) -> bool:
    """Capitals, and how a time is written, make no difference."""
    return str(one).casefold().removesuffix(".000000") == str(other).casefold().removesuffix(".000000")


@cache
def _blank_record() -> dict[str, Any]:
    """Every column at its default."""
    facts: dict[str, Any] = {}
    for column in Victim.__table__.columns:
        default = getattr(column.default, "arg", None)
        default = None if callable(default) else default
        facts[column.name] = getattr(default, "value", default)
    return facts | {"vulnerability": "[]", "need_reasons": "[]"}


@cache
def _age(born: str | None, estimate: int | None, today: date) -> int | None:
    return need.age_on(today, date.fromisoformat(born) if born else None, estimate)
