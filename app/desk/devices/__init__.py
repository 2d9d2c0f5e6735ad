"""The doors to the equipment: the stock, who waits for it, who has it, and what it did for them."""

from app.desk.devices import (
    collections,
    details,
    lending,
    loans,
    outcomes,
    returns,
    reviews,
    statistics,
    stock,
    units,
    waiting,
)
from app.doors import Room

room = Room()
for _part in (stock, waiting, loans, details, reviews, returns, statistics, outcomes, collections, lending,
              units):
    room.include_router(_part.room)
