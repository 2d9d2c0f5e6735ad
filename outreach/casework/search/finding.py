"""Finds a victim from whatever the officer has: part of a name, a slip of the pen, a nickname, a number."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from outreach.casework.fraud_reports import FraudReport
from outreach.casework.matching import variants
from outreach.casework.search import spellings
from outreach.casework.search.keeping import engine_of
from outreach.casework.search.question import Question, understand
from outreach.casework.victims import Victim, scope
from outreach.casework.victims.standing import STANDS
from outreach.foundation import audit
from outreach.foundation.permissions import Actor, May

FEW = 1000      # matches up to which it is quicker to read them all than to go down the list by need
ENOUGH = 5      # people who match as typed, after whom names like theirs are only looked for if asked
Groups = list[Sequence[str]]
_WHOLE_AREA = re.compile(r"[a-z]{1,2}(?:\d\d|\d[a-z])")    # YO12 is whole; YO1 may be the beginning of YO12


class How(StrEnum):
    """What made somebody a match, the surest first."""

    REFERENCE = "has this reference"
    EMAIL = "has this e-mail address"
    EXACT = "as typed"
    BEGINNING = "begins as typed"
    VARIANT = "another form of the name"
    NEAR = "spelt nearly so"
    PART = "has this within"


AS_TYPED = frozenset({How.REFERENCE, How.EMAIL, How.EXACT})


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
    narrow: bool = False        # enough were found as typed; `wide` would add names like theirs

    @property
    def ids(self) -> list[int]:
        """Whom, in order."""
        return [hit.victim_id for hit in self.hits]

    @property
    def how(self) -> str:
        """A sentence for the page where nobody is called quite what was typed, else ""."""
        if not self.hits or self.hits[0].how in AS_TYPED | {How.BEGINNING}:
            return ""
        return {How.VARIANT: "Nobody has that very name. These have another form of it.",
                How.NEAR: "Nobody has that very name. These are spelt nearly so.",
                How.PART: "Nobody's name begins like that. These have it within."}[self.hits[0].how]


def find(session: Session, actor: Actor, text: str, limit: int = 50, *, wide: bool = False) -> Found:
    """Those of the actor's victims whom these words could mean; the search is noted as a consultation.

    Words in any order: names or parts of them, nicknames, one letter wrong, town, postcode or part of one,
    telephone number or its last six figures, date of birth, e-mail address, national or force reference.
    Once `ENOUGH` are found as typed, the search ends there, unless it is to be `wide`.
    People merged into another record are left out. Raises `NotAllowed`.
    """
    actor.must(May.SEE_VICTIM)
    found = Found()
    for rung in _rungs(session, actor, understand(text)):
        if rung.last_resort and found.hits:
            break
        seen = set(found.ids)
        new = [victim for victim in rung.ask(limit + 1 + len(seen)) if victim not in seen]
        found.hits += [Hit(victim, rung.how) for victim in new]
        found.narrow = not wide and len(found.hits) >= ENOUGH and rung.how in AS_TYPED
        if found.narrow or len(found.hits) > limit:
            break
    found.more, found.hits = len(found.hits) > limit, found.hits[:limit]
    audit.consulted(session, actor, "victim", operation="victim.searched", shown=found.ids)
    return found


class _Rung(NamedTuple):
    """One way of finding somebody. A last resort is only tried when nobody was found before it."""

    how: How
    ask: Callable[[int], list[int]]
    last_resort: bool = False


def _rungs(session: Session, actor: Actor, question: Question) -> Iterator[_Rung]:
    """Ways of finding somebody, the surest first; the next is only asked while there is room."""
    if question.email:
        yield _Rung(How.EMAIL, lambda most: _by_need(session, actor, [Victim.email == question.email], most))
    if question.reference:
        yield _Rung(How.REFERENCE, lambda most: _with_reference(session, actor, question.reference, most))
    for how, groups, last_resort in _ladder(session, question):
        yield _Rung(how, partial(_who_match, session, actor, groups), last_resort)


def _ladder(session: Session, question: Question) -> Iterator[tuple[How, Groups, bool]]:
    """What to look for, one rung after another; a rung that cannot find anybody is left out."""
    fixed: Groups = [[word] for word in question.fixed]
    areas: Groups = [[word] for word in question.areas]
    if not (fixed or areas or question.names):
        return
    yield How.EXACT, [*([name] for name in question.names), *areas, *fixed], False
    forms = {name: variants(name) for name in question.names}
    in_use = set(spellings.known(session, {form for name in forms for form in forms[name]}))
    words = [_Word(name, _beginning(session, name), forms[name] & in_use) for name in question.names]
    open_areas: Groups = [[word if _WHOLE_AREA.fullmatch(word) else f"{word}*"] for word in question.areas]
    if all(word.begun for word in words):
        yield How.BEGINNING, [*(word.begun for word in words), *open_areas, *fixed], False
    if words:
        yield from _other_words(session, words, areas + fixed)


class _Word(NamedTuple):
    """A word that was typed, the words in use that begin with it, and its forms in use: nicknames, itself."""

    typed: str
    begun: Sequence[str]
    in_use: frozenset[str]

    @property
    def forms(self) -> list[str]:
        """What may stand for it where another word is misspelt."""
        return list(dict.fromkeys([*(() if self.typed in self.in_use else self.begun), *sorted(self.in_use)]))


def _other_words(session: Session, words: Sequence[_Word],
                 rest: Groups) -> Iterator[tuple[How, Groups, bool]]:
    """Other forms of the names; one word at a time one letter away; all of them so; words within words."""
    forms: Groups = [word.forms for word in words]
    if all(forms):
        yield How.VARIANT, forms + rest, False
    close: Groups = [spellings.near(session, word.typed) for word in words]
    for at, spelt in enumerate(close):
        others = forms[:at] + forms[at + 1:]
        if spelt and all(others):
            yield How.NEAR, [spelt, *others, *rest], False
    either: Groups = [[*word.begun, *word.forms, *spelt] for word, spelt in zip(words, close, strict=True)]
    if len(words) > 1 and all(either):
        yield How.NEAR, either + rest, True
    parts = [found or spellings.within(session, word.typed)
             for word, found in zip(words, either, strict=True)]
    if all(parts):
        yield How.PART, parts + rest, True


def _beginning(session: Session, name: str) -> Sequence[str]:
    """The words that begin like this: up to three letters by the prefix index, else the commonest few."""
    return [f"{name}*"] if len(name) <= 3 else spellings.beginning(session, name)


def _who_match(session: Session, actor: Actor, groups: Groups, most: int) -> list[int]:
    """Ids by need. Of a few, all are read; of many, those in greatest need are looked through in turn."""
    engine = engine_of(session)
    if not scope(actor):
        few: list[int] | None = engine.ranked(session, groups, FEW + 1, most)
        if few is not None:
            return few
    ids: list[int] = engine.matching(session, groups, FEW + 1)
    if not ids:
        return []
    among = engine.among(ids) if len(ids) <= FEW else engine.among_matching(groups, ids)
    return _by_need(session, actor, [among], most)


def _with_reference(session: Session, actor: Actor, reference: str, most: int) -> list[int]:
    reported = select(FraudReport.victim_id).where(
        or_(FraudReport.national_reference == reference, FraudReport.force_occurrence == reference))
    return _by_need(session, actor, [Victim.id.in_(reported)], most)


def _by_need(session: Session, actor: Actor, conditions: list[Any], most: int) -> list[int]:
    found: Select[int] = select(Victim.id).where(*conditions, *scope(actor), STANDS)
    by_need = found.order_by(Victim.need_score.desc(), Victim.id.desc()).limit(most)
    return list(session.scalars(by_need))
