"""The kinds of promise there are: who keeps each, and what it is called in plain English."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from outreach.foundation.outbox.ledger import OutboxMessage

if TYPE_CHECKING:
    from outreach.foundation.db import Database
    from outreach.foundation.outbox.sending import Means, Parcel


class Lane(StrEnum):
    """Work of one sort, so that a long import never keeps a follow-up waiting."""

    ROWS = "rows"      # the effect is rows: it happens in the very transaction that says `done`
    POST = "post"      # something leaves the house
    LONG = "long"      # minutes of work in many short transactions, resumed from a saved position


class Policy(StrEnum):
    """What happens to a message of which nobody knows whether it left (reliability.md, Mail to many)."""

    NEVER_TWICE = "never twice"    # listed for a person
    ONCE_MORE = "once more"        # sent again, once


class Suppressed(Exception):
    """This must not be done, and rightly so; the text says why, without naming anybody."""


class GiveUp(Exception):
    """This can never succeed; the text says why, without naming anybody. A person decides."""


class TryLater(Exception):
    """This did not work now and may later; the text says why, without naming anybody."""


class PutOff(TryLater):
    """This may not be done at this hour, and may at another (`until`); the text says why, naming nobody."""

    def __init__(self, words: str, *, until: datetime) -> None:
        super().__init__(words)
        self.until = until


@dataclass(frozen=True, slots=True)
class Words:
    """How a promise is told: "Will queue this follow-up", "Queued this follow-up", "Could not …".

    `{who}` stands for whomever the reader of that record may see named.
    """

    will: str
    did: str
    could_not: str


def _nobody(_session: Session, _message: OutboxMessage) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of promise. `do` takes, by lane: (session, messages) or (session, message); (session, message,
    means) giving a parcel; (database, message)."""

    name: str
    lane: Lane
    do: Callable[..., Any]
    words: Words
    batch: bool = False
    policy: Policy = Policy.NEVER_TWICE
    who: Callable[[Session, OutboxMessage], str] = field(default=_nobody)
    private: bool = False     # `who` is a victim: named only to those who may see the record


KINDS: dict[str, Kind] = {}

One = Callable[[Session, OutboxMessage], None]
Many = Callable[[Session, Sequence[OutboxMessage]], None]
Compose = Callable[[Session, OutboxMessage, "Means"], "Parcel"]
Job = Callable[["Database", OutboxMessage], None]


def handles_many(name: str, *, words: Words) -> Callable[[Many], Many]:
    """The keeper of a promise whose effect is rows, for many at once.

    It gets (session, messages) and writes; the engine marks all of them done in the same transaction. When it
    raises, each is tried on its own.
    """
    def register(keep: Many) -> Many:
        KINDS[name] = Kind(name, Lane.ROWS, keep, words, batch=True)
        return keep
    return register


def handles(name: str, *, words: Words, who: Callable[[Session, OutboxMessage], str] = _nobody,
            private: bool = False) -> Callable[[One], One]:
    """The keeper of a promise whose effect is rows, one at a time: (session, message). `who` names whom it
    is about; `private` when that is a victim."""
    def register(keep: One) -> One:
        KINDS[name] = Kind(name, Lane.ROWS, keep, words, who=who, private=private)
        return keep
    return register


def posts(name: str, *, words: Words, policy: Policy = Policy.NEVER_TWICE,
          who: Callable[[Session, OutboxMessage], str] = _nobody,
          private: bool = False) -> Callable[[Compose], Compose]:
    """The writer of a message that leaves the house: (session, message, means) gives the parcel.

    It is asked twice, the second time in the transaction that says the body is about to leave, and raises
    `Suppressed` when it must not. `who` names whom it goes to; `private` when that is a victim.
    """
    def register(compose: Compose) -> Compose:
        KINDS[name] = Kind(name, Lane.POST, compose, words, policy=policy, who=who, private=private)
        return compose
    return register


def runs(name: str, *, words: Words) -> Callable[[Job], Job]:
    """The keeper of long work: (database, message), in short transactions of its own, resumed from its saved
    position when a worker died over it. Returning is done; raising is tried again."""
    def register(job: Job) -> Job:
        KINDS[name] = Kind(name, Lane.LONG, job, words)
        return job
    return register


def in_lane(lane: Lane) -> list[str]:
    """Names of the kinds of one lane."""
    return [kind.name for kind in KINDS.values() if kind.lane is lane]


def is_long(kind: str) -> bool:
    """Whether this is long work: half done, it can only be gone on with."""
    return kind in KINDS and KINDS[kind].lane is Lane.LONG


def called(kind: str) -> str:
    """A kind as a heading, naming nobody: "Queue a follow-up", "Text a reminder"."""
    plain = words_of(kind).will.removeprefix("Will ").replace(" to {who}", "").replace(" {who}", "")
    plain = plain.replace("this ", "a ").replace("if has", "if somebody has")
    return plain[:1].upper() + plain[1:]


def words_of(kind: str) -> Words:
    """How a kind is told; one that this process does not know by its name."""
    known = KINDS.get(kind)
    return known.words if known else Words(f"Will do “{kind}”", f"Did “{kind}”", f"Could not do “{kind}”")
