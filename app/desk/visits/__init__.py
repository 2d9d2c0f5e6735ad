"""The doors to visits: the list, planning one, each of them, who goes, and the logs that come back."""

from app.desk.visits import calendars, crew, listing, logs, planning, record, reviews, safety
from app.doors import Room

room = Room()
for _part in (listing, planning, record, crew, calendars, logs, reviews, safety):
    room.include_router(_part.room)
