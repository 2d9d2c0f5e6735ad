"""The doors to referrals: the list, writing one, each of them, and the agencies they go to."""

from app.desk.referrals import agencies, drafting, exports, listing, record
from app.doors import Room

room = Room()
for _part in (agencies, exports, listing, drafting, record):
    room.include_router(_part.room)
