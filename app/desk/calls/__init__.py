"""Banking Protocol calls on the desk: logged on one screen, finished later, counted each month."""

from app.desk.calls import banks, entering, exports, listing, outcomes, record, returns
from app.doors import Room

room = Room()
for part in (entering, returns, banks, exports, listing, outcomes, record):
    room.include_router(part.room)
