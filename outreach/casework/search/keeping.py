"""Keeps search in step with the records: whoever enters, changes or removes a victim says so here."""

from collections.abc import Iterable, Sequence
from types import ModuleType

from sqlalchemy.orm import Session

from outreach.casework.search import postgresql, spellings, sqlite
from outreach.casework.search.words import Entry, words_of
from outreach.casework.victims import Victim
from outreach.foundation.db import is_sqlite


def engine_of(session: Session) -> ModuleType:
    """The module that speaks to this session's kind of database."""
    return sqlite if is_sqlite(session) else postgresql


def entry_of(victim: Victim) -> Entry:
    """What search needs, read off the record."""
    return Entry(victim.id, victim.first_name, victim.last_name, victim.named_business_contact, victim.town,
                 victim.postcode, victim.born_on, tuple(phone.number for phone in victim.phones))


def index(session: Session, entries: Iterable[Entry], *, new: bool = False) -> None:
    """Let these people be found as they are now, in this transaction. About 500 at a time is quickest.

    Say `new` when none of them was ever indexed: their former words are then not looked for.
    """
    rows = {entry.victim_id: words_of(entry) for entry in entries}
    if not rows:
        return
    engine = engine_of(session)
    before: dict[int, str] = {} if new else engine.words(session, list(rows))
    changed = {victim: words for victim, words in rows.items() if before.get(victim) != words}
    former = [before[victim] for victim in changed if victim in before]
    if former:
        engine.drop(session, [victim for victim in changed if victim in before])
    if changed:
        engine.keep(session, changed)
        spellings.recount(session, former, list(changed.values()))


def index_victim(session: Session, victim: Victim) -> None:
    """Let one person be found as they are now; call it after a flush, when their id is known."""
    index(session, [entry_of(victim)])


def forget(session: Session, ids: Sequence[int]) -> None:
    """Let these people be found no more; spellings that nobody else has go with them."""
    engine = engine_of(session)
    before = engine.words(session, list(ids))
    if before:
        engine.drop(session, list(before))
        spellings.recount(session, list(before.values()), [])
