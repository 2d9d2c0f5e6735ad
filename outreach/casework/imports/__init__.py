"""Victim lists: brought in from the national service, checked cell by cell, committed, and undone if need be.

Nothing is loaded here before it is asked for: the process that opens strangers' files starts in this room and
must stay small.
"""

from importlib import import_module
from typing import Any

_WHERE = {"import_file": "whole", "undo": "whole", "matching_report": "whole"}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(f"outreach.casework.imports.{_WHERE[name]}"), name)
