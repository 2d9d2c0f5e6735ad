"""When something that failed is tried again: soon at first, then every four hours for three days."""

from datetime import timedelta

FIRST = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
THEN_EVERY = timedelta(hours=4)
UNTIL = timedelta(hours=72)
# A worker that dies with a promise in hand gives it back at once; after so many deaths the ladder holds it
# back, so that a promise that kills its worker cannot keep all the others waiting.
DEATHS_FORGIVEN = 25


def pause_after(failures: int) -> timedelta | None:
    """How long to wait after this many failures in a row; None when the ladder is used up."""
    if failures <= len(FIRST):
        return FIRST[max(failures, 1) - 1]
    waited = sum(FIRST, timedelta()) + THEN_EVERY * (failures - len(FIRST) - 1)
    return THEN_EVERY if waited + THEN_EVERY <= UNTIL else None


def pause_after_death(attempts: int) -> timedelta:
    """How long a promise waits that was in hand when its worker died."""
    if attempts <= DEATHS_FORGIVEN:
        return timedelta()
    return pause_after(attempts - DEATHS_FORGIVEN) or THEN_EVERY
