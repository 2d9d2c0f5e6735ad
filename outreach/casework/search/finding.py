"""Finds a victim from whatever the officer has: part of a name, a slip of the pen, a nickname, a number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from outreach.casework.fraud_reports import FraudReport
from outreach.casework.matching import variants
from outreach.casework.search import spellings
from outreach.casework.search.keeping import engine_of
from outreach.casework.search.question import Question, understand
from outreach.casework.victims import Victim, scope
from outreach.foundation import audit
from outreach.foundation.permissions import Actor, May

FEW = 1000      # matches up to which it is quicker to read them all than to go down the list by need
Groups = list[Sequence[str]]


class How(StrEnum):
    """What made somebody a match, the surest first."""

    REFERENCE = "has this reference"
    EMAIL = "has this e-mail address"
    EXACT = "as typed"
    BEGINNING = "begins as typed"
    VARIANT = "another form of the name"
    NEAR = "spelt nearly so"
    PART = "has this within"


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody found, and why."""

    victim_id: int
    how: How


@dataclass(slots=True)
class Found:
    """At most as many as were asked for: the surest first, and among them those in greatest need."""

    hits: list[Hit] = field(default_factory=list)
    more: bool = False          # others match as well: more words would narrow it

    @property
    def ids(self) -> list[int]:
        """Whom, in order."""
        return [hit.victim_id for hit in self.hits]

    @property
    def how(self) -> str:
        """A sentence for the page where nobody is called quite what was typed, else ""."""
        if not self.hits or self.hits[0].how in (How.REFERENCE, How.EMAIL, How.EXACT, How.BEGINNING):
            return ""
        return {How.VARIANT: "Nobody has that very name. These have another form of it.",
                How.NEAR: "Nobody has that very name. These are spelt nearly so.",
                How.PART: "Nobody's name begins like that. These have it within."}[self.hits[0].how]


def find(session: Session, actor: Actor, text: str, limit: int = 50) -> Found:
    """Those of the actor's victims whom these words could mean; the search is noted as a consultation.

    Words in any order: names or parts of them, nicknames, one letter wrong, town, postcode or part of one,
    telephone number or its last six figures, date of birth, e-mail address, national or force reference.
    People merged into another record are left out. Raises `NotAllowed`.
    """
    actor.must(May.SEE_VICTIM)
    question = understand(text)
    found = Found()
    seen: set[int] = set()
    for how, ids in _rungs(session, actor, question, limit):
        new = [victim for victim in ids(limit + 1 + len(seen)) if victim not in seen]
        seen.update(new)
        found.hits += [Hit(victim, how) for victim in new]
        if len(found.hits) > limit:
            break
    found.more, found.hits = len(found.hits) > limit, found.hits[:limit]
    audit.consulted(session, actor, "victim", operation="victim.searched", shown=found.ids)
    return found


Ask = Callable[[int], list[int]]


def _rungs(session: Session, actor: Actor, question: Question, limit: int) -> Iterator[tuple[How, Ask]]:
    """Ways of finding somebody, the surest first; the next is only asked while there is room."""
    if question.email:
        yield How.EMAIL, lambda most: _by_need(session, actor, [Victim.email == question.email], most)
    if question.reference:
        yield How.REFERENCE, lambda most: _with_reference(session, actor, question.reference, most)
    for how, groups in _ladder(session, question):
        yield how, lambda most, groups=groups: _who_match(session, actor, groups, most)  # type: ignore[misc]


def _ladder(session: Session, question: Question) -> Iterator[tuple[How, Groups]]:
    """What to look for, one rung after another; a rung that cannot find anybody is left out."""
    fixed: Groups = [[word] for word in question.fixed]
    names = question.names
    areas: Groups = [[word] for word in question.areas]
    if not (fixed or names or areas):
        return
    in_use = spellings.known(session, names) if names else {}
    if len(in_use) == len(set(names)):
        yield How.EXACT, [[name] for name in names] + areas + fixed
    begun = [_beginning(session, name) for name in names]
    open_areas: Groups = [[f"{word}*"] for word in question.areas]
    if all(begun):
        yield How.BEGINNING, [*begun, *open_areas, *fixed]
    if not names:
        return
    forms = [_forms(begun[at], name) for at, name in enumerate(names)]
    if all(forms) and any(len(form) > len(begun[at]) for at, form in enumerate(forms)):
        yield How.VARIANT, forms + areas + fixed
    yield from _slips(session, names, forms, areas + fixed)


def _slips(session: Session, names: Sequence[str], forms: Groups,
           rest: Groups) -> Iterator[tuple[How, Groups]]:
    """One word at a time one letter away, then all of them, then words that have it within."""
    close: Groups = [spellings.near(session, name) for name in names]
    for at, spelt in enumerate(close):
        others = forms[:at] + forms[at + 1:]
        if spelt and all(others):
            yield How.NEAR, [spelt, *others, *rest]
    either: Groups = [[*forms[at], *spelt] for at, spelt in enumerate(close)]
    if len(names) > 1 and all(either):
        yield How.NEAR, either + rest
    parts: Groups = [either[at] or spellings.within(session, name) for at, name in enumerate(names)]
    if all(parts) and parts != either:
        yield How.PART, parts + rest


def _beginning(session: Session, name: str) -> Sequence[str]:
    """The words that begin like this: up to three letters by the prefix index, else the commonest few."""
    return [f"{name}*"] if len(name) <= 3 else spellings.beginning(session, name)


def _forms(begun: Sequence[str], name: str) -> Sequence[str]:
    return list(dict.fromkeys([*begun, *sorted(variants(name) - {name})]))


def _who_match(session: Session, actor: Actor, groups: Groups, most: int) -> list[int]:
    """Ids by need. Of a few, all are read; of many, those in greatest need are looked through in turn."""
    engine = engine_of(session)
    ids = engine.matching(session, groups, FEW + 1)
    if not ids:
        return []
    if len(ids) <= FEW:
        return _by_need(session, actor, [engine.among(ids)], most)
    return _by_need(session, actor, [engine.is_among(engine.who_match(groups))], most)


def _with_reference(session: Session, actor: Actor, reference: str, most: int) -> list[int]:
    reported = select(FraudReport.victim_id).where(
        or_(FraudReport.national_reference == reference, FraudReport.force_occurrence == reference))
    return _by_need(session, actor, [Victim.id.in_(reported)], most)


def _by_need(session: Session, actor: Actor, conditions: list[Any], most: int) -> list[int]:
    found: Select[int] = select(Victim.id).where(*conditions, *scope(actor), Victim.merged_into_id.is_(None))
    by_need = found.order_by(Victim.need_score.desc(), Victim.id.desc()).limit(most)
    return list(session.scalars(by_need))
