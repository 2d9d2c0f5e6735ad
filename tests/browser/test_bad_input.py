"""Whatever is uploaded, the answer is a sentence that says what to do, and nothing is changed."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import victim_list

HEADER = ",".join(victim_list.HEADINGS)
ROW = "NFRC261100000999,1/11/2026,Mr,Sam,Sowerby,,M,1 Mill Lane,,Selby,YO8 4XX,01632 960999,,,Courier fraud,9"


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _picture(file: Path) -> None:
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)


def _no_header(file: Path) -> None:
    file.write_text("\n".join([ROW] * 5), encoding="utf-8")


def _column_twice(file: Path) -> None:
    file.write_text(f"{HEADER},Surname\n{ROW},Sowerby\n", encoding="utf-8")


def _no_spreadsheet(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("holiday.txt", "not a spreadsheet")


def _bomb(file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"\x00" * 300_000_000)


BAD = {"empty.csv": _empty, "picture.png": _picture, "picture.csv": _picture, "no header.csv": _no_header,
       "a column twice.csv": _column_twice, "holiday.xlsx": _no_spreadsheet,
       "bomb.xlsx": _bomb}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_answered_with_what_to_do(page, outreach, tmp_path, name):
    file = tmp_path / name
    BAD[name](file)
    before = outreach.ask("SELECT count(*) FROM victim"), outreach.ask("SELECT count(*) FROM victim_import")
    _upload(page, file)
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text(re.compile("[Uu]pload|[Cc]hoose|[Aa]dd a row"))  # what to do
    expect(page.get_by_label("Source")).to_have_value("Bad lists")
    assert (outreach.ask("SELECT count(*) FROM victim"),
            outreach.ask("SELECT count(*) FROM victim_import")) == before


def test_a_character_that_nobody_can_read_is_an_error_in_its_cell(page, tmp_path):
    file = tmp_path / "nul.csv"
    file.write_bytes(f"{HEADER}\n{ROW}\n".encode().replace(b"Sam", b"S\x00m"))
    _upload(page, file)
    page.get_by_role("button", name="Check the list").first.click()
    expect(page.get_by_text("Ready to look at")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name=re.compile("with errors")).click()
    expect(page.get_by_role("main")).to_contain_text("There is a character in this cell that cannot be read")


def test_a_file_far_too_big_is_refused_in_words(page, tmp_path):
    file = tmp_path / "everybody.csv"
    with file.open("wb") as out:
        out.write(f"{HEADER}\n".encode())
        out.truncate(200_000_000)
    _upload(page, file)
    expect(page.get_by_role("main")).to_contain_text("Send a smaller file")


def test_a_file_uploaded_twice_leads_to_the_first_time(page, tmp_path):
    file = tmp_path / "twice.csv"
    file.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    _upload(page, file)
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column is which?")
    _upload(page, file)
    page.get_by_role("link", name="Open the earlier import").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bad lists")


def test_a_column_chosen_twice_is_refused_and_the_choice_stays(page, tmp_path):
    file = tmp_path / "columns.csv"
    file.write_text(f"{HEADER}\n{ROW.replace('Sam', 'Pat')}\n", encoding="utf-8")
    _upload(page, file)
    page.get_by_label("First name").select_option("Surname")
    page.get_by_role("button", name="Check the list").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Surname")
    expect(page.get_by_label("First name")).to_have_value("Surname")


def _upload(page: Page, file: Path) -> None:
    page.goto("/desk/imports/new")
    page.get_by_label("Victim list", exact=True).set_input_files(file)
    page.get_by_label("Source").fill("Bad lists")
    page.get_by_role("button", name="Upload the list").click()
