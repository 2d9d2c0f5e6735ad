"""The log of a visit in words: for the officer who reads it, and for the timeline it ends up on."""

from collections.abc import Iterable, Mapping

from outreach.casework.visits.record import VisitLog
from outreach.foundation.force import current
from outreach.foundation.force.rules import DeviceKind, MeasureType


def summary_of(log: VisitLog) -> str:
    """What stands on the timeline: a line for each thing that was said, none for what was not."""
    said = {"": log.words, "Met: ": met(log), "Accepted: ": measures(log.accepted),
            "Discussed: ": measures(code for code in log.discussed if code not in log.accepted),
            "Fitted: ": fitted(log), "Asked: ": feelings(log), "Concern: ": log.concern,
            "Next step: ": log.next_step}
    return "\n".join(f"{name}{words}" for name, words in said.items() if words)


def met(log: VisitLog) -> str:
    """Who was met."""
    return ", ".join(_words(log.met, current().visits.met))


def measures(codes: Iterable[str]) -> str:
    """Measures by their codes."""
    return ", ".join(_words(codes, current().measures.types))


def fitted(log: VisitLog) -> str:
    """Equipment that was fitted, with what was noted beside it."""
    kinds = ", ".join(_words(log.fitted, current().devices.kinds))
    return "; ".join(filter(None, (kinds[:1].upper() + kinds[1:], log.fitted_note)))


def feelings(log: VisitLog) -> str:
    """How worried they are and how safe they feel, where they were asked."""
    answers = current().devices.answers
    asked = {"worried about calls": log.worried, "feel safe at home": log.safe}
    return ", ".join(f"{question}: {answers[answer - 1]}" for question, answer in asked.items() if answer)


def _words(codes: Iterable[str], known: Mapping[str, str | MeasureType | DeviceKind]) -> list[str]:
    """In the order of the list; a code that was struck off it stands for itself."""
    given = [*codes]
    ordered = [*(code for code in known if code in given), *(code for code in given if code not in known)]
    found = [known.get(code, code.replace("_", " ")) for code in ordered]
    return [one if isinstance(one, str) else one.words for one in found]
