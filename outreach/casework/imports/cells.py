"""One row of a victim list, cell by cell: what it says, what is wrong with it, and what was guessed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from typing import Any

from outreach.casework import fraud_types
from outreach.casework.imports import choices, people, places, reports, tidy
from outreach.casework.imports.choices import NOTHING, Finding
from outreach.foundation import clock, telephones

ROW = "row"             # where a sentence about the whole row stands among errors and warnings
CANNOT_BE_READ = "There is a character in this cell that cannot be read. Type the cell again"
LONGEST_REMEMBERED = 200
MOST_REMEMBERED = 20_000

Reader = Callable[[str], Finding]


@dataclass(slots=True)
class CheckedRow:
    """A row of a list: `number` counts the people in it from 1; `cells` are as the list has them.

    `values`: field → value, ready for JSON (dates "1951-03-27", times "09:30", money in pence, `phones` a
    list of {number, as_typed, note}); a field with nothing in it is left out. `errors` and `warnings`: field
    (or "row") → sentence. An error keeps the row out until a cell is repaired; a warning does not.
    """

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)


def check(cells: Sequence[str], mapping: Mapping[str, str], columns: Sequence[str], *, number: int = 0,
          today: date | None = None) -> CheckedRow:
    """Check one row again, as after a repair on the page. `mapping` is field → column."""
    return _checker(tuple(columns), tuple(mapping.items()), today or clock.today()).check(number, list(cells))


class Checker:
    """Checks row after row of one list, and remembers what it has understood before."""

    def __init__(self, columns: Sequence[str], mapping: Mapping[str, str], today: date | None = None) -> None:
        readers = _readers(mapping, today or clock.today())
        place = {column: n for n, column in enumerate(columns)}
        order = [name for name in _ORDER if name in mapping]
        self.width = len(columns)
        self.columns = columns
        self._plan = [(place[mapping[name]], name, Understood(readers[name])) for name in order]
        self._phones = [(place[mapping[name]], name, Understood(phones)) for name in _PHONES
                        if name in mapping]
        self._alone = "lives_alone" not in mapping
        self._name = "full_name" if "full_name" in mapping else "last_name"

    def check(self, number: int, cells: list[str]) -> CheckedRow:
        """One row, as in `CheckedRow`. Short rows are filled up, cells beyond the last column left out."""
        row = self.read(number, cells)
        if len(row.errors) > 1:
            _say_if_shifted(row, self)
        return row

    def read(self, number: int, cells: list[str]) -> CheckedRow:
        """The same without looking for cells that were shifted."""
        warnings: dict[str, str] = {}
        if len(cells) != self.width:
            cells = self._fitted(cells, warnings)
        values: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for place, name, understood in self._plan:
            text = cells[place]
            if text:
                value, wrong, remark = understood[text]
                if value is not None:
                    if type(value) is dict:
                        for also, part in value.items():
                            values.setdefault(also, part)
                    else:
                        values[name] = value
                if wrong:
                    errors[name] = wrong
                if remark:
                    warnings[name] = remark
        self._read_phones(cells, values, errors, warnings)
        self._finish(cells, values, errors, warnings)
        return CheckedRow(number, cells, values, errors, warnings)

    def _read_phones(self, cells: list[str], values: dict[str, Any], errors: dict[str, str],
                     warnings: dict[str, str]) -> None:
        found: list[dict[str, str]] = []
        for place, name, understood in self._phones:
            text = cells[place]
            if text:
                numbers, wrong, remark = understood[text]
                if numbers:
                    found += [one for one in numbers if all(one["number"] != had["number"] for had in found)]
                if wrong:
                    errors[name] = wrong
                if remark:
                    warnings[name] = remark
        if found:
            values["phones"] = found

    def _finish(self, cells: list[str], values: dict[str, Any], errors: dict[str, str],
                warnings: dict[str, str]) -> None:
        """What can only be said when the whole row has been read."""
        if "last_name" not in values and self._name not in errors:
            errors[self._name] = people.LAST_NAME_MISSING
        if places.MORE in values:
            _place_further_lines(values)
        if "fraud_type" not in values and "nfib_code" in values:
            values["fraud_type"] = fraud_types.type_of_nfib(values["nfib_code"]) or "other"
        if self._alone and "lives_alone" in values.get("vulnerability", ()):
            values["lives_alone"] = "yes"
        if not cells[-1]:
            self._say_if_cut_off(cells, warnings)

    def _fitted(self, cells: list[str], warnings: dict[str, str]) -> list[str]:
        extra = [text for text in cells[self.width:] if text.strip()]
        if extra:
            warnings[ROW] = (f"This row has more cells than the list has columns: “{extra[0][:60]}” "
                             "was not read. Check that the other cells stand where they should")
        return cells[:self.width] + [""] * (self.width - len(cells))

    def _say_if_cut_off(self, cells: list[str], warnings: dict[str, str]) -> None:
        filled = max((n for n, text in enumerate(cells, 1) if text), default=0)
        if self.width - filled >= max(5, self.width // 3):
            warnings.setdefault(ROW, f"This row stops after “{self.columns[filled - 1]}”: "
                                     "check that nothing is missing")


class Understood(dict[str, Finding]):
    """What one column's cells meant so far: the same words are not puzzled out twice."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self._reads = read

    def __missing__(self, text: str) -> Finding:
        found = self._understand(text)
        if len(text) < LONGEST_REMEMBERED:
            if len(self) > MOST_REMEMBERED:
                self.clear()
            self[text] = found
        return found

    def _understand(self, text: str) -> Finding:
        if tidy.UNREADABLE in text and self._reads is not reports.summary:
            return (None, CANNOT_BE_READ, "")       # in a name or a number one lost character is one too many
        if text.startswith('="') and text.endswith('"'):     # how spreadsheets are told "this is text"
            text = text[2:-1]
        value, wrong, remark = self._reads(text) if text.strip() else NOTHING
        if "\ufffd" in text and not wrong:
            remark = "A letter in this cell could not be read: check it"
        return (value, wrong, remark)


