"""Commits a list: its clean rows become records, a few hundred at a time; the others go on waiting."""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.casework.imports import by_household, counting, rows, steps
from outreach.casework.imports.bulk import Bulk, moment
from outreach.casework.imports.entering import Entering
from outreach.casework.imports.filing import Filing
from outreach.casework.imports.ids import Ids
from outreach.casework.imports.known import Known
from outreach.casework.imports.placing import match_of
from outreach.casework.imports.record import ImportRow, State, Verdict, VictimImport
from outreach.casework.imports.rows import Row, person_in
from outreach.casework.imports.steps import AT_ONCE, Overtaken, Progress, advance, quiet, require
from outreach.casework.matching import Target, blocking_keys, compare
from outreach.casework.matching import Verdict as Likely
from outreach.casework.victims import Victim
from outreach.foundation.clock import now
from outreach.foundation.db import Database
from outreach.foundation.operation import acting, operation
from outreach.foundation.permissions import Actor, May

CLEAN = (Verdict.NEW, Verdict.UPDATE)


@operation("import.commit_ordered", needs=May.IMPORT)
def commit(session: Session, actor: Actor, found: VictimImport) -> None:
    """Order the clean rows of a checked list to be entered. Raises `NotNow`.

    Rows with errors, and those about which a person must decide, wait and can be committed later.
    """
    require(found, State.CHECKED, State.COMMITTED, words=_WHY.get(found.state, ""))
    waiting = to_enter(session, found.id)
    if not waiting:
        raise steps.NotNow("No row is ready to be committed: repair a cell or decide about a person first")
    steps.order(session, actor, found, State.COMMITTING, "commit", waiting)


def to_enter(session: Session, import_id: int) -> int:
    """How many rows a commit would enter now."""
    return session.scalar(select(func.count()).select_from(ImportRow).where(
        ImportRow.import_id == import_id, ImportRow.verdict.in_(CLEAN), ImportRow.done.is_(False))) or 0


def run_commit(database: Database, import_id: int, progress: Progress = quiet) -> None:
    """Enter the rows that are ready, or what is left of them."""
    with database.transaction() as session:
        found = session.get_one(VictimImport, import_id)
        if found.state is not State.COMMITTING:
            return
        actor = steps.who_ordered(session, found)
        newcomers = _newcomers_since(session, found)
        filing, ids = Filing(session, found), Ids(database)
    try:
        done = 0
        while entered := _commit_some(database, found, actor, newcomers, filing, ids):
            done += entered
            progress(done, max(found.total, done))
    except Overtaken:
        return
    filing.file_rest(database)
    by_household.reckon(database, import_id)
    with database.transaction() as session, acting(session, actor, "import.committed"):
        _finish(session, session.get_one(VictimImport, import_id))


def _finish(session: Session, found: VictimImport) -> None:
    found.state, found.committed_at, found.undone_at = State.COMMITTED, now(), None
    found.counts = counting.count(session, found.id)


def _newcomers_since(session: Session, found: VictimImport) -> Known | None:
    """Those entered since the dry run by somebody else, if there are any: nobody is entered twice."""
    newer = session.scalar(select(func.max(Victim.id)).where(
        Victim.id > found.known_up_to, Victim.import_id.is_distinct_from(found.id)))
    if not newer:
        return None
    return Known("AND victim_id > :up_to "
                 "AND victim_id NOT IN (SELECT id FROM victim WHERE import_id = :mine)",
                 up_to=found.known_up_to, mine=found.id)


def _commit_some(database: Database, found: VictimImport, actor: Actor, newcomers: Known | None,
                 filing: Filing, ids: Ids) -> int:
    """Enter the next rows in one transaction; gives how many rows were looked at."""
    with database.reading() as reading:
        some = rows.read(Bulk(reading), "r.import_id = :import_id AND r.number > :after AND NOT r.done "
                         "AND r.verdict IN ('new', 'update') ORDER BY r.number LIMIT :most",
                         import_id=found.id, after=found.position, most=AT_ONCE)
        if newcomers:
            _ask_about_newcomers(reading, newcomers, some)
    if not some:
        return 0
    clean = [row for row in some if row.verdict in CLEAN]
    entering = entering_of(database, actor, found.id, ids, clean)
    with database.transaction() as session:
        bulk = Bulk(session)
        advance(session, found, some[-1].number, filing.file_some(bulk, found.position))
        entering.enter(session, clean, _victims_of(bulk, found.id, clean))
        rows.note(bulk, some)
    filing.gather(some)
    return len(some)


def entering_of(database: Database, actor: Actor, import_id: int, ids: Ids, clean: Sequence[Row]) -> Entering:
    """These rows, ready to be entered; nothing is locked yet."""
    ids.provide(clean)
    entering = Entering(actor, import_id, ids, moment(database.is_sqlite, now()))
    entering.prepare(clean)
    return entering


def _ask_about_newcomers(session: Session, newcomers: Known, some: Sequence[Row]) -> None:
    new = [row for row in some if row.verdict is Verdict.NEW and "new" not in row.decision]
    people = [person_in(row) for row in new]
    beside = newcomers.beside(session, [blocking_keys(somebody) for somebody in people])
    for row, somebody, others in zip(new, people, beside, strict=True):
        like = {other.ref: compare(somebody, other) for other in others}
        row.matches = [match_of(Target("known", ref), likeness) for ref, likeness in like.items()
                       if likeness.verdict is not Likely.APART]
        if row.matches:
            row.verdict = Verdict.REVIEW


def _victims_of(bulk: Bulk, import_id: int, clean: Sequence[Row]) -> Callable[[int], int]:
    """Where the earlier rows that these rows join have ended up."""
    wanted = sorted({row.joins_row for row in clean if row.joins_row})
    earlier: dict[int, int] = dict(bulk.select(
        "number, victim_id", "import_row", "number", wanted, "AND import_id = :import_id AND done",
        import_id=import_id))
    return lambda number: earlier.get(number) or 0


_WHY: dict[State, str] = {
    State.UPLOADED: "Choose what each column means first",
    State.CHECKING: "The list is still being checked: wait until that is done",
    State.COMMITTING: "This list is being committed already",
    State.UNDOING: "This list is being undone: wait until that is done",
    State.UNDONE: "This list was undone: use Redo to bring it back",
    State.REFUSED: "This list cannot be read: correct the file and upload it again"}
