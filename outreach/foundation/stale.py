"""Two people at one form: what each of them changed is kept, and nobody's words are overwritten unseen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any


class ChangedMeanwhile(Exception):
    """Somebody else changed the same details since they were read; `names` says which. Nothing is lost:
    the record keeps theirs, and the form still holds ours."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("Somebody else changed this meanwhile")
        self.names = names


def ours(now: Callable[[str], Any], seen: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Of what is wanted, that which differs from what was seen when the form was opened: only this is saved.

    `now` gives a detail as it stands on the record. Raises `ChangedMeanwhile` for details that we want
    changed and that somebody else has changed to something else since (reliability.md, Forms).
    """
    changes = {name: value for name, value in wanted.items() if value != seen[name]}
    clashes = [name for name, value in changes.items() if now(name) not in (seen[name], value)]
    if clashes:
        raise ChangedMeanwhile(clashes)
    return changes