def phones(text: str) -> Finding:
    """Every number in a cell as {number, as_typed, note}."""
    plainly = telephones.plainly(text)
    if plainly:
        return ([{"number": plainly, "as_typed": text.strip(), "note": ""}], "", "")
    try:
        found = telephones.numbers_in(text)
    except telephones.NotATelephone as wrong:
        return NOTHING if choices.is_nothing(tidy.one_line(text)) else (None, str(wrong), "")
    remark = next((one.remark for one in found if one.remark), "")
    return ([{"number": one.number, "as_typed": tidy.one_line(one.as_typed),
              "note": tidy.one_line(one.note)[:100]} for one in found], "", remark)


def moved_back(cells: Sequence[str], mapping: Mapping[str, str], columns: Sequence[str]) -> list[str] | None:
    """The row with its cells moved back where a blank too many has shifted them; None where none has."""
    checker = _checker(tuple(columns), tuple(mapping.items()), clock.today())
    found = _put_right(checker.check(0, list(cells)), checker)
    return found[1] if found else None


def _say_if_shifted(row: CheckedRow, checker: Checker) -> None:
    found = _put_right(row, checker)
    if found:
        row.errors[ROW] = (f"From “{checker.columns[found[0]]}” on, the cells stand in the wrong columns. "
                           "Move them back, or put each cell right")


def _put_right(row: CheckedRow, checker: Checker) -> tuple[int, list[str]] | None:
    """Where a row was shifted, and the row put right: tried at every blank, believed if no error is left."""
    wrong = len([name for name in row.errors if name != ROW])
    if wrong < 2:
        return None
    for place, text in enumerate(row.cells):
        if not text:
            moved = row.cells[:place] + row.cells[place + 1:] + [""]
            if not checker.read(0, moved).errors:
                return place, moved
    return None


def _place_further_lines(values: dict[str, Any]) -> None:
    """Further lines of an address cell: the second line, unless they only repeat the town or postcode."""
    known = {str(values.get(name, "")).casefold() for name in ("town", "postcode", "address_line_2")}
    more = [line for line in values.pop(places.MORE) if line.casefold() not in known]
    if more:
        second = [*more, *filter(None, [values.get("address_line_2")])]
        values["address_line_2"] = ", ".join(second)


@lru_cache(maxsize=8)
def _checker(columns: tuple[str, ...], mapping: tuple[tuple[str, str], ...], today: date) -> Checker:
    return Checker(columns, dict(mapping), today)


def _readers(mapping: Mapping[str, str], today: date) -> dict[str, Reader]:
    whole = "postcode" not in mapping and "town" not in mapping
    return _READERS | {"born_on": partial(people.born_on, today=today),
                       "reported_on": partial(reports.reported_on, today=today),
                       "address_line_1": places.whole_address if whole else places.address}


def _words(text: str) -> Finding:
    line = tidy.one_line(text)
    return NOTHING if choices.is_nothing(line) else (line[:200] or None, "", "")


def _of_one_line(read: Reader) -> Reader:
    return lambda text: read(tidy.one_line(text))


_PHONES = ("phone", "mobile")
_READERS: dict[str, Reader] = {
    "kind": _of_one_line(choices.kind), "title": people.title, "first_name": people.first_name,
    "last_name": people.last_name, "full_name": people.full_name, "age_estimate": people.age,
    "gender": _of_one_line(choices.gender), "email": people.email,
    "address_line_2": places.line, "town": places.line, "postcode": places.postcode,
    "district": places.district,
    "preferred_channel": _of_one_line(choices.channel), "vulnerability": choices.factors,
    **dict.fromkeys(("lives_alone", "may_leave_message", "may_post", "may_text", "may_email", "may_visit"),
                    _of_one_line(choices.answer)),
    "safe_from": reports.clock, "safe_until": reports.clock, "who_may_answer": _words,
    "national_reference": reports.reference, "force_occurrence": reports.occurrence,
    "nfib_code": reports.nfib_code, "fraud_type": reports.fraud_type, "lost": reports.lost,
    "summary": reports.summary,
}
# A column of its own outranks what another cell says in passing ("Mrs Jean" as a first name): it comes first
_ORDER = ("kind", "title", "age_estimate", "address_line_2", "town", "postcode", "first_name", "last_name",
          "full_name", "gender", "born_on", "address_line_1", "district", "email", "preferred_channel",
          "vulnerability", "lives_alone", "may_leave_message", "may_post", "may_text", "may_email",
          "may_visit", "safe_from", "safe_until", "who_may_answer", "national_reference", "force_occurrence",
          "reported_on", "nfib_code", "fraud_type", "lost", "summary")
