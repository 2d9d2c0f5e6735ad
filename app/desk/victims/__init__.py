"""The doors to victims: the list, entering one, and each record."""

from app.desk.victims import details, entering, exports, keeping, listing, merging, record, summary
from app.doors import Room

room = Room()
for _part in (listing, exports, entering, record, details, keeping, merging, summary):
    room.include_router(_part.room)
