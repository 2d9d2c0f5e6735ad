"""The doors for those who go on visits: their own, and of those no more than they need."""

from app.desk.my_visits import answering, checking, listing, log, phone, record
from app.doors import Room

room = Room()
for _part in (listing, record, checking, log, phone, answering):
    room.include_router(_part.room)
