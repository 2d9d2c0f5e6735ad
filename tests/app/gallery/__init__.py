"""Every look on one set of pages with invented people: run `python -m tests.app.gallery`."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, FileSystemLoader

from app import pages
from app.assets import DIST, KeptForAYear
from app.forms import Form
from app.security import POLICY
from outreach.foundation.permissions import Actor, Role

HERE = Path(__file__).parent
SCREENS = sorted(path.stem for path in HERE.glob("*.html"))
OFFICER = Actor(7, "Priya Nair", Role.OFFICER)
NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
jinja = pages.jinja.overlay(loader=ChoiceLoader([FileSystemLoader(HERE), FileSystemLoader(pages.TEMPLATES)]))

WORK = [
    ("Mrs Margaret Hill", "Scarborough", "Lives alone, defrauded before, lost £12,400; no reply on Thursday",
     "Call, yesterday at 2:30pm", True, "high"),
    ("Mr Bartholomew Featherstonehaugh-Cholmondeley", "Richmondshire", "Knows the suspect; nobody has "
     "reached him yet", "First call, today at 10am", False, "high"),
    ("Ms Siân Ó Briain", "York", "Recently bereaved; asked to be rung in the afternoon", "Call, today at 3pm",
     False, "medium"),
    ("Ripon Allotment Society", "Harrogate", "Charity, lost £800", "Letter, today", False, "standard"),
] * 3
VICTIMS = [(f"{name} {number}", 54 + number, need, why, district, Decimal(number * 1234), "today at 10am")
           for number in range(1, 9) for name, need, why, district in (
               ("Margaret Hill", "high", "Lives alone, defrauded before", "Scarborough"),
               ("Siân Ó Briain", "medium", "Recently bereaved", "York"),
               ("Ripon Allotment Society", "standard", "Lost £800", "Harrogate"))]
HAPPENED = [
    ("Call: no reply, unsafe to leave a message", NOW, "Priya Nair", "contact", "Rang out.", False),
    ("Put on the day’s list", NOW - timedelta(hours=7), "the worker", "worker", "", True),
    ("Visit: spoke", NOW - timedelta(days=2), "Bill Oddie-Smith", "contact", "Very upset. Her daughter Jane "
     "was there. She will not use the phone until the call blocker is in.", False),
    ("Courier fraud, £12,400 lost", NOW - timedelta(days=9), "", "report", "NFRC 2611 0009 1234", False),
    ("Brought in with the victim list of 11 November 2026", NOW - timedelta(days=9), "Priya Nair",
     "import", "", True),
]


class GalleryForm(Form):
    channel: str = ""
    outcome: str = ""
    minutes: str = ""
    saved: str = ""
    summary: str = ""
    told: list[str] = []
    next_on: str = ""
    next_at: str = ""
    phone: str = ""
    list: str = ""
    email: str = ""
    password: str = ""


def words_for(screen: str) -> dict[str, Any]:
    form = GalleryForm.blank(channel="call", told=["blocker"], next_on="31 2 2026",
                             email="officer@example.org", summary="Rang twice.")
    if screen == "contact":
        form.wrong("outcome", "Choose what came of it")
        form.wrong("next_on", "There is no such day. Enter a date, like 27 3 1951")
    return {"work": WORK, "victims": VICTIMS, "happened": HAPPENED, "form": form}


def render(request: Request, screen: str) -> str:
    known = {"request": request, "me": None if screen in ("sign_in", "advice") else OFFICER, "csrf": "c" * 22,
             "flash": None}
    return jinja.get_template(f"{screen}.html").render(known | words_for(screen))


def build() -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.mount("/static", KeptForAYear(directory=DIST))

    @app.get("/{screen}")
    def show(request: Request, screen: str) -> HTMLResponse:
        return HTMLResponse(render(request, screen), headers={"content-security-policy": POLICY})

    return app
