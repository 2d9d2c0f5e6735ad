"""The doors to letters: writing one, printing and posting them, and batches to many."""

from app.desk.letters import batches, posting, writing
from app.doors import Room

room = Room()
for _part in (batches, posting, writing):
    room.include_router(_part.room)
