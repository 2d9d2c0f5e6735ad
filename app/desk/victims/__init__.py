"""The doors to victims: the list, and each record."""

from importlib import import_module
from importlib.util import find_spec

from app.doors import Room

room = Room()
for _name in ("exports", "listing", "record"):
    if find_spec(f"app.desk.victims.{_name}"):
        room.include_router(import_module(f"app.desk.victims.{_name}").room)
