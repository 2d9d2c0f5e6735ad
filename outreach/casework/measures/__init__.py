"""Safeguarding measures: the practical protection put in place for a person."""

from outreach.casework.measures.catalogue import UnknownMeasure, kinds, words_of
from outreach.casework.measures.checklist import Item, Told, checklist, steps_of
from outreach.casework.measures.counting import Safeguarded, adults_safeguarded
from outreach.casework.measures.record import OUTSTANDING, Measure, MeasureStep, Status
from outreach.casework.measures.steps import (
    BadDate,
    CannotTakeBack,
    HasDied,
    OutOfOrder,
    Refused,
    find_step,
    take_back,
    take_step,
)

__all__ = ["OUTSTANDING", "BadDate", "CannotTakeBack", "HasDied", "Item", "Measure", "MeasureStep",
           "OutOfOrder", "Refused", "Safeguarded", "Status", "Told", "UnknownMeasure", "adults_safeguarded",
           "checklist", "find_step", "kinds", "steps_of", "take_back", "take_step", "words_of"]
