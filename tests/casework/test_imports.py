"""A victim list, from the file to the records and back again."""

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import MetaData, select, text
from sqlalchemy.orm import Session

from outreach.casework import calls, follow_ups, need
from outreach.casework.assessments import Judgement, assess
from outreach.casework.follow_ups import FollowUp
from outreach.casework.fraud_reports import FraudReport
from outreach.casework.imports import (
    by_household,
    committing,
    deciding,
    filing,
    mapping,
    one_pass,
    placing_apart,
    undoing,
    uploading,
)
from outreach.casework.imports.checking import check
from outreach.casework.imports.entering import Entering
from outreach.casework.imports.reading import UnreadableList
from outreach.casework.imports.record import ImportRow, State, Verdict, VictimImport
from outreach.casework.imports.undoing import redo_import, run_undo, undo_import
from outreach.casework.imports.whole import import_file
from outreach.casework.victims import Victim, VictimPhone
from outreach.foundation.accounts import Account
from outreach.foundation.clock import now, today
from outreach.foundation.db import Database
from outreach.foundation.force import current
from outreach.foundation.permissions import COMMAND_LINE, Actor, Role

HEAD = ["Ref", "Reported", "Title", "First name", "Surname", "Date of birth", "Address", "Town", "Postcode",
        "Home phone", "Mobile", "Email", "Loss", "Vulnerability", "Notes"]
HILL = ["NFRC260000000001", "03/03/2026", "Mrs", "Joan", "Hill", "27/03/1941", "4 Beck Lane", "Whitby",
        "YO21 1AA",
        "01632 960001", "", "joan.hill@example.org", "£1,250", "lives_alone;dementia",
        "A man rang about a refund."]
HILL_AGAIN = ["NFRC260000000002", "2026-03-09", "Mrs", "JOAN", "HILL", "27 Mar 1941", "4 Beck Ln", "Whitby",
              "yo211aa",
              "01632960001", "07700 900123", "", "200", "", ""]
DALE = ["NFRC260000000003", "10/01/2021", "Mr", "Peter", "Dale", "01/02/1980", "9 Mill Road", "Malton",
        "YO17 7AB",
        "", "07700 900456", "pete@example.org", "", "", ""]
NAMELESS = ["NFRC260000000004", "05/03/2026", "", "Ann", "", "31/02/1950", "1 High Street", "York", "YO1 7AB",
            "",
            "07700 900789", "", "lots", "", ""]
SISTER = ["NFRC260000000005", "05/03/2026", "Mrs", "J", "Hill", "", "4 Beck Lane", "Whitby", "YO21 1AA",
          "01632 960001",
          "", "joan.hill@example.org", "", "", ""]
