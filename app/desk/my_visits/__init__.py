"""The doors for those who go on visits: their own, and of those no more than they need."""

from app.desk.my_visits import log
from app.doors import Room

room = Room()
for _part in (log,):
    room.include_router(_part.room)
