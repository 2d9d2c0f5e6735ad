"""Victim lists as a browser meets them: upload, columns, dry run, repair, decide, commit, undo, redo."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.settings import settings
from outreach.casework.imports.checking import check
from outreach.casework.imports.committing import run_commit
from outreach.casework.imports.record import ImportRow, State, Verdict, VictimImport
from outreach.casework.imports.undoing import run_undo
from outreach.casework.victims import Victim
from outreach.foundation.audit import AuditEntry
from outreach.foundation.db import Database
from outreach.foundation.permissions import Actor
from tests.site import BOTH, HTMX

LIST = """Ref,Date,Title,First name,Surname,Date of birth,Address,Town,Postcode,Home phone,Email,Loss
NFRC2600001,03/03/2026,Mrs,Joan,Hill,27/03/1941,4 Beck Lane,Whitby,YO21 1AA,01632 960001,joan@example.org,99
NFRC2600002,09/03/2026,Mrs,J,Hill,,4 Beck Lane,Whitby,YO21 1AA,01632 960001,joan@example.org,
NFRC2600003,09/03/2026,,Ann,,31/02/1950,1 High Street,York,YO1 7AB,01632 960002,,lots
"""


@pytest.fixture
def browser(desk: Callable[..., Any], officer: Actor) -> Any:
    return desk(officer)


@pytest.fixture
def upload(browser: Any) -> Callable[..., Any]:
    def send(content: str | bytes = LIST, name: str = "list.csv", source: str = "Report Fraud") -> Any:
        body = content.encode() if isinstance(content, str) else content
        return browser.submit("/desk/imports", {"source": source}, files={"file": (name, io.BytesIO(body))})
    return send


@pytest.fixture
def checked(browser: Any, upload: Callable[..., Any], database: Database) -> int:
    """A list that has been through its dry run."""
    import_id = number_in(upload().headers["location"])
    chosen = {f"field-{field}": column for field, column in mapping_of(database, import_id).items()}
    assert browser.submit(f"/desk/imports/{import_id}/columns", chosen).status_code == 303
    assert "rows checked" in browser.get(f"/desk/imports/{import_id}").text
    check(database, import_id, settings().data / "uploads")
    return import_id


def number_in(address: str) -> int:
    return int(address.split("/")[3])


def mapping_of(database: Database, import_id: int) -> dict[str, str]:
    with database.reading() as session:
        return session.get_one(VictimImport, import_id).mapping


def row(database: Database, number: int) -> ImportRow:
    with database.reading() as session:
        return session.scalars(select(ImportRow).where(ImportRow.number == number)).one()


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(Victim.last_name)))


def test_a_list_goes_from_the_file_to_the_records_and_back(browser: Any, checked: int,
                                                           database: Database) -> None:
    here = f"/desk/imports/{checked}"
    page = browser.get(here).text
    assert "This is what the list would do" in page and "Commit 1 row" in page
    assert browser.submit(f"{here}/commit").headers["location"] == here
    assert "rows brought in" in browser.get(here).text
    run_commit(database, checked)
    page = browser.get(here).text
    assert "1 of 3 rows are on record" in page and f'action="{here}/undo"' in page
    assert names(database) == ["Hill"]
    browser.submit(f"{here}/undo")
    run_undo(database, checked)
    assert "everything else is as it was before" in browser.get(here).text
    assert names(database) == []
    browser.submit(f"{here}/redo")
    run_commit(database, checked)
    assert names(database) == ["Hill"]


@pytest.mark.parametrize("headers", BOTH)
def test_cells_are_repaired_on_the_page(browser: Any, checked: int, database: Database, headers: Any) -> None:
    errors = f"/desk/imports/{checked}/rows/errors"
    page = browser.get(errors).text
    assert "Enter a last name" in page and 'value="31/02/1950"' in page
    assert 'name="cell-3-8"' not in page            # a cell that is right is not asked for
    answer = browser.submit(errors, {"cell-3-4": "Wood", "cell-3-5": "3 2 1950", "cell-3-11": "lots"},
                            headers=headers)
    assert answer.status_code == (200 if headers else 303)
    page = browser.get(errors).text
    assert "Enter a last name" not in page and 'value="lots"' in page
    browser.submit(errors, {"cell-3-11": "£300"}, headers=headers)
    assert row(database, 3).verdict is Verdict.NEW
    assert "No row has an error" in browser.get(errors).text


@pytest.mark.parametrize("headers", BOTH)
def test_a_possible_duplicate_is_shown_side_by_side_and_decided(browser: Any, checked: int,
                                                                database: Database,
                                                                headers: Any) -> None:
    review = f"/desk/imports/{checked}/rows/review"
    page = browser.get(review).text
    assert "Same person as Row 1" in page and "same initial" in page.lower() and "27 March 1941" in page
    browser.submit(review, {"row-2": "row 1"}, headers=headers)
    assert (row(database, 2).verdict, row(database, 2).joins_row) == (Verdict.UPDATE, 1)


@pytest.mark.parametrize("part", ["review", "updated"])
def test_why_a_restricted_record_matches_is_not_told(browser: Any, checked: int, database: Database,
                                                     enter: Callable[..., Victim], part: str) -> None:
    open_to_all, restricted = enter("Joan", "Hill"), enter("Jane", "Hill", restricted=True)
    matches = [{"kind": "known", "ref": victim.id, "reasons": [why], "weight": 9.0}
               for victim, why in ((restricted, "the same telephone"), (open_to_all, "the same house"))]
    for shown in (matches, matches[1:]):
        with database.transaction() as session:
            found = session.scalars(select(ImportRow).where(ImportRow.number == 2)).one()
            found.matches, found.verdict = shown, Verdict.REVIEW if part == "review" else Verdict.UPDATE
        page = browser.get(f"/desk/imports/{checked}/rows/{part}").text.lower()
        assert "the same telephone" not in page
    assert "the same house" in page
    assert part != "review" or '<h2 class="govuk-visually-hidden">' in page


def test_a_page_of_decisions_without_one_says_so(browser: Any, checked: int) -> None:
    answer = browser.submit(f"/desk/imports/{checked}/rows/review", {})
    assert answer.status_code == 422 and "Choose an answer" in answer.text


def test_every_look_at_a_list_is_noted(browser: Any, checked: int, database: Database) -> None:
    for part in ("new", "updated", "review", "errors", "left-out", "kept"):
        assert browser.get(f"/desk/imports/{checked}/rows/{part}").status_code == 200
    browser.get("/desk/imports")
    with database.reading() as session:
        seen = set(session.scalars(select(AuditEntry.operation).where(AuditEntry.action == "consultation")))
    assert {"import.listed", "import.opened", "import.rows_seen"} <= seen


def test_the_columns_are_guessed_and_a_wrong_choice_keeps_what_was_chosen(browser: Any, upload: Any) -> None:
    here = upload().headers["location"]
    page = browser.get(here).text
    assert "guessed" in page and '<option value="Surname" selected>' in page
    answer = browser.submit(here, {"field-first_name": "First name"}, headers=HTMX)
    assert answer.status_code == 422 and "Choose the column that holds the last name" in answer.text
    assert '<option value="First name" selected>' in answer.text


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (200 * 2**20))
    return file.getvalue()


@pytest.mark.parametrize(("content", "says"), [
    (b"", "The file is empty"),
    (b"%PDF-1.7 list", "This is a PDF"),
    (b"Mrs,Joan,Hill,27/03/1941,YO21 1AA\nMr,Peter,Dale,01/02/1980,YO17 7AB\n", "names of the columns"),
    (b"Surname,Phone,Surname\nHill,01632 960001,Dale\n", "Surname"),
    (b"Sur\0name,Phone\nHill,01632 960001\n", "not text that can be read"),
    (b"Surname,Phone\n", "nobody under them"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old sort of workbook"),
    (bomb, "unpacks to far more"),
], ids=["empty", "pdf", "no header", "a column twice", "nul", "header only", "xls", "bomb"])
def test_a_file_that_is_no_list_gets_a_sentence_and_nothing_is_kept(
        upload: Any, database: Database, content: Any, says: str) -> None:
    answer = upload(content() if callable(content) else content, name="list.xlsx")
    assert answer.status_code == 422
    assert says in answer.text.replace("&#39;", "'")
    with database.reading() as session:
        assert session.scalars(select(VictimImport)).all() == []
    assert not any((settings().data / "uploads").glob("*"))


def test_a_file_of_200_megabytes_is_refused_in_words(browser: Any, upload: Any) -> None:
    answer = upload(b"Surname,Phone\n" + b"x" * (60 * 2**20))
    assert answer.status_code == 422 and "larger than 50 MB" in answer.text
    assert upload(b"Surname,Phone\n" + b"x" * (200 * 2**20)).status_code == 413


def test_the_same_file_twice_names_the_earlier_import(upload: Any) -> None:
    first = number_in(upload().headers["location"])
    answer = upload(name="renamed.csv")
    assert answer.status_code == 422
    assert "This file was uploaded on" in answer.text and f'href="/desk/imports/{first}"' in answer.text


def test_a_source_and_a_file_are_asked_for_and_what_was_typed_stays(browser: Any, upload: Any) -> None:
    assert "Enter where the list comes from" in upload(source=" ").text
    answer = browser.submit("/desk/imports", {"source": "The bank"})
    assert answer.status_code == 422 and 'value="The bank"' in answer.text


def test_nothing_can_be_committed_twice_or_undone_before(browser: Any, checked: int,
                                                         database: Database) -> None:
    here = f"/desk/imports/{checked}"
    assert browser.submit(f"{here}/undo").status_code == 422
    browser.submit(f"{here}/commit")
    answer = browser.submit(f"{here}/commit")
    assert answer.status_code == 422 and "being committed already" in answer.text
    with database.reading() as session:
        assert session.get_one(VictimImport, checked).state is State.COMMITTING


@pytest.mark.parametrize("who", ["supervisor", "ambassador", "volunteer", "communicator", "administrator"])
def test_only_an_officer_brings_lists_in(desk: Any, request: pytest.FixtureRequest, who: str) -> None:
    assert desk(request.getfixturevalue(who)).get("/desk/imports").status_code == 403