ROWS = [HILL, HILL_AGAIN, DALE, NAMELESS, SISTER]
OURS = {"audit_entry", "victim_import", "import_row", "source_mapping", "sqlite_sequence", "alembic_version"}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A list in a file: head and rows as CSV."""
    def to_file(rows: list[list[str]] = ROWS, head: list[str] = HEAD, name: str = "list.csv") -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *rows])
        return path
    return to_file


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def ada(database: Database) -> Actor:
    """An officer."""
    with database.transaction() as session:
        session.info.update(actor=COMMAND_LINE, operation="test")
        account = Account(email="ada@example.org", name="Ada Cole", role=Role.OFFICER)
        session.add(account)
        session.flush()
        return account.actor


@pytest.fixture
def desk(database: Database, ada: Actor, uploads: Path) -> "Desk":
    return Desk(database, ada, uploads)


class Desk:
    """Somebody at the desk with a list, one step after another, and the worker's part done at once."""

    def __init__(self, database: Database, actor: Actor, uploads: Path) -> None:
        self.database, self.actor, self.uploads = database, actor, uploads

    def do(self, deed: Callable[..., Any], import_id: int, *more: Any, **named: Any) -> Any:
        with self.database.transaction() as session:
            return deed(session, self.actor, session.get_one(VictimImport, import_id), *more, **named)

    def upload(self, path: Path, source: str = "Report Fraud") -> int:
        with self.database.transaction() as session:
            return uploading.upload(session, self.actor, uploading.look_at(path, source),
                                    file_name=path.name, uploads=self.uploads).id

    def check(self, path: Path) -> int:
        import_id = self.upload(path)
        self.do(lambda s, a, found: mapping.map_columns(s, a, found, found.mapping), import_id)
        check(self.database, import_id, self.uploads)
        return import_id

    def commit(self, import_id: int) -> None:
        self.do(committing.commit, import_id)
        committing.run_commit(self.database, import_id)

    def undo(self, import_id: int) -> None:
        self.do(undo_import, import_id)
        run_undo(self.database, import_id)

    def redo(self, import_id: int) -> None:
        self.do(redo_import, import_id)
        committing.run_commit(self.database, import_id)

    def counts(self, import_id: int) -> dict[str, int]:
        with self.database.reading() as session:
            return session.get_one(VictimImport, import_id).counts

    def row(self, import_id: int, number: int) -> ImportRow:
        with self.database.reading() as session:
            return session.scalars(select(ImportRow).where(ImportRow.import_id == import_id,
                                                           ImportRow.number == number)).one()

    def victims(self) -> list[Victim]:
        with self.database.reading() as session:
            return list(session.scalars(select(Victim).order_by(Victim.id)))


