"""The doors to those who help: their records, vetting, training, free times and hours."""

from app.desk.volunteers import away, hours, keeping, listing, months, own, own_hours, training, vetting
from app.doors import Room

room = Room()
for _part in (listing, months, keeping, vetting, training, away, hours, own, own_hours):
    room.include_router(_part.room)
