"""Settings: what this force has chosen, and what is still to be confirmed by it."""

from fastapi import Request
from fastapi.responses import Response

from app.doors import Room
from app.pages import page
from outreach.foundation.force import Force, current
from outreach.foundation.permissions import May

room = Room(prefix="/desk/settings")


@room.get("", needs=May.MANAGE_SETTINGS)
def show(request: Request) -> Response:
    """The force's file, in words: names, numbers, districts, cadence, weights. It changes in the file."""
    found = current()
    return page(request, "desk/settings/show.html", settings=found, number_words=[*found.numbers.items()],
                cadence_words=_cadence(found), weight_words=_weights(found))


def _cadence(found: Force) -> list[tuple[str, str]]:
    first = found.cadence.first_attempt_working_days
    return [
        ("First attempt", ", ".join(f"{band} need within {days} working days"
                                    for band, days in first.items())),
        ("Next attempt", f"{found.cadence.next_attempt_working_days} working days later, "
                         "at another time of day"),
        ("Attempts without an answer", f"{found.cadence.attempts}, then a person decides"),
        ("Checks once reached", ", ".join(f"{days} days" for days in found.cadence.checks_after_days)),
        ("The day's list is mailed at", f"{found.worker.day_list_at:%H:%M}"),
        ("Overdue goes to the supervisor after", f"{found.worker.escalate_after_working_days} working day"),
    ]


def _weights(found: Force) -> list[tuple[str, int]]:
    rules = found.need
    ages = [(f"Aged {years} or over", points) for years, points in rules.age.items()]
    losses = [(f"Lost £{pounds:,} or more", points) for pounds, points in rules.lost.items()]
    said = [(weight.words.capitalize(), weight.points) for weight in (*rules.factors.values(),
                                                                     *rules.facts.values())]
    return sorted(ages + losses + said, key=lambda row: -row[1])