def everything(database: Database, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every table, but the audit log, the imports' own tables and their promises."""
    found: dict[str, list[str]] = {}
    with database.reader.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        names = [name for name in tables.tables if name not in OURS and not name.startswith("victim_search_")]
        for name in names:
            where = "WHERE kind NOT LIKE 'import.%'" if name == "outbox" else ""
            rows = connection.execute(text(f'SELECT * FROM "{name}" {where}')).mappings()
            found[name] = sorted(str({key: row[key] for key in row if key not in without}) for row in rows)
        if database.is_sqlite:
            found["victim_search"] = sorted(str(row) for row in connection.execute(text(
                "SELECT rowid, words FROM victim_search")))
    return found


def test_a_dry_run_says_what_would_happen_and_touches_no_record(desk: Desk, write: Write) -> None:
    before = everything(desk.database)
    import_id = desk.check(write())
    assert desk.counts(import_id) == {"rows": 5, "new": 2, "updated": 1, "to_review": 1, "errors": 1,
                                      "left_out": 0,
                                      "entered": 0}
    assert everything(desk.database) == before
    assert desk.row(import_id, 2).joins_row == 1
    assert set(desk.row(import_id, 4).errors) >= {"last_name", "born_on", "lost"}


def test_clean_rows_are_committed_and_the_others_wait(desk: Desk, write: Write) -> None:
    import_id = desk.check(write())
    desk.commit(import_id)
    hill, dale = desk.victims()
    assert (hill.name, hill.band, dale.last_name) == ("Mrs Joan Hill", "high", "Dale")
    assert desk.counts(import_id)["entered"] == 3
    with desk.database.reading() as session:
        reports = list(session.scalars(select(FraudReport).where(FraudReport.victim_id == hill.id)))
        assert {report.national_reference for report in reports} == {HILL[0], HILL_AGAIN[0]}
        phones = session.scalars(select(VictimPhone.number).where(VictimPhone.victim_id == hill.id))
        assert set(phones) == {"+441632960001", "+447700900123"}


def test_a_first_attempt_is_planned_for_high_need_and_not_for_an_old_report(desk: Desk, write: Write) -> None:
    desk.commit(desk.check(write([HILL, DALE])))
    hill, dale = desk.victims()
    with desk.database.reading() as session:
        planned = session.execute(text("SELECT victim_id, assignee_id FROM follow_up")).all()
        promised = session.scalar(text("SELECT count(*) FROM outbox WHERE subject_type = 'follow_up'"))
    assert planned == [(hill.id, desk.actor.id)] and promised == 1


def test_undo_brings_everything_back_exactly_and_redo_enters_it_again(desk: Desk, write: Write) -> None:
    desk.commit(desk.check(write([HILL], name="first.csv")))
    before = everything(desk.database)
    import_id = desk.check(write([HILL_AGAIN, DALE, NAMELESS], name="second.csv"))
    desk.commit(import_id)
    committed = everything(desk.database, without=("id", "victim_id", "changed_at", "created_at",
                                                   "household_id"))
    assert len(desk.victims()) == 2
    desk.undo(import_id)
    assert everything(desk.database) == before
    desk.redo(import_id)
    again = everything(desk.database, without=("id", "victim_id", "changed_at", "created_at", "household_id"))
    for table in ("victim", "victim_phone", "fraud_report", "household"):
        assert again[table] == committed[table]


def test_ids_that_were_undone_are_never_given_again(desk: Desk, write: Write) -> None:
    import_id = desk.check(write([DALE]))
    desk.commit(import_id)
    first, = desk.victims()
    desk.undo(import_id)
    desk.redo(import_id)
    second, = desk.victims()
    assert second.id > first.id


def test_a_person_changed_since_is_left_standing_and_marked(desk: Desk, write: Write) -> None:
    import_id = desk.check(write([HILL, DALE]))
    desk.commit(import_id)
    with desk.database.transaction() as session:
        session.info.update(actor=desk.actor, operation="test")
        session.scalars(select(Victim).where(Victim.last_name == "Dale")).one().town = "Pickering"
    desk.undo(import_id)
    dale, = desk.victims()
    assert dale.town == "Pickering"
    assert desk.row(import_id, 2).before["kept"] and desk.row(import_id, 2).done
    assert not desk.row(import_id, 1).done


def test_a_follow_up_that_was_moved_since_stands_with_its_person(desk: Desk, write: Write) -> None:
    import_id = desk.check(write([HILL]))
    desk.commit(import_id)
    with desk.database.transaction() as session:
        first = session.scalars(select(FollowUp)).one()
        follow_ups.change(session, desk.actor, first, due_at=first.due_at + timedelta(days=7),
                          reason="She asked for next week")
    desk.undo(import_id)
    assert [victim.last_name for victim in desk.victims()] == ["Hill"]
    assert desk.row(import_id, 1).before["kept"] == "a follow-up was planned, changed or done since"


def test_somebody_about_whom_a_bank_rang_stands(desk: Desk, write: Write) -> None:
    import_id = desk.check(write([HILL]))
    desk.commit(import_id)
    with desk.database.transaction() as session:
        calls.log_call(session, desk.actor, session.scalars(select(Victim)).one(), incident_number="1",
                       bank="Dales Bank", received_at=now(), outcome=calls.Outcome.NO_FRAUD)
    desk.undo(import_id)
    assert [victim.last_name for victim in desk.victims()] == ["Hill"]
    assert desk.row(import_id, 1).before["kept"] == "somebody has worked with them since"


def test_a_follow_up_taken_back_is_in_the_audit_log_as_erased(desk: Desk, write: Write) -> None:
    import_id = desk.check(write([HILL]))
    desk.commit(import_id)
    desk.undo(import_id)
    with desk.database.reading() as session:
        assert "erasure follow_up" in _audited(session, import_id)


def test_somebody_known_keeps_what_differs_and_gains_what_was_blank(desk: Desk, write: Write) -> None:
    desk.commit(desk.check(write([DALE], name="first.csv")))
    other = DALE[:]
    other[0], other[7] = "NFRC260000000099", "Norton"
    other[9], other[11] = "01632 960777", "peter.dale@example.org"
    import_id = desk.check(write([other], name="second.csv"))
    desk.commit(import_id)
    dale, = desk.victims()
    assert (dale.town, dale.email) == ("Malton", "pete@example.org")
    assert desk.row(import_id, 1).before["differs"] == ["town", "email"]
    with desk.database.reading() as session:
        assert len(list(session.scalars(select(VictimPhone)))) == 2


def test_a_list_does_not_overrule_an_assessment(desk: Desk, write: Write) -> None:
    desk.commit(desk.check(write([DALE], name="first.csv")))
    with desk.database.transaction() as session:
        dale = session.scalars(select(Victim)).one()
        judgement = Judgement(on=today(), override=need.Band.HIGH, override_reason="Alone")
        assess(session, desk.actor, dale, judgement)
    worse = DALE[:]
    worse[0], worse[12], worse[13] = "NFRC260000000098", "£90", "hearing"
    desk.commit(desk.check(write([worse], name="second.csv")))
    dale, = desk.victims()
    assert (dale.band, "hearing" in dale.need_reasons) == (need.Band.HIGH, True)
    assert (dale.assessed_band, dale.assessed_on) == (need.Band.HIGH, today())


def test_the_same_reference_again_adds_no_report(desk: Desk, write: Write) -> None:
    desk.commit(desk.check(write([DALE], name="first.csv")))
    import_id = desk.check(write([DALE, HILL], name="second.csv"))
    desk.commit(import_id)
    assert desk.row(import_id, 1).report_id is None
    with desk.database.reading() as session:
        assert len(list(session.scalars(select(FraudReport)))) == 2


def test_a_repaired_cell_lets_the_row_in(desk: Desk, write: Write) -> None:
    import_id = desk.check(write([NAMELESS]))
    still = desk.do(deciding.repair_cells, import_id, {1: {"Surname": "Wood", "Date of birth": "1 2 1950"}})
    assert [set(row.errors) for row in still] == [{"lost"}]
    assert not desk.do(deciding.repair_cells, import_id, {1: {"Loss": "300"}})
    assert desk.row(import_id, 1).verdict is Verdict.NEW
    desk.commit(import_id)
    assert [victim.last_name for victim in desk.victims()] == ["Wood"]


def test_a_repaired_row_meets_the_other_rows_of_the_list(desk: Desk, write: Write) -> None:
    shouted = HILL_AGAIN[:]
    shouted[4] = ""
    import_id = desk.check(write([HILL, shouted]))
    desk.do(deciding.repair_cells, import_id, {2: {"Surname": "Hill"}})
    assert (desk.row(import_id, 2).verdict, desk.row(import_id, 2).joins_row) == (Verdict.UPDATE, 1)


@pytest.mark.parametrize(("choice", "people"), [("row 1", 1), ("new", 2), ("left out", 1)])
def test_a_person_decides_about_a_possible_duplicate(desk: Desk, write: Write, choice: str,
                                                     people: int) -> None:
    import_id = desk.check(write([HILL, SISTER]))
    assert desk.row(import_id, 2).verdict is Verdict.REVIEW
    desk.do(deciding.decide, import_id, {2: choice})
    desk.commit(import_id)
    assert len(desk.victims()) == people


def test_rows_wait_and_can_be_committed_later(desk: Desk, write: Write) -> None:
    import_id = desk.check(write())
    desk.commit(import_id)
    desk.do(deciding.decide, import_id, {5: "new"})
    desk.commit(import_id)
    assert len(desk.victims()) == 3 and desk.counts(import_id)["entered"] == 4


class Killed(Exception):
    pass


@pytest.fixture
def killed_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """The worker dies in the middle of the so-and-so-manieth transaction."""
    entered = Entering.enter

    def kill(after: int) -> None:
        calls = iter(range(after))

        def enter(self: Entering, *args: Any) -> None:
            entered(self, *args)
            if next(calls, None) is None:
                raise Killed
        monkeypatch.setattr(Entering, "enter", enter)
    yield kill
    monkeypatch.undo()


def test_a_commit_that_was_killed_goes_on_and_ends_the_same(
        desk: Desk, write: Write, killed_after: Callable[[int], None],
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committing, "AT_ONCE", 2)
    import_id = desk.check(write())
    desk.do(committing.commit, import_id)
    killed_after(1)
    with pytest.raises(Killed):
        committing.run_commit(desk.database, import_id)
    assert len(desk.victims()) == 1
    monkeypatch.undo()
    committing.run_commit(desk.database, import_id)
    assert [victim.last_name for victim in desk.victims()] == ["Hill", "Dale"]
    assert desk.counts(import_id)["entered"] == 3
    committing.run_commit(desk.database, import_id)   # and once more does nothing
    assert len(desk.victims()) == 2


def test_one_pass_from_the_command_line_ends_as_dry_run_and_commit_do(desk: Desk, write: Write,
                                                                     tmp_path: Path) -> None:
    found = import_file(desk.database, COMMAND_LINE, write(), "Report Fraud", uploads=desk.uploads)
    assert {name: found[name] for name in ("rows", "new", "updated", "to_review", "errors")} == {
        "rows": 5, "new": 2, "updated": 1, "to_review": 1, "errors": 1}
    assert [victim.last_name for victim in desk.victims()] == ["Hill", "Dale"]


def test_a_dry_run_from_the_command_line_can_be_followed_by_the_real_thing(desk: Desk, write: Write) -> None:
    first = import_file(desk.database, COMMAND_LINE, write(), "Report Fraud", uploads=desk.uploads,
                        dry_run=True)
    assert desk.victims() == []
    second = import_file(desk.database, COMMAND_LINE, write(), "Report Fraud", uploads=desk.uploads)
    assert second["import_id"] == first["import_id"] and len(desk.victims()) == 2


def test_somebody_entered_by_hand_since_the_dry_run_is_asked_about(desk: Desk, write: Write) -> None:
    import_id = desk.check(write([DALE], name="by_hand.csv"))
    import_file(desk.database, COMMAND_LINE, write([HILL, DALE], name="meanwhile.csv"), "X",
                uploads=desk.uploads)
    desk.commit(import_id)
    assert desk.row(import_id, 1).verdict is Verdict.REVIEW and len(desk.victims()) == 2


def test_a_file_uploaded_twice_is_refused_and_the_earlier_import_named(desk: Desk, write: Write) -> None:
    first = desk.upload(write())
    with pytest.raises(uploading.UploadedBefore, match=r"by Ada Cole\. Open that import") as refused:
        desk.upload(write())
    assert refused.value.import_id == first


def test_the_columns_of_a_source_are_remembered_in_any_order(desk: Desk, write: Write) -> None:
    first = desk.upload(write())
    chosen = {"last_name": "Surname", "summary": "Notes", "mobile": "Mobile"}
    desk.do(mapping.map_columns, first, chosen)
    turned = [list(reversed(row)) for row in (HEAD, *ROWS)]
    second = desk.upload(write(turned[1:], head=turned[0], name="turned.csv"))
    with desk.database.reading() as session:
        assert session.get_one(VictimImport, second).mapping == chosen


def test_a_mapping_that_will_not_do_is_refused_in_a_sentence(desk: Desk, write: Write) -> None:
    import_id = desk.upload(write())
    with pytest.raises(mapping.WrongColumns, match="Choose the column that holds the last name"):
        desk.do(mapping.map_columns, import_id, {"first_name": "First name"})


def _audited(session: Session, import_id: int) -> set[str]:
    return {f"{action} {record}" for action, record in session.execute(text(
        "SELECT DISTINCT action, record_type FROM audit_entry WHERE operation LIKE 'import.%'"))}


def test_commit_and_undo_are_in_the_audit_log_without_a_value(desk: Desk, write: Write) -> None:
    import_id = desk.check(write())
    desk.commit(import_id)
    desk.undo(import_id)
    with desk.database.reading() as session:
        assert {"collection victim", "collection fraud_report", "collection household", "erasure victim",
                "erasure fraud_report"} <= _audited(session, import_id)
        details = "".join(str(one) for one in session.scalars(text("SELECT details FROM audit_entry")))
    assert "Hill" not in details and "960001" not in details and "example.org" not in details


def test_an_undone_import_can_be_seen_by_its_state(desk: Desk, write: Write) -> None:
    import_id = desk.check(write())
    desk.commit(import_id)
    desk.undo(import_id)
    with desk.database.reading() as session:
        found = session.get_one(VictimImport, import_id)
        assert (found.state, found.undone_at is not None) == (State.UNDONE, True)


def test_the_spreadsheet_twin_of_a_list_gives_the_same_records(desk: Desk, write: Write,
                                                               tmp_path: Path) -> None:
    twin = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(twin, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEAD, *ROWS]):
            sheet.write_row(at, 0, row)
    plain = desk.check(write())
    told = [row_told(desk, plain, number) for number in range(1, 6)]
    other = desk.check(twin)
    assert [row_told(desk, other, number) for number in range(1, 6)] == told
    assert desk.counts(other) == desk.counts(plain)


