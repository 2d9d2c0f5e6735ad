"""The doors to visits: the list, planning one, each of them, and who goes."""

from app.desk.visits import calendars, crew, listing, planning, record
from app.doors import Room

room = Room()
for _part in (listing, planning, record, crew, calendars):
    room.include_router(_part.room)
