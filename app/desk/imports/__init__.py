"""The doors to victim lists: bringing one in, and what becomes of its rows."""

from app.desk.imports import columns, lists, orders, rows
from app.doors import Room

room = Room()
for _part in (lists, columns, rows, orders):
    room.include_router(_part.room)