def row_told(desk: Desk, import_id: int, number: int) -> tuple[Any, ...]:
    row = desk.row(import_id, number)
    return row.values, row.errors, row.verdict, row.joins_row


def test_a_long_list_placed_in_a_process_apart_ends_the_same(desk: Desk, write: Write,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    here = desk.check(write())
    monkeypatch.setattr(placing_apart, "LONG", 0)
    apart = desk.check(write([*ROWS, []], name="longer.csv"))
    assert [row_told(desk, apart, number) for number in range(1, 6)] == [
        row_told(desk, here, number) for number in range(1, 6)]


def test_a_one_pass_import_that_was_killed_goes_on_and_ends_the_same(
        desk: Desk, write: Write, killed_after: Callable[[int], None],
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing_apart, "AT_ONCE", 1)
    killed_after(3)
    with pytest.raises(Killed):
        import_file(desk.database, desk.actor, write(), "Report Fraud", uploads=desk.uploads)
    assert len(desk.victims()) == 2
    monkeypatch.undo()
    import_file(desk.database, desk.actor, write(), "Report Fraud", uploads=desk.uploads)
    assert [victim.last_name for victim in desk.victims()] == ["Hill", "Dale"]
    assert desk.counts(1) == {"rows": 5, "new": 2, "updated": 1, "to_review": 1, "errors": 1, "left_out": 0,
                              "entered": 3}
    with desk.database.reading() as session:
        filed = session.scalar(text("SELECT count(DISTINCT victim_id) FROM match_key"))
    assert filed == 2


def test_an_undo_that_was_killed_goes_on_and_ends_the_same(desk: Desk, write: Write,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(desk.database)
    import_id = desk.check(write())
    desk.commit(import_id)
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    desk.do(undo_import, import_id)
    with pytest.raises(Killed):
        run_undo(desk.database, import_id, progress=_die)
    assert len(desk.victims()) == 1
    run_undo(desk.database, import_id)
    assert everything(desk.database) == before


def _die(_done: int, _total: int) -> None:
    raise Killed


def test_keys_of_many_people_are_filed_a_share_at_a_time(desk: Desk, write: Write,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "GATHERED", 2)
    monkeypatch.setattr(committing, "AT_ONCE", 3)
    names = ("Ashe", "Birk", "Cole", "Dunn", "Eyre", "Firth", "Gale", "Hart", "Ives", "Judd")
    people = [["", "", "Ms", "Ann", name, f"{at}/03/1950", f"{at} Mill Road", "Malton", "YO17 7AB", *[""] * 6]
              for at, name in enumerate(names, 1)]
    desk.commit(desk.check(write(people)))
    with desk.database.reading() as session:
        filed = session.scalar(text("SELECT count(DISTINCT victim_id) FROM match_key"))
    assert filed == 10
    again = desk.check(write([[*row[:14], "again"] for row in people], name="again.csv"))
    assert desk.counts(again)["updated"] == 10


def test_a_list_that_turns_out_unreadable_half_way_leaves_nothing_behind(
        desk: Desk, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*more: Any) -> Iterator[Any]:
        yield from whole(*more)
        raise UnreadableList("This workbook is damaged")
    whole, before = one_pass.Check.placed, everything(desk.database)
    monkeypatch.setattr(one_pass.Check, "placed", broken)
    with pytest.raises(UnreadableList, match="damaged"):
        import_file(desk.database, desk.actor, write(), "Report Fraud", uploads=desk.uploads)
    assert everything(desk.database) == before
    with desk.database.reading() as session:
        assert session.get_one(VictimImport, 1).state is State.REFUSED


# Repeat victims, by the dates of their reports

@pytest.mark.parametrize(("earlier", "repeat"), [("03/03/2025", True), ("03/03/2019", False)])
def test_a_list_counts_a_repeat_victim_by_dates_as_the_record_does(desk: Desk, write: Write, earlier: str,
                                                                   repeat: bool) -> None:
    first = ["NFRC190000000009", earlier, *HILL[2:]]
    for rows in ([first], [HILL]):
        desk.commit(desk.check(write(rows, name=f"{rows[0][0]}.csv")))
    with desk.database.reading() as session:
        hill = session.scalars(select(Victim)).one()
        assert len(hill.fraud_reports) == 2
        assert ("repeat_victim" in hill.need_reasons) is repeat is need.is_repeat_victim(hill)
        fresh = need.reckon(need.facts_of(hill))
        assert (hill.need_score, hill.need_reasons) == (fresh.score, fresh.reasons)


def test_after_an_undo_what_was_reported_since_still_counts(desk: Desk, write: Write) -> None:
    desk.commit(desk.check(write([HILL], name="first.csv")))
    import_id = desk.check(write([HILL_AGAIN], name="second.csv"))
    desk.commit(import_id)
    with desk.database.transaction() as session:
        calls.log_call(session, desk.actor, session.scalars(select(Victim)).one(), incident_number="1",
                       bank="Dales Bank", received_at=now())
    desk.undo(import_id)
    with desk.database.reading() as session:
        hill = session.scalars(select(Victim)).one()
        assert len(hill.fraud_reports) == 2 and not desk.row(import_id, 1).before
        fresh = need.reckon(need.facts_of(hill))
        assert (hill.need_score, hill.need_reasons) == (fresh.score, fresh.reasons)
        assert "repeat_victim" in hill.need_reasons


def test_two_old_reports_of_one_list_are_counted_by_dates_too(desk: Desk, write: Write) -> None:
    old = ["NFRC190000000009", "03/03/2019", *HILL_AGAIN[2:]]
    desk.commit(desk.check(write([HILL, old])))
    [hill] = desk.victims()
    assert "repeat_victim" not in hill.need_reasons


def test_where_households_count_a_list_reckons_everybody_at_the_address(
        desk: Desk, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    force = current()
    rules = force.households.model_copy(update={"repeat_victim_household": True})
    changed = force.model_copy(update={"households": rules})
    for module in (need, by_household):
        monkeypatch.setattr(module, "current", lambda: changed)
    husband = ["NFRC260000000007", "03/04/2026", "Mr", "Wilfred", "Hill", "01/02/1936", *HILL[6:9],
               *[""] * 6]
    desk.commit(desk.check(write([HILL])))
    desk.commit(desk.check(write([husband], name="b.csv")))
    assert [("repeat_victim" in victim.need_reasons) for victim in desk.victims()] == [True, True]


def test_where_households_count_an_undo_reckons_those_who_stay(desk: Desk, write: Write,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    force = current()
    rules = force.households.model_copy(update={"repeat_victim_household": True})
    changed = force.model_copy(update={"households": rules})
    for module in (need, by_household):
        monkeypatch.setattr(module, "current", lambda: changed)
    husband = ["NFRC260000000007", "03/04/2026", "Mr", "Wilfred", "Hill", "01/02/1936", *HILL[6:9],
               *[""] * 6]
    desk.commit(desk.check(write([HILL])))
    import_id = desk.check(write([husband], name="b.csv"))
    desk.commit(import_id)
    desk.undo(import_id)
    assert [("repeat_victim" in victim.need_reasons) for victim in desk.victims()] == [False]
