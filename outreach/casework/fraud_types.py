"""Kinds of fraud: the force's own list, and the NFIB's codes, kept as data that an officer can correct."""

import csv
from dataclasses import dataclass
from functools import cache

from outreach.foundation.force import CONTENT


@dataclass(frozen=True, slots=True)
class FraudType:
    """One line of the force's list. `nfib_code` is "" where the NFIB has no code for it (courier fraud)."""

    code: str
    label: str
    nfib_code: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NfibCode:
    """One of the NFIB's codes ("3A") and the local fraud type it usually means."""

    code: str
    name: str
    fraud_type: str


@cache
def fraud_types() -> dict[str, FraudType]:
    """The force's own list, by code, in the order of `content/fraud_types.csv` (domain.md §3)."""
    return {row["code"]: FraudType(row["code"], row["label"], row["nfib_code"],
                                   tuple(row["words"].split(";"))) for row in _rows("fraud_types.csv")}


@cache
def nfib_codes() -> dict[str, NfibCode]:
    """The NFIB's codes, from `content/nfib_codes.csv` (domain.md §3: to be confirmed by the force)."""
    return {row["code"]: NfibCode(row["code"], row["name"], row["fraud_type"])
            for row in _rows("nfib_codes.csv")}


def label(code: str) -> str:
    """What people call a fraud type; a code no longer on the list is shown as it is."""
    known = fraud_types().get(code)
    return known.label if known else code


def type_of_nfib(code: str) -> str:
    """The local fraud type an NFIB code usually means, "" for a code that is not on the list."""
    known = nfib_codes().get(code)
    return known.fraud_type if known else ""


def type_named(text: str) -> str:
    """The local fraud type a list means by these words, "" where none is known by them."""
    return _by_name().get(_plain(text)) or _by_name().get(_plain(text).removesuffix(" fraud").strip(), "")


@cache
def _by_name() -> dict[str, str]:
    """Every name by which a type is known. The force's own words stand before the NFIB's."""
    names = {_plain(nfib.name): nfib.fraud_type for nfib in nfib_codes().values()
             if nfib.fraud_type != "other"}
    for known in fraud_types().values():
        names |= {_plain(name): known.code for name in (*known.words, known.label, known.code)}
    return names | {name.removesuffix(" fraud"): code for name, code in names.items() if " " in name}


def _plain(text: str) -> str:
    kept = "".join(letter if letter.isalnum() else " " for letter in text.casefold().replace("'", ""))
    return " ".join(kept.split())


def _rows(name: str) -> list[dict[str, str]]:
    with (CONTENT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
