"""Reading victim lists as they come: every sort of file and dirt, and a sentence for what cannot be read."""

import csv
import subprocess
import sys
import zipfile
from datetime import date

import pytest
import xlsxwriter

from outreach.casework.imports import columns
from outreach.casework.imports.reading import UnreadableList, checked_rows, read_header, read_rows

TODAY = date(2026, 11, 2)
HEADER = ["Reference", "Surname", "Forename", "Date of Birth", "Address 1", "Postcode", "Phone", "Loss",
          "Notes"]
MRS_HILL = ["NFRC260000000001", "Hill", "Jean", "27/03/1951", "4 Beck Lane", "YO17 7AB", "01632 960001",
            "£1,250.50",
            "Paid for a mower."]
MR_OATES = ["NFRC260000000002", "Oates", "Walter", "9 Feb 1942", "1 Moor View", "YO18 8CD", "07700 900123",
            "0", ""]


@pytest.fixture
def listed(tmp_path):
    """Writes a CSV list and says where it is."""
    def write(*rows, name="list.csv", encoding="utf-8", **dialect):
        path = tmp_path / name
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file, **dialect).writerows(rows)
        return path
    return write


@pytest.fixture
def workbook(tmp_path):
    """Writes an XLSX list, sheet by sheet, and says where it is."""
    def write(sheets, name="list.xlsx"):
        book = xlsxwriter.Workbook(str(tmp_path / name), {"default_date_format": "dd/mm/yyyy"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for n, row in enumerate(rows):
                for m, cell in enumerate(row):
                    if cell != "":
                        sheet.write(n, m, cell)
        book.close()
        return tmp_path / name
    return write


def read(path):
    """Every row of a list, checked, its columns guessed."""
    mapping = columns.guess(read_header(path).columns)
    return [row for chunk in checked_rows(path, mapping, today=TODAY) for row in chunk]


def people(path):
    return [(row.number, row.values.get("last_name"), row.values.get("lost")) for row in read(path)]


BOTH = [(1, "Hill", 125050), (2, "Oates", 0)]


def test_a_list_is_shown_before_it_is_read(listed):
    sheet = read_header(listed(HEADER, MRS_HILL, MR_OATES))
    assert (sheet.columns, sheet.sample, sheet.rows_estimate) == (HEADER, [MRS_HILL, MR_OATES], 2)
    assert (sheet.kind, sheet.notes) == ("csv", [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_file_is_read_however_it_was_saved(listed, encoding, delimiter):
    path = listed(HEADER, MRS_HILL, [*MR_OATES[:2], "Siôn", *MR_OATES[3:]], encoding=encoding,
                  delimiter=delimiter)
    assert people(path) == BOTH
    assert read(path)[1].values["first_name"] == "Siôn"


def test_each_cell_is_read_in_its_own_alphabet(tmp_path):
    path = tmp_path / "mixed.csv"
    rows = b"Surname,Forename,Postcode\r\n", "Müller,".encode(), "Zoë,YO17 7AB\r\n".encode("cp1252")
    path.write_bytes(b"".join(rows))
    [row] = read(path)
    assert (row.values["last_name"], row.values["first_name"]) == ("Müller", "Zoë")


def test_the_columns_may_stand_in_any_order(listed):
    assert people(listed(HEADER[::-1], MRS_HILL[::-1], MR_OATES[::-1])) == BOTH


def test_blank_lines_and_column_names_pasted_in_again_are_nobody(listed):
    path = listed(HEADER, [""] * 9, MRS_HILL, [], HEADER, [" ", "\u00a0"], MR_OATES)
    assert people(path) == BOTH


def test_a_title_above_the_column_names_is_passed_over_and_said_to_be(listed):
    path = listed(["Victim list October 2026"], [], HEADER, MRS_HILL, MR_OATES)
    assert people(path) == BOTH
    assert read_header(path).notes == ["The lines above the column names were left out"]


def test_a_line_end_inside_a_cell_is_no_new_row(listed):
    path = listed(HEADER, [*MRS_HILL[:4], "4 Beck Lane\r\nMalton", *MRS_HILL[5:]], MR_OATES)
    assert people(path) == BOTH
    assert read(path)[0].values["address_line_2"] == "Malton"


def test_a_nul_in_one_cell_is_that_cells_fault_alone(tmp_path):
    path = tmp_path / "nul.csv"
    path.write_bytes(b"Surname,Postcode,Notes\r\nHi\0ll,YO17 7AB,\r\nOates,YO18 8CD,a\0b\r\n")
    hill, oates = read(path)
    assert "cannot be read" in hill.errors["last_name"]
    assert oates.errors == {} and oates.values["summary"] == "ab"


def test_a_spreadsheets_own_dates_and_numbers_mean_what_they_show(workbook):
    path = workbook({"List": [HEADER, ["NFRC260000000001", "Hill", "Jean", date(1951, 3, 27), "4 Beck Lane",
                                       "YO17 7AB",
                                       441632960001, 1250.5, True]]})
    [row] = read(path)
    assert row.values["born_on"] == "1951-03-27" and row.values["lost"] == 125050
    assert row.values["phones"][0]["number"] == "+441632960001"


def test_a_workbook_and_its_csv_twin_give_the_same_result(listed, workbook):
    dirty = [HEADER, MRS_HILL, [""] * 9, HEADER, MR_OATES[:6],
             ["", "", "Ann", "31/02/1950", "1 Dale\nFlat", "", "x", "", ""],
             ["NFRC1", "", "Mr Bill", "10/14/1980", "", "yo188cd", "4.4E+11", "nil", "@SUM(1+1)"]]
    csv_rows, xlsx_rows = read(listed(*dirty)), read(workbook({"List": dirty}))
    assert csv_rows == xlsx_rows and len(csv_rows) == 4


def test_only_the_first_sheet_with_something_in_it_is_read_and_that_is_said(workbook):
    path = workbook({"Empty": [], "October": [HEADER, MRS_HILL, MR_OATES], "September": [HEADER, MRS_HILL]})
    assert people(path) == BOTH
    [note] = read_header(path).notes
    assert "2 sheets" in note and "“October”" in note


def test_reading_can_begin_where_it_was_left(listed):
    path = listed(HEADER, *[MRS_HILL] * 700, MR_OATES)
    mapping = columns.guess(HEADER)
    with checked_rows(path, mapping, after=700) as rows:
        assert [(row.number, row.values["last_name"]) for row in next(rows)] == [(701, "Oates")]


def test_how_far_the_reading_has_come_is_known(listed):
    path = listed(HEADER, *[MRS_HILL] * 2000)
    with read_rows(path) as rows:
        seen = [rows.done / rows.total for _ in rows]
    assert seen == sorted(seen) and 0 < seen[0] < seen[-1] == 1


def test_reading_can_be_given_up_and_leaves_no_process_behind(listed):
    rows = read_rows(listed(HEADER, *[MRS_HILL] * 20_000))
    next(rows)
    apart = rows._apart
    rows.close()
    assert apart.poll() is not None and list(rows) == []


def refusal(path):
    with pytest.raises(UnreadableList) as refused:
        read_header(path)
    return str(refused.value)


@pytest.mark.parametrize(("content", "says"), [
    (b"", "The file is empty"),
    (b"\xef\xbb\xbf", "The file is empty"),
    (b"%PDF-1.7 ...", "a PDF, not a list"),
    (b"\x89PNG\r\n\x1a\n....", "a picture"),
    (b"<html><table><tr><td>Surname", "a web page"),
    (b'[{"surname": "Hill"}]', "a JSON file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook", "old sort of workbook (XLS)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    (b"PK\x03\x04 not really", "damaged"),
    ("Surname,Postcode\nHill,YO17 7AB\n".encode("utf-16-le"), "without its mark"),
    (b"Sur\0name,Postcode\nHill,YO17 7AB\n", "not text"),
    (bytes(range(1, 32)) * 200, "not text"),
    (b"Surname,Postcode\n", "nobody under them"),
    (b"Surname\nHill\nOates\n", "only one column"),
    (b"Surname,Postcode,surname \nHill,YO17 7AB,Hill\n", "“surname” stands in the list twice"),
    (b"Hill,Jean,27/03/1951,YO17 7AB\nOates,Walter,09/02/1942,YO18 8CD\n", "looks like a person"),
    (b'Surname,Postcode\n"Hill,YO17 7AB\n' + b"Oates,YO18 8CD\n" * 20_000,
     "quotation mark is missing its partner"),
])
def test_a_file_that_is_no_list_is_refused_in_a_sentence(tmp_path, content, says):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    assert says in refusal(path)


def test_a_file_too_large_is_refused_before_it_is_opened(listed):
    path = listed(HEADER, *[MRS_HILL] * 20_000)
    with pytest.raises(UnreadableList, match=r"larger than 1 MB\. Split the list"):
        read_header(path, max_bytes=1024 * 1024)


def archive(path, **parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return path


def test_other_archives_are_told_from_workbooks(tmp_path):
    assert "Word document" in refusal(archive(tmp_path / "letter.docx", word__document_xml="<w/>"))
    assert "compressed file" in refusal(archive(tmp_path / "list.zip", list_xml="<x/>"))


def test_a_workbook_that_would_swell_a_thousandfold_is_refused_unopened(tmp_path):
    path = archive(tmp_path / "bomb.xlsx", xl__workbook_xml="<x/>", xl__sheet1_xml=b"0" * 60_000_000)
    assert path.stat().st_size < 100_000
    assert "unpacks to far more" in refusal(path)


def with_sheet(path, before, after):
    """The same workbook with something in its sheet replaced."""
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as out:
        for part in book.namelist():
            out.writestr(part, book.read(part).replace(before, after))
    return changed


def test_a_workbook_that_lies_about_its_size_is_found_out(workbook):
    path = with_sheet(workbook({"List": [HEADER, MRS_HILL]}), b"</sheetData>",
                      b"<!--" + b"0" * 3_000_000 + b"--></sheetData>")
    with zipfile.ZipFile(path) as book:
        size = max(part.file_size for part in book.infolist()).to_bytes(4, "little")
    assert len(read(path)) == 1
    path.write_bytes(path.read_bytes().replace(size, (1000).to_bytes(4, "little")))
    assert "damaged" in refusal(path)


def test_a_sheet_with_one_far_corner_filled_cannot_exhaust_the_memory(workbook):
    far = with_sheet(workbook({"List": [HEADER, MRS_HILL]}), b"</sheetData>",
                     b'<row r="1048576"><c r="BH1048576"><v>1</v></c></row></sheetData>')
    assert "needs more memory" in refusal(far)


def test_a_mapping_that_does_not_fit_the_list_is_refused(listed):
    with pytest.raises(UnreadableList, match="There is no column “Family name”"):
        list(checked_rows(listed(HEADER, MRS_HILL), {"last_name": "Family name"}))


def test_the_process_apart_knows_no_database_and_none_of_our_secrets():
    loaded = subprocess.run([sys.executable, "-c", "import outreach.casework.imports.child, sys; "
                             "import outreach.casework.imports.cells; print('sqlalchemy' in sys.modules)"],
                            capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"
