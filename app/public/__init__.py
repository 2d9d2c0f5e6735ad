"""The public site: what residents read. It can see `community` and `foundation`, never a victim."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.doors import Room


def rooms() -> list["Room"]:
    """Every public door."""
    from app.public import health, home, referral_answers
    return [home.room, health.room, referral_answers.room]
