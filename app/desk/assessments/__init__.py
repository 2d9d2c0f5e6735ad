"""The doors to assessments: making one, every one there was, and the list of what counts."""

from app.desk.assessments import factors, history, making
from app.doors import Room

room = Room()
for _part in (history, making, factors):
    room.include_router(_part.room)
