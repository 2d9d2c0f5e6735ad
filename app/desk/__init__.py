"""The desk: every page for staff, all of them under /desk."""

from importlib import import_module
from importlib.util import find_spec

from app.doors import Room

ROOMS = ("sign_in", "today", "drafts", "contacts", "victims", "fraud_reports", "follow_ups", "imports",
         "calls", "assessments", "measures", "referrals", "devices", "letters", "households", "visits",
         "my_visits", "handing_in", "volunteers",
         "worker", "audit", "accounts", "settings")


def rooms() -> list[Room]:
    """Every door of the desk, room by room."""
    return [room for name in ROOMS if find_spec(f"app.desk.{name}")
            if (room := getattr(import_module(f"app.desk.{name}"), "room", None))]
