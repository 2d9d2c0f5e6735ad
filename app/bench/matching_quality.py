"""How often matching is right, asks, or misses, on lists whose truth is known.

    python -m app.bench.matching_quality --rows 100000 --seed 1 --strength 1
    python -m app.bench.matching_quality --list victims.csv --truth victims.truth.csv

A truth file has a row number, a person and a household in each line, in columns `row`, `person` or
`person_id`, `household` or `household_id`.
"""

import argparse
import csv
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from app.bench.victim_lists import Entry, entries
from outreach.casework.imports import matching_report
from outreach.casework.matching import Person, person, report

Pairs = set[tuple[int, int]]
Whose = dict[int, tuple[str, str]]  # row → person and household


@dataclass(frozen=True)
class Outcome:
    """What became of a list: pairs of rows joined, asked about, and truly one person."""

    rows: int
    joined: Pairs
    asked: Pairs
    true: Pairs
    household: Mapping[int, str]

    @property
    def precision(self) -> float:
        """Of the pairs joined without asking."""
        return len(self.joined & self.true) / max(len(self.joined), 1)

    @property
    def recall(self) -> float:
        """Of the true pairs, those joined or asked about."""
        return len((self.joined | self.asked) & self.true) / max(len(self.true), 1)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def wrong_in_one_house(self) -> Pairs:
        """Spouses, namesake children, twins and fellow residents taken for one another."""
        return {(a, b) for a, b in self.joined - self.true if self.household[a] == self.household[b]}

    def figures(self) -> dict[str, float]:
        """For printing: shares to four places, percentages of all rows."""
        in_questions = {row for pair in self.asked for row in pair}
        return {"rows": self.rows, "true_pairs": len(self.true), "joined_pairs": len(self.joined),
                "precision": round(self.precision, 5), "recall": round(self.recall, 4),
                "f1": round(self.f1, 4),
                "joined_of_true": round(len(self.joined & self.true) / max(len(self.true), 1), 4),
                "asked_pairs_percent": round(100 * len(self.asked) / self.rows, 2),
                "rows_in_questions_percent": round(100 * len(in_questions) / self.rows, 2),
                "wrong_in_one_house": len(self.wrong_in_one_house)}


def judge(found: Mapping[str, Iterable[Iterable[int]]], whose: Whose) -> Outcome:
    """A report beside the truth."""
    rows = defaultdict(list)
    for row, (who, _) in whose.items():
        rows[who].append(row)
    return Outcome(len(whose), _pairs(found["join"]), _pairs(found["ask"]),
                   _pairs(pair for one in rows.values() for pair in combinations(one, 2)),
                   {row: household for row, (_, household) in whose.items()})


def invented(n: int, seed: int, strength: float = 1.0) -> Outcome:
    """The outcome for an invented list of the project's own."""
    return matched(list(entries(n, seed, strength)))


def matched(listed: list[Entry]) -> Outcome:
    """The outcome for these entries, in their order."""
    return judge(report(map(person_in, listed)),
                 {entry.row: (str(entry.person), str(entry.household)) for entry in listed})


def person_in(entry: Entry) -> Person:
    """An invented entry, ready to be compared."""
    v = entry.values
    return person(entry.row, title=v.title, first_name=v.first_name, last_name=v.last_name, gender=v.sex,
                  born_on=v.born_on, phones=[number for number in (v.landline, v.mobile) if number],
                  email=v.email, postcode=v.postcode, address_line_1=v.address_line_1,
                  address_line_2=v.address_line_2, town=v.town)


def from_files(listed: Path, truth: Path) -> Outcome:
    """The outcome for a list as it came, read by the importer's own reader."""
    return judge(matching_report(listed), _read_truth(truth))


def speed(n: int, seed: int) -> int:
    """Rows a second of one process, from values to verdict; inventing the list is not counted."""
    listed = list(entries(n, seed))
    started = time.process_time()
    report(map(person_in, listed))
    return round(n / (time.process_time() - started))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--strength", type=float, default=1.0)
    asked.add_argument("--list", type=Path)
    asked.add_argument("--truth", type=Path)
    options = asked.parse_args()
    if options.list and options.truth:
        figures = from_files(options.list, options.truth).figures()
    else:
        figures = invented(options.rows, options.seed, options.strength).figures()
        figures["rows_per_second"] = speed(options.rows, options.seed)
    print(json.dumps(figures))


def _read_truth(path: Path) -> Whose:
    with path.open(encoding="utf-8", newline="") as file:
        return {int(line["row"]): (line.get("person") or line["person_id"],
                                   line.get("household") or line["household_id"])
                for line in csv.DictReader(file)}


def _pairs(listed: Iterable[Iterable[int]]) -> Pairs:
    return {(min(pair), max(pair)) for pair in map(tuple, listed)}


if __name__ == "__main__":
    main()
