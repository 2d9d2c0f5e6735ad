"""A victim list as it really comes in: 300 rows from somewhere else, dirty in every way that was seen."""

import csv
from io import StringIO
from pathlib import Path

from app.bench import victim_lists

ROWS = 300
HEADINGS = [*victim_lists.HEADER[:-1], "Worth"]  # nobody guesses that this is what was lost
SOURCE = "Report Fraud, weekly"
_AT = {name: at for at, name in enumerate(victim_lists.HEADER)}

KNOWN = {  # Mrs Dorothy Hill of the demo cast, as another hand writes her
    "Ref": "NFRC261100000901", "Date reported": "2 Nov 2026", "Title": "MRS", "First name": "Dot",
    "Surname": "HILL", "DOB": "27.3.41", "Sex": "female", "Address": "12 Cliff Terr.", "Town": "Scarboro",
    "Post code": "yo112xx", "Telephone": "+44 (0)1632 960-101", "Fraud type": "Courier fraud",
    "Amount lost": "£950"}
PERHAPS_KNOWN = {  # her husband? No date of birth, no telephone
    "Ref": "NFRC261100000902", "Date reported": "03/11/2026", "Title": "Mr", "First name": "A.",
    "Surname": "Hill", "Sex": "M", "Address": "12 Cliff Terrace", "Town": "Scarborough",
    "Post code": "YO11 2XX", "Fraud type": "Lottery scams", "Amount lost": "75"}
WRONG_DATE = {
    "Ref": "NFRC261100000903", "Date reported": "04/11/2026", "Title": "Mrs", "First name": "Zoë",
    "Surname": "Brontë-Quill", "DOB": "31/02/1950", "Sex": "F", "Address": "Flat 2\nThe Old Mill",
    "Town": "Whitby", "Post code": "YO22 4XX", "Telephone": "01632 960 931 (ask for Zoë)",
    "Fraud type": "Dating scam", "Amount lost": "£1,250.50"}
NO_NAME = {
    "Ref": "NFRC261100000904", "Date reported": "05/11/2026", "Address": "9 Ramshill Road",
    "Town": "Scarborough", "Post code": "YO11 3XX", "Telephone": "07700 900 932",
    "Fraud type": "Courier fraud", "Amount lost": "2000"}
ONCE = {
    "Ref": "NFRC261100000905", "Date reported": "06/11/2026", "Title": "Mr", "First name": "Bartholomew",
    "Surname": "Quernmore", "DOB": "3 9 1944", "Sex": "M", "Address": "1 Station Road", "Town": "Malton",
    "Post code": "YO17 7XX", "Telephone": "01632 960933", "Fraud type": "Courier fraud", "Amount lost": "400"}
TWICE = {**ONCE, "Ref": "NFRC261100000906", "First name": "Bart", "DOB": "1944-09-03",
         "Telephone": "01632-960-933"}
DIRTY = (KNOWN, PERHAPS_KNOWN, WRONG_DATE, NO_NAME, ONCE, TWICE)


def write(folder: Path, seed: int = 7) -> Path:
    """The list as a CSV file in the code page of an old office machine. Another seed is another week."""
    made, _truth = victim_lists.write(folder, ROWS - len(DIRTY), seed=seed)
    with made.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    for place, row in enumerate(DIRTY):  # spread through the list
        rows.insert(40 * (place + 1), [row.get(name, "") for name in victim_lists.HEADER])
    text = StringIO(newline="")
    csv.writer(text).writerows([HEADINGS, *rows])
    file = folder / f"victims of week {seed}.csv"
    file.write_bytes(text.getvalue().encode("cp1252", "replace"))
    return file
